#include "site/secrets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/file.h"

int secret_make(const struct data *data, const char *name, struct err *err)
{
	char token[TOKEN_TEXT];

	if (token_new(token, err) < 0)
		return -1;
	token[TOKEN_TEXT_MAX] = '\n';
	return file_write(data->root, name, token, TOKEN_TEXT, 0600, err);
}

static int take(const char *name, const char *text, char token[TOKEN_TEXT], struct err *err)
{
	const size_t size = strspn(text, "0123456789abcdef");

	if (size != TOKEN_TEXT_MAX || text[size + (text[size] == '\n')])
		return err_set(err, ERR_SERVICE_DATA, name,
			       "is not %d hex digits; delete it, and a new one is made",
			       TOKEN_TEXT_MAX);
	memcpy(token, text, size);
	token[size] = '\0';
	return 0;
}

int secret_read(const struct data *data, const char *name, char token[TOKEN_TEXT], struct err *err)
{
	char *text;
	size_t size;
	int ret;

	if (faccessat(data->root, name, F_OK, 0) < 0 && secret_make(data, name, err) < 0)
		return -1;
	if (file_read(data->root, name, SMALL_FILE_MAX, &text, &size, err) < 0)
		return -1;
	ret = take(name, text, token, err);
	explicit_bzero(text, size);
	free(text);
	return ret;
}
