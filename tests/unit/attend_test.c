/* Between first boot and cutover, for a long time: what a VM does, and tells, in hours. */
#include "attend/attend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attend/lag.h"
#include "base/limits.h"
#include "cutover/cutover.h"
#include "database/source.h"
#include "installed/first_boot_config.h"
#include "installed/watch.h"
#include "service/report.h"
#include "ssh/tunnel.h"
#include "target/quarantine_check.h"
#include "target/turn.h"
#include "tests/unit/scratch.h"

#define HOUR_S 3600

/* The world around it. Its time goes on as it sleeps; after `life_s` somebody cuts the VM over. */
static struct {
	struct scratch scratch;
	int64_t ms;
	int life_s;
	const char *missing; /* the tunnel is not begun: this is why */
	bool kept, keeper_dies;
	bool quarantine, open; /* this system has one; the kernel does not have it */
	bool loads;            /* when it is tried */
	int64_t removed_ms;    /* something removes it then; 0: nothing does */
	int64_t removed_every_ms;
	int64_t locked_ms; /* a cutover or its undo is at it until then */
	int64_t told_ms;   /* the last error */
	int checks, errors;
	int opened, asked_port, notes, beats;
	char note[512], told[1024];
} world;

int clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	*now = (struct timespec){.tv_sec = world.ms / 1000, .tv_nsec = world.ms % 1000 * 1000000};
	return 0;
}

unsigned sleep(unsigned seconds)
{
	char marker[PATH_MAX + 64];

	world.ms += seconds * 1000;
	if (world.ms >= world.life_s * INT64_C(1000)) {
		snprintf(marker, sizeof(marker), "%s/etc/newroot/migrating", world.scratch.path);
		unlink(marker);
	}
	return 0;
}

bool tunnel_kept(void)
{
	return world.kept;
}

bool tunnel_look(void)
{
	if (world.keeper_dies)
		world.kept = false;
	return world.kept;
}

void tunnel_close(void)
{
	world.kept = false;
}

int source_port(const char *state_dir, int *port, struct err *err)
{
	(void)state_dir;
	(void)err;
	world.asked_port++;
	*port = 13306;
	return 0;
}

int source_tunnel_open(const struct job_databases *databases, const char *root, const char *who,
		       int port, struct err *err)
{
	(void)databases;
	(void)root;
	(void)who;
	assert_int_equal(port, 13306);
	world.opened++;
	world.kept = !world.missing;
	return world.missing ? err_set(err, ERR_SSH, "ssh", "%s", world.missing) : 0;
}

bool database_has_source(const struct job_databases *databases)
{
	(void)databases;
	return true;
}

void lag_look(struct lag *lag, const struct job_databases *databases, const char *state_dir)
{
	(void)lag;
	(void)databases;
	(void)state_dir;
}

void watch_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(world.note, sizeof(world.note), fmt, ap);
	va_end(ap);
	world.notes++;
}

bool quarantine_wanted(const char *folder)
{
	assert_non_null(strstr(folder, "/etc/newroot/quarantine"));
	return world.quarantine;
}

static void remove_it(void)
{
	if (!world.removed_ms || world.ms < world.removed_ms)
		return;
	world.open = true;
	world.removed_ms = world.removed_every_ms ? world.ms + world.removed_every_ms : 0;
}

int quarantine_check(const char *folder, bool was_loaded, const struct child_watch *watch,
		     struct err *err)
{
	(void)watch;
	world.checks++;
	remove_it();
	if (world.ms < world.locked_ms)
		return QUARANTINE_NOT_SEEN;
	if (!world.open)
		return 0;
	world.open = !world.loads;
	return err_set(err, was_loaded ? ERR_QUARANTINE_REMOVED : ERR_QUARANTINE, folder,
		       "it was open");
}

const struct child_watch *watch_step(const char *step)
{
	assert_string_equal(step, "quarantine");
	return NULL;
}

