/* How long the certificates are valid, and what to do about it: what `cert state` and `ca rotate state` print. */
#ifndef SERVER_CMD_CERTIFICATES_PRINT_H
#define SERVER_CMD_CERTIFICATES_PRINT_H

#include "base/err.h"
#include "site/data.h"

/* 0; -1 also when something has to be done: that is the error. */
int certificates_print(const struct data *data, struct err *err);

#endif
