#include "steps/kernel_default.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "os/text.h"

#define FILE_MAX 65536 /* a menu of GRUB legacy has some KiB; grubenv has 1 KiB */

/* GRUB legacy's menu: RHEL 5 and 6, Gentoo and Debian have it under these names. */
static const char *const menus[] = {"/boot/grub/grub.conf", "/boot/grub/menu.lst"};

/* GRUB 2's environment block: RHEL 7 and later, and others. */
static const char *const environments[] = {"/boot/grub2/grubenv", "/boot/grub/grubenv"};

/* The file's text in `arena`, "" when there is none. An archive may hold a fifo of that name: not waited for. */
static const char *read_file(const char *path, struct arena *arena)
{
	char *text = arena_alloc(arena, FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = fd < 0 ? -1 : read_all(fd, text, FILE_MAX);

	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	return text;
}

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
static const char *of_menu(const char *path, struct arena *arena)
{
	const char *text = read_file(path, arena);
	const char *number = find_value(text, "default", arena);

	if (!*text || (*number && !isdigit((unsigned char)*number)))
		return "";
	return kernel_of_title(text, strtoul(number, NULL, 10), arena);
}

/* grub-set-default(8): the id of a BLS entry (its file's name) or the title of a menu entry; a number says nothing about a kernel. */
static const char *of_environment(const char *path, struct arena *arena)
{
	const char *saved = find_value(read_file(path, arena), "saved_entry", arena);
	const char *entry, *image;

	if (!*saved || !saved[strspn(saved, "0123456789")] || strchr(saved, '/'))
		return "";
	entry = arena_printf(arena, "/boot/loader/entries/%s.conf", saved);
	image = find_value(read_file(entry, arena), "linux", arena);
	return *image ? image : saved;
}

const char *kernel_default(struct arena *arena)
{
	const char *found = "";

	for (size_t i = 0; !*found && i < sizeof(environments) / sizeof(*environments); i++)
		found = of_environment(environments[i], arena);
	for (size_t i = 0; !*found && i < sizeof(menus) / sizeof(*menus); i++)
		found = of_menu(menus[i], arena);
	return found;
}
