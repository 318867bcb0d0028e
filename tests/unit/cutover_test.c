/* The cutover of a moved system and its undo, on trees of each init system, with programs that are written down. */
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
#include "installed/installed.h"
#include "os/quarantine.h"

#define INSTALL "[Install]\nWantedBy=multi-user.target\n"
#define UNITS   "/usr/lib/systemd/system/"
#define WANTS   "/etc/systemd/system/multi-user.target.wants/"

static const struct layout systemd = {
	"systemd",
	{"/sbin/init>/usr/lib/systemd/systemd", "/usr/lib/systemd/systemd",
	 "/etc/machine-id=0123456789abcdef0123456789abcdef\n", "/run/systemd/system/booted=1",
	 UNITS "cron.service=" INSTALL, WANTS "cron.service>" UNITS "cron.service",
	 UNITS "rescue-only.service=[Install]\nWantedBy=rescue.target\n",
	 "/etc/systemd/system/rescue.target.wants/rescue-only.service>" UNITS "rescue-only.service",
	 UNITS "fstrim.timer=[Timer]\n", UNITS "timers.target.wants/fstrim.timer>../fstrim.timer",
	 UNITS "off.service=" INSTALL, UNITS "puppet.service=" INSTALL, "/etc/init.d/own",
	 "/etc/rc2.d/S05own>../init.d/own"},
	{"cron", "rescue-only", "fstrim.timer", "off", "+puppet"},
	{NULL},
	NULL,
	"lift \nsystemctl daemon-reload\nsystemctl start cron.service\n"
	"systemctl start fstrim.timer\nsystemctl start puppet.service\n",
	"systemctl stop puppet.service\nsystemctl stop fstrim.timer\nsystemctl stop cron.service\n"
	"systemctl daemon-reload\nload \n",
};

static const struct layout sysv_script = {
	"systemd",
	{"/sbin/init>/usr/lib/systemd/systemd", "/usr/lib/systemd/systemd",
	 "/etc/machine-id=0123456789abcdef0123456789abcdef\n", "/run/systemd/system/booted=1",
	 "/etc/init.d/own", "/etc/rc2.d/S05own>../init.d/own", "/etc/rc5.d/S05own>../init.d/own"},
	{"own"},
	{NULL},
	NULL,
	"lift \nsystemctl daemon-reload\nsystemctl start own\n",
	"systemctl stop own\nsystemctl daemon-reload\nload \n",
};

static const struct layout debian_sysv = {
	"sysv",
	{"/etc/inittab=id:2:initdefault:\n", "/etc/rc2.d/S89cron>../init.d/cron",
	 "/etc/rc3.d/S89cron>../init.d/cron", "/etc/rc2.d/S20exim4>../init.d/exim4",
	 "/etc/rc5.d/S20xdm>../init.d/xdm", "/etc/rcS.d/S43portmap>../init.d/portmap",
	 "/etc/init.d/off"},
	{"cron", "exim4", "xdm", "portmap", "off"},
	{"/usr/sbin/service", "/etc/init.d/cron", "/etc/init.d/exim4", "/etc/init.d/xdm",
	 "/etc/init.d/portmap"},
	"N 2",
	"lift \nservice portmap start\nservice exim4 start\nservice cron start\n",
	"service cron stop\nservice exim4 stop\nservice portmap stop\nload \n",
};

static const struct layout rhel_5 = {
	"RHEL 5",
	{"/etc/rc.d/rc.sysinit", "/etc/init.d>rc.d/init.d",
	 "/etc/rc.d/rc3.d/S90crond>../init.d/crond", "/etc/rc.d/rc5.d/S90crond>../init.d/crond",
	 "/etc/rc.d/rc5.d/S98xfs>../init.d/xfs"},
	{"crond", "xfs"},
	{"/etc/rc.d/init.d/crond", "/etc/rc.d/init.d/xfs"},
	"5 3",
	"lift \ncrond start\n",
	"crond stop\nload \n",
};

