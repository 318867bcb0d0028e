#include "os/access.h"

#include <string.h>

#include "os/accounts.h"

/* The base64 part of a key line: behind options and type, before the comment; every type's begins so. */
static const char *key_itself(struct arena *arena, const char *line)
{
	const char *key = strstr(line, "AAAA");

	if (!key)
		return line;
	return arena_printf(arena, "%.*s", (int)strcspn(key, " \t\r\n"), key);
}

/* In a line of its own, with options or without: one that is a comment lets nobody in. */
static bool has_key(const char *text, const char *key)
{
	const char *line;
	size_t size;

	while (text_next(&text, &line, &size))
		if (line[strspn(line, " \t")] != '#' && memmem(line, size, key, strlen(key)))
			return true;
	return false;
}

int access_render(struct changes *changes, const struct strings *keys, struct err *err)
{
	struct text text = {.arena = changes->arena};
	const char *home, *folder, *path, *old;

	if (!keys->count)
		return 0;
	if (account_home(changes->target, "root", "/root", changes->arena, &home, err))
		return -1;
	folder = arena_printf(changes->arena, "%s/.ssh", home);
	path = arena_printf(changes->arena, "%s/authorized_keys", folder);
	if (target_read(changes->target, path, changes->arena, &old, NULL, err))
		return -1;
	text_add(&text, old ? old : "", old ? strlen(old) : 0);
	if (text.size && text.data[text.size - 1] != '\n')
		text_add(&text, "\n", 1);
	for (size_t i = 0; i < keys->count; i++)
		if (!has_key(text.data, key_itself(changes->arena, keys->item[i])))
			text_line(&text, keys->item[i], strlen(keys->item[i]));
	changes_directory(changes, folder, 0700);
	changes_file(changes, path, &text)->mode = 0600;
	return 0;
}
