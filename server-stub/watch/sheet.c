#include "watch/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "util/terminal_text.h"

#define INDENT 4 /* of paragraphs */

static const char *const paints[] = {
	[PAINT_PLAIN] = "",        [PAINT_BOLD] = "\033[1m",  [PAINT_FAINT] = "\033[2m",
	[PAINT_GOOD] = "\033[32m", [PAINT_HELD] = "\033[33m", [PAINT_ERROR] = "\033[31m",
};

#define PAINT_END "\033[0m"

void sheet_init(struct sheet *sheet, unsigned width, bool utf8, bool colour)
{
	memset(sheet, 0, sizeof(*sheet));
	sheet->width = width < SHEET_WIDTH_MAX ? width : SHEET_WIDTH_MAX;
	sheet->utf8 = utf8;
	sheet->colour = colour;
}

void sheet_free(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++)
		free(sheet->line[i]);
	free(sheet->line);
	memset(sheet, 0, sizeof(*sheet));
}

/* SHEET_LINE_BYTES has room for a full line in wide characters and all its colours. */
static void append(struct sheet *sheet, const char *bytes)
{
	const size_t size = strlen(bytes);

	if (sheet->size + size >= sizeof(sheet->text))
		return;
	memcpy(sheet->text + sheet->size, bytes, size + 1);
	sheet->size += size;
}

static void append_spaces(struct sheet *sheet, unsigned columns)
{
	for (; columns && sheet->used < sheet->width; columns--, sheet->used++)
		append(sheet, " ");
}

/* One character of `text`, if the line has room for it; NULL when not. */
static const char *append_one(struct sheet *sheet, const char *text)
{
	char one[TERMINAL_CHAR];
	unsigned columns;
	const char *rest = terminal_take(one, &columns, text, sheet->utf8);

	if (sheet->used + columns > sheet->width)
		return NULL;
	append(sheet, one);
	sheet->used += columns;
	return rest;
}

static void paint_begin(struct sheet *sheet, enum paint paint)
{
	if (sheet->colour)
		append(sheet, paints[paint]);
}

static void paint_end(struct sheet *sheet, enum paint paint)
{
	if (sheet->colour && paint != PAINT_PLAIN)
		append(sheet, PAINT_END);
}

unsigned sheet_columns(const struct sheet *sheet, const char *text)
{
	char one[TERMINAL_CHAR];
	unsigned columns, all = 0;

	while (*text) {
		text = terminal_take(one, &columns, text, sheet->utf8);
		all += columns;
	}
	return all;
}

/* As many characters as go into so many columns. Returns what is left of the text. */
static const char *put_columns(struct sheet *sheet, const char *text, unsigned columns)
{
	const unsigned end = sheet->used + columns;

	while (text && *text) {
		char one[TERMINAL_CHAR];
		unsigned wide;

		terminal_take(one, &wide, text, sheet->utf8);
		if (sheet->used + wide > end)
			break;
		text = append_one(sheet, text);
	}
	return text;
}

/* What follows when so many columns, at least, are left out. */
static const char *skip_columns(const struct sheet *sheet, const char *text, unsigned columns)
{
	char one[TERMINAL_CHAR];

	for (unsigned skipped = 0, wide; skipped < columns && *text; skipped += wide)
		text = terminal_take(one, &wide, text, sheet->utf8);
	return text;
}

enum cut { CUT_END, CUT_MIDDLE };

static void put_cut(struct sheet *sheet, const char *text, unsigned columns, enum cut cut)
{
	const unsigned all = sheet_columns(sheet, text);
	const unsigned tail = cut == CUT_MIDDLE ? columns / 2 : 0;

	if (all <= columns) {
		put_columns(sheet, text, columns);
	} else if (columns) {
		put_columns(sheet, text, columns - 1 - tail);
		append_one(sheet, sheet->utf8 ? "…" : "~");
		put_columns(sheet, skip_columns(sheet, text, all - tail), tail);
	}
}

