/* What moves a VM besides its events: the operator's actions, creators' leases, the job handed out; and holds by errors. */
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
#include "course/handout.h"
#include "course/intake.h"
#include "course/lease.h"
#include "util/limits.h"

#define BOOT_A "aaaaaaaa-0b0a-0908-0706-050403020100"
#define BOOT_B "bbbbbbbb-0b0a-0908-0706-050403020100"
#define BOOT_C "cccccccc-0b0a-0908-0706-050403020100"
#define BOOT_D "dddddddd-0b0a-0908-0706-050403020100"

struct fixture {
	char path[64];
	struct store *store;
};

/* A group of three, imported, at the state that a test wants. */
static void add(struct fixture *f, const char *name, int number, enum vm_state state)
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

static int setup(void **state)
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

static int teardown(void **state)
{
	static const char *const files[] = {"newroot.db", "newroot.db-wal", "newroot.db-shm"};
	struct fixture *f = *state;
	char path[128];

	store_close(f->store);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->path, files[i]);
		unlink(path);
	}
	rmdir(f->path);
	free(f);
	return 0;
}

static struct vm get(struct fixture *f, const char *name)
{
	struct vm vm;

	assert_int_equal(course_find(f->store, name, &vm, NULL), 0);
	return vm;
}

static int act(struct fixture *f, const char *name, enum action action, struct err *err)
{
	return action_vm(f->store, name, action, "a test", 7, err);
}

static int report(struct fixture *f, const char *name, enum work work, enum lease_report report,
		  const char *creator, int64_t now_ms)
{
	struct vm vm = get(f, name);

	return lease_report(f->store, &vm, work, report, creator, "no room", now_ms, NULL);
}

static bool open_for(struct fixture *f, const char *name, enum work work, int64_t now_ms)
{
	struct vm vm = get(f, name);

	return lease_open(&vm, work, now_ms);
}

static struct intake post(struct fixture *f, const char *name, const char *boot, struct event event)
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

static void count_vm(void *arg, const struct vm *vm)
{
	(void)vm;
	++*(int *)arg;
}

/* With a job that holds something back until cutover, and this role. */
static void migrate(struct fixture *f, const char *name, const char *role)
{
	struct vm vm = get(f, name);

	snprintf(vm.role, sizeof(vm.role), "%s", role);
	assert_int_equal(store_vm_save_import(f->store, &vm, "{\"quarantine\": {}}", "{}", NULL),
			 0);
}

static void complete(struct fixture *f, const char *name)
{
	post(f, name, BOOT_A, (struct event){.input = INPUT_CONFIGURING});
	post(f, name, BOOT_A, (struct event){.input = INPUT_COMPLETE});
	assert_int_equal(get(f, name).state, VM_COMPLETE);
}

static struct event failed_in(const char *step)
{
	struct event event = {.type = "error", .input = INPUT_ERROR, .error = "archive.hash: x: y"};

	snprintf(event.step, sizeof(event.step), "%s", step);
	return event;
}

static struct event passed(const char *step)
{
	struct event event = {.type = "end", .passed = true};

	snprintf(event.step, sizeof(event.step), "%s", step);
	return event;
}

struct causes {
	const char *wanted;
	int count;
};

static void add_cause(void *arg, const struct change_row *row)
{
	struct causes *causes = arg;

	causes->count += !strcmp(row->cause, causes->wanted);
}

static int count_cause(struct fixture *f, const char *name, const char *cause)
{
	struct causes causes = {.wanted = cause};

	assert_int_equal(store_change_each(f->store, get(f, name).id, add_cause, &causes, NULL), 0);
	return causes.count;
}