size_t child_last_words(const char *const **lines)
{
	*lines = NULL;
	return 0;
}

int first_boot_config_read(struct first_boot_config *config, const char *path, struct arena *arena,
			   struct err *err)
{
	(void)config;
	(void)path;
	(void)arena;
	(void)err;
	return 0;
}

int turn_take(const char *path, struct err *err)
{
	(void)path;
	(void)err;
	return dup(STDIN_FILENO);
}

void turn_offer(int turn)
{
	(void)turn;
}

bool turn_wanted(int turn)
{
	(void)turn;
	return false;
}

bool turn_keep(int turn)
{
	(void)turn;
	return true;
}

int cutover_run(const struct cutover *cutover, struct err *err)
{
	(void)cutover;
	(void)err;
	fail();
	return -1;
}

int service_new(struct service **service, const struct service_config *config, struct err *err)
{
	(void)config;
	(void)err;
	*service = NULL;
	return 0;
}

void service_free(struct service *service)
{
	(void)service;
}

int report_start(struct service *service, const char *spool, enum report_boot boot, struct err *err)
{
	(void)service;
	(void)spool;
	(void)boot;
	(void)err;
	return 0;
}

int report_stop(unsigned limit_s)
{
	(void)limit_s;
	return 0;
}

static void tell(const char *what, const char *detail)
{
	size_t used = strlen(world.told);

	snprintf(world.told + used, sizeof(world.told) - used, "%s %s; ", what, detail);
}

void report_begin(const char *step)
{
	tell("begin", step);
}

void report_end(const char *step, bool ok, uint64_t ms, uint64_t bytes)
{
	(void)ms;
	(void)bytes;
	tell(ok ? "end" : "end failed", step);
}

void report_state(const char *state)
{
	tell("state", state);
}

void report_error(const char *step, const struct err *err, const char *const *stderr_lines,
		  size_t stderr_count, const char *const *kernel_lines, size_t kernel_count)
{
	(void)stderr_lines;
	(void)stderr_count;
	(void)kernel_lines;
	(void)kernel_count;
	world.errors++;
	world.told_ms = world.ms;
	tell("error", step);
	tell("code", err_name(err->code));
}

void report_heartbeat(void)
{
	world.beats++;
}

bool report_cutover(void)
{
	return false;
}

bool report_held(void)
{
	return false;
}

static int set_up(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	world.ms = 1000;
	world.life_s = HOUR_S;
	scratch_make(&world.scratch);
	scratch_run(
		&world.scratch,
		"mkdir -p etc/newroot && cd etc/newroot && echo {} >first-boot.json && touch migrating");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&world.scratch);
	return 0;
}

static void attend(void)
{
	struct err err = ERR_INIT;

	assert_int_equal(attend_run(world.scratch.path, &err), 0);
	assert_in_range(world.beats, HOUR_S / ATTEND_HEARTBEAT_S, HOUR_S / ATTEND_HEARTBEAT_S + 1);
}

static void test_tunnel_is_begun_once(void **state)
{
	(void)state;
	attend();
	assert_int_equal(world.opened, 1);
	assert_int_equal(world.asked_port, 1);
	assert_int_equal(world.notes, 0);
}

/* A log and a service that hear of it each second are full after some weeks. */
static void test_no_ssh(void **state)
{
	(void)state;
	world.missing = "there is no program ssh in this system";
	attend();
	assert_in_range(world.opened, 2, HOUR_S / TUNNEL_PAUSE_MAX_S + 1);
	assert_int_equal(world.notes, 1);
	assert_string_equal(world.note,
			    "there is no tunnel: there is no program ssh in this system");
}

static void test_keeper_dies(void **state)
{
	(void)state;
	world.keeper_dies = true;
	attend();
	assert_in_range(world.opened, HOUR_S / TUNNEL_PAUSE_MAX_S - 1,
			HOUR_S / TUNNEL_PAUSE_MAX_S + 1);
}

