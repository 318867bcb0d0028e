/* Where this system's database servers keep their data: other files below a running server destroy it. */
#ifndef NEWROOT_SYNC_SERVER_DATA_H
#define NEWROOT_SYNC_SERVER_DATA_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "job/job.h"

#define SERVER_DATA_MAX 64 /* folders; a system has one or two servers */

struct server_data {
	const char *item[SERVER_DATA_MAX]; /* real paths, the arena's */
	size_t count;
};

/* The folders in which servers run now; those that are `configured`, too, run or not. What cannot be asked is left out. */
void server_data_find(struct server_data *data, bool configured, struct arena *arena);

/* Is the process with this number, as text, one of a database server? It runs in the folder of its data. */
bool server_data_is_server(const char *pid);

/* The folders that the answer of my_print_defaults names. */
void server_data_read_defaults(struct server_data *data, const char *answer, struct arena *arena);

/*
 * Adds to `protect` (whose list is made anew) those within the tree, as paths below tree->path. Errors: ERR_SYNC: the tree
 * lies in one of them.
 */
int server_data_protect(const struct server_data *data, const struct job_tree *tree,
			struct strings *protect, struct arena *arena, struct err *err);

#endif
