/* The first page of a swap area, as mkswap(8) writes it: linux/swap.h, union swap_header. */
#ifndef NEWROOT_STEPS_SWAP_HEADER_H
#define NEWROOT_STEPS_SWAP_HEADER_H

#include <stdint.h>

#include "base/err.h"

#define SWAP_PAGE      4096 /* of x86 */
#define SWAP_LABEL_MAX 15   /* bytes, without the NUL */

/*
 * Fill `page` for an area of `size` bytes. `label` may be NULL. Errors: ERR_FORMAT for a label that is too
 * long, a UUID that is none, an area smaller than ten pages.
 */
int swap_header_fill(uint8_t page[SWAP_PAGE], uint64_t size, const char *uuid, const char *label,
		     struct err *err);

/* Bytes of the area that `page` is the header of. Errors: ERR_FORMAT: it is none. */
int swap_header_size(const uint8_t page[SWAP_PAGE], uint64_t *size, struct err *err);

/* Tell that header of an area of `size` bytes; UUID, label and all else stay. Errors: ERR_FORMAT. */
int swap_header_resize(uint8_t page[SWAP_PAGE], uint64_t size, struct err *err);

#endif
