/* Any bytes as the files of a module folder: parsed without harm, and every order of loading is whole and without doubles. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "archive/modules.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void count_match(void *ctx, const char *name)
{
	require(name != NULL);
	++*(size_t *)ctx;
}

static bool is_before(const struct module_order *order, const struct module *a, size_t end)
{
	for (size_t i = 0; i < end; i++)
		if (order->item[i] == a)
			return true;
	return false;
}

static void check_order(const struct modules *modules)
{
	struct module_order order;

	module_order_init(&order, modules);
	for (size_t i = 0; i < modules->count; i++)
		module_order_add(&order, modules, &modules->item[i]);
	require(order.count == modules->count);
	for (size_t i = 0; i < order.count && order.count < 200; i++)
		require(!is_before(&order, order.item[i], i));
}

/* The part of the input up to the next 0xff, as a string of its own. */
static char *next_part(struct arena *arena, const uint8_t **data, size_t *size)
{
	const uint8_t *end = memchr(*data, 0xff, *size);
	size_t length = end ? (size_t)(end - *data) : *size;
	char *text = arena_alloc(arena, length + 1);

	memcpy(text, *data, length);
	*data += length + (end != NULL);
	*size -= length + (end != NULL);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct modules modules = {.arena = &arena, .config = ""};
	size_t matches = 0;

	/* fnmatch of the C library takes exponential time over many stars. */
	if (size > 4096)
		return 0;
	if (modules_parse_dep(&modules, next_part(&arena, &data, &size), NULL) == 0 &&
	    modules_parse_builtin(&modules, next_part(&arena, &data, &size), NULL) == 0) {
		modules_parse_softdep(&modules, next_part(&arena, &data, &size));
		check_order(&modules);
		modules_parse_alias(&modules, next_part(&arena, &data, &size));
		for (size_t i = 0; i < modules.count; i++)
			require(modules_find(&modules, modules.item[i].name) != NULL);
		require(modules_match(&modules, "pci:v0-1", count_match, &matches) == matches);
		modules_is_builtin(&modules, "ext4", "CONFIG_EXT4_FS");
	}
	arena_free(&arena);
	return 0;
}
