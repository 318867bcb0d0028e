/* A store with a group of three VMs, for tests of what moves them. */
#ifndef TESTS_COURSE_FIXTURE_H
#define TESTS_COURSE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "course/action.h"
#include "course/intake.h"
#include "course/lease.h"
#include "tests/unit/store_folder.h"

#define BOOT_A "aaaaaaaa-0b0a-0908-0706-050403020100"
#define BOOT_B "bbbbbbbb-0b0a-0908-0706-050403020100"
#define BOOT_C "cccccccc-0b0a-0908-0706-050403020100"
#define BOOT_D "dddddddd-0b0a-0908-0706-050403020100"

struct fixture {
	char path[64];
	struct store *store;
};

/* A group of three, imported, at the state that a test wants. */
static inline void add(struct fixture *f, const char *name, int number, enum vm_state state)
{
	struct vm vm = {.imported = true, .state = state, .armed = true};

	snprintf(vm.name, sizeof(vm.name), "%s", name);
	snprintf(vm.mac, sizeof(vm.mac), "52:54:00:00:00:%02x", (unsigned)number);
	snprintf(vm.group, sizeof(vm.group), "shop");
	snprintf(vm.mode, sizeof(vm.mode), "install");
	assert_int_equal(token_new(vm.token, NULL), 0);
	token_hash(vm.token_hash, vm.token);
	assert_int_equal(store_vm_add(f->store, &vm, "{}", "{}", NULL), 0);
}

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->path, "/tmp/newroot-course-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	assert_int_equal(store_open(&f->store, f->path, true, NULL), 0);
	add(f, "db1", 1, VM_NEEDS_CREATING);
	add(f, "db2", 2, VM_CREATED);
	add(f, "web1", 3, VM_CREATED);
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

static inline struct vm get(struct fixture *f, const char *name)
{
	struct vm vm;

	assert_int_equal(course_find(f->store, name, &vm, NULL), 0);
	return vm;
}

static inline int act(struct fixture *f, const char *name, enum action action, struct err *err)
{
	return action_vm(f->store, name, action, "a test", 7, err);
}

static inline int report(struct fixture *f, const char *name, enum work work,
			 enum lease_report report, const char *creator, int64_t now_ms)
{
	struct vm vm = get(f, name);

	return lease_report(f->store, &vm, work, report, creator, "no room",
			    &(struct moment){now_ms, now_ms}, NULL);
}

static inline bool open_for(struct fixture *f, const char *name, enum work work, int64_t now_ms)
{
	struct vm vm = get(f, name);

	return lease_open(&vm, work, now_ms);
}

static inline struct intake post(struct fixture *f, const char *name, const char *boot,
				 struct event event)
{
	struct event_list list = {.item = &event, .count = 1};
	struct intake result;
	struct boot known;
	struct vm vm = get(f, name);

	snprintf(list.boot, sizeof(list.boot), "%s", boot);
	assert_int_equal(store_boot_open(f->store, vm.id, boot, 1, &known, NULL), 0);
	event.seq = known.taken + 1;
	event.body = (char *)"{}";
	if (!event.type)
		event.type = "note";
	assert_int_equal(intake_events(f->store, vm.id, &list, 9, &result, NULL), 0);
	return result;
}

static inline void count_vm(void *arg, const struct vm *vm)
{
	(void)vm;
	++*(int *)arg;
}

/* With a job that holds something back until cutover, and this role. */
static inline void migrate(struct fixture *f, const char *name, const char *role)
{
	struct vm vm = get(f, name);

	snprintf(vm.role, sizeof(vm.role), "%s", role);
	assert_int_equal(store_vm_save_import(f->store, &vm, "{\"quarantine\": {}}", "{}", NULL),
			 0);
}

static inline void complete(struct fixture *f, const char *name)
{
	post(f, name, BOOT_A, (struct event){.input = INPUT_CONFIGURING});
	post(f, name, BOOT_A, (struct event){.input = INPUT_COMPLETE});
	assert_int_equal(get(f, name).state, VM_COMPLETE);
}

static inline struct event failed_in(const char *step)
{
	struct event event = {.type = "error", .input = INPUT_ERROR, .error = "archive.hash: x: y"};

	snprintf(event.step, sizeof(event.step), "%s", step);
	return event;
}

static inline struct event passed(const char *step)
{
	struct event event = {.type = "end", .passed = true};

	snprintf(event.step, sizeof(event.step), "%s", step);
	return event;
}

struct causes {
	const char *wanted;
	int count;
};

static inline void add_cause(void *arg, const struct change_row *row)
{
	struct causes *causes = arg;

	causes->count += !strcmp(row->cause, causes->wanted);
}

static inline int count_cause(struct fixture *f, const char *name, const char *cause)
{
	struct causes causes = {.wanted = cause};

	assert_int_equal(store_change_each(f->store, get(f, name).id, add_cause, &causes, NULL), 0);
	return causes.count;
}

static const struct event beat = {.type = "heartbeat"};

#endif
