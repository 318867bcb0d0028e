/* The picture that watch shows: groups, their VMs, how far each is, what is to be told of it. */
#ifndef SERVER_WATCH_VIEW_H
#define SERVER_WATCH_VIEW_H

#include "vm/vm.h"
#include "watch/sheet.h"

struct view {
	const struct vm *vm; /* in any order */
	size_t count;
	const char *group; /* only of this one; NULL: all */
	int64_t now_ms;
	unsigned lines; /* of the terminal; 0: as many as it takes */
};

/*
 * Into a sheet without lines. What is taller than the terminal loses the VMs of which there is nothing to tell, and then
 * its end. Errors: sheet->failed.
 */
void view_draw(struct sheet *sheet, const struct view *view);

#endif
