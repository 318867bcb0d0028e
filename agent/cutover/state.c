/* What a cutover remembers between its runs: a handful of lines, written whole. */
#include <string.h>

#include "cutover/parts.h"

static void keep(struct cutover_work *work, const char *line, size_t size)
{
	const char **grown = arena_array(&work->arena, work->state_count + 1, sizeof(*grown));

	if (work->state_count)
		memcpy(grown, work->state, work->state_count * sizeof(*grown));
	grown[work->state_count++] = arena_printf(&work->arena, "%.*s", (int)size, line);
	work->state = grown;
}

int cutover_state_read(struct cutover_work *work, struct err *err)
{
	const char *rest, *line;
	size_t size;

	if (cutover_read(work, CUTOVER_STATE, &rest, err))
		return -1;
	while (rest && text_next(&rest, &line, &size))
		if (size && *line != '#')
			keep(work, line, size);
	return 0;
}

static int save(struct cutover_work *work, struct err *err)
{
	struct text text = {.arena = &work->arena};

	if (!work->state_count)
		return cutover_unlink(work, CUTOVER_STATE, err);
	text_printf(&text, "# Written by newroot cutover: what --undo has to undo.\n");
	for (size_t i = 0; i < work->state_count; i++)
		text_printf(&text, "%s\n", work->state[i]);
	return cutover_write(work, CUTOVER_STATE, text.data, err);
}

static size_t find(const struct cutover_work *work, const char *line)
{
	size_t i = 0;

	while (i < work->state_count && strcmp(work->state[i], line) != 0)
		i++;
	return i;
}

bool cutover_state_has(const struct cutover_work *work, const char *line)
{
	return find(work, line) < work->state_count;
}

int cutover_state_add(struct cutover_work *work, const char *line, struct err *err)
{
	if (cutover_state_has(work, line))
		return 0;
	keep(work, line, strlen(line));
	return save(work, err);
}

int cutover_state_remove(struct cutover_work *work, const char *line, struct err *err)
{
	size_t at = find(work, line);

	if (at == work->state_count)
		return 0;
	work->state_count--;
	memmove(&work->state[at], &work->state[at + 1],
		(work->state_count - at) * sizeof(*work->state));
	return save(work, err);
}
