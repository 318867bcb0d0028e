/*
 * One arena for what lives as long as a job: allocate freely, free once.
 * Memory is zeroed. An exhausted heap ends the process (exit status of ERR_MEMORY): a job is
 * capped, so this can only be a VM with too little memory.
 */
#ifndef NEWROOT_BASE_ARENA_H
#define NEWROOT_BASE_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
	struct arena_block *last;
};

void *arena_alloc(struct arena *arena, size_t size);
void *arena_array(struct arena *arena, size_t count, size_t size); /* overflow checked */
char *arena_strdup(struct arena *arena, const char *s);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *arena);

#endif
