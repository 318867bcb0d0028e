/* Events from the agent to a service that is good, away, silent or dead; the service is played here. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "service/anchors.h"
#include "service/report.h"
#include "service/wait.h"

#define PATIENCE_S 120 /* for what has to come: an emulated machine may be busy */

struct service {
	int unused;
};

static struct service service;

/* What the played service has seen and what it does: shared with the reporter. */
static struct {
	volatile unsigned fail;                 /* so many requests to come are refused */
	volatile unsigned retry_after_s;        /* which these refusals tell */
	volatile uint64_t refused_at, taken_at; /* the last of each: wait_now() */
	volatile bool strict;                   /* a body with a note is malformed */
	volatile bool silent; /* requests wait until it is not, or a signal comes */
	volatile bool hold, again, cutover;
	volatile bool only_old; /* events of a second boot get no answer */
	volatile unsigned calls;
	volatile uint64_t highest;
	volatile pid_t reporter;
	volatile unsigned descriptors; /* of the reporter */
	volatile unsigned boots, gaps;
	char anchors[8]; /* what the next answer tells; "": nothing */
	char told[80];   /* which anchors the reporter says that the VM has; "": its own */
	char boot[40];
	char types[1 << 16]; /* first letter of the type of each event taken */
} * seen;

static char spool[64];

static void take_event(const json_t *event)
{
	const char *boot = json_string_value(json_object_get(event, "boot"));
	const char *type = json_string_value(json_object_get(event, "type"));
	uint64_t seq = (uint64_t)json_integer_value(json_object_get(event, "seq"));

	if (strcmp(boot, seen->boot)) {
		seen->boots++;
		seen->highest = 0;
		snprintf(seen->boot, sizeof(seen->boot), "%s", boot);
	}
	if (seq <= seen->highest)
		return;
	seen->gaps += seq != seen->highest + 1;
	seen->highest = seq;
	seen->types[strlen(seen->types)] = *type;
}

static unsigned count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	assert_int_equal(closedir(dir), 0);
	return n - 3; /* ".", "..", and that of the folder */
}

int service_post_events(struct service *unused, const char *json, size_t size,
			struct events_answer *answer, struct err *err)
{
	json_t *events = json_loadb(json, size, 0, NULL), *event;
	size_t i;

	(void)unused;
	seen->calls++;
	seen->reporter = getpid();
	while (seen->silent)
		if (wait_sleep(10, err)) {
			json_decref(events);
			return -1;
		}
	if (seen->fail) {
		seen->fail--;
		json_decref(events);
		seen->refused_at = wait_now();
		err_set(err, ERR_HTTP_BUSY, NULL, "away");
		err->retry_after_s = seen->retry_after_s;
		return -1;
	}
	if (seen->only_old && *seen->boot && !strstr(json, seen->boot)) {
		json_decref(events);
		return err_set(err, ERR_NET_CONNECT, NULL, "away for a new boot");
	}
	if (seen->strict && strstr(json, "\"note\"")) {
		json_decref(events);
		return err_set(err, ERR_EVENTS_REFUSED, NULL, "no notes");
	}
	seen->taken_at = wait_now();
	json_array_foreach(events, i, event) take_event(event);
	json_decref(events);
	*answer = (struct events_answer){.taken = seen->highest,
					 .hold = seen->hold,
					 .again = seen->again,
					 .cutover = seen->cutover};
	if (*seen->anchors)
		answer->anchors = strdup((const char *)seen->anchors);
	*seen->anchors = '\0'; /* said once */
	seen->descriptors = count_descriptors();
	return 0;
}

int anchors_learn(struct service *unused, const char *pem, struct err *err)
{
	(void)unused;
	if (!strcmp(pem, "known"))
		return 0;
	return strcmp(pem, "new") ? err_set(err, ERR_TLS, NULL, "no anchors") : 1;
}

void anchors_tell(struct service *unused, const char *id)
{
	(void)unused;
	snprintf((char *)seen->told, sizeof(seen->told), "%s", id);
}

