/* Any bytes as the answer of a client program: each column by its name, as one line, and nothing behind its place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "database/row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

static void check_value(const char *answer, const char *name, size_t room, size_t longest)
{
	char *value = malloc(room);

	require(value != NULL);
	row_get(answer, name, value, room);
	require(memchr(value, '\0', room) != NULL && strlen(value) <= longest);
	require(strpbrk(value, "\t\n") == NULL);
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t rooms[] = {1, 2, 16, 4096};
	char *answer = malloc(size + 1), *names = malloc(size + 1), *rest = names;
	size_t row;

	require(answer && names);
	memcpy(answer, data, size);
	answer[size] = '\0';
	memcpy(names, answer, size + 1);
	row = strcspn(names, "\n");
	names[row] = '\0';
	for (const char *name = strsep(&rest, "\t"); name; name = strsep(&rest, "\t"))
		for (size_t i = 0; i < sizeof(rooms) / sizeof(*rooms); i++)
			check_value(answer, name, rooms[i], size - row);
	check_value(answer, "Slave_IO_Running", 16, size - row);
	free(answer);
	free(names);
	return 0;
}