static void test_job_goes_to_one_boot(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	int64_t id = get(f, "db2").id;

	assert_int_equal(handout(f->store, id, BOOT_A, 5, NULL), 0);
	assert_int_equal(get(f, "db2").state, VM_CONFIGURING);
	assert_int_equal(handout(f->store, id, BOOT_A, 6, NULL), 0);
	assert_int_equal(handout(f->store, id, BOOT_B, 7, &err), COURSE_REFUSED);
	assert_int_equal(err.code, ERR_SERVICE_STATE);
	assert_int_equal(handout(f->store, id, "", 8, NULL), COURSE_REFUSED);
	/* Only what failed is tried again: erasing disks anew is to be said. */
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), COURSE_REFUSED);
	assert_int_equal(act(f, "db2", ACTION_ARM, NULL), 0);
	assert_int_equal(handout(f->store, id, BOOT_B, 9, NULL), 0);
	assert_int_equal(handout(f->store, id, BOOT_A, 9, NULL), COURSE_REFUSED);
}

/* What an import left of the VM's former network goes when it gets the job of the new one. */
static void test_old_addresses_go_with_the_new_job(void **state)
{
	static const char job[] = "{\"network\":{\"interfaces\":[{\"dhcp\":true},"
				  "{\"addresses\":[\"10.80.1.2/24\",\"FD00:0::2/64\",7]}]}}";
	struct fixture *f = *state;
	struct vm vm = get(f, "db2");

	strcpy(vm.finals, "10.80.1.2 fd00::2 10.80.0.2");
	assert_int_equal(store_vm_save_import(f->store, &vm, job, "{}", NULL), 0);
	assert_int_equal(handout(f->store, vm.id, BOOT_A, 5, NULL), 0);
	assert_string_equal(get(f, "db2").finals, "10.80.1.2 fd00::2");
	/* A job without addresses says nothing of them. */
	vm = get(f, "web1");
	strcpy(vm.finals, "10.80.0.3");
	assert_int_equal(store_vm_save_import(f->store, &vm, "{}", "{}", NULL), 0);
	assert_int_equal(handout(f->store, vm.id, BOOT_A, 5, NULL), 0);
	assert_string_equal(get(f, "web1").finals, "10.80.0.3");
}

/* One that states no boot has had it, and can't prove that it is the same. */
static void test_job_without_a_boot_goes_once(void **state)
{
	struct fixture *f = *state;
	int64_t id = get(f, "db2").id;

	assert_int_equal(handout(f->store, id, "", 5, NULL), 0);
	assert_int_equal(handout(f->store, id, "", 6, NULL), COURSE_REFUSED);
}

static void test_two_creators_never_get_the_same(void **state)
{
	struct fixture *f = *state;
	const int64_t lease_ms = LEASE_SECONDS * 1000;

	assert_true(open_for(f, "db1", WORK_CREATE, 10));
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "one", 10), 0);
	assert_false(open_for(f, "db1", WORK_CREATE, 11));
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "two", 11), COURSE_REFUSED);
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_DONE, "two", 11), COURSE_REFUSED);
	/* Taking it again prolongs; one that died loses it. */
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "one", 20), 0);
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "two", 10 + lease_ms + 5),
			 COURSE_REFUSED);
	assert_true(open_for(f, "db1", WORK_CREATE, 20 + lease_ms));
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "two", 20 + lease_ms), 0);
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_DONE, "two", 21 + lease_ms), 0);
	assert_int_equal(get(f, "db1").state, VM_CREATED);
	assert_string_equal(get(f, "db1").lease_by, "");
}

static void test_what_is_not_open(void **state)
{
	struct fixture *f = *state;

	assert_false(open_for(f, "db1", WORK_PROVISION, 10));
	assert_false(open_for(f, "db2", WORK_CREATE, 10));
	assert_int_equal(report(f, "db2", WORK_PROVISION, LEASE_TAKEN, "one", 10), COURSE_REFUSED);
	assert_int_equal(act(f, "db1", ACTION_HOLD, NULL), 0);
	assert_false(open_for(f, "db1", WORK_CREATE, 10));
}

static void test_a_creator_fails(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "one", 10), 0);
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_FAILED, "one", 11), 0);
	assert_int_equal(get(f, "db1").state, VM_ERROR);
	assert_string_equal(get(f, "db1").error, "creator.failed: creating: no room");
	assert_string_equal(get(f, "web1").held_by, "db1");
	assert_int_equal(act(f, "db1", ACTION_RETRY, NULL), 0);
	assert_true(open_for(f, "db1", WORK_CREATE, 12));
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "one", 12), 0);
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_DONE, "one", 13), 0);
	assert_string_equal(get(f, "web1").held_by, "");
}