void service_forked(struct service *unused)
{
	(void)unused;
}

static int set_up(void **state)
{
	(void)state;
	if (!seen)
		seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);
	memset((void *)seen, 0, sizeof(*seen));
	snprintf(spool, sizeof(spool), "/tmp/newroot-report-%d", getpid());
	return 0;
}

static int tear_down(void **state)
{
	char lock[80];

	(void)state;
	snprintf(lock, sizeof(lock), "%s.lock", spool);
	unlink(spool);
	unlink(lock);
	return 0;
}

static unsigned count(char letter)
{
	unsigned n = 0;

	for (const char *p = seen->types; *p; p++)
		n += *p == letter;
	return n;
}

static void start_as(const char *file, enum report_boot boot)
{
	struct err err = ERR_INIT;

	assert_int_equal(report_start(&service, file, boot, &err), 0);
}

static void start(const char *file)
{
	start_as(file, REPORT_NEW_BOOT);
}

static void events_arrive_in_order(void **state)
{
	struct err failure = ERR_INIT;
	const char *lines[] = {"last words \xff"};

	(void)state;
	start(NULL);
	report_begin("contact");
	report_note("n");
	report_plan("p", json_pack("[{s:s}]", "role", "boot"));
	report_progress("contact", "x", 1, 2, 3);
	err_set(&failure, ERR_LVM, "/dev/sda2", "broken");
	report_error("contact", &failure, lines, 1, NULL, 0);
	report_end("contact", false, 12, 34);
	report_state("error");
	assert_int_equal(report_flush(PATIENCE_S), 0);
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_int_equal(seen->gaps, 0);
	assert_int_equal(seen->highest, 7);
	assert_int_equal(seen->boots, 1);
	assert_string_equal(seen->types, "bnppees");
}

static void nothing_happens_without_a_service(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(report_start(NULL, NULL, REPORT_NEW_BOOT, &err), 0);
	assert_null(report_boot());
	report_begin("x");
	report_heartbeat();
	report_wait("w");
	assert_false(report_held());
	assert_false(report_again());
	assert_int_equal(report_flush(0), 0);
	assert_int_equal(report_stop(0), 0);
	assert_int_equal(seen->calls, 0);
}

static void service_that_was_away_gets_all(void **state)
{
	(void)state;
	seen->fail = 2;
	start(spool);
	report_begin("a");
	report_begin("b");
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_int_equal(seen->gaps, 0);
	assert_string_equal(seen->types, "bb");
	/* The second event came before the first was offered, or waits until that is taken. */
	assert_in_range(seen->calls, 3, 4);
}

/* One that comes again sooner, with each event that is due, keeps busy a service which has said when it will have room. */
static void busy_service_is_left_alone_as_long_as_it_asks(void **state)
{
	(void)state;
	seen->fail = 1;
	seen->retry_after_s = 2;
	start(spool);
	report_begin("a");
	assert_int_equal(report_flush(1), -1);
	report_begin("b");
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_string_equal(seen->types, "bb");
	assert_in_range(seen->taken_at - seen->refused_at, 2000, PATIENCE_S * 1000);
}

/* What is refused for good must neither hold up the rest nor keep the machine from rebooting. */
static void refused_events_alone_are_dropped(void **state)
{
	(void)state;
	seen->fail = 1;
	seen->strict = true;
	start(spool);
	report_begin("a");
	report_note("refused");
	report_end("a", true, 1, 1);
	report_note("refused");
	report_state("installed");
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_string_equal(seen->types, "bes");
	assert_int_equal(seen->highest, 5);
}

static void flush_gives_up_in_time(void **state)
{
	uint64_t began = wait_now();

	(void)state;
	seen->fail = 1000;
	start(NULL);
	report_begin("a");
	assert_int_equal(report_flush(1), -1);
	assert_int_equal(report_stop(1), -1);
	assert_in_range(wait_now() - began, 1900, PATIENCE_S * 1000);
}