static const struct layout openrc = {
	"OpenRC",
	{"/sbin/openrc-run", "/run/openrc/softlevel=default\n",
	 "/etc/runlevels/default/cron>/etc/init.d/cron",
	 "/etc/runlevels/boot/rsyslog>/etc/init.d/rsyslog",
	 "/etc/runlevels/other/ntpd>/etc/init.d/ntpd", "/etc/init.d/puppet"},
	{"cron", "rsyslog", "ntpd", "+puppet"},
	{"/sbin/rc-service", "/etc/init.d/cron", "/etc/init.d/rsyslog", "/etc/init.d/ntpd"},
	NULL,
	"lift \nrc-service cron start\nrc-service rsyslog start\nrc-service puppet start\n",
	"rc-service puppet stop\nrc-service rsyslog stop\nrc-service cron stop\nload \n",
};

static const struct layout baselayout_1 = {
	"baselayout 1",
	{"/sbin/runscript.sh", "/var/lib/init.d/softlevel=default\n",
	 "/etc/runlevels/default/vixie-cron>/etc/init.d/vixie-cron"},
	{"vixie-cron"},
	{"/etc/init.d/vixie-cron"},
	NULL,
	"lift \nvixie-cron start\n",
	"vixie-cron stop\nload \n",
};

static const struct layout *const layouts[] = {&systemd, &sysv_script, &debian_sysv,
					       &rhel_5,  &openrc,      &baselayout_1};
#define EACH(layout)                                                                               \
	for (size_t l = 0; l < sizeof(layouts) / sizeof(*layouts) && (layout = layouts[l]); l++)

static void undo(struct scene *scene, bool really)
{
	scene->cutover.undo = really;
}

static bool has(struct scene *scene, const char *path)
{
	struct stat st;

	return target_lstat(&scene->tree.target, path, &st);
}

static void assert_says(struct scene *scene, const char *words)
{
	if (!strstr(scene->account, words))
		fail_msg("\"%s\" is not in\n%s", words, scene->account);
}

static void assert_told(const char *words)
{
	if (!strstr(fake.told, words))
		fail_msg("\"%s\" was not told:\n%s", words, fake.told);
}

/* Every link but those that an enabled service has got besides. */
static void assert_links_are_back(struct scene *scene, const struct layout *layout)
{
	const char *rest = scene->pristine, *line, *now = scene_links(scene);
	size_t size;

	while (text_next(&rest, &line, &size))
		if (!strstr(now, arena_printf(&scene->tree.arena, "%.*s\n", (int)size, line)))
			fail_msg("%s: %.*s is not among\n%s", layout->name, (int)size, line, now);
}

static void cuts_over_and_back(void **state)
{
	const struct layout *layout;

	(void)state;
	EACH(layout)
	{
		struct scene scene;
		const char *moved, *cut;

		scene_make(&scene, layout);
		moved = scene_system(&scene);
		scene_must(&scene);
		assert_string_equal(scene_calls(&scene), layout->starts);
		assert_links_are_back(&scene, layout);
		assert_false(has(&scene, MIGRATING_MARKER));
		assert_false(has(&scene, QUARANTINE_FOLDER));
		cut = scene_system(&scene);

		scene_must(&scene);
		assert_string_equal(scene_calls(&scene), "");
		assert_string_equal(scene_system(&scene), cut);

		undo(&scene, true);
		scene_must(&scene);
		assert_string_equal(scene_calls(&scene), layout->stops);
		assert_string_equal(scene_system(&scene), moved);
		scene_must(&scene);
		assert_string_equal(scene_calls(&scene), "");
		assert_string_equal(scene_system(&scene), moved);

		undo(&scene, false);
		scene_must(&scene);
		assert_string_equal(scene_calls(&scene), layout->starts);
		assert_string_equal(scene_system(&scene), cut);
		scene_free(&scene);
	}
}

static void only_what_was_held_is_enabled(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &systemd);
	scene_must(&scene);
	assert_true(has(&scene, WANTS "puppet.service"));
	assert_false(has(&scene, WANTS "off.service"));
	assert_false(has(&scene, "/etc/systemd/system/fstrim.timer"));
	scene_free(&scene);
}