/* What a creator says of one work changes nothing of a VM that is at another. */
static void test_a_failure_is_of_the_work_at_hand(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(report(f, "db1", WORK_PROVISION, LEASE_FAILED, "one", 10), COURSE_REFUSED);
	assert_int_equal(handout(f->store, get(f, "web1").id, BOOT_A, 5, NULL), 0);
	post(f, "web1", BOOT_A, failed_in("unpack"));
	assert_int_equal(report(f, "web1", WORK_CREATE, LEASE_FAILED, "one", 10), COURSE_REFUSED);
	assert_string_equal(get(f, "web1").error, "archive.hash: x: y");
	assert_int_equal(act(f, "web1", ACTION_RETRY, NULL), 0);
	/* The blank VM can't be started: it was not made well. */
	assert_int_equal(report(f, "web1", WORK_CREATE, LEASE_FAILED, "one", 11), 0);
	assert_int_equal(act(f, "web1", ACTION_RETRY, NULL), 0);
	assert_int_equal(handout(f->store, get(f, "web1").id, BOOT_A, 5, NULL), 0);
	post(f, "web1", BOOT_A, (struct event){.input = INPUT_INSTALLED});
	assert_int_equal(report(f, "web1", WORK_PROVISION, LEASE_TAKEN, "one", 12), 0);
	assert_int_equal(report(f, "web1", WORK_CREATE, LEASE_FAILED, "one", 13), COURSE_REFUSED);
	assert_int_equal(get(f, "web1").state, VM_PROVISIONING);
	assert_int_equal(report(f, "web1", WORK_PROVISION, LEASE_FAILED, "one", 14), 0);
	assert_string_equal(get(f, "web1").hold_step, "provisioning");
}

static void test_provisioning(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(handout(f->store, get(f, "web1").id, BOOT_A, 5, NULL), 0);
	post(f, "web1", BOOT_A, (struct event){.input = INPUT_INSTALLED});
	assert_true(open_for(f, "web1", WORK_PROVISION, 10));
	assert_int_equal(report(f, "web1", WORK_PROVISION, LEASE_TAKEN, "one", 10), 0);
	assert_int_equal(get(f, "web1").state, VM_PROVISIONING);
	assert_false(open_for(f, "web1", WORK_PROVISION, 11));
	assert_true(open_for(f, "web1", WORK_PROVISION, 10 + LEASE_SECONDS * 1000));
	assert_int_equal(report(f, "web1", WORK_PROVISION, LEASE_DONE, "one", 12), 0);
	assert_false(open_for(f, "web1", WORK_PROVISION, 10 + LEASE_SECONDS * 1000));
	/* The VM's own word may be quicker than the creator's. */
	post(f, "web1", BOOT_B, (struct event){.input = INPUT_FIRST_BOOT});
	assert_int_equal(report(f, "web1", WORK_PROVISION, LEASE_DONE, "one", 13), 0);
	assert_int_equal(get(f, "web1").state, VM_FIRST_BOOT);
}

static void test_an_error_holds_the_group(void **state)
{
	struct fixture *f = *state;
	struct event beat = {.type = "heartbeat"};

	assert_int_equal(handout(f->store, get(f, "db2").id, BOOT_A, 5, NULL), 0);
	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_false(get(f, "db2").held_by[0]);
	assert_true(post(f, "web1", BOOT_B, beat).hold);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	/* The boot that failed hears that it may begin anew, until it has done so. */
	assert_true(post(f, "db2", BOOT_A, beat).again);
	assert_int_equal(handout(f->store, get(f, "db2").id, BOOT_B, 5, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, beat).again);
	/* Only what failed before proves it mended. */
	post(f, "db2", BOOT_B, passed("format"));
	assert_true(post(f, "web1", BOOT_B, beat).hold);
	post(f, "db2", BOOT_B, passed("unpack"));
	assert_false(post(f, "web1", BOOT_B, beat).hold);
}

