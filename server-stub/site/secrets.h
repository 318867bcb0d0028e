/*
 * The tokens of those who work with the service: operator.token and creator.token in the data folder, each
 * one line of 32 hex digits, mode 0600. Deleted, one is made anew when `serve` starts or gets SIGHUP.
 */
#ifndef SERVER_SITE_SECRETS_H
#define SERVER_SITE_SECRETS_H

#include "site/data.h"
#include "vm/token.h"

/* `name` is DATA_OPERATOR_TOKEN or DATA_CREATOR_TOKEN. */
int secret_make(const struct data *data, const char *name, struct err *err);

/* Read it, made first when it isn't there. ERR_SERVICE_DATA when it is no token. */
int secret_read(const struct data *data, const char *name, char token[TOKEN_TEXT], struct err *err);

#endif
