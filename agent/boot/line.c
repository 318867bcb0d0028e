#include "boot/line.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

/* The next word, without its quotes; NULL at the end. `*at` moves on. */
static char *next_word(char **at)
{
	char *from = *at + strspn(*at, " \t\r\n"), *to = from, *word = from;
	bool quoted = false;

	if (*from == '\0')
		return NULL;
	for (; *from && (quoted || !isspace((unsigned char)*from)); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*at = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

static const char *value_of(const char *word, const char *key)
{
	size_t length = strlen(key);

	return !strncmp(word, key, length) && word[length] == '=' ? word + length + 1 : NULL;
}

static int take_text(const char *word, const char *key, const char **value)
{
	const char *found = value_of(word, key);

	if (found)
		*value = found;
	return found != NULL;
}

static int parse_number(const char *word, const char *text, unsigned *number, struct err *err)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || value > 86400)
		return err_set(err, ERR_BOOT, word, "'%s' is no number of seconds from 0 to 86400",
			       text);
	*number = (unsigned)value;
	return 0;
}

static int take_word(struct boot_line *line, const char *word, struct err *err)
{
	const char *number;

	if (take_text(word, "root", &line->root) || take_text(word, "rootfstype", &line->type) ||
	    take_text(word, "rootflags", &line->options) || take_text(word, "init", &line->init))
		return 0;
	if (!strcmp(word, "ro") || !strcmp(word, "rw"))
		line->writable = word[1] == 'w';
	else if (!strcmp(word, "quiet"))
		line->quiet = true;
	else if (!strcmp(word, "rootwait"))
		line->wait = true;
	else if (!strcmp(word, "newroot.shell"))
		line->shell = true;
	else if ((number = value_of(word, "rootdelay")))
		return parse_number(word, number, &line->delay_s, err);
	else if ((number = value_of(word, "panic")) && isdigit((unsigned char)*number))
		return parse_number(word, number, &line->panic_s, err);
	return 0;
}

int boot_line_parse(struct boot_line *line, const char *text, struct arena *arena, struct err *err)
{
	char *copy = arena_strdup(arena, text), *word;
	size_t count = 0;
	int ret = 0;

	*line = (struct boot_line){0};
	line->words = arena_array(arena, strlen(text) / 2 + 2, sizeof(*line->words));
	while ((word = next_word(&copy))) {
		/* A mistake must not cost the rest of the line: root= may come after it. */
		if (take_word(line, word, ret ? NULL : err))
			ret = -1;
		line->words[count++] = word;
	}
	return ret;
}

static bool same_name(const char *word, const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = word[i] == '-' ? '_' : word[i];

		if (c != name[i])
			return false;
	}
	return word[length] == '.';
}

char *boot_line_module_options(const struct boot_line *line, const char *name, struct arena *arena)
{
	size_t length = strlen(name);
	char *options = arena_strdup(arena, "");

	for (const char **word = line->words; *word; word++)
		if (strlen(*word) > length && same_name(*word, name, length))
			options = arena_printf(arena, "%s%s%s", options, *options ? " " : "",
					       *word + length + 1);
	return options;
}

static const struct {
	const char *name;
	unsigned long set, clear;
} mount_flags[] = {
	{"ro", MS_RDONLY, 0},
	{"rw", 0, MS_RDONLY},
	{"defaults", 0, 0},
	{"noatime", MS_NOATIME, 0},
	{"nodiratime", MS_NODIRATIME, 0},
	{"relatime", MS_RELATIME, 0},
	{"strictatime", MS_STRICTATIME, 0},
	{"sync", MS_SYNCHRONOUS, 0},
	{"nodev", MS_NODEV, 0},
	{"nosuid", MS_NOSUID, 0},
	{"noexec", MS_NOEXEC, 0},
};

static bool take_flag(const char *option, unsigned long *flags)
{
	for (size_t i = 0; i < sizeof(mount_flags) / sizeof(*mount_flags); i++) {
		if (strcmp(option, mount_flags[i].name))
			continue;
		*flags = (*flags | mount_flags[i].set) & ~mount_flags[i].clear;
		return true;
	}
	return false;
}

char *boot_line_mount_options(const char *options, unsigned long *flags, struct arena *arena)
{
	char *copy = arena_strdup(arena, options ? options : ""), *option;
	char *rest = arena_strdup(arena, "");

	while ((option = strsep(&copy, ",")))
		if (*option && !take_flag(option, flags))
			rest = arena_printf(arena, "%s%s%s", rest, *rest ? "," : "", option);
	return rest;
}