/* Two that failed and are tried again must not wait for each other. */
static void test_two_errors_do_not_hold_each_other(void **state)
{
	struct fixture *f = *state;
	struct event beat = {.type = "heartbeat"};

	post(f, "db2", BOOT_A, failed_in("unpack"));
	post(f, "web1", BOOT_B, failed_in("lvm"));
	assert_int_equal(action_group(f->store, "shop", ACTION_RETRY, "a test", 8, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, beat).hold);
	assert_false(post(f, "web1", BOOT_B, beat).hold);
	assert_true(get(f, "db1").held_by[0]);
}

static void test_release_forgives(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_string_equal(get(f, "web1").held_by, "db2");
	assert_int_equal(action_group(f->store, "shop", ACTION_RELEASE, "a test", 8, NULL), 0);
	assert_string_equal(get(f, "web1").held_by, "");
	assert_int_equal(get(f, "db2").state, VM_ERROR);
	assert_int_equal(action_group(f->store, "shop", ACTION_HOLD, "a test", 8, NULL), 0);
	assert_true(get(f, "web1").group_hold);
	assert_int_equal(action_group(f->store, "shop", ACTION_RELEASE, "a test", 8, NULL), 0);
	assert_false(get(f, "web1").group_hold);
}

/* The step of an earlier error proves nothing of a later one that names none. */
static void test_an_error_without_a_step_holds_on(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	post(f, "db2", BOOT_A, failed_in(""));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_int_equal(handout(f->store, get(f, "db2").id, BOOT_A, 5, NULL), 0);
	post(f, "db2", BOOT_A, passed("unpack"));
	assert_string_equal(get(f, "web1").held_by, "db2");
	post(f, "db2", BOOT_A, (struct event){.input = INPUT_INSTALLED});
	assert_string_equal(get(f, "web1").held_by, "");
}

/* A replica whose error holds its master would wait for it without end. Held itself, it may say that. */
static void test_who_waits_for_peers_lets_them_go(void **state)
{
	struct fixture *f = *state;
	const struct event begins = {.input = INPUT_FIRST_BOOT};
	const struct event waits = {
		.type = "wait", .waits = true, .waiting = "db1 is not complete"};

	post(f, "db2", BOOT_A, (struct event){.input = INPUT_CONFIGURING});
	post(f, "db2", BOOT_B, begins);
	post(f, "db2", BOOT_B, failed_in("peers"));
	post(f, "db2", BOOT_B, waits);
	assert_string_equal(get(f, "db1").held_by, "db2");
	assert_int_equal(action_group(f->store, "shop", ACTION_HOLD, "a test", 8, NULL), 0);
	post(f, "db2", BOOT_B, begins);
	post(f, "db2", BOOT_B, waits);
	assert_string_equal(get(f, "db1").held_by, "db2");
	assert_int_equal(store_group_hold(f->store, "shop", false, NULL), 1);
	post(f, "db2", BOOT_B, waits);
	assert_string_equal(get(f, "db1").held_by, "");
}

/* They would never come. */
static void test_late_peers_are_not_held(void **state)
{
	struct fixture *f = *state;
	struct event late = failed_in("peers");

	snprintf(late.error, sizeof(late.error), "first-boot.peer-late: db1: not complete");
	post(f, "db2", BOOT_A, (struct event){.input = INPUT_CONFIGURING});
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_FIRST_BOOT});
	post(f, "db2", BOOT_B, late);
	assert_int_equal(get(f, "db2").state, VM_ERROR);
	assert_string_equal(get(f, "db1").held_by, "");
	/* It says so once more, as a state. */
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_ERROR});
	assert_string_equal(get(f, "db1").held_by, "");
}

