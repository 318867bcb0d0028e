/* The services that are back: started, in order, and stopped again. */
#include <string.h>

#include "cutover/parts.h"

/* In the state: "started cron". Such a one is not started twice, for scripts without a guard of their own. */
#define STARTED "started "

struct order {
	const char *argv[4];
};

/* The system's own program, or else the service's script. */
static void make_order(struct cutover_work *work, struct order *order, const char *verb,
		       const char *name)
{
	const struct cutover_init *init = cutover_init(work);
	const char *program = cutover_program(work, init->program);

	*order = (struct order){{program, name, verb, NULL}};
	if (program && init->verb_first) {
		order->argv[1] = verb;
		order->argv[2] = name;
	} else if (!program) {
		*order = (struct order){
			{arena_printf(&work->arena, "/etc/init.d/%s", name), verb, NULL}};
	}
}

static const char *order_text(struct cutover_work *work, const struct order *order)
{
	return arena_printf(&work->arena, "%s %s%s%s", order->argv[0], order->argv[1],
			    order->argv[2] ? " " : "", order->argv[2] ? order->argv[2] : "");
}

static int start_one(struct cutover_work *work, const char *name, const char *level,
		     struct err *err)
{
	const char *line = arena_printf(&work->arena, STARTED "%s", name);
	struct order order;

	if (cutover_state_has(work, line))
		return 0;
	make_order(work, &order, "start", name);
	if (!cutover_op(work, "start %s, of %s: %s", name, level, order_text(work, &order)))
		return 0;
	return cutover_must(work, order.argv, work->options->service_s, err) ||
			       cutover_state_add(work, line, err)
		       ? -1
		       : 0;
}

/* Several levels may want one service; the first that is active does. */
static bool seen(const struct cutover_wanted *wanted, const bool *active, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (active[j] && !strcmp(wanted->item[j].name, wanted->item[i].name))
			return true;
	return false;
}

int cutover_services_start(struct cutover_work *work, struct err *err)
{
	const struct cutover_init *init = cutover_init(work);
	struct cutover_wanted wanted;
	bool *active;

	cutover_wanted(work, &wanted);
	active = arena_array(&work->arena, wanted.count + 1, sizeof(*active));
	for (size_t i = 0; i < wanted.count; i++) {
		if (seen(&wanted, active, i))
			continue;
		active[i] = init->is_active(work, wanted.item[i].level);
		if (active[i] && start_one(work, wanted.item[i].name, wanted.item[i].level, err))
			return -1;
	}
	return 0;
}

/* Scripts of old systems fail when there is nothing to stop. */
static int stop(struct cutover_work *work, const char *name, struct err *err)
{
	struct order order;
	struct err failed = ERR_INIT;

	make_order(work, &order, "stop", name);
	if (cutover_must(work, order.argv, work->options->service_s, &failed) == 0)
		return 0;
	make_order(work, &order, "status", name);
	if (cutover_ask(work, order.argv, NULL, 0)) {
		*err = failed;
		return -1;
	}
	cutover_note(work, "%s did not run any more", name);
	return 0;
}

int cutover_services_stop(struct cutover_work *work, struct err *err)
{
	for (size_t i = work->state_count; i-- > 0;) {
		const char *line = work->state[i];
		const char *name = line + strlen(STARTED);

		if (strncmp(line, STARTED, strlen(STARTED)) != 0 ||
		    !cutover_op(work, "stop %s", name))
			continue;
		if (stop(work, name, err) || cutover_state_remove(work, line, err))
			return -1;
	}
	return 0;
}
