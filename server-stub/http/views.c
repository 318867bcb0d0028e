#include "http/views.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "util/limits.h"

/* MHD's threads, and the hub's. More of them would share handles, which is safe as well. */
#define HANDLES (HTTP_THREADS_MAX + 1)

struct views {
	struct store *handle[HANDLES];
	atomic_uint given;
};

int views_open(struct views **views, const char *data_path, struct err *err)
{
	struct views *opened = calloc(1, sizeof(*opened));

	if (!opened)
		return err_set(err, ERR_MEMORY, "serve", "no memory");
	for (size_t i = 0; i < HANDLES; i++)
		if (store_open(&opened->handle[i], data_path, false, err) < 0) {
			views_close(opened);
			return -1;
		}
	*views = opened;
	return 0;
}

void views_close(struct views *views)
{
	if (!views)
		return;
	for (size_t i = 0; i < HANDLES; i++)
		store_close(views->handle[i]);
	free(views);
}

struct store *views_get(struct views *views)
{
	static _Thread_local struct {
		const struct views *of;
		struct store *handle;
	} mine;

	if (mine.of != views) {
		mine.of = views;
		mine.handle = views->handle[atomic_fetch_add(&views->given, 1) % HANDLES];
	}
	return mine.handle;
}
