#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static const struct {
	const char *name;
	const char *help;
	int status;
} table[ERR_COUNT] = {
	[ERR_NONE] = {"none", "Nothing failed.", 0},
#define ERR(symbol, code, exit_status, text) [symbol] = {code, text, exit_status},
#include "base/err_codes.def"
#undef ERR
};

static void fill(struct err *err, enum err_code code, int sys, const char *where)
{
	err->code = code;
	err->sys = sys;
	err->retry_after_s = 0;
	snprintf(err->where, sizeof(err->where), "%s", where ? where : "");
}

int err_set(struct err *err, enum err_code code, const char *where, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	fill(err, code, 0, where);
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return -1;
}

int err_sys(struct err *err, enum err_code code, const char *where, const char *fmt, ...)
{
	int sys = errno;
	va_list ap;
	size_t used;

	if (!err)
		return -1;
	fill(err, code, sys, where);
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	used = strlen(err->msg);
	snprintf(err->msg + used, sizeof(err->msg) - used, ": %s", strerror(sys));
	errno = sys;
	return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	char prefix[256];
	char rest[sizeof(err->msg)];
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	vsnprintf(prefix, sizeof(prefix), fmt, ap);
	va_end(ap);
	memcpy(rest, err->msg, sizeof(rest));
	if (snprintf(err->msg, sizeof(err->msg), "%s: ", prefix) < (int)sizeof(err->msg))
		strncat(err->msg, rest, sizeof(err->msg) - strlen(err->msg) - 1);
	return -1;
}

int err_keep(struct err *to, const struct err *from)
{
	if (to && to->code == ERR_NONE)
		*to = *from;
	return -1;
}

const char *err_name(enum err_code code)
{
	return code < ERR_COUNT ? table[code].name : "unknown";
}

const char *err_help(enum err_code code)
{
	return code < ERR_COUNT ? table[code].help : "";
}

int err_exit_status(enum err_code code)
{
	return code < ERR_COUNT ? table[code].status : 1;
}

enum err_code err_by_name(const char *name)
{
	for (int i = 0; i < ERR_COUNT; i++)
		if (!strcmp(table[i].name, name))
			return (enum err_code)i;
	return ERR_NONE;
}

void err_list_add(struct err_list *list, const struct err *err)
{
	struct err *grown = NULL;

	if (list->count < ERR_LIST_MAX)
		grown = reallocarray(list->item, list->count + 1, sizeof(*grown));
	if (!grown) {
		list->dropped++;
		return;
	}
	list->item = grown;
	list->item[list->count++] = *err;
}

void err_list_free(struct err_list *list)
{
	free(list->item);
	*list = (struct err_list){0};
}
