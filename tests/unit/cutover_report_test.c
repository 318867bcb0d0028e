/* What the service is told of a cutover, and a service that is away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "cutover_scene.h"
#include "installed/installed.h"

static void events_tell_each_action(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &sysv_script);
	scene_must(&scene);
	assert_string_equal(
		fake.told,
		"open https://s; begin cutover quarantine; note cutover quarantine: "
		"/etc/newroot/quarantine/lift: said nothing; end cutover quarantine; "
		"begin cutover links; note cutover links: /usr/bin/systemctl daemon-reload\n"
		"told of daemon-reload\n; end cutover links; begin cutover marker; "
		"end cutover marker; begin cutover services; note cutover services: "
		"/usr/bin/systemctl start own\ntold of start own\n; end cutover services; "
		"note this VM is cut over on its own side; state cut over; stop; ");
	assert_false(scene_has(&scene, INSTALLED_STATE "/cutover.events"));
	scene_undo(&scene, true);
	scene_must(&scene);
	scene_told("begin cutover undo services; ");
	scene_told("note the cutover is undone on this VM; state complete; stop; ");
	scene_free(&scene);
}

static void works_while_the_service_is_away(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &baselayout_1);
	fake.stop = -1;
	scene_must(&scene);
	scene_says(
		&scene,
		"note: the service did not take the report within 1 s; "
		"it waits in /var/lib/newroot/cutover.events, and the next `newroot cutover` delivers it");
	assert_true(scene_has(&scene, INSTALLED_STATE "/cutover.events"));
	fake.stop = 0;
	scene_must(&scene);
	assert_false(scene_has(&scene, INSTALLED_STATE "/cutover.events"));
	scene_free(&scene);
}

static void works_without_instructions(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &baselayout_1);
	assert_int_equal(unlinkat(scene.tree.target.fd, "etc/newroot/first-boot.json", 0), 0);
	scene_must(&scene);
	scene_says(&scene, "note: the service gets no report: ");
	scene_says(&scene, "/etc/newroot/first-boot.json: there are no instructions: No such file");
	assert_false(scene_has(&scene, MIGRATING_MARKER));
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_tell_each_action),
		cmocka_unit_test(works_while_the_service_is_away),
		cmocka_unit_test(works_without_instructions),
	};

	return cmocka_run_group_tests_name("cutover_report", tests, NULL, NULL);
}