static void dry_run_changes_nothing(void **state)
{
	const struct layout *layout;

	(void)state;
	EACH(layout)
	{
		struct scene scene;

		scene_make(&scene, layout);
		for (int way = 0; way < 2; way++) {
			const char *before = scene_list(&scene, "", true);

			scene.cutover.dry_run = true;
			scene_must(&scene);
			assert_string_equal(scene_list(&scene, "", true), before);
			assert_string_equal(scene_calls(&scene), "");
			assert_string_equal(fake.told, "");
			assert_says(&scene, "Nothing was changed.");
			assert_says(&scene, way ? "    run /etc/newroot/quarantine/load\n"
						: "    run /etc/newroot/quarantine/lift\n");
			scene.cutover.dry_run = false;
			scene_must(&scene);
			scene_calls(&scene);
			undo(&scene, true);
		}
		scene_free(&scene);
	}
}

static void dry_run_tells_what_is_done(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &openrc);
	scene.cutover.dry_run = true;
	scene_must(&scene);
	assert_string_equal(
		scene.account,
		"What would be done for cutover, OpenRC:\n"
		"  database\n"
		"    nothing to do\n"
		"  quarantine\n"
		"    run /etc/newroot/quarantine/lift\n"
		"    rename /etc/newroot/quarantine to /etc/newroot/quarantine.cutover\n"
		"  links\n"
		"    cron: make /etc/runlevels/default/cron -> /etc/init.d/cron\n"
		"    rsyslog: make /etc/runlevels/boot/rsyslog -> /etc/init.d/rsyslog\n"
		"    ntpd: make /etc/runlevels/other/ntpd -> /etc/init.d/ntpd\n"
		"    puppet: make /etc/runlevels/default/puppet -> /etc/init.d/puppet\n"
		"  marker\n"
		"    rename /etc/newroot/migrating to /etc/newroot/migrating.cutover\n"
		"  services\n"
		"    start cron, of default: /sbin/rc-service cron start\n"
		"    start rsyslog, of boot: /sbin/rc-service rsyslog start\n"
		"    start puppet, of default: /sbin/rc-service puppet start\n"
		"  puppet\n"
		"    nothing to do\n"
		"Nothing was changed.\n");
	scene_free(&scene);
}

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
	undo(&scene, true);
	scene_must(&scene);
	end = scene_system(&scene);
	undo(&scene, false);
	scene_must(&scene);
	if (!back) {
		end = scene_system(&scene);
		undo(&scene, true);
		scene_must(&scene);
	}
	for (bool killed = true; killed;) {
		undo(&scene, back);
		killed = killed_at(&scene, ++line);
		scene_must(&scene);
		assert_string_equal(scene_system(&scene), end);
		undo(&scene, !back);
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
		assert_links_are_back(&scene, &openrc);
		assert_false(has(&scene, QUARANTINE_FOLDER));
		assert_false(has(&scene, MIGRATING_MARKER));
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
	assert_links_are_back(&scene, &systemd);
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
	assert_string_equal(err.msg, "cutover services: /sbin/rc-service rsyslog start failed with "
				     "exit status 4: no such disk");
	assert_says(&scene, "      | no such disk\n"
			    "    note: done before: database, quarantine, links, marker\n"
			    "    note: not done: puppet\n");
	assert_told("end failed cutover services; ");
	assert_told("error cutover services; code cutover; said no such disk; state error; stop; ");
	assert_string_equal(scene_calls(&scene),
			    "lift \nrc-service cron start\nrc-service rsyslog start\n");
	scene_program(&scene, "/sbin/rc-service", "");
	scene_must(&scene);
	assert_string_equal(scene_calls(&scene),
			    "rc-service rsyslog start\nrc-service puppet start\n");
	assert_told("state cut over; stop; ");
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
	assert_says(&scene, "    start vixie-cron, of default: /etc/init.d/vixie-cron start\n"
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
	undo(&scene, true);
	scene_program(&scene, "/etc/init.d/vixie-cron", "[ \"$1\" = status ] || exit 1");
	assert_int_equal(scene_run(&scene, &err), -1);
	assert_true(has(&scene, QUARANTINE_FOLDER ".cutover"));
	scene_program(&scene, "/etc/init.d/vixie-cron", "exit 1");
	scene_must(&scene);
	assert_says(&scene, "note: vixie-cron did not run any more");
	assert_true(has(&scene, QUARANTINE_FOLDER "/rules.v4"));
	scene_free(&scene);
}

static void quarantine_that_fails_comes_at_the_next_boot(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, &baselayout_1);
	scene_must(&scene);
	undo(&scene, true);
	scene_program(&scene, QUARANTINE_FOLDER ".cutover/load", "exit 1");
	assert_int_equal(scene_run(&scene, &err), -1);
	assert_true(has(&scene, QUARANTINE_LOAD));
	scene_calls(&scene);
	scene_program(&scene, QUARANTINE_LOAD, "");
	scene_must(&scene);
	assert_string_equal(scene_calls(&scene), "load \n");
	scene_free(&scene);
}

