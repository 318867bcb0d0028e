/*
 * The terminal that watch draws on: its other screen, without an echo of keys; as it was, again, however watch
 * ends. Without one (a pipe, a file, TERM=dumb) only the signals are taken care of.
 */
#ifndef SERVER_WATCH_TERMINAL_H
#define SERVER_WATCH_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

#include "base/err.h"
#include "watch/sheet.h"

struct terminal {
	bool screen; /* standard output is one */
	bool keys;   /* standard input is one */
	bool deaf;   /* nothing more comes from there */
	int signals; /* signalfd */
	struct termios before;
};

/* Whether standard output is a terminal that can be drawn on. */
bool terminal_can_draw(void);

/* Its size; 80 × 24 when nothing tells. COLUMNS counts where there is no terminal. */
void terminal_size(unsigned *columns, unsigned *lines);

/* Errors: ERR_IO. terminal_close() also after an error. */
int terminal_open(struct terminal *terminal, bool screen, struct err *err);
void terminal_close(struct terminal *terminal);

/* Show these lines, and nothing else. Errors: ERR_IO. */
int terminal_draw(const struct sheet *sheet, struct err *err);

/* Wait so many milliseconds, or until the window has another size. False: it is time to end (q, Ctrl-C, SIGTERM, a hangup). */
bool terminal_wait(struct terminal *terminal, int milliseconds);

#endif
