/*
 * Who is logged in, for whoever looks from another process: a file of sessions/ for each session that `serve` keeps in memory. The
 * file has no secret; a session whose file is gone is over. None outlives `serve`, and no backup needs them.
 */
#ifndef SERVER_SITE_SESSIONS_H
#define SERVER_SITE_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "site/data.h"
#include "util/limits.h"
#include "vm/names.h"

#define SESSION_ID_TEXT 9 /* 8 hex digits */

struct session_row {
	char id[SESSION_ID_TEXT];
	char who[VM_NAME_MAX + 1];
	char from[ADDRESS_TEXT];
	int64_t begun_ms;
	int64_t used_ms; /* when it was used last; read only */
};

/* Make the folder, and remove what a `serve` that was killed left. Errors: ERR_SERVICE_DATA. */
int sessions_begin(const struct data *data, struct err *err);
/* Errors: ERR_IO, ERR_SERVICE_DATA. */
int sessions_add(const struct data *data, const struct session_row *row, struct err *err);
/* False: it is over. */
bool sessions_find(const struct data *data, const char *id, struct session_row *row);
bool sessions_is(const struct data *data, const char *id);
/* It is used just now. */
void sessions_use(const struct data *data, const char *id);
/* 1: it is over now; 0: it was already; -1: ERR_SERVICE_DATA. */
int sessions_end(const struct data *data, const char *id, struct err *err);
/* In the order of their beginning. */
int sessions_each(const struct data *data, void (*each)(void *arg, const struct session_row *row),
		  void *arg, struct err *err);

#endif
