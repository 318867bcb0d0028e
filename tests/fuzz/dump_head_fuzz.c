/* Any bytes as the head of a dump, which another machine made: what it tells of a place in a log may go into SQL. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "database/dump_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
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
	struct dump_head head;

	if (size > DUMP_HEAD_MAX)
		return 0;
	dump_head_parse(&head, (const char *)data, size, NULL);
	if (head.found)
		check_position(&head.position);
	return 0;
}
