/*
 * Public names and addresses: what the world reaches the group by, from the "public" of each VM's spec. A
 * row for each name; names and addresses are checked, so they can be printed into any file.
 */
#ifndef SERVER_CUTOVER_PUBLIC_H
#define SERVER_CUTOVER_PUBLIC_H

#include <jansson.h>

#include "base/err.h"
#include "vm/vm.h"

#define PUBLIC_NAME_MAX 253 /* a host name's, by DNS */

struct public_row {
	char vm[VM_NAME_MAX + 1];
	char name[PUBLIC_NAME_MAX + 1]; /* "": an address without a name */
	char old[ADDRESS_TEXT];         /* canonical; "": it had none before */
	char new[ADDRESS_TEXT];         /* canonical */
};

struct public_table {
	struct public_row *row; /* by VM, then in the document's order; none twice */
	size_t count;
};

/*
 * Add the rows of a VM. A new address that isn't told is its final one, of the old one's family. Errors:
 * ERR_SERVICE_PUBLIC, `where` being "web1: public[0].names[1]".
 */
int public_add(struct public_table *table, const struct vm *vm, const json_t *spec,
	       struct err *err);
void public_free(struct public_table *table);

/* Whether the address, in canonical form, is of IPv6. */
bool public_is_v6(const char *address);

/*
 * Whether row `i` says something new about old addresses: it has one, which moves, and no row before it
 * has told of it.
 */
bool public_moves(const struct public_table *table, size_t i);

#endif
