#include "keeper/waiting.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course/course.h"
#include "migration/archives_there.h"
#include "util/limits.h"
#include "util/text.h"

#define CAUSE "its archives are there"

/* One VM that waits; `found` are those for which something else is true than the store says. */
struct item {
	int64_t id;
	char name[VM_NAME_MAX + 1];
	bool found;
	char text[VM_WAITING_MAX + 1]; /* what is missing; "": nothing */
};

struct items {
	struct item *item;
	size_t count, room;
	bool failed;
};

static void add_item(void *arg, const struct vm *vm)
{
	struct items *items = arg;
	struct item *item;

	if (vm->state != VM_WAITING)
		return;
	if (items->count == items->room) {
		size_t room = items->room ? 2 * items->room : 64;
		struct item *grown = reallocarray(items->item, room, sizeof(*grown));

		items->failed |= !grown;
		if (!grown)
			return;
		items->item = grown;
		items->room = room;
	}
	item = &items->item[items->count++];
	*item = (struct item){.id = vm->id};
	memcpy(item->name, vm->name, sizeof(vm->name));
	memcpy(item->text, vm->waiting, sizeof(vm->waiting));
}

static int look_at(const struct waiting *waiting, struct item *item, struct err *err)
{
	char missing[ARCHIVE_PATH_MAX + 1], text[VM_WAITING_MAX + 1] = "", *job;
	int there;

	if (store_vm_job(waiting->store, item->id, &job, err) < 0)
		return -1;
	there = migration_archives_there(job, waiting->data, waiting->url, missing, err);
	free(job);
	if (there < 0)
		return -1;
	if (!there)
		migration_missing_text(text, missing);
	item->found = there || strcmp(text, item->text) != 0;
	memcpy(item->text, text, sizeof(text));
	return 0;
}

/* A write that its maker waits for. */
struct report {
	struct write write;
	const struct items *items;
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done;
};

static int apply_one(struct store *store, const struct item *item, struct err *err)
{
	struct vm vm;
	int found = store_vm_find(store, VM_BY_ID, item->id, NULL, &vm, err);

	if (found <= 0 || vm.state != VM_WAITING)
		return found < 0 ? -1 : 0;
	if (!item->text[0])
		return course_move(store, &vm, INPUT_ARCHIVES, CAUSE, wall_ms(), err) < 0 ? -1 : 0;
	memcpy(vm.waiting, item->text, sizeof(vm.waiting));
	return store_vm_save(store, &vm, err);
}

static int apply(struct write *write, struct store *store, struct err *err)
{
	const struct items *items = ((struct report *)write)->items;

	for (size_t i = 0; i < items->count; i++)
		if (items->item[i].found && apply_one(store, &items->item[i], err) < 0)
			return -1;
	return 0;
}

static void done(struct write *write)
{
	struct report *report = (struct report *)write;

	pthread_mutex_lock(&report->lock);
	report->is_done = true;
	pthread_cond_signal(&report->done);
	pthread_mutex_unlock(&report->lock);
}

static int store_found(const struct waiting *waiting, const struct items *items, struct err *err)
{
	struct report report = {
		.write = {.apply = apply, .done = done, .err = ERR_INIT},
		.items = items,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.done = PTHREAD_COND_INITIALIZER,
	};

	writer_submit(waiting->writer, &report.write);
	pthread_mutex_lock(&report.lock);
	while (!report.is_done)
		pthread_cond_wait(&report.done, &report.lock);
	pthread_mutex_unlock(&report.lock);
	pthread_cond_destroy(&report.done);
	pthread_mutex_destroy(&report.lock);
	return report.write.ret < 0 && err ? err_keep(err, &report.write.err) : report.write.ret;
}

static const struct err *prefixed(struct err *err, const struct item *item)
{
	err_prefix(err, "%s waits for archives", item->name);
	return err;
}

int waiting_look(struct waiting *waiting, struct err *err)
{
	struct items items = {0};
	bool found = false;
	int ret = store_vm_each(waiting->store, add_item, &items, err);

	if (ret == 0 && items.failed)
		ret = err_set(err, ERR_MEMORY, "keeper", "no memory for the VMs that wait");
	for (size_t i = 0; ret == 0 && i < items.count && i < KEEPER_ARCHIVES_MAX; i++) {
		struct item *item = &items.item[waiting->next++ % items.count];
		struct err one = ERR_INIT;

		if (look_at(waiting, item, &one) < 0)
			err_keep(err, prefixed(&one, item));
		found |= item->found;
	}
	if (ret == 0 && found)
		ret = store_found(waiting, &items, err);
	free(items.item);
	return ret < 0 || (err && err->code != ERR_NONE) ? -1 : 0;
}
