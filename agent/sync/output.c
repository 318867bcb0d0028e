#include "sync/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static const char *skip(const char *line, const char *word)
{
	size_t len = strlen(word);

	return strncmp(line, word, len) ? NULL : line + len;
}

/* "1,234,567": rsync since 3.1 puts commas between thousands. */
static uint64_t number(const char *text)
{
	uint64_t value = 0;

	for (; (*text >= '0' && *text <= '9') || *text == ','; text++)
		if (*text != ',')
			value = value * 10 + (uint64_t)(*text - '0');
	return value;
}

static void keep_if_large(struct sync_figures *figures, uint64_t size, const char *name)
{
	size_t at = figures->largest_count;

	while (at > 0 && figures->largest[at - 1].size < size)
		at--;
	if (at == SYNC_LARGEST)
		return;
	if (figures->largest_count < SYNC_LARGEST)
		figures->largest_count++;
	memmove(&figures->largest[at + 1], &figures->largest[at],
		(figures->largest_count - at - 1) * sizeof(figures->largest[0]));
	figures->largest[at].size = size;
	snprintf(figures->largest[at].name, sizeof(figures->largest[at].name), "%s", name);
	log_clean(figures->largest[at].name, strlen(figures->largest[at].name));
}

/* ">f+++++++++ 1234 a/file": rsync(1), --itemize-changes. A deletion is "*deleting". */
static void take_change(struct sync_output *output, const char *line)
{
	struct sync_figures *figures = &output->figures;
	const char *size = line + strcspn(line, " ");
	const char *name;
	char *end;
	uint64_t bytes;

	size += strspn(size, " ");
	bytes = strtoull(size, &end, 10);
	name = *end == ' ' ? end + 1 : end;
	if (line[0] == '*') {
		figures->deleted++;
	} else if (line[0] == '>' && line[1] == 'f') {
		output->before += output->present;
		output->present = bytes;
		output->done = output->before;
		figures->changed++;
		figures->changed_size += bytes;
		keep_if_large(figures, bytes, name);
	} else {
		figures->others++;
	}
}

static bool take_figure(struct sync_figures *figures, const char *line)
{
	const struct {
		const char *words;
		uint64_t *to;
	} rows[] = {
		{"Number of files: ", &figures->files},
		{"Total file size: ", &figures->size},
		{"Total bytes sent: ", &figures->moved},
		{"Total bytes received: ", &figures->moved},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *rest = skip(line, rows[i].words);

		if (rest)
			*rows[i].to += number(rest);
		if (rest)
			return true;
	}
	return false;
}

/* "     32,768   5%  1.00MB/s    0:00:01": how far the present file is. */
static void take_progress(struct sync_output *output, const char *line)
{
	const char *digits = line + strspn(line, " ");
	const char *rest = digits + strspn(digits, "0123456789,");
	uint64_t bytes = number(digits);

	if (rest == digits || *rest != ' ' || !strchr(rest, '%') || bytes > output->present)
		return;
	output->done = output->before + bytes;
}

static void take_line(struct sync_output *output)
{
	const char *change;

	output->line[output->used] = '\0';
	change = skip(output->line, "newroot ");
	if (change)
		take_change(output, change);
	else if (!take_figure(&output->figures, output->line))
		take_progress(output, output->line);
	output->used = 0;
}

void sync_output_add(struct sync_output *output, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\r')
			take_line(output);
		else if (output->used < sizeof(output->line) - 1)
			output->line[output->used++] = bytes[i];
	}
}

void sync_figures_sum(struct sync_figures *sum, const struct sync_figures *figures,
		      const char *tree)
{
	char name[sizeof(figures->largest[0].name)];

	sum->files += figures->files;
	sum->size += figures->size;
	sum->changed += figures->changed;
	sum->changed_size += figures->changed_size;
	sum->others += figures->others;
	sum->deleted += figures->deleted;
	sum->moved += figures->moved;
	for (size_t i = 0; i < figures->largest_count; i++) {
		snprintf(name, sizeof(name), "%.100s/%.150s", tree, figures->largest[i].name);
		keep_if_large(sum, figures->largest[i].size, name);
	}
}