static void a_quarantine_that_came_again_is_lifted(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &baselayout_1);
	scene_must(&scene);
	scene_calls(&scene);
	scene_program(&scene, QUARANTINE_LIFT, "");
	scene_file(&scene, QUARANTINE_FOLDER "/rules.v4", "new\n");
	scene_must(&scene);
	assert_string_equal(scene_calls(&scene), "lift \n");
	assert_string_equal(tree_read(&scene.tree, QUARANTINE_FOLDER ".cutover/rules.v4"), "new\n");
	assert_false(has(&scene, QUARANTINE_FOLDER));
	assert_false(has(&scene, QUARANTINE_FOLDER ".cutover/load"));
	scene_free(&scene);
}

static void what_others_changed_is_left_alone(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &systemd);
	assert_int_equal(unlinkat(scene.tree.target.fd, "etc/systemd/system/fstrim.timer", 0), 0);
	scene_file(&scene, "/etc/systemd/system/fstrim.timer", "[Timer]\n");
	scene_must(&scene);
	assert_says(&scene, "note: fstrim.timer: /etc/systemd/system/fstrim.timer is not the link "
			    "to /dev/null any more, and is left alone");
	assert_string_equal(tree_read(&scene.tree, "/etc/systemd/system/fstrim.timer"),
			    "[Timer]\n");
	scene_free(&scene);
}

/* The service that puppet, say, has switched on in its own words is off after undo all the same. */
static void undo_switches_off_what_is_on(void **state)
{
	static const char link[] = "etc/runlevels/default/cron";
	struct scene scene;

	(void)state;
	scene_make(&scene, &openrc);
	scene_must(&scene);
	assert_int_equal(unlinkat(scene.tree.target.fd, link, 0), 0);
	assert_int_equal(symlinkat("../../init.d/cron", scene.tree.target.fd, link), 0);
	undo(&scene, true);
	scene_must(&scene);
	assert_false(has(&scene, "/etc/runlevels/default/cron"));
	scene_free(&scene);
}

static void events_tell_each_action(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &sysv_script);
	scene_must(&scene);
	assert_string_equal(
		fake.told,
		"open https://s; begin cutover quarantine; "
		"note cutover quarantine: /etc/newroot/quarantine/lift: said nothing; "
		"end cutover quarantine; begin cutover links; "
		"note cutover links: /usr/bin/systemctl daemon-reload\ntold of daemon-reload\n; "
		"end cutover links; begin cutover marker; end cutover marker; "
		"begin cutover services; "
		"note cutover services: /usr/bin/systemctl start own\ntold of start own\n; "
		"end cutover services; note this VM is cut over on its own side; state cut over; "
		"stop; ");
	assert_false(has(&scene, INSTALLED_STATE "/cutover.events"));
	undo(&scene, true);
	scene_must(&scene);
	assert_told("begin cutover undo services; ");
	assert_told("note the cutover is undone on this VM; state complete; stop; ");
	scene_free(&scene);
}

/* Whatever else there is waits with it. */
static void database_comes_first(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, &openrc);
	fake.database = ERR_CUTOVER_BEHIND;
	assert_int_equal(scene_run(&scene, &err), -1);
	assert_int_equal(err.code, ERR_CUTOVER_BEHIND);
	assert_says(&scene, "    note: done before: nothing\n"
			    "    note: not done: quarantine, links, marker, services, puppet\n");
	assert_string_equal(scene_calls(&scene), "");
	assert_true(has(&scene, MIGRATING_MARKER));
	assert_told("error cutover database; code cutover.behind; state error; stop; ");
	fake.database = ERR_NONE;
	scene_must(&scene);
	assert_told("state cut over; stop; ");
	scene_free(&scene);
}