static void put_field(struct sheet *sheet, enum paint paint, const char *text, unsigned columns,
		      enum cut cut)
{
	const unsigned left = sheet->width - sheet->used;

	paint_begin(sheet, paint);
	put_cut(sheet, text, columns < left ? columns : left, cut);
	paint_end(sheet, paint);
}

void sheet_put(struct sheet *sheet, enum paint paint, const char *text)
{
	put_field(sheet, paint, text, sheet->width, CUT_END);
}

void sheet_cell(struct sheet *sheet, enum paint paint, const char *text, unsigned columns)
{
	const unsigned end = sheet->used + columns;

	put_field(sheet, paint, text, columns, CUT_END);
	if (sheet->used < end)
		append_spaces(sheet, end - sheet->used);
}

void sheet_cell_middle(struct sheet *sheet, enum paint paint, const char *text, unsigned columns)
{
	const unsigned end = sheet->used + columns;

	put_field(sheet, paint, text, columns, CUT_MIDDLE);
	if (sheet->used < end)
		append_spaces(sheet, end - sheet->used);
}

void sheet_cell_right(struct sheet *sheet, enum paint paint, const char *text, unsigned columns)
{
	const unsigned all = sheet_columns(sheet, text);

	if (all < columns)
		append_spaces(sheet, columns - all);
	put_field(sheet, paint, text, columns, CUT_END);
}

void sheet_bar(struct sheet *sheet, double part, unsigned columns)
{
	const unsigned filled = (unsigned)(part * columns + 0.5);

	for (unsigned i = 0; i < columns; i++)
		if (i < filled)
			append_one(sheet, sheet->utf8 ? "█" : "#");
		else
			append_one(sheet, sheet->utf8 ? "░" : "-");
}

void sheet_end_line(struct sheet *sheet)
{
	char **grown = reallocarray(sheet->line, sheet->count + 1, sizeof(*grown));
	char *line;

	while (sheet->size && sheet->text[sheet->size - 1] == ' ')
		sheet->size--;
	line = strndup(sheet->text, sheet->size);
	if (grown)
		sheet->line = grown;
	if (grown && line)
		grown[sheet->count++] = line;
	else
		sheet->failed = true;
	if (!grown)
		free(line);
	sheet->size = sheet->used = 0;
}

/* How many bytes of `text` make up the next line of so many columns: up to a space, if there is one. */
static size_t line_bytes(const struct sheet *sheet, const char *text, unsigned columns)
{
	const char *at = text, *space = NULL;
	unsigned used = 0;

	while (*at) {
		char one[TERMINAL_CHAR];
		unsigned wide;
		const char *next = terminal_take(one, &wide, at, sheet->utf8);

		if (used + wide > columns)
			return (size_t)((space ? space : at > text ? at : next) - text);
		if (*at == ' ')
			space = at;
		used += wide;
		at = next;
	}
	return (size_t)(at - text);
}

static void put_bytes(struct sheet *sheet, enum paint paint, const char *text, size_t size)
{
	char piece[SHEET_LINE_BYTES];

	if (size >= sizeof(piece))
		size = sizeof(piece) - 1;
	memcpy(piece, text, size);
	piece[size] = '\0';
	sheet_put(sheet, paint, piece);
}

void sheet_paragraph(struct sheet *sheet, enum paint paint, const char *label, const char *text,
		     unsigned lines)
{
	append_spaces(sheet, INDENT);
	sheet_put(sheet, paint, label);
	append_spaces(sheet, 1);
	for (unsigned line = 1;; line++) {
		const unsigned left = sheet->width - sheet->used;
		const size_t size = line == lines ? strlen(text) : line_bytes(sheet, text, left);

		put_bytes(sheet, PAINT_PLAIN, text, size);
		sheet_end_line(sheet);
		text += size;
		text += strspn(text, " ");
		if (!*text)
			return;
		append_spaces(sheet, INDENT + 2);
	}
}