static void test_cancel_and_take_up_again(void **state)
{
	struct fixture *f = *state;
	struct vm vm;

	assert_int_equal(handout(f->store, get(f, "db2").id, BOOT_A, 5, NULL), 0);
	assert_int_equal(act(f, "db2", ACTION_CANCEL, NULL), 0);
	vm = get(f, "db2");
	assert_true(vm_held(&vm));
	assert_false(vm_configures(&vm));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_int_equal(get(f, "db2").state, VM_CREATED);
	/* Its agent still stands at a boundary, with half of an installation: it has to begin anew. */
	assert_true(post(f, "db2", BOOT_A, (struct event){.type = "heartbeat"}).again);
}

static void test_arming_makes_a_new_token(void **state)
{
	struct fixture *f = *state;
	struct vm before = get(f, "db2"), after;

	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), COURSE_REFUSED);
	assert_int_equal(act(f, "db2", ACTION_ARM, NULL), 0);
	after = get(f, "db2");
	assert_true(after.armed);
	assert_string_not_equal(before.token, after.token);
	assert_true(token_matches(after.token_hash, after.token));
}

/* A creator's list must not lose those that nobody has made yet. */
static void test_arming_a_group_leaves_what_is_not_created(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(report(f, "web1", WORK_CREATE, LEASE_FAILED, "one", 4), 0);
	assert_int_equal(action_group(f->store, "shop", ACTION_ARM, "a test", 8, NULL), 0);
	assert_int_equal(get(f, "db1").state, VM_NEEDS_CREATING);
	assert_int_equal(get(f, "db2").state, VM_CREATED);
	assert_int_equal(get(f, "web1").state, VM_CREATED);
	assert_int_equal(act(f, "db1", ACTION_CANCEL, NULL), 0);
	assert_int_equal(action_group(f->store, "shop", ACTION_ARM, "a test", 9, NULL), 0);
	assert_int_equal(get(f, "db1").state, VM_CANCELLED);
	assert_int_equal(act(f, "db1", ACTION_ARM, NULL), 0);
}

/* A group is held and released apart from its VMs, and their histories tell when. */
static void test_group_hold_is_the_groups(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(act(f, "db2", ACTION_HOLD, NULL), 0);
	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_int_equal(action_group(f->store, "shop", ACTION_HOLD, "a test", 8, NULL), 0);
	assert_int_equal(action_group(f->store, "shop", ACTION_RELEASE, "a test", 9, NULL), 0);
	assert_string_equal(get(f, "web1").held_by, "");
	assert_true(get(f, "db2").hold);
	assert_int_equal(count_cause(f, "web1", "hold of the group by a test"), 1);
	assert_int_equal(count_cause(f, "web1", "release of the group by a test"), 1);
}

static void test_cutover_of_a_group_is_of_all_or_none(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	complete(f, "db2");
	for (size_t i = 0; i < 2; i++) {
		const enum action action = i ? ACTION_MARK : ACTION_CUT_OVER;

		assert_int_equal(store_begin(f->store, NULL), 0);
		assert_int_equal(action_group(f->store, "shop", action, "a test", 8, &err), -1);
		store_rollback(f->store);
		assert_int_equal(err.code, ERR_SERVICE_STATE);
		assert_int_equal(get(f, "db2").state, VM_COMPLETE);
		assert_int_equal(get(f, "db2").cutover_ms, 0);
	}
	assert_int_equal(act(f, "db2", ACTION_MARK, NULL), 0);
	assert_int_equal(act(f, "db2", ACTION_ARM, NULL), COURSE_REFUSED);
	assert_int_equal(act(f, "db2", ACTION_CANCEL, NULL), COURSE_REFUSED);
}

static const struct event beat = {.type = "heartbeat"};

