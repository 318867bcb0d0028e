#include "os/lvm_conf.h"

#include <stdbool.h>
#include <string.h>

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./"

/* A setting, alone or behind its section's name ("devices/filter"). */
static const struct setting {
	const char *name;
	bool is_filter; /* harmless unless it refuses something: some releases come with "a/.*\/" */
} settings[] = {
	{"filter", true},
	{"global_filter", true},
	{"volume_list", false},
	{"auto_activation_volume_list", false},
};

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* libdm-config.c of LVM: a string in single quotes has no escapes. */
static const char *skip_string(const char *at)
{
	const char quote = *at;

	for (at++; *at && *at != quote; at++)
		if (quote == '"' && *at == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

static const char *skip_comment(const char *at)
{
	return at + strcspn(at, "\n");
}

/* Behind a value: a string, a list, which may go over several lines, or a word. */
static const char *skip_value(const char *at)
{
	if (is_quote(*at))
		return skip_string(at);
	if (*at != '[')
		return at + strspn(at, NAME_CHARS);
	while (*at && *at != ']')
		at = is_quote(*at) ? skip_string(at) : *at == '#' ? skip_comment(at) : at + 1;
	return *at ? at + 1 : at;
}

/* A pattern begins with "r" when it refuses, and with "a" when it accepts. */
static bool refuses(const char *value, const char *end)
{
	while (value < end) {
		if (is_quote(*value) && value[1] == 'r')
			return true;
		value = is_quote(*value) ? skip_string(value)
			: *value == '#'  ? skip_comment(value)
					 : value + 1;
	}
	return false;
}

static const struct setting *find(const char *name, size_t size)
{
	const char *slash = memrchr(name, '/', size);

	if (slash) {
		size -= (size_t)(slash + 1 - name);
		name = slash + 1;
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (strlen(settings[i].name) == size && !strncmp(settings[i].name, name, size))
			return &settings[i];
	return NULL;
}

/* Nothing but blanks in the line that is being written. */
static bool at_line_start(const struct text *text)
{
	size_t size = text->size;

	while (size && strchr(" \t", text->data[size - 1]))
		size--;
	return !size || text->data[size - 1] == '\n';
}

/* Each line of it a comment; what stood behind it on its last line begins a new one. */
static void add_comment(struct text *text, const char *from, const char *end)
{
	for (const char *line = from; line < end;) {
		size_t size = strcspn(line, "\n");

		if (size > (size_t)(end - line))
			size = (size_t)(end - line);
		text_printf(text, "%s# old: %.*s\n",
			    line == from && !at_line_start(text) ? "\n" : "", (int)size, line);
		line += size + (line[size] == '\n');
	}
}

/* From a name: the whole assignment as a comment, or as it is. Returns what is behind what was taken. */
static const char *take_name(struct text *text, const char *at, bool *edited)
{
	size_t size = strspn(at, NAME_CHARS);
	const struct setting *setting = find(at, size);
	const char *equals = at + size + strspn(at + size, " \t\n");
	const char *value = *equals == '=' ? equals + 1 + strspn(equals + 1, " \t\n") : NULL;
	const char *end = value ? skip_value(value) : at + size;

	if (setting && value && (!setting->is_filter || refuses(value, end))) {
		add_comment(text, at, end);
		*edited = true;
		return end + (*end == '\n');
	}
	text_add(text, at, (size_t)(end - at));
	return end;
}

static const char *take(struct text *text, const char *at, bool *edited)
{
	const char *end = is_quote(*at) ? skip_string(at) : *at == '#' ? skip_comment(at) : at + 1;

	if (strchr(NAME_CHARS, *at))
		return take_name(text, at, edited);
	text_add(text, at, (size_t)(end - at));
	return end;
}

static int edit(struct changes *changes, const char *path, struct err *err)
{
	struct text text = {.arena = changes->arena};
	bool edited = false;
	const char *at;

	if (target_read(changes->target, path, changes->arena, &at, NULL, err))
		return -1;
	while (at && *at)
		at = take(&text, at, &edited);
	if (!edited)
		return 0;
	changes_edit(changes, path, &text)->keep_old = true;
	changes_note(changes,
		     "set aside: a filter or volume_list of %s, which fits the old machine's disks",
		     path);
	return 0;
}

int lvm_conf_render(struct changes *changes, struct err *err)
{
	return edit(changes, "/etc/lvm/lvm.conf", err) ||
			       edit(changes, "/etc/lvm/lvmlocal.conf", err)
		       ? -1
		       : 0;
}
