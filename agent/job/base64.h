/* Base64 with padding (RFC 4648, section 4). */
#ifndef NEWROOT_JOB_BASE64_H
#define NEWROOT_JOB_BASE64_H

#include <stddef.h>

/*
 * Decode `len` characters into malloc'ed memory, the caller's to free, with a NUL behind `*size`
 * bytes. NULL when the text is not strict base64: no blanks, no line ends, padding complete.
 */
unsigned char *base64_decode(const char *text, size_t len, size_t *size);

#endif