/* Told again and again until the VM says that it is done; what was done once more is the VM's to say, too. */
static void test_a_cutover_is_told_until_it_is_done(void **state)
{
	struct fixture *f = *state;

	migrate(f, "db2", "");
	complete(f, "db2");
	assert_false(post(f, "db2", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_CUT_OVER, NULL), 0);
	assert_int_equal(get(f, "db2").state, VM_COMPLETE);
	assert_true(post(f, "db2", BOOT_A, beat).cutover);
	assert_true(post(f, "db2", BOOT_A, beat).cutover);
	assert_false(post(f, "db2", BOOT_A, (struct event){.input = INPUT_CUT_OVER}).cutover);
	assert_int_equal(get(f, "db2").state, VM_CUT_OVER);
	assert_int_equal(act(f, "db2", ACTION_CUT_OVER, NULL), 0);
	/* Undone on the VM: not ordered any more. */
	assert_false(post(f, "db2", BOOT_A, (struct event){.input = INPUT_COMPLETE}).cutover);
	assert_int_equal(get(f, "db2").state, VM_COMPLETE);
}

/* A pass of `newroot sync` reports as a boot of its own, which is the newest then. */
static void test_a_cutover_is_told_to_an_older_boot(void **state)
{
	struct fixture *f = *state;

	migrate(f, "db2", "");
	complete(f, "db2");
	post(f, "db2", BOOT_B, beat);
	assert_int_equal(act(f, "db2", ACTION_CUT_OVER, NULL), 0);
	assert_true(post(f, "db2", BOOT_A, beat).cutover);
}

/* Its first boot, or what attends it, goes on beside the pass and behind it. */
static void test_a_pass_of_sync_takes_nothing_over(void **state)
{
	const struct event pass = {.type = "begin", .step = "sync", .begins = true};
	struct event import = {.type = "progress", .step = "import", .progress = {.item = "shop"}};
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, (struct event){.input = INPUT_CONFIGURING});
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_FIRST_BOOT});
	post(f, "db2", BOOT_B, import);
	post(f, "db2", BOOT_C, pass);
	assert_string_equal(get(f, "db2").step, "sync");
	assert_string_equal(get(f, "db2").progress.item, "");
	post(f, "db2", BOOT_C, (struct event){.type = "end", .step = "sync", .passed = true});
	import.progress.done = 7;
	post(f, "db2", BOOT_B, import);
	assert_string_equal(get(f, "db2").step, "import");
	assert_int_equal(get(f, "db2").progress.done, 7);

	post(f, "db2", BOOT_B, failed_in("import"));
	post(f, "db2", BOOT_C, beat);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_true(post(f, "db2", BOOT_B, beat).again);
	assert_false(post(f, "db2", BOOT_A, beat).again);
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_COMPLETE});
	assert_int_equal(get(f, "db2").state, VM_COMPLETE);
	/* Any other boot ends it. */
	post(f, "db2", BOOT_D, beat);
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_ERROR});
	assert_int_equal(get(f, "db2").state, VM_COMPLETE);
}

static void test_who_cannot_be_told_is_not_ordered(void **state)
{
	struct fixture *f = *state;
	const int64_t late = 10 + ATTENDS_SECONDS * 1000;
	struct err err = ERR_INIT;

	migrate(f, "db2", "");
	complete(f, "db2");
	assert_int_equal(action_vm(f->store, "db2", ACTION_CUT_OVER, "a test", late, &err),
			 COURSE_REFUSED);
	assert_non_null(strstr(err.msg, "nothing was heard of it for 180 s"));
	assert_int_equal(get(f, "db2").cutover_ms, 0);
	assert_int_equal(
		count_cause(f, "db2", "refused: cutover by a test, nothing is heard of it"), 1);
	assert_int_equal(action_vm(f->store, "db2", ACTION_MARK, "a test", late, NULL), 0);
	/* One that holds nothing back has nothing to be told. */
	complete(f, "web1");
	assert_int_equal(action_vm(f->store, "web1", ACTION_CUT_OVER, "a test", late, NULL), 0);
	assert_int_equal(get(f, "web1").state, VM_CUT_OVER);
}

