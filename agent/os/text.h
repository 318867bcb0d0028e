/*
 * Text that grows in an arena: a file is rendered whole in memory before anything is written.
 * Always NUL-terminated; `data` is valid until the next addition, and then as long as the arena.
 */
#ifndef NEWROOT_OS_TEXT_H
#define NEWROOT_OS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/lines.h"

struct text {
	struct arena *arena;
	char *data; /* NULL while nothing was added */
	size_t size, room;
};

void text_add(struct text *text, const char *data, size_t size);
void text_line(struct text *text, const char *line, size_t size); /* with a newline behind it */
void text_printf(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* "a, b, c": the items with `between` between them. */
void text_join(struct text *text, const char *between, const char *const *item, size_t count);

/*
 * Is `word` one of the words of `list`, which commas divide? For mount options: musl's hasmntopt(3) finds "ro"
 * within "errors=remount-ro".
 */
bool text_lists(const char *list, const char *word);

#endif
