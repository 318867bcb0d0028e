/* A store with one VM, and events as the VM would send them. */
#ifndef NEWROOT_TESTS_STORE_FIXTURE_H
#define NEWROOT_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "course/intake.h"
#include "store/store.h"
#include "tests/unit/store_folder.h"

#define BOOT_A "aaaaaaaa-0b0a-0908-0706-050403020100"
#define BOOT_B "bbbbbbbb-0b0a-0908-0706-050403020100"
#define MAC    "52:54:00:00:00:11"

struct fixture {
	char path[64];
	struct store *store;
	struct vm vm;
};

static inline void add(struct fixture *f, struct vm *vm, const char *name, const char *mac,
		       const char *address)
{
	struct err err = ERR_INIT;

	memset(vm, 0, sizeof(*vm));
	snprintf(vm->name, sizeof(vm->name), "%s", name);
	snprintf(vm->mac, sizeof(vm->mac), "%s", mac);
	snprintf(vm->address, sizeof(vm->address), "%s", address);
	snprintf(vm->group, sizeof(vm->group), "shop");
	snprintf(vm->mode, sizeof(vm->mode), "install");
	vm->state = VM_CREATED;
	assert_int_equal(store_vm_add(f->store, vm, "{\"newroot\":1}", "", &err), 0);
}

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->path, "/tmp/newroot-store-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	assert_int_equal(store_open(&f->store, f->path, true, NULL), 0);
	add(f, &f->vm, "db1", MAC, "10.0.0.1");
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	store_folder_remove(f->path);
	free(f);
	return 0;
}

static inline void reopen(struct fixture *f)
{
	store_close(f->store);
	assert_int_equal(store_open(&f->store, f->path, false, NULL), 0);
}

/* Heartbeats numbered from `first` to `last`. */
static inline void heartbeats(struct event_list *list, const char *boot, int64_t first,
			      int64_t last)
{
	memset(list, 0, sizeof(*list));
	strcpy(list->boot, boot);
	list->count = (size_t)(last - first + 1);
	list->item = calloc(list->count, sizeof(*list->item));
	assert_non_null(list->item);
	for (size_t i = 0; i < list->count; i++) {
		list->item[i].seq = first + (int64_t)i;
		list->item[i].type = "heartbeat";
		list->item[i].body = strdup("{}");
	}
}

static inline int take(struct fixture *f, struct event_list *list, struct intake *result,
		       struct err *err)
{
	int ret;

	assert_int_equal(store_begin(f->store, NULL), 0);
	ret = intake_events(f->store, f->vm.id, list, 1000, result, err);
	if (ret == 0)
		assert_int_equal(store_commit(f->store, NULL), 0);
	else
		store_rollback(f->store);
	events_free(list);
	return ret;
}

static inline struct intake take_range(struct fixture *f, const char *boot, int64_t first,
				       int64_t last)
{
	struct event_list list;
	struct intake result;

	heartbeats(&list, boot, first, last);
	assert_int_equal(take(f, &list, &result, NULL), 0);
	return result;
}

static inline int64_t stored(struct fixture *f)
{
	int64_t count = -1;

	assert_int_equal(store_event_count(f->store, f->vm.id, &count, NULL), 0);
	return count;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