static void test_a_group_is_cut_over_in_waves(void **state)
{
	static const char *const members[] = {"db1", "db2", "web1"};
	struct fixture *f = *state;

	migrate(f, "db1", "db-master");
	migrate(f, "db2", "db-replica");
	migrate(f, "web1", "app");
	for (size_t i = 0; i < 3; i++)
		complete(f, members[i]);
	assert_int_equal(action_group(f->store, "shop", ACTION_CUT_OVER, "a test", 8, NULL), 0);
	assert_string_equal(get(f, "web1").cutover_after, "db1");
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++) {
			const bool told = post(f, members[j], BOOT_A, beat).cutover;

			assert_int_equal(told, i == j);
			if (j == 2)
				post(f, members[i], BOOT_A,
				     (struct event){.input = INPUT_CUT_OVER});
		}
	assert_int_equal(get(f, "web1").state, VM_CUT_OVER);
}

/* An error keeps the order, and those that go after it waiting; a hold stops all that haven't begun. */
static void test_what_stops_an_ordered_cutover(void **state)
{
	struct fixture *f = *state;

	migrate(f, "db2", "db-master");
	migrate(f, "web1", "app");
	complete(f, "db2");
	complete(f, "web1");
	assert_int_equal(act(f, "db2", ACTION_CUT_OVER, NULL), 0);
	assert_int_equal(act(f, "web1", ACTION_CUT_OVER, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, failed_in("cutover database")).cutover);
	assert_false(post(f, "db2", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_RELEASE, NULL), 0);
	assert_false(post(f, "web1", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, beat).again);
	assert_true(post(f, "db2", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_HOLD, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_RELEASE, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, (struct event){.input = INPUT_FIRST_BOOT}).cutover);
	assert_true(post(f, "db2", BOOT_A, (struct event){.input = INPUT_COMPLETE}).cutover);
	/* Given up, it is told nothing, and nobody waits for it. */
	assert_int_equal(act(f, "db2", ACTION_CANCEL, NULL), 0);
	assert_true(post(f, "web1", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, beat).cutover);
}

/* The others hear of it when it is ordered and when it is done, and when the VM is removed. */
static void test_versions_tell_of_a_cutover(void **state)
{
	struct fixture *f = *state;
	int64_t count, version;
	int changed = 0;

	migrate(f, "db2", "db-master");
	complete(f, "db2");
	assert_int_equal(act(f, "db2", ACTION_CUT_OVER, NULL), 0);
	assert_int_equal(store_vm_count(f->store, &count, &version, NULL), 0);
	post(f, "db2", BOOT_A, (struct event){.input = INPUT_CUT_OVER});
	assert_int_equal(store_vm_since(f->store, version, count_vm, &changed, NULL), 0);
	assert_int_equal(changed, 3);
}

/* A failed first boot stays, and is told to begin anew until it says that it has. */
static void test_a_failed_first_boot_begins_anew(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, (struct event){.input = INPUT_CONFIGURING});
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_FIRST_BOOT});
	assert_false(post(f, "db2", BOOT_B, failed_in("import")).again);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_int_equal(get(f, "db2").state, VM_FIRST_BOOT);
	assert_false(get(f, "db2").armed && vm_state_configures(VM_FIRST_BOOT, VM_STATES));
	assert_true(post(f, "db2", BOOT_B, beat).again);
	assert_true(post(f, "db2", BOOT_B, beat).again);
	assert_false(post(f, "db2", BOOT_A, beat).again);
	assert_false(post(f, "db2", BOOT_B, (struct event){.input = INPUT_FIRST_BOOT}).again);
	/* It fails again, and boots again: that is a beginning, too. */
	post(f, "db2", BOOT_B, failed_in("import"));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_true(post(f, "db2", BOOT_B, beat).again);
	assert_false(post(f, "db2", "cccccccc-0b0a-0908-0706-050403020100",
			  (struct event){.input = INPUT_FIRST_BOOT})
			     .again);
	/* One that was given up goes on where it is. */
	assert_int_equal(act(f, "db2", ACTION_CANCEL, NULL), 0);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_false(get(f, "db2").anew);
}

static void count_refused(void *arg, const struct change_row *row)
{
	int *refused = arg;

	*refused += !strncmp(row->cause, "refused: ", 9);
}