static void agent_never_waits(void **state)
{
	uint64_t began;

	(void)state;
	seen->silent = true;
	start(NULL);
	began = wait_now();
	for (unsigned i = 0; i < 20000; i++) {
		report_progress("unpack", "/", i, 20000, 1);
		if (i % 100 == 0)
			report_begin("x");
	}
	assert_in_range(wait_now() - began, 0, PATIENCE_S * 1000);
	seen->silent = false;
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_int_equal(seen->gaps, 0);
	assert_int_equal(count('b'), 200);
	assert_true(count('p') >= 1 && count('p') < 5000);
}

static void hold_comes_back(void **state)
{
	(void)state;
	seen->hold = true;
	start(NULL);
	assert_false(report_held());
	report_heartbeat();
	assert_int_equal(report_flush(PATIENCE_S), 0);
	assert_true(report_held());
	seen->hold = false;
	report_heartbeat();
	assert_int_equal(report_flush(PATIENCE_S), 0);
	assert_false(report_held());
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_false(report_held());
}

/* What was learnt is told by an event of its own: the service waits for it. */
static void anchors_are_learnt_and_told(void **state)
{
	static const struct {
		const char *told, *events;
	} rows[] = {{"new", "hn"}, {"known", "h"}, {"bad", "h"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memset(seen->types, 0, sizeof(seen->types));
		snprintf(seen->anchors, sizeof(seen->anchors), "%s", rows[i].told);
		start(NULL);
		report_heartbeat();
		assert_int_equal(report_stop(PATIENCE_S), 0);
		assert_string_equal(seen->types, rows[i].events);
	}
	assert_string_equal(seen->told, "");
	start(NULL);
	report_anchors("those of the new system");
	report_anchors("others");
	report_heartbeat();
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_string_equal(seen->told, "those of the new system");
}

static void forked_children_report_too(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	start(NULL);
	pid = fork();
	if (!pid) {
		report_note("from a child");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	report_end("x", true, 0, 0);
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_string_equal(seen->types, "ne");
}

/* An agent is killed while the service is away; what it had said is delivered by the next. */
static void death_of_the_agent_loses_nothing(void **state)
{
	pid_t pid;

	(void)state;
	seen->fail = 1000;
	pid = fork();
	if (!pid) {
		start(spool);
		report_begin("a");
		while (!seen->calls)
			usleep(1000);
		seen->silent = true;
		report_begin("b");
		report_note("last");
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_string_equal(seen->types, "");
	seen->fail = 0;
	start_as(spool, REPORT_LAST_BOOT);
	assert_null(report_boot());
	report_state("error");
	seen->silent = false;
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_int_equal(seen->gaps, 0);
	assert_int_equal(seen->boots, 1);
	assert_string_equal(seen->types, "bbns");
}

/* It is this process's own child, and made good by the code under test, which has to find it dead. */
static void kill_reporter(void)
{
	siginfo_t info;

	assert_return_code(kill(seen->reporter, SIGKILL), 0);
	assert_return_code(waitid(P_PID, (id_t)seen->reporter, &info, WEXITED | WNOWAIT), 0);
}

static void reporter_dies(const char *file)
{
	start(file);
	report_begin("a");
	assert_int_equal(report_flush(PATIENCE_S), 0);
	kill_reporter();
	report_begin("b");
	report_begin("c");
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_int_equal(seen->gaps, 0);
	assert_int_equal(seen->boots, 1);
	assert_int_equal(count('b'), 3);
}

static void death_of_the_reporter_is_made_good(void **state)
{
	(void)state;
	reporter_dies(spool);
}

/* Numbers that were given stay given, or what comes would be taken for a repetition. */
static void death_of_the_reporter_without_a_file(void **state)
{
	(void)state;
	reporter_dies(NULL);
}

/* Whether the file has an event of this type. */
static bool spooled(const char *type)
{
	char text[1 << 14], word[32];
	FILE *file = fopen(spool, "r");
	bool found = false;

	snprintf(word, sizeof(word), "\"%s\"", type);
	if (file) {
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		found = strstr(text, word);
		fclose(file);
	}
	return found;
}

/* A run that begins anew has its own boot; what the one before had left is delivered as that one's. */
static void new_boot_begins_behind_the_old(void **state)
{
	pid_t pid;

	(void)state;
	seen->fail = 1000;
	pid = fork();
	if (!pid) {
		start(spool);
		report_begin("a");
		while (!seen->calls)
			usleep(1000);
		seen->silent = true;
		report_begin("b");
		report_heartbeat();
		report_end("b", true, 1, 1);
		while (!spooled("end"))
			usleep(1000);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	seen->again = seen->only_old = true;
	seen->fail = 0;
	start(spool);
	assert_int_equal(strlen(report_boot()), 36);
	report_note("first of the new");
	seen->silent = false;
	for (int i = 0; i < PATIENCE_S && strcmp(seen->types, "bbe"); i++)
		assert_int_equal(report_flush(1), -1);
	assert_string_equal(seen->types, "bbe");
	assert_false(report_again()); /* that was for the boot that is gone */
	seen->only_old = false;
	assert_int_equal(report_flush(PATIENCE_S), 0);
	assert_string_equal(seen->types, "bben");
	assert_string_equal(seen->boot, report_boot());
	assert_int_equal(seen->boots, 2);
	assert_int_equal(seen->gaps, 0);
	assert_int_equal(seen->highest, 1);
	assert_int_equal(report_stop(PATIENCE_S), 0);
}

static void again_comes_back(void **state)
{
	(void)state;
	start(spool);
	report_heartbeat();
	assert_int_equal(report_flush(PATIENCE_S), 0);
	assert_false(report_again() || report_cutover());
	seen->again = seen->cutover = true;
	report_wait("held before lvm");
	assert_int_equal(report_flush(PATIENCE_S), 0);
	assert_true(report_again() && report_cutover());
	assert_int_equal(report_stop(PATIENCE_S), 0);
	assert_false(report_again() || report_cutover());
	assert_string_equal(seen->types, "hw");
}

/* The agent holds a disk, or one end of a pipe, when its reporter dies. */
static void reporter_holds_nothing_of_the_agent(void **state)
{
	int ends[2];
	char byte;

	(void)state;
	start(NULL);
	report_begin("a");
	assert_int_equal(report_flush(PATIENCE_S), 0);
	assert_int_equal(pipe(ends), 0);
	kill_reporter();
	report_begin("b");
	assert_int_equal(report_flush(PATIENCE_S), 0);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	assert_int_equal(seen->descriptors, 4); /* stdio and the socket */
	close(ends[0]);
	assert_int_equal(report_stop(PATIENCE_S), 0);
}

static void reporter_ends_with_its_agent(void **state)
{
	pid_t pid;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	pid = fork();
	if (!pid) {
		start(NULL);
		report_begin("a");
		report_flush(PATIENCE_S);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(waitpid(seen->reporter, NULL, 0), seen->reporter);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(events_arrive_in_order),
		TEST(nothing_happens_without_a_service),
		TEST(service_that_was_away_gets_all),
		TEST(busy_service_is_left_alone_as_long_as_it_asks),
		TEST(refused_events_alone_are_dropped),
		TEST(flush_gives_up_in_time),
		TEST(agent_never_waits),
		TEST(hold_comes_back),
		TEST(anchors_are_learnt_and_told),
		TEST(forked_children_report_too),
		TEST(death_of_the_agent_loses_nothing),
		TEST(death_of_the_reporter_is_made_good),
		TEST(death_of_the_reporter_without_a_file),
		TEST(new_boot_begins_behind_the_old),
		TEST(again_comes_back),
		TEST(reporter_holds_nothing_of_the_agent),
		TEST(reporter_ends_with_its_agent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
