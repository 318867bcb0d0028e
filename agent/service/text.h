/* Text from outside, made fit for messages and JSON. */
#ifndef NEWROOT_SERVICE_TEXT_H
#define NEWROOT_SERVICE_TEXT_H

#include <stddef.h>

/*
 * Copy `from` to `to` as valid UTF-8, cut at `size` between characters: bytes that are not UTF-8 (RFC
 * 3629) and control characters except tab and newline become `?`. Returns `to`.
 */
char *text_clean(char *to, size_t size, const char *from);

#endif
