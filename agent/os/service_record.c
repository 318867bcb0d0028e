#include "os/service_record.h"

#include <string.h>

#define BLANKS " \t"

static const char head[] =
	"# Written by newroot at installation: what it changed about services, one a line.\n"
	"# NAME disabled|enabled, then -LINK>TO for each link that was taken away, +LINK>TO for each that was made.\n"
	"# Cutover restores those that are disabled.\n";

struct service_record *service_records_find(const struct service_records *records, const char *name)
{
	for (size_t i = 0; i < records->count; i++)
		if (!strcmp(records->item[i].name, name))
			return &records->item[i];
	return NULL;
}

struct service_record *service_records_add(struct service_records *records, const char *name,
					   struct arena *arena)
{
	struct service_record *grown = arena_array(arena, records->count + 1, sizeof(*grown));

	if (records->count)
		memcpy(grown, records->item, records->count * sizeof(*grown));
	records->item = grown;
	grown[records->count] = (struct service_record){.name = name};
	return &grown[records->count++];
}

static const char *next_word(const char **rest, struct arena *arena)
{
	const char *word = *rest + strspn(*rest, BLANKS);
	size_t size = strcspn(word, BLANKS);

	*rest = word + size;
	return size ? arena_printf(arena, "%.*s", (int)size, word) : NULL;
}

/* "-LINK>TO" or "+LINK>TO". */
static int parse_link(struct service_record *record, char *word, struct arena *arena)
{
	char *mark = strchr(word, '>');

	if (!strchr("-+", word[0]) || word[1] != '/' || !mark || !mark[1])
		return -1;
	*mark = '\0';
	service_links_add(word[0] == '-' ? &record->removed : &record->made, word + 1, mark + 1,
			  arena);
	return 0;
}

static int parse_line(struct service_records *records, const char *line, struct arena *arena,
		      struct err *err)
{
	const char *rest = line, *name = next_word(&rest, arena), *state, *word;
	struct service_record *record;

	if (!name || name[0] == '#')
		return 0;
	record = service_records_add(records, name, arena);
	state = next_word(&rest, arena);
	record->enabled = state && !strcmp(state, "enabled");
	if (!record->enabled && (!state || strcmp(state, "disabled") != 0))
		goto refuse;
	while ((word = next_word(&rest, arena)))
		if (parse_link(record, arena_strdup(arena, word), arena))
			goto refuse;
	return 0;
refuse:
	return err_set(
		err, ERR_CONFIGURE, SERVICE_RECORDS,
		"\"%.200s\" is refused; accepted is NAME, disabled or enabled, and -LINK>TO or +LINK>TO for each link",
		line);
}

int service_records_parse(struct service_records *records, const char *text, struct arena *arena,
			  struct err *err)
{
	const char *line;
	size_t size;

	*records = (struct service_records){0};
	while (text && text_next(&text, &line, &size))
		if (parse_line(records, arena_printf(arena, "%.*s", (int)size, line), arena, err))
			return -1;
	return 0;
}

static void print_links(struct text *text, char mark, const struct service_links *links)
{
	for (size_t i = 0; i < links->count; i++)
		text_printf(text, " %c%s>%s", mark, links->item[i].path, links->item[i].to);
}

void service_records_print(const struct service_records *records, struct text *text)
{
	text_printf(text, "%s", head);
	for (size_t i = 0; i < records->count; i++) {
		const struct service_record *record = &records->item[i];

		text_printf(text, "%s %s", record->name, record->enabled ? "enabled" : "disabled");
		print_links(text, '-', &record->removed);
		print_links(text, '+', &record->made);
		text_add(text, "\n", 1);
	}
}
