/*
 * Text from outside made fit for a terminal. What agents, creators and documents say may hold escape
 * sequences, C1 controls, marks that turn the direction of writing; each of these becomes '?', so that
 * nobody who reports to the service can command the operator's terminal.
 */
#ifndef SERVER_UTIL_TERMINAL_TEXT_H
#define SERVER_UTIL_TERMINAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* One character in UTF-8, and its end. */
#define TERMINAL_CHAR 8

/* Set LC_CTYPE from the environment. Whether the terminal is told in UTF-8; if not, ASCII is all it gets. */
bool terminal_is_utf8(void);

/*
 * Take one character of `text`, which isn't at its end: as it may be shown in `out`, and how many columns
 * it takes (1 or 2). Returns what follows it.
 */
const char *terminal_take(char out[TERMINAL_CHAR], unsigned *columns, const char *text, bool utf8);

/* All of `text`, as far as it fits into `size` bytes. Returns `out`. */
char *terminal_clean(char *out, size_t size, const char *text, bool utf8);

/* All of it to standard output. */
void terminal_print(const char *text, bool utf8);

#endif
