/* Puppet, run once at the end of a cutover. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cutover_scene.h"
#include "installed/installed.h"

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
	 "[ -e \"$0.busy\" ] || { touch \"$0.busy\"; echo 'Run of Puppet configuration client already in progress; skipping'; exit 1; }",
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
	scene_told("note cutover puppet: /usr/bin/puppet agent --onetime");
	scene_told("Notice: Applied catalog\n; end cutover puppet; ");
	scene_undo(&scene, true);
	scene_must(&scene);
	scene_says(&scene, "forget that puppet was run; what it changed stays");
	scene_calls(&scene);
	scene_undo(&scene, false);
	scene_must(&scene);
	assert_string_equal(scene_calls(&scene), "lift \nvixie-cron start\n" AGENT);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puppet_runs_once),
		cmocka_unit_test(puppet_runs_again_after_undo),
	};

	return cmocka_run_group_tests_name("cutover_puppet", tests, NULL, NULL);
}
