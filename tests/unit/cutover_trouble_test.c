/* A cutover that is killed, fails or is refused: it stops, says why, and can be given again. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cutover_scene.h"
#include "os/quarantine.h"
#include "installed/installed.h"

/* A stream that kills its process at the n-th line: before what that line announces. */
static ssize_t write_or_die(void *left, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\n' && --*(int *)left == 0)
			raise(SIGKILL);
	return (ssize_t)size;
}

static _Noreturn void run_to_line(struct scene *scene, int line)
{
	const cookie_io_functions_t io = {.write = write_or_die};
	struct err err = ERR_INIT;

	scene->cutover.out = fopencookie(&line, "w", io);
	if (!scene->cutover.out || setvbuf(scene->cutover.out, NULL, _IONBF, 0))
		_exit(2);
	_exit(cutover_run(&scene->cutover, &err) ? 1 : 0);
}

/* In a process of its own. False: it ended by itself. */
static bool killed_at(struct scene *scene, int line)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_to_line(scene, line);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFSIGNALED(status);
}

/* The n-th program ends the agent that runs it, after its work and before that can be remembered. */
static void kill_by_program(struct scene *scene, const char *path, bool systemctl)
{
	const char *lethal = arena_printf(&scene->tree.arena,
					  "[ ! -e %s.kill ] || { rm %s.kill; kill -9 $PPID; }",
					  scene->calls, scene->calls);

	if (!systemctl)
		scene_program(scene, path, lethal);
	else
		scene_program(scene, path,
			      arena_printf(&scene->tree.arena,
					   "[ \"$1\" != is-active ] || exit 0\n%s", lethal));
}

/* Before each line of the account. */
static void kill_at_each_line(bool back)
{
	struct scene scene;
	const char *end;
	int line = 0;

	scene_make(&scene, &systemd);
	scene_must(&scene);
	scene_undo(&scene, true);
	scene_must(&scene);
	end = scene_system(&scene);
	scene_undo(&scene, false);
	scene_must(&scene);
	if (!back) {
		end = scene_system(&scene);
		scene_undo(&scene, true);
		scene_must(&scene);
	}
	for (bool killed = true; killed;) {
		scene_undo(&scene, back);
		killed = killed_at(&scene, ++line);
		scene_must(&scene);
		assert_string_equal(scene_system(&scene), end);
		scene_undo(&scene, !back);
		scene_must(&scene);
	}
	assert_true(line > 12);
	scene_free(&scene);
}

static void what_was_killed_goes_on(void **state)
{
	(void)state;
	kill_at_each_line(false);
	kill_at_each_line(true);
}

static void killed_by_what_it_runs(void **state)
{
	static const char *const programs[] = {QUARANTINE_LIFT, "/sbin/rc-service"};

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		struct scene scene;
		char flag[128];

		scene_make(&scene, &openrc);
		kill_by_program(&scene, programs[i], false);
		snprintf(flag, sizeof(flag), "%s.kill", scene.calls);
		assert_int_equal(close(open(flag, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), 0);
		assert_true(killed_at(&scene, 1000));
		assert_int_equal(access(flag, F_OK), -1);
		scene_must(&scene);
		scene_links_are_back(&scene, &openrc);
		assert_false(scene_has(&scene, QUARANTINE_FOLDER));
		assert_false(scene_has(&scene, MIGRATING_MARKER));
		scene_free(&scene);
	}
}

