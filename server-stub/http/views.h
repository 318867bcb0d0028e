/*
 * Handles of the store for what reads many rows, one for each thread that answers: a view that takes long keeps nobody else
 * waiting, since each handle reads a snapshot of its own, without a lock that others need.
 */
#ifndef SERVER_HTTP_VIEWS_H
#define SERVER_HTTP_VIEWS_H

#include "store/store.h"

struct views;

int views_open(struct views **views, const char *data_path, struct err *err);
/* NULL-safe. */
void views_close(struct views *views);

/* The calling thread's own. */
struct store *views_get(struct views *views);

#endif
