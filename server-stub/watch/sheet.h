/*
 * Lines for a terminal, put together cell by cell. Whatever is put into them goes through
 * util/terminal_text: the only escape sequences in a line are this file's own colours. A line never takes
 * more columns than the sheet is wide.
 */
#ifndef SERVER_WATCH_SHEET_H
#define SERVER_WATCH_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "util/limits.h"

enum paint { PAINT_PLAIN, PAINT_BOLD, PAINT_FAINT, PAINT_GOOD, PAINT_HELD, PAINT_ERROR };

struct sheet {
	unsigned width; /* columns */
	bool utf8, colour;
	char **line; /* those that are done, without their ends */
	size_t count;
	bool failed; /* out of memory: lines are missing */

	/* The line at hand. */
	char text[SHEET_LINE_BYTES];
	size_t size;
	unsigned used; /* columns */
};

/* `width` is cut to SHEET_WIDTH_MAX. */
void sheet_init(struct sheet *sheet, unsigned width, bool utf8, bool colour);
void sheet_free(struct sheet *sheet);

/* Text as long as it is, or as far as the line goes. */
void sheet_put(struct sheet *sheet, enum paint paint, const char *text);
/* Exactly so many columns: filled up with spaces on its right, or on its left; cut with a mark. */
void sheet_cell(struct sheet *sheet, enum paint paint, const char *text, unsigned columns);
void sheet_cell_right(struct sheet *sheet, enum paint paint, const char *text, unsigned columns);
/* The same, cut in its middle: names differ at their ends. */
void sheet_cell_middle(struct sheet *sheet, enum paint paint, const char *text, unsigned columns);
/* A bar of so many columns; `part` of it, 0 to 1, is filled. */
void sheet_bar(struct sheet *sheet, double part, unsigned columns);
void sheet_end_line(struct sheet *sheet);

/* The columns that text takes. */
unsigned sheet_columns(const struct sheet *sheet, const char *text);

/*
 * A paragraph in lines of its own, broken between words; the label stands before it, in `paint`. What does not fit
 * into `lines` of them (0: as many as it takes) is cut.
 */
void sheet_paragraph(struct sheet *sheet, enum paint paint, const char *label, const char *text,
		     unsigned lines);

#endif
