/* Text in aligned columns: rows of cells, collected first, printed when all widths are known. */
#ifndef NEWROOT_PLAN_COLUMNS_H
#define NEWROOT_PLAN_COLUMNS_H

#include <stdio.h>

#include "base/arena.h"

#define COLUMNS_MAX 9

/* Start with all zero, but `heads` and `arena`. */
struct columns {
	struct arena *arena;
	const char *
		heads[COLUMNS_MAX + 1]; /* NULL-terminated; "<NAME" is aligned left, others right */
	const char **cells;             /* rows of as many cells as there are heads */
	size_t rows, room;
};

/* Add a row; as many strings as there are heads, kept by reference. "" and NULL print as "-". */
void columns_add(struct columns *columns, const char *const *cells);

/* Heads and rows, each line indented by two blanks. Write errors are left in `out`. */
void columns_print(const struct columns *columns, FILE *out);

#endif