static void works_while_the_service_is_away(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &baselayout_1);
	fake.stop = -1;
	scene_must(&scene);
	assert_says(&scene, "note: the service did not take the report within 1 s; it waits in "
			    "/var/lib/newroot/cutover.events, and the next `newroot cutover` "
			    "delivers it");
	assert_true(has(&scene, INSTALLED_STATE "/cutover.events"));
	fake.stop = 0;
	scene_must(&scene);
	assert_false(has(&scene, INSTALLED_STATE "/cutover.events"));
	scene_free(&scene);
}

static void works_without_instructions(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &baselayout_1);
	assert_int_equal(unlinkat(scene.tree.target.fd, "etc/newroot/first-boot.json", 0), 0);
	scene_must(&scene);
	assert_says(&scene, "note: the service gets no report: ");
	assert_says(&scene,
		    "/etc/newroot/first-boot.json: there are no instructions: No such file");
	assert_false(has(&scene, MIGRATING_MARKER));
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
	assert_says(&scene, "note: this VM's first boot is not over: there is no "
			    "/var/lib/newroot/first-boot.done; without --force this is refused");
	scene.cutover.dry_run = false;
	scene.cutover.force = true;
	scene_must(&scene);
	assert_says(&scene, "note: this VM's first boot is not over");
	assert_false(has(&scene, MIGRATING_MARKER));
	assert_null(strstr(fake.told, "state cut over"));
	scene.cutover.force = false;
	undo(&scene, true);
	scene_must(&scene);
	assert_true(has(&scene, MIGRATING_MARKER));
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
	assert_true(has(&scene, MIGRATING_MARKER));
	scene_free(&scene);
}

#define JOB(puppet)                                                                                \
	"{\"newroot\": 1, \"volumes\": [{\"name\": \"root\", \"size\": \"8GiB\", \"mount\": "      \
	"\"/\"}], \"archives\": [{\"to\": \"/\", \"url\": \"https://10.0.2.2/root.tar\", "         \
	"\"sha256\": \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"}], "     \
	"\"puppet\": {" puppet "}}"
#define AGENT                                                                                      \
	"puppet agent --onetime --no-daemonize --verbose --color=false --no-usecacheonfailure "    \
	"--detailed-exitcodes\n"
#define MANIFEST "/etc/puppet/code/environments/production/manifests/site.pp"

struct puppet_row {
	const char *job;
	const char *tree[4]; /* "PATH=TEXT" */
	const char *program; /* NULL: none */
	const char *body;
	const char *calls; /* without "lift"; "@" stands for the tree */
	const char *error; /* NULL: none */
};

static const struct puppet_row puppet_rows[] = {
	{JOB("\"server\": \"p\""), {NULL}, "/usr/bin/puppet", "exit 0", AGENT, NULL},
	{JOB("\"server\": \"p\""), {NULL}, "/opt/puppetlabs/bin/puppet", "exit 2", AGENT, NULL},
	{JOB("\"server\": \"p\""),
	 {NULL},
	 "/usr/bin/puppet",
	 "echo 'Error: no such package'; exit 6",
	 AGENT,
	 "with exit status 6: Error: no such package"},
	{JOB("\"server\": \"p\""),
	 {NULL},
	 "/usr/bin/puppet",
	 "[ -e \"$0.busy\" ] || { touch \"$0.busy\"; echo 'Run of Puppet configuration client "
	 "already in progress; skipping'; exit 1; }",
	 AGENT AGENT,
	 NULL},
	{JOB("\"server\": \"p\""),
	 {NULL},
	 "/usr/sbin/puppetd",
	 "",
	 "puppetd --onetime --no-daemonize --verbose --color=false --no-usecacheonfailure\n",
	 NULL},
	{JOB("\"server\": \"p\""), {NULL}, NULL, "", "", NULL},
	{JOB(""),
	 {MANIFEST "=node default {}\n"},
	 "/usr/bin/puppet",
	 "",
	 "puppet apply --verbose --color=false --detailed-exitcodes @" MANIFEST "\n",
	 NULL},
	{JOB(""),
	 {MANIFEST "=node default {}\n", "/etc/puppet/puppet.conf=[main]\n  server = p\n"},
	 "/usr/bin/puppet",
	 "",
	 AGENT,
	 NULL},
	{JOB(""),
	 {MANIFEST "=node default {}\n", "/etc/puppet/puppet.conf=[main]\nserverport = 1\n"},
	 "/usr/bin/puppet",
	 "",
	 "puppet apply --verbose --color=false --detailed-exitcodes @" MANIFEST "\n",
	 NULL},
	{"{", {NULL}, "/usr/bin/puppet", "", "", "whether puppet is to run is not known"},
};

