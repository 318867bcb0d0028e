/*
 * Any bytes as the head of a dump, which another machine made: what it tells of a place in a log may go into SQL, and what
 * is left of it for the server orders nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "database/dump_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* What the filter makes of it: its size. */
static size_t filter(const uint8_t *data, size_t size, char *made, size_t room)
{
	int in = memfd_create("in", 0), out = memfd_create("out", 0);
	int old_in = dup(STDIN_FILENO), old_out = dup(STDOUT_FILENO);
	ssize_t got;

	require(in >= 0 && out >= 0 && pwrite(in, data, size, 0) == (ssize_t)size);
	require(dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0);
	require(dump_head_filter(NULL, NULL) == 0);
	got = pread(out, made, room, 0);
	require(got >= 0 && dup2(old_in, STDIN_FILENO) >= 0 && dup2(old_out, STDOUT_FILENO) >= 0);
	close(in);
	close(out);
	close(old_in);
	close(old_out);
	return (size_t)got;
}

/* The same lines, but for "-- " before some. */
static void check_kept(const char *made, size_t made_size, const char *data, size_t size)
{
	const char *end = made + made_size, *stop;

	for (const char *line = data; line < data + size; line = stop) {
		const char *newline = memchr(line, '\n', (size_t)(data + size - line));
		size_t length;

		stop = newline ? newline + 1 : data + size;
		length = (size_t)(stop - line);
		if ((size_t)(end - made) < length || memcmp(made, line, length) != 0) {
			require((size_t)(end - made) >= length + 3 && !memcmp(made, "-- ", 3));
			made += 3;
		}
		require(!memcmp(made, line, length));
		made += length;
	}
	require(made == end);
}

static void check_position(const struct master_position *position)
{
	require(*position->file && memchr(position->file, '\0', sizeof(position->file)));
	for (const char *c = position->file; *c; c++)
		require(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-",
			       *c));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char made[2 * DUMP_HEAD_MAX];
	struct dump_head head, after;
	size_t made_size;
	int ret;

	if (size > DUMP_HEAD_MAX)
		return 0;
	ret = dump_head_parse(&head, (const char *)data, size, NULL);
	if (head.found)
		check_position(&head.position);
	made_size = filter(data, size, made, sizeof(made));
	check_kept(made, made_size, (const char *)data, size);
	require(dump_head_parse(&after, made, made_size, NULL) == ret);
	require(!after.active && after.found == head.found);
	require(master_position_is(&after.position, &head.position));
	return 0;
}
