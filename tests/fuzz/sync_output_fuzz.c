/* Any bytes as what rsync says, names of another machine in it: figures without harm, and names that a console may show. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sync/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_largest(const struct sync_figures *figures)
{
	require(figures->largest_count <= SYNC_LARGEST);
	for (size_t i = 0; i < figures->largest_count; i++) {
		const struct sync_file *file = &figures->largest[i];

		require(i == 0 || figures->largest[i - 1].size >= file->size);
		require(memchr(file->name, '\0', sizeof(file->name)) != NULL);
		require(strchr(file->name, '\033') == NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sync_output whole = {0}, halves = {0};
	struct sync_figures sum = {0};

	sync_output_add(&whole, (const char *)data, size);
	sync_output_add(&halves, (const char *)data, size / 2);
	sync_output_add(&halves, (const char *)data + size / 2, size - size / 2);
	require(memcmp(&whole, &halves, sizeof(whole)) == 0);
	check_largest(&whole.figures);
	sync_figures_sum(&sum, &whole.figures, "/srv/www");
	sync_figures_sum(&sum, &whole.figures, "/srv");
	check_largest(&sum);
	return 0;
}
