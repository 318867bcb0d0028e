#include <string.h>

#include "archive/modules.h"

enum state { STATE_NEW, STATE_OPEN, STATE_DONE }; /* open: its dependencies are being added */

struct soft {
	struct module_order *order;
	const struct modules *modules;
};

void module_order_init(struct module_order *order, const struct modules *modules)
{
	*order = (struct module_order){
		.item = arena_array(modules->arena, modules->count + 1, sizeof(*order->item)),
		.state = arena_array(modules->arena, modules->count + 1, sizeof(*order->state)),
	};
}

static void add_soft(void *ctx, const char *name)
{
	const struct soft *soft = ctx;
	const struct module *module = modules_find(soft->modules, name);

	if (module)
		module_order_add(soft->order, soft->modules, module);
}

/* "crc32c" may be a module's name, or an alias of several; one that is absent does not matter. */
static void add_soft_words(struct module_order *order, const struct modules *modules,
			   const char *words)
{
	struct soft soft = {order, modules};
	char *copy = arena_strdup(modules->arena, words), *word;

	while ((word = strsep(&copy, " \t"))) {
		if (!*word)
			continue;
		if (modules_find(modules, word))
			add_soft(&soft, word);
		else
			modules_match(modules, word, add_soft, &soft);
	}
}

void module_order_add(struct module_order *order, const struct modules *modules,
		      const struct module *module)
{
	size_t index = (size_t)(module - modules->item);

	if (order->state[index] != STATE_NEW)
		return;
	order->state[index] = STATE_OPEN;
	for (size_t i = 0; i < modules->softdep_count; i++)
		if (!strcmp(modules->softdep[i].key, module->name))
			add_soft_words(order, modules, modules->softdep[i].value);
	for (const char **dep = module->deps; *dep; dep++) {
		const struct module *needed = modules_find(modules, *dep);

		if (needed)
			module_order_add(order, modules, needed);
	}
	order->state[index] = STATE_DONE;
	order->item[order->count++] = module;
}
