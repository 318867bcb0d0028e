#include "plan/columns.h"

#include <stdbool.h>
#include <string.h>

static size_t count_heads(const struct columns *columns)
{
	size_t count = 0;

	while (count < COLUMNS_MAX && columns->heads[count])
		count++;
	return count;
}

void columns_add(struct columns *columns, const char *const *cells)
{
	size_t count = count_heads(columns);

	if (columns->rows == columns->room) {
		size_t room = columns->room ? 2 * columns->room : 8;
		const char **grown = arena_array(columns->arena, room * count, sizeof(*grown));

		if (columns->rows)
			memcpy(grown, columns->cells, columns->rows * count * sizeof(*grown));
		columns->cells = grown;
		columns->room = room;
	}
	for (size_t i = 0; i < count; i++)
		columns->cells[columns->rows * count + i] = cells[i] && *cells[i] ? cells[i] : "-";
	columns->rows++;
}

/* Print one line; trailing blanks are left out. */
static void print_line(const struct columns *columns, const char *const *cells,
		       const size_t *widths, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		const char *cell = *cells[i] == '<' ? cells[i] + 1 : cells[i];
		bool left = columns->heads[i][0] == '<';
		int pad = (int)(widths[i] - strlen(cell));

		fprintf(out, "  %*s%s", left ? 0 : pad, "", cell);
		if (left && i + 1 < count)
			fprintf(out, "%*s", pad, "");
	}
	fputc('\n', out);
}

void columns_print(const struct columns *columns, FILE *out)
{
	size_t widths[COLUMNS_MAX] = {0}, count = count_heads(columns);

	for (size_t i = 0; i < count; i++)
		widths[i] = strlen(columns->heads[i]) - (columns->heads[i][0] == '<');
	for (size_t i = 0; i < columns->rows * count; i++)
		if (strlen(columns->cells[i]) > widths[i % count])
			widths[i % count] = strlen(columns->cells[i]);
	print_line(columns, columns->heads, widths, count, out);
	for (size_t row = 0; row < columns->rows; row++)
		print_line(columns, columns->cells + row * count, widths, count, out);
}
