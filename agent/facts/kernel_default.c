#include "facts/kernel_default.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"

#define ENTRIES   "/boot/loader/entries/"
#define ENTRY_END ".conf"

/* GRUB legacy's menu: RHEL 5 and 6, Gentoo and Debian have it under these names. */
static const char *const menus[] = {"/boot/grub/grub.conf", "/boot/grub/menu.lst"};

/* GRUB 2's environment block: RHEL 7 and later, and others. */
static const char *const environments[] = {"/boot/grub2/grubenv", "/boot/grub/grubenv"};

/* What follows `word` and blanks or "=" in the line; NULL: it begins with something else. */
static const char *value_of(const char *line, size_t size, const char *word, size_t *value_size)
{
	const char *end = line + size;
	size_t length = strlen(word);

	while (line < end && isblank((unsigned char)*line))
		line++;
	if ((size_t)(end - line) <= length || strncmp(line, word, length) ||
	    !strchr(" \t=", line[length]))
		return NULL;
	line += length;
	while (line < end && strchr(" \t=", *line))
		line++;
	*value_size = (size_t)(end - line);
	return line;
}

/* The value of the first line of `text` that begins with `word`. */
static const char *find_value(const char *text, const char *word, struct arena *arena)
{
	const char *line, *value;
	size_t size, value_size;

	while (text_next(&text, &line, &size))
		if ((value = value_of(line, size, word, &value_size)))
			return arena_printf(arena, "%.*s", (int)value_size, value);
	return "";
}

/* The kernel of the title with this number, from 0. A title may have none: it starts another system's boot loader. */
static const char *kernel_of_title(const char *text, unsigned long number, struct arena *arena)
{
	const char *line, *value;
	size_t size, value_size;
	unsigned long titles = 0;

	while (text_next(&text, &line, &size) && titles <= number + 1) {
		if (value_of(line, size, "title", &value_size))
			titles++;
		else if (titles == number + 1 &&
			 (value = value_of(line, size, "kernel", &value_size)))
			return arena_printf(arena, "%.*s", (int)value_size, value);
	}
	return "";
}

/* grub(8) of GRUB legacy: `default` counts titles from 0, and is 0 when it is absent. */
static const char *of_menu(const struct boot_reader *reader, const char *path, struct arena *arena)
{
	const char *text = reader->read(reader->ctx, path, arena);
	const char *number = find_value(text, "default", arena);

	if (!*text || (*number && !isdigit((unsigned char)*number)))
		return "";
	return kernel_of_title(text, strtoul(number, NULL, 10), arena);
}

/* grub-set-default(8): the id of a BLS entry (its file's name) or the title of a menu entry; a number says nothing about a kernel. */
static const char *of_environment(const struct boot_reader *reader, const char *path,
				  struct arena *arena)
{
	const char *saved =
		find_value(reader->read(reader->ctx, path, arena), "saved_entry", arena);
	const char *entry, *image;

	if (!*saved || !saved[strspn(saved, "0123456789")] || strchr(saved, '/'))
		return "";
	entry = arena_printf(arena, ENTRIES "%s" ENTRY_END, saved);
	image = find_value(reader->read(reader->ctx, entry, arena), "linux", arena);
	return *image ? image : saved;
}

const char *kernel_default(const struct boot_reader *reader, struct arena *arena)
{
	const char *found = "";

	for (size_t i = 0; !*found && i < sizeof(environments) / sizeof(*environments); i++)
		found = of_environment(reader, environments[i], arena);
	for (size_t i = 0; !*found && i < sizeof(menus) / sizeof(*menus); i++)
		found = of_menu(reader, menus[i], arena);
	return found;
}

static bool is_entry(const char *path)
{
	const size_t size = strlen(path), start = strlen(ENTRIES), end = strlen(ENTRY_END);

	return size > start + end && !strncmp(path, ENTRIES, start) &&
	       !strcmp(path + size - end, ENTRY_END) && !strchr(path + start, '/');
}

bool kernel_default_reads(const char *path)
{
	for (size_t i = 0; i < sizeof(menus) / sizeof(*menus); i++)
		if (!strcmp(path, menus[i]))
			return true;
	for (size_t i = 0; i < sizeof(environments) / sizeof(*environments); i++)
		if (!strcmp(path, environments[i]))
			return true;
	return is_entry(path);
}
