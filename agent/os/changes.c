#include "os/changes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST_ROOM 32  /* a usual job asks for about that many */
#define NOTE_MAX   512 /* a line on the console */

void changes_note(const struct changes *changes, const char *fmt, ...)
{
	char text[NOTE_MAX];
	va_list ap;

	if (!changes->note)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	changes->note("%s", text);
}

static struct change *add(struct changes *changes, enum change_kind kind, const char *path)
{
	struct change *change;

	if (changes->count == changes->room) {
		size_t room = changes->room ? 2 * changes->room : FIRST_ROOM;
		struct change *grown = arena_array(changes->arena, room, sizeof(*grown));

		if (changes->count)
			memcpy(grown, changes->item, changes->count * sizeof(*grown));
		changes->item = grown;
		changes->room = room;
	}
	change = &changes->item[changes->count++];
	*change = (struct change){
		.kind = kind, .path = path, .mode = 0644, .owner = "root", .group = "root"};
	return change;
}

struct change *changes_file(struct changes *changes, const char *path, const struct text *content)
{
	struct change *change = add(changes, CHANGE_FILE, path);

	change->data = content->data ? content->data : "";
	change->size = content->size;
	return change;
}

struct change *changes_edit(struct changes *changes, const char *path, const struct text *content)
{
	struct change *change = changes_file(changes, path, content);
	struct stat st;

	if (target_stat(changes->target, path, &st))
		change->mode = st.st_mode & 07777;
	return change;
}

/* What becomes of it is one other name. */
static struct change *add_name(struct changes *changes, enum change_kind kind, const char *path,
			       const char *name)
{
	struct change *change = add(changes, kind, path);

	change->data = name;
	change->size = strlen(name);
	return change;
}

struct change *changes_link(struct changes *changes, const char *path, const char *to)
{
	return add_name(changes, CHANGE_LINK, path, to);
}

struct change *changes_directory(struct changes *changes, const char *path, mode_t mode)
{
	struct change *change = add(changes, CHANGE_DIRECTORY, path);

	change->mode = mode;
	return change;
}

struct change *changes_aside(struct changes *changes, const char *path, const char *name)
{
	return add_name(changes, CHANGE_ASIDE, path, name);
}

struct change *changes_remove(struct changes *changes, const char *path)
{
	return add(changes, CHANGE_REMOVE, path);
}

void changes_need_directory(struct changes *changes, const char *path)
{
	struct stat st;

	if (!target_stat(changes->target, path, &st) || !S_ISDIR(st.st_mode))
		changes_directory(changes, path, 0755);
}

int changes_text(const struct changes *changes, const char *path, const char **text,
		 struct err *err)
{
	for (size_t i = changes->count; i-- > 0;)
		if (changes->item[i].kind == CHANGE_FILE && !strcmp(changes->item[i].path, path)) {
			*text = changes->item[i].data;
			return 0;
		}
	return target_read(changes->target, path, changes->arena, text, NULL, err);
}