static void test_refusals_are_in_the_history(void **state)
{
	struct fixture *f = *state;
	int refused = 0;

	assert_int_equal(act(f, "db1", ACTION_RETRY, NULL), COURSE_REFUSED);
	assert_int_equal(report(f, "db1", WORK_PROVISION, LEASE_DONE, "one", 3), COURSE_REFUSED);
	assert_int_equal(
		store_change_each(f->store, get(f, "db1").id, count_refused, &refused, NULL), 0);
	assert_int_equal(refused, 2);
	assert_int_equal(act(f, "nobody", ACTION_RETRY, NULL), -1);
	assert_int_equal(action_group(f->store, "none", ACTION_HOLD, "a test", 8, NULL), -1);
}

/* Whoever asks for what has changed has to hear of peers that are held by it, too. */
static void test_versions_tell_of_all_that_changed(void **state)
{
	struct fixture *f = *state;
	int64_t count, version;
	int changed = 0;

	assert_int_equal(store_vm_count(f->store, &count, &version, NULL), 0);
	assert_int_equal(count, 3);
	post(f, "db2", BOOT_A, (struct event){.type = "heartbeat"});
	assert_int_equal(store_vm_since(f->store, version, count_vm, &changed, NULL), 0);
	assert_int_equal(changed, 1);
	post(f, "db2", BOOT_A, failed_in("unpack"));
	changed = 0;
	assert_int_equal(store_vm_since(f->store, version, count_vm, &changed, NULL), 0);
	assert_int_equal(changed, 3);
}

static void test_removing_what_holds_tells_the_others(void **state)
{
	struct fixture *f = *state;
	int64_t count, version;
	int changed = 0;

	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_int_equal(store_vm_count(f->store, &count, &version, NULL), 0);
	assert_int_equal(store_vm_remove(f->store, get(f, "db2").id, NULL), 0);
	assert_int_equal(store_vm_since(f->store, version, count_vm, &changed, NULL), 0);
	assert_int_equal(changed, 2);
	assert_string_equal(get(f, "web1").held_by, "");
	/* One that held nobody changes nobody. */
	assert_int_equal(store_vm_count(f->store, &count, &version, NULL), 0);
	assert_int_equal(store_vm_remove(f->store, get(f, "web1").id, NULL), 0);
	changed = 0;
	assert_int_equal(store_vm_since(f->store, version, count_vm, &changed, NULL), 0);
	assert_int_equal(changed, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_job_goes_to_one_boot),
		TEST(test_job_without_a_boot_goes_once),
		TEST(test_old_addresses_go_with_the_new_job),
		TEST(test_two_creators_never_get_the_same),
		TEST(test_what_is_not_open),
		TEST(test_a_creator_fails),
		TEST(test_a_failure_is_of_the_work_at_hand),
		TEST(test_provisioning),
		TEST(test_an_error_holds_the_group),
		TEST(test_two_errors_do_not_hold_each_other),
		TEST(test_release_forgives),
		TEST(test_an_error_without_a_step_holds_on),
		TEST(test_late_peers_are_not_held),
		TEST(test_who_waits_for_peers_lets_them_go),
		TEST(test_cancel_and_take_up_again),
		TEST(test_arming_makes_a_new_token),
		TEST(test_arming_a_group_leaves_what_is_not_created),
		TEST(test_group_hold_is_the_groups),
		TEST(test_cutover_of_a_group_is_of_all_or_none),
		TEST(test_a_cutover_is_told_until_it_is_done),
		TEST(test_a_cutover_is_told_to_an_older_boot),
		TEST(test_a_pass_of_sync_takes_nothing_over),
		TEST(test_who_cannot_be_told_is_not_ordered),
		TEST(test_a_group_is_cut_over_in_waves),
		TEST(test_what_stops_an_ordered_cutover),
		TEST(test_versions_tell_of_a_cutover),
		TEST(test_a_failed_first_boot_begins_anew),
		TEST(test_refusals_are_in_the_history),
		TEST(test_versions_tell_of_all_that_changed),
		TEST(test_removing_what_holds_tells_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
