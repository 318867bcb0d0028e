/*
 * The one error type. It is filled where the failure is seen, prefixed on the way up, and
 * printed or reported once, at the top. Setters return -1, so that
 * `return err_set(err, ERR_URL, url, "…")` is one statement.
 */
#ifndef NEWROOT_BASE_ERR_H
#define NEWROOT_BASE_ERR_H

#include <stddef.h>

enum err_code {
	ERR_NONE = 0,
#define ERR(symbol, code, status, help) symbol,
#include "base/err_codes.def"
#undef ERR
	ERR_COUNT
};

struct err {
	enum err_code code;
	int sys; /* errno at the origin, or 0 */
	unsigned
		retry_after_s; /* whoever refused wants no further try before that; 0: says nothing */
	char where[256];       /* JSON path, device, file or URL; may be empty */
	char msg[768];         /* what failed, why, what would be accepted */
};

#define ERR_INIT                                                                                   \
	{                                                                                          \
		.code = ERR_NONE                                                                   \
	}

/* Fill `err` (NULL is allowed and ignored); `where` may be NULL. Returns -1. */
int err_set(struct err *err, enum err_code code, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same, with errno kept and its text appended. */
int err_sys(struct err *err, enum err_code code, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Put "prefix: " before the message. Returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Copy `from` into `to` unless `to` already holds an error: the first cause is kept. Returns -1. */
int err_keep(struct err *to, const struct err *from);

const char *err_name(enum err_code code);    /* stable code, such as "job.value" */
const char *err_help(enum err_code code);    /* what to do next */
int err_exit_status(enum err_code code);     /* process exit status, documented in docs/errors.md */
enum err_code err_by_name(const char *name); /* ERR_NONE when unknown */

/* Several errors, for what is refused together. */
struct err_list {
	struct err *item;
	size_t count;
	size_t dropped; /* beyond ERR_LIST_MAX */
};

void err_list_add(struct err_list *list, const struct err *err);
void err_list_free(struct err_list *list);

#endif