static void puppet_row_make(struct scene *scene, const struct puppet_row *row)
{
	scene_make(scene, &baselayout_1);
	scene_file(scene, INSTALLED_JOB, row->job);
	for (const char *const *entry = row->tree; *entry; entry++) {
		const char *text = strchr(*entry, '=') + 1;

		scene_file(
			scene,
			arena_printf(&scene->tree.arena, "%.*s", (int)(text - 1 - *entry), *entry),
			text);
	}
	if (row->program)
		scene_program(scene, row->program, row->body);
}

static const char *expected_calls(struct scene *scene, const struct puppet_row *row)
{
	const char *at = strchr(row->calls, '@');

	return at ? arena_printf(&scene->tree.arena, "lift \nvixie-cron start\n%.*s%s%s",
				 (int)(at - row->calls), row->calls, scene->tree.root, at + 1)
		  : arena_printf(&scene->tree.arena, "lift \nvixie-cron start\n%s", row->calls);
}

static void puppet_runs_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(puppet_rows) / sizeof(*puppet_rows); i++) {
		const struct puppet_row *row = &puppet_rows[i];
		struct err err = ERR_INIT;
		struct scene scene;

		puppet_row_make(&scene, row);
		assert_int_equal(scene_run(&scene, &err), row->error ? -1 : 0);
		assert_string_equal(scene_calls(&scene), expected_calls(&scene, row));
		if (row->error && !strstr(err.msg, row->error))
			fail_msg("%s", err.msg);
		if (!row->error) {
			scene_must(&scene);
			assert_string_equal(scene_calls(&scene), "");
		}
		scene_free(&scene);
	}
}

static void puppet_runs_again_after_undo(void **state)
{
	struct scene scene;

	(void)state;
	puppet_row_make(&scene, &puppet_rows[0]);
	scene_program(&scene, "/usr/bin/puppet", "echo 'Notice: Applied catalog'");
	scene_must(&scene);
	assert_told("note cutover puppet: /usr/bin/puppet agent --onetime");
	assert_told("Notice: Applied catalog\n; end cutover puppet; ");
	undo(&scene, true);
	scene_must(&scene);
	assert_says(&scene, "forget that puppet was run; what it changed stays");
	scene_calls(&scene);
	undo(&scene, false);
	scene_must(&scene);
	assert_string_equal(scene_calls(&scene), "lift \nvixie-cron start\n" AGENT);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_over_and_back),
		cmocka_unit_test(only_what_was_held_is_enabled),
		cmocka_unit_test(dry_run_changes_nothing),
		cmocka_unit_test(dry_run_tells_what_is_done),
		cmocka_unit_test(what_was_killed_goes_on),
		cmocka_unit_test(killed_by_what_it_runs),
		cmocka_unit_test(reload_is_not_forgotten),
		cmocka_unit_test(failure_stops_and_can_be_repeated),
		cmocka_unit_test(what_hangs_is_ended),
		cmocka_unit_test(daemons_are_not_waited_for),
		cmocka_unit_test(what_died_need_not_be_stopped),
		cmocka_unit_test(quarantine_that_fails_comes_at_the_next_boot),
		cmocka_unit_test(a_quarantine_that_came_again_is_lifted),
		cmocka_unit_test(what_others_changed_is_left_alone),
		cmocka_unit_test(undo_switches_off_what_is_on),
		cmocka_unit_test(events_tell_each_action),
		cmocka_unit_test(database_comes_first),
		cmocka_unit_test(works_while_the_service_is_away),
		cmocka_unit_test(works_without_instructions),
		cmocka_unit_test(unfinished_first_boot_is_refused),
		cmocka_unit_test(only_one_at_a_time),
		cmocka_unit_test(other_systems_are_refused),
		cmocka_unit_test(a_spoilt_record_is_refused),
		cmocka_unit_test(puppet_runs_once),
		cmocka_unit_test(puppet_runs_again_after_undo),
	};

	return cmocka_run_group_tests_name("cutover", tests, NULL, NULL);
}
