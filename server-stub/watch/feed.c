#include "watch/feed.h"

#include <stdlib.h>
#include <string.h>

/* What one look at the store brought. */
struct batch {
	struct vm *vm;
	size_t count, room;
	bool failed;
};

static void add(void *arg, const struct vm *vm)
{
	struct batch *batch = arg;

	if (batch->count == batch->room) {
		const size_t room = batch->room ? 2 * batch->room : 16;
		struct vm *grown = reallocarray(batch->vm, room, sizeof(*grown));

		if (!grown) {
			batch->failed = true;
			return;
		}
		batch->vm = grown;
		batch->room = room;
	}
	batch->vm[batch->count++] = *vm;
}

static int by_id(const void *a, const void *b)
{
	const struct vm *one = a, *other = b;

	return (one->id > other->id) - (one->id < other->id);
}

static void tell(const struct feed *feed, const struct vm *old, const struct vm *new)
{
	if (feed->changed)
		feed->changed(feed->arg, old, new);
}

static void note_version(struct feed *feed, const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->vm[i].version > feed->version)
			feed->version = batch->vm[i].version;
}

/* Walk over what was there and what is there now, both in the order of ids. */
static void compare(const struct feed *feed, const struct batch *now)
{
	size_t i = 0, j = 0;

	while (i < feed->count || j < now->count) {
		const struct vm *old = i < feed->count ? &feed->vm[i] : NULL;
		const struct vm *new = j < now->count ? &now->vm[j] : NULL;
		const int order = !old ? 1 : !new ? -1 : by_id(old, new);

		if (order < 0)
			tell(feed, old, NULL);
		else if (order > 0)
			tell(feed, NULL, new);
		else if (old->version != new->version)
			tell(feed, old, new);
		i += order <= 0;
		j += order >= 0;
	}
}

static int read_all(struct feed *feed, struct store *store, struct err *err)
{
	struct batch batch = {0};
	int ret = store_vm_each(store, add, &batch, err);

	if (ret == 0 && batch.failed)
		ret = err_set(err, ERR_MEMORY, "store", "no memory for all VMs");
	if (ret < 0) {
		free(batch.vm);
		return -1;
	}
	if (batch.count)
		qsort(batch.vm, batch.count, sizeof(*batch.vm), by_id);
	compare(feed, &batch);
	free(feed->vm);
	feed->vm = batch.vm;
	feed->count = batch.count;
	feed->version = 0;
	note_version(feed, &batch);
	return 0;
}

/* False when one of them is not known yet: then all are read. */
static bool take(struct feed *feed, const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct vm *vm = feed->count ? bsearch(&batch->vm[i], feed->vm, feed->count,
						      sizeof(*vm), by_id)
					    : NULL;

		if (!vm)
			return false;
		tell(feed, vm, &batch->vm[i]);
		*vm = batch->vm[i];
	}
	note_version(feed, batch);
	return true;
}

static int read_changed(struct feed *feed, struct store *store, struct err *err)
{
	struct batch batch = {0};
	int ret = store_vm_since(store, feed->version, add, &batch, err);
	bool taken = ret == 0 && !batch.failed && take(feed, &batch);

	free(batch.vm);
	if (ret < 0 || taken)
		return ret;
	return read_all(feed, store, err);
}

int feed_poll(struct feed *feed, struct store *store, struct err *err)
{
	int64_t count, version;

	if (store_vm_count(store, &count, &version, err) < 0)
		return -1;
	/* Versions grow, unless the last VM has gone and others have come. */
	if (count != (int64_t)feed->count || version < feed->version)
		return read_all(feed, store, err);
	return version > feed->version ? read_changed(feed, store, err) : 0;
}

void feed_free(struct feed *feed)
{
	free(feed->vm);
	memset(feed, 0, sizeof(*feed));
}