static void test_quarantine_is_loaded(void **state)
{
	(void)state;
	world.quarantine = true;
	attend();
	assert_in_range(world.checks, HOUR_S / ATTEND_QUARANTINE_S,
			HOUR_S / ATTEND_QUARANTINE_S + 1);
	assert_string_equal(world.told, "");
}

/* By a firewall that is reloaded, say: it is closed again and told within a minute, each time. */
static void test_quarantine_is_removed(void **state)
{
	(void)state;
	world.quarantine = world.loads = true;
	world.removed_ms = HOUR_S / 2 * 1000;
	attend();
	assert_false(world.open);
	assert_in_range(world.told_ms, HOUR_S / 2 * 1000,
			(HOUR_S / 2 + ATTEND_QUARANTINE_S) * 1000);
	assert_string_equal(
		world.told,
		"begin quarantine; end failed quarantine; error quarantine; code quarantine.removed; state error; ");
}

static void test_quarantine_is_removed_again(void **state)
{
	(void)state;
	world.quarantine = world.loads = true;
	world.removed_ms = 1;
	world.removed_every_ms = 600 * 1000;
	attend();
	assert_in_range(world.errors, HOUR_S / 660, HOUR_S / 600);
}

/* A log and a service that hear of it each minute are full after some weeks. */
static void test_quarantine_is_removed_at_every_look(void **state)
{
	(void)state;
	world.quarantine = world.loads = true;
	world.removed_ms = world.removed_every_ms = 1;
	attend();
	assert_in_range(world.checks, 2 * HOUR_S / ATTEND_QUARANTINE_S,
			2 * HOUR_S / ATTEND_QUARANTINE_S + 2);
	assert_in_range(world.errors, HOUR_S / ATTEND_TELL_S, HOUR_S / ATTEND_TELL_S + 1);
}

/* Two things to be told, although no look has found it loaded in between. */
static void test_quarantine_was_open_and_is_removed(void **state)
{
	(void)state;
	world.quarantine = world.open = world.loads = true;
	world.removed_ms = 30 * 1000;
	attend();
	assert_int_equal(world.errors, 2);
	assert_non_null(strstr(world.told, "code first-boot.quarantine; "));
	assert_non_null(strstr(world.told, "code quarantine.removed; "));
}

/* By the boot it was not, and here it is. */
static void test_quarantine_was_open(void **state)
{
	(void)state;
	world.quarantine = world.open = world.loads = true;
	attend();
	assert_string_equal(
		world.told,
		"begin quarantine; end failed quarantine; error quarantine; code first-boot.quarantine; state error; ");
}

/* Nobody has seen it loaded while it was locked: it is the boot that did not load it. */
static void test_quarantine_was_locked_and_open(void **state)
{
	(void)state;
	world.quarantine = world.open = world.loads = true;
	world.locked_ms = 3 * ATTEND_QUARANTINE_S * 1000;
	attend();
	assert_in_range(world.told_ms, world.locked_ms,
			world.locked_ms + ATTEND_QUARANTINE_S * 1000);
	assert_string_equal(
		world.told,
		"begin quarantine; end failed quarantine; error quarantine; code first-boot.quarantine; state error; ");
}

/* Whoever has it tried again without mending it hears of it once more. */
static void test_quarantine_stays_open(void **state)
{
	(void)state;
	world.quarantine = world.open = true;
	attend();
	assert_int_equal(world.errors, HOUR_S / ATTEND_TELL_S);
}

static void test_no_quarantine(void **state)
{
	(void)state;
	world.open = true;
	attend();
	assert_int_equal(world.checks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tunnel_is_begun_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_ssh, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keeper_dies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quarantine_is_loaded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quarantine_is_removed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quarantine_is_removed_again, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_quarantine_is_removed_at_every_look, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_quarantine_was_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quarantine_was_open_and_is_removed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_quarantine_was_locked_and_open, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_quarantine_stays_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_quarantine, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
