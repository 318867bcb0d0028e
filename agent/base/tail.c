#include "base/tail.h"

#include "base/log.h"

static void finish_line(struct tail *tail, const char *name)
{
	tail->line[tail->next][tail->used] = '\0';
	if (tail->used == 0)
		return;
	log_line("%s: %s", name, tail->line[tail->next]);
	tail->next = (tail->next + 1) % CHILD_TAIL_LINES;
	if (tail->count < CHILD_TAIL_LINES)
		tail->count++;
	tail->used = 0;
}

void tail_add(struct tail *tail, const char *name, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char c = bytes[i];

		if (c == '\n' || c == '\r')
			finish_line(tail, name);
		else if (tail->used < CHILD_TAIL_LINE_MAX - 1)
			tail->line[tail->next][tail->used++] =
				((unsigned char)c >= 0x20 && c != 0x7f) || c == '\t' ? c : '?';
	}
}

void tail_end(struct tail *tail, const char *name)
{
	finish_line(tail, name);
}

size_t tail_lines(const struct tail *tail, const char **lines)
{
	size_t first = (tail->next + CHILD_TAIL_LINES - tail->count) % CHILD_TAIL_LINES;

	for (size_t i = 0; i < tail->count; i++)
		lines[i] = tail->line[(first + i) % CHILD_TAIL_LINES];
	return tail->count;
}
