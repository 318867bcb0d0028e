/* The cutover of a moved system and its undo, on trees of each init system, with programs that are written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "cutover_scene.h"
#include "os/quarantine.h"
#include "installed/installed.h"

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
		scene_links_are_back(&scene, layout);
		assert_false(scene_has(&scene, MIGRATING_MARKER));
		assert_false(scene_has(&scene, QUARANTINE_FOLDER));
		cut = scene_system(&scene);

		scene_must(&scene);
		assert_string_equal(scene_calls(&scene), "");
		assert_string_equal(scene_system(&scene), cut);

		scene_undo(&scene, true);
		scene_must(&scene);
		assert_string_equal(scene_calls(&scene), layout->stops);
		assert_string_equal(scene_system(&scene), moved);
		scene_must(&scene);
		assert_string_equal(scene_calls(&scene), "");
		assert_string_equal(scene_system(&scene), moved);

		scene_undo(&scene, false);
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
	assert_true(scene_has(&scene, WANTS "puppet.service"));
	assert_false(scene_has(&scene, WANTS "off.service"));
	assert_false(scene_has(&scene, "/etc/systemd/system/fstrim.timer"));
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
			scene_says(&scene, "Nothing was changed.");
			scene_says(&scene, way ? "    run /etc/newroot/quarantine/load\n"
					       : "    run /etc/newroot/quarantine/lift\n");
			scene.cutover.dry_run = false;
			scene_must(&scene);
			scene_calls(&scene);
			scene_undo(&scene, true);
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
	scene_says(&scene, "    note: done before: nothing\n"
			   "    note: not done: quarantine, links, marker, services, puppet\n");
	assert_string_equal(scene_calls(&scene), "");
	assert_true(scene_has(&scene, MIGRATING_MARKER));
	scene_told("error cutover database; code cutover.behind; state error; stop; ");
	fake.database = ERR_NONE;
	scene_must(&scene);
	scene_told("state cut over; stop; ");
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
	assert_false(scene_has(&scene, QUARANTINE_FOLDER));
	assert_false(scene_has(&scene, QUARANTINE_FOLDER ".cutover/load"));
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
	scene_says(
		&scene,
		"note: fstrim.timer: /etc/systemd/system/fstrim.timer is not the link to /dev/null any more, and is left alone");
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
	scene_undo(&scene, true);
	scene_must(&scene);
	assert_false(scene_has(&scene, "/etc/runlevels/default/cron"));
	scene_free(&scene);
}

/* Nobody may load again what is lifted, nor tell that an undo's is not loaded yet. */
static void nobody_sees_to_the_quarantine_meanwhile(void **state)
{
	static const char locked[] = "! flock -n -x \"${0%/*}\" true";
	struct scene scene;

	(void)state;
	scene_make(&scene, &baselayout_1);
	scene_program(&scene, QUARANTINE_LIFT, locked);
	scene_program(&scene, QUARANTINE_LOAD, locked);
	scene_must(&scene);
	scene_undo(&scene, true);
	scene_must(&scene);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_over_and_back),
		cmocka_unit_test(only_what_was_held_is_enabled),
		cmocka_unit_test(dry_run_changes_nothing),
		cmocka_unit_test(dry_run_tells_what_is_done),
		cmocka_unit_test(database_comes_first),
		cmocka_unit_test(a_quarantine_that_came_again_is_lifted),
		cmocka_unit_test(nobody_sees_to_the_quarantine_meanwhile),
		cmocka_unit_test(what_others_changed_is_left_alone),
		cmocka_unit_test(undo_switches_off_what_is_on),
	};

	return cmocka_run_group_tests_name("cutover", tests, NULL, NULL);
}