/* Killed between the links and systemd's reload: that is made up for. */
static void reload_is_not_forgotten(void **state)
{
	struct scene scene;
	char flag[128];

	(void)state;
	scene_make(&scene, &systemd);
	kill_by_program(&scene, "/usr/bin/systemctl", true);
	snprintf(flag, sizeof(flag), "%s.kill", scene.calls);
	assert_int_equal(close(open(flag, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), 0);
	assert_true(killed_at(&scene, 1000));
	assert_string_equal(scene_calls(&scene), "lift \nsystemctl daemon-reload\n");
	scene_links_are_back(&scene, &systemd);
	scene_must(&scene);
	assert_non_null(strstr(scene_calls(&scene), "systemctl daemon-reload\n"));
	scene_free(&scene);
}

static void failure_stops_and_can_be_repeated(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, &openrc);
	scene_program(&scene, "/sbin/rc-service",
		      "[ \"$1\" != rsyslog ] || { echo 'no such disk' >&2; exit 4; }");
	assert_int_equal(scene_run(&scene, &err), -1);
	assert_int_equal(err.code, ERR_CUTOVER);
	assert_string_equal(
		err.msg,
		"cutover services: /sbin/rc-service rsyslog start failed with exit status 4: no such disk");
	scene_says(&scene, "      | no such disk\n"
			   "    note: done before: database, quarantine, links, marker\n"
			   "    note: not done: puppet\n");
	scene_told("end failed cutover services; ");
	scene_told("error cutover services; code cutover; said no such disk; state error; stop; ");
	assert_string_equal(scene_calls(&scene),
			    "lift \nrc-service cron start\nrc-service rsyslog start\n");
	scene_program(&scene, "/sbin/rc-service", "");
	scene_must(&scene);
	assert_string_equal(scene_calls(&scene),
			    "rc-service rsyslog start\nrc-service puppet start\n");
	scene_told("state cut over; stop; ");
	scene_free(&scene);
}

static void what_hangs_is_ended(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;
	time_t began = time(NULL);

	(void)state;
	scene_make(&scene, &openrc);
	scene.cutover.service_s = 1;
	scene_program(&scene, "/sbin/rc-service", "sleep 600");
	assert_int_equal(scene_run(&scene, &err), -1);
	assert_non_null(strstr(err.msg, "rc-service cron start did not end within 1 s"));
	assert_true(time(NULL) - began < 300);
	scene_free(&scene);
}

/* It keeps the output open, as many do. */
static void daemons_are_not_waited_for(void **state)
{
	struct scene scene;
	time_t began = time(NULL);

	(void)state;
	scene_make(&scene, &baselayout_1);
	scene_program(&scene, "/etc/init.d/vixie-cron", "sleep 600 & echo $! >\"$0.pid\"; echo up");
	scene_must(&scene);
	scene_says(&scene, "    start vixie-cron, of default: /etc/init.d/vixie-cron start\n"
			   "      | up\n");
	assert_null(strstr(tree_read(&scene.tree, "/var/log/newroot.log"), "Z up"));
	assert_true(time(NULL) - began < 300);
	assert_int_equal(kill(atoi(tree_read(&scene.tree, "/etc/init.d/vixie-cron.pid")), SIGKILL),
			 0);
	scene_free(&scene);
}

static void what_died_need_not_be_stopped(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, &baselayout_1);
	scene_must(&scene);
	scene_undo(&scene, true);
	scene_program(&scene, "/etc/init.d/vixie-cron", "[ \"$1\" = status ] || exit 1");
	assert_int_equal(scene_run(&scene, &err), -1);
	assert_true(scene_has(&scene, QUARANTINE_FOLDER ".cutover"));
	scene_program(&scene, "/etc/init.d/vixie-cron", "exit 1");
	scene_must(&scene);
	scene_says(&scene, "note: vixie-cron did not run any more");
	assert_true(scene_has(&scene, QUARANTINE_FOLDER "/rules.v4"));
	scene_free(&scene);
}

static void quarantine_that_fails_comes_at_the_next_boot(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, &baselayout_1);
	scene_must(&scene);
	scene_undo(&scene, true);
	scene_program(&scene, QUARANTINE_FOLDER ".cutover/load", "exit 1");
	assert_int_equal(scene_run(&scene, &err), -1);
	assert_true(scene_has(&scene, QUARANTINE_LOAD));
	scene_calls(&scene);
	scene_program(&scene, QUARANTINE_LOAD, "");
	scene_must(&scene);
	assert_string_equal(scene_calls(&scene), "load \n");
	scene_free(&scene);
}

