#include "os/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST_ROOM 256 /* most configuration files are smaller */

static void make_room(struct text *text, size_t more)
{
	size_t room = text->room ? text->room : FIRST_ROOM;
	char *grown;

	while (room - text->size <= more)
		room *= 2;
	if (room == text->room)
		return;
	grown = arena_alloc(text->arena, room);
	if (text->data)
		memcpy(grown, text->data, text->size);
	text->data = grown;
	text->room = room;
}

void text_add(struct text *text, const char *data, size_t size)
{
	make_room(text, size);
	memcpy(text->data + text->size, data, size);
	text->size += size;
	text->data[text->size] = '\0';
}

void text_line(struct text *text, const char *line, size_t size)
{
	text_add(text, line, size);
	text_add(text, "\n", 1);
}

void text_printf(struct text *text, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	make_room(text, (size_t)len);
	va_start(ap, fmt);
	vsnprintf(text->data + text->size, (size_t)len + 1, fmt, ap);
	va_end(ap);
	text->size += (size_t)len;
}

void text_join(struct text *text, const char *between, const char *const *item, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_printf(text, "%s%s", i ? between : "", item[i]);
}

bool text_lists(const char *list, const char *word)
{
	size_t size = strlen(word);

	for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',')
		if (strcspn(at, ",") == size && !strncmp(at, word, size))
			return true;
	return false;
}
