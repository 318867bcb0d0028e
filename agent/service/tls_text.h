/* BearSSL's error numbers as text and as our codes: one table. */
#ifndef NEWROOT_SERVICE_TLS_TEXT_H
#define NEWROOT_SERVICE_TLS_TEXT_H

#include "base/err.h"

/* "the certificate is not signed by a trusted CA"; alerts are named too. */
const char *tls_text(int error);

/* ERR_TLS_UNTRUSTED, ERR_TLS_EXPIRED, ERR_TLS_NAME, or ERR_TLS for all others. */
enum err_code tls_code(int error);

#endif