static void refuse_unfinished(struct scene *scene)
{
	const char *before = scene_list(scene, "", true);
	struct err err = ERR_INIT;

	assert_int_equal(scene_run(scene, &err), -1);
	assert_int_equal(err.code, ERR_CUTOVER_FIRST_BOOT);
	assert_non_null(strstr(err.msg, "`newroot-server retry NAME`"));
	assert_non_null(strstr(err.msg, "--force"));
	assert_string_equal(scene->account, "");
	assert_string_equal(fake.told, "");
	assert_string_equal(scene_calls(scene), "");
	assert_string_equal(scene_list(scene, "", true), before);
}

/* Its state stays with the service what its first boot has told. */
static void unfinished_first_boot_is_refused(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &baselayout_1);
	assert_int_equal(unlinkat(scene.tree.target.fd, "var/lib/newroot/first-boot.done", 0), 0);
	refuse_unfinished(&scene);
	scene.cutover.dry_run = true;
	scene_must(&scene);
	scene_says(
		&scene,
		"note: this VM's first boot is not over: there is no /var/lib/newroot/first-boot.done; without --force this is refused");
	scene.cutover.dry_run = false;
	scene.cutover.force = true;
	scene_must(&scene);
	scene_says(&scene, "note: this VM's first boot is not over");
	assert_false(scene_has(&scene, MIGRATING_MARKER));
	assert_null(strstr(fake.told, "state cut over"));
	scene.cutover.force = false;
	scene_undo(&scene, true);
	scene_must(&scene);
	assert_true(scene_has(&scene, MIGRATING_MARKER));
	scene_free(&scene);
}

static void only_one_at_a_time(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;
	const char *before;
	int fd;

	(void)state;
	scene_make(&scene, &baselayout_1);
	fd = openat(scene.tree.target.fd, "var/lib/newroot", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	before = scene_list(&scene, "", true);
	assert_int_equal(scene_run(&scene, &err), -1);
	assert_non_null(strstr(err.msg, "another `newroot cutover`, or"));
	assert_string_equal(scene_list(&scene, "", true), before);
	assert_int_equal(close(fd), 0);
	scene_free(&scene);
}

static void other_systems_are_refused(void **state)
{
	static const char *const entries[] = {"/etc/init.d/cron", NULL};
	const struct cutover cutover = {.out = stdout};
	struct cutover here = cutover;
	struct err err = ERR_INIT;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	here.root = tree.root;
	assert_int_equal(cutover_run(&here, &err), -1);
	assert_int_equal(err.code, ERR_CUTOVER);
	assert_non_null(strstr(err.msg, "/var/lib/newroot, which every system has"));
	tree_free(&tree);
}

static void a_spoilt_record_is_refused(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, &openrc);
	scene_file(&scene, "/var/lib/newroot/services", "cron gone\n");
	assert_int_equal(scene_run(&scene, &err), -1);
	assert_int_equal(err.code, ERR_CUTOVER);
	assert_non_null(strstr(err.msg, "\"cron gone\" is refused"));
	assert_true(scene_has(&scene, MIGRATING_MARKER));
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_killed_goes_on),
		cmocka_unit_test(killed_by_what_it_runs),
		cmocka_unit_test(reload_is_not_forgotten),
		cmocka_unit_test(failure_stops_and_can_be_repeated),
		cmocka_unit_test(what_hangs_is_ended),
		cmocka_unit_test(daemons_are_not_waited_for),
		cmocka_unit_test(what_died_need_not_be_stopped),
		cmocka_unit_test(quarantine_that_fails_comes_at_the_next_boot),
		cmocka_unit_test(unfinished_first_boot_is_refused),
		cmocka_unit_test(only_one_at_a_time),
		cmocka_unit_test(other_systems_are_refused),
		cmocka_unit_test(a_spoilt_record_is_refused),
	};

	return cmocka_run_group_tests_name("cutover_trouble", tests, NULL, NULL);
}
