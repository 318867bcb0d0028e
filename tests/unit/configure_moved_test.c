/* A moved VM in each dialect, for people to read: tests/unit/golden/os/moved-NAME. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "moved_scene.h"

struct moved_case {
	const char *name; /* of the golden file */
	const char *const *tree;
	enum fs_profile profile;
};

static const struct moved_case cases[] = {
	{"moved-gentoo-baselayout-1", gentoo_old, PROFILE_2_6_18},
	{"moved-gentoo-openrc", gentoo_new, PROFILE_3_10},
	{"moved-debian-openrc", debian_openrc, PROFILE_MODERN},
	{"moved-debian-sysv", debian_sysv, PROFILE_2_6_18},
	{"moved-rhel-5", rhel5, PROFILE_2_6_18},
	{"moved-debian-systemd", debian_systemd, PROFILE_MODERN},
};

/* What a person is told stands in the golden file, too. */
static void add_notes(struct changes *changes)
{
	struct text text = {.arena = changes->arena};

	text_printf(&text, "%s", notes);
	changes_file(changes, "/the-notes-of-the-step", &text);
}

static void moved_is_golden(void **state)
{
	const struct moved_case *c = *state;
	struct job job = whole_job;
	struct tree tree;
	struct changes changes, again;
	struct err err = ERR_INIT;

	job.profile = c->profile;
	tree_make(&tree, c->tree);
	changes = list_for(&tree);
	render(&changes, &job);
	add_notes(&changes);
	changes_are_golden(&changes, c->name);
	/* Rendered against what it made, it asks for what is there. */
	again = list_for(&tree);
	render(&again, &job);
	if (getuid() == 0 && changes_verify(&again, &err))
		fail_msg("%s: %s", c->name, err.msg);
	tree_free(&tree);
}

static bool asks_for(const struct changes *changes, const char *path)
{
	for (size_t i = 0; i < changes->count; i++)
		if (!strcmp(changes->item[i].path, path))
			return true;
	return false;
}

/* Without a key nothing of it is written. */
static void nothing_unless_asked(void **state)
{
	struct job job = {.consoles = LIST("tty0")};
	struct tree tree;
	struct changes changes;

	(void)state;
	tree_make(&tree, debian_systemd);
	changes = list_for(&tree);
	render(&changes, &job);
	assert_false(asks_for(&changes, MIGRATING_MARKER));
	assert_false(asks_for(&changes, "/var/lib/newroot/services"));
	assert_false(asks_for(&changes, "/etc/exports"));
	assert_false(asks_for(&changes, "/etc/newroot/quarantine/load"));
	job.migrating = true;
	render(&changes, &job);
	assert_true(asks_for(&changes, MIGRATING_MARKER));
	tree_free(&tree);
}

/* A machine that applies a manifest of its own gets no agent that looks for a server. */
static void puppet_without_a_server_needs_no_agent(void **state)
{
	static const char *const off[] = {
		"/usr/lib/systemd/systemd",
		"/lib>usr/lib",
		"/sbin/init>/lib/systemd/systemd",
		"/usr/lib/systemd/system/puppet.service=" UNIT("multi-user.target"),
		"/etc/puppet/puppet.conf=# server = in a comment\n",
		NULL};
	static struct job_file manifest = {
		.path = "/etc/puppet/code/environments/production/manifests/site.pp"};
	static const struct {
		struct job_puppet puppet;
		size_t files;
		bool enabled, noted;
	} rows[] = {
		{{true, "puppet.example.org", NULL, false}, 1, true, false},
		{{true, NULL, NULL, false}, 0, true, false},
		{{true, NULL, NULL, false}, 1, false, true},
		{{true, NULL, NULL, true}, 1, false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct job job = {.consoles = LIST("tty0"),
					.puppet = rows[i].puppet,
					.files = &manifest,
					.file_count = rows[i].files};
		struct tree tree;
		struct changes changes;

		tree_make(&tree, off);
		changes = list_for(&tree);
		render(&changes, &job);
		if (asks_for(&changes,
			     "/etc/systemd/system/multi-user.target.wants/puppet.service") !=
			    rows[i].enabled ||
		    !strstr(notes, "cutover applies /etc/puppet/code/") == rows[i].noted)
			fail_msg("row %zu: %s", i, notes);
		tree_free(&tree);
	}
}

/* What names a server beside `server`, in any section or on the command line, counts before the job's. */
static void other_servers_of_puppet_are_retired(void **state)
{
	static const char *const entries[] = {
		"/sbin/openrc-run",
		"/etc/puppet/puppet.conf=[main]\nserver_list = a.old:8140,b.old\nca_server = ca.old\n"
		"server = main.old\nuse_srv_records = true\n[agent]\nserver = agent.old\nreport_server = r.old\n"
		"[master]\nreports = store\n",
		"/etc/sysconfig/puppet=# PUPPET_SERVER=no\nPUPPET_SERVER=sysconfig.old\n",
		"/etc/conf.d/puppet=PUPPET_EXTRA_OPTS=\"--server conf.old\"\n", NULL};
	struct job job = {.consoles = LIST("tty0"),
			  .puppet = {true, "puppet.example.org", NULL, false}};
	const struct change *config = NULL;
	struct changes changes;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	changes = list_for(&tree);
	render(&changes, &job);
	for (size_t i = 0; i < changes.count; i++)
		if (!strcmp(changes.item[i].path, "/etc/puppet/puppet.conf"))
			config = &changes.item[i];
	assert_non_null(config);
	assert_true(config->keep_old);
	assert_string_equal(
		config->data,
		"[main]\n# old: server_list = a.old:8140,b.old\n# old: ca_server = ca.old\n"
		"# old: server = main.old\n# old: use_srv_records = true\n[agent]\nserver = puppet.example.org\n"
		"# old: report_server = r.old\n[master]\nreports = store\n");
	assert_non_null(strstr(notes, "server_list of /etc/puppet/puppet.conf is a comment now"));
	assert_non_null(strstr(notes, "/etc/sysconfig/puppet counts before the job's server: "
				      "PUPPET_SERVER=sysconfig.old"));
	assert_non_null(strstr(notes, "/etc/conf.d/puppet counts before"));
	assert_null(strstr(notes, "PUPPET_SERVER=no"));
	/* Without a server of the job's, the old one is meant. */
	job.puppet.server = NULL;
	job.puppet.certname = "web1";
	changes = list_for(&tree);
	render(&changes, &job);
	assert_null(strstr(notes, "is a comment now"));
	tree_free(&tree);
}

static void a_closed_name_server_is_noted(void **state)
{
	struct job job = whole_job;
	struct tree tree;
	struct changes changes;

	(void)state;
	job.network.nameservers = (struct strings)LIST("10.80.0.53", "192.0.2.53", "10.77.0.1");
	tree_make(&tree, debian_openrc);
	changes = list_for(&tree);
	render(&changes, &job);
	assert_non_null(strstr(notes, "name server 192.0.2.53 is not within allow"));
	assert_null(strstr(notes, "10.80.0.53"));
	assert_null(strstr(notes, "name server 10.77.0.1"));
	tree_free(&tree);
}

static void a_firewall_that_flushes_is_noted(void **state)
{
	static const char *const entries[] = {
		"/sbin/openrc-run",      "/sbin/nft",
		"/etc/init.d/shorewall", "/etc/runlevels/default/shorewall>/etc/init.d/shorewall",
		"/etc/init.d/ufw",       NULL};
	const struct job job = {.consoles = LIST("tty0"), .quarantine = {.given = true}};
	struct tree tree;
	struct changes changes;

	(void)state;
	tree_make(&tree, entries);
	changes = list_for(&tree);
	render(&changes, &job);
	assert_non_null(strstr(notes, "the service shorewall of the new system may flush it"));
	assert_null(strstr(notes, "ufw"));
	tree_free(&tree);
}

#define CASE(i)                                                                                    \
	{                                                                                          \
		"moved " #i, moved_is_golden, NULL, NULL, (void *)&cases[i]                        \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(0),
		CASE(1),
		CASE(2),
		CASE(3),
		CASE(4),
		CASE(5),
		cmocka_unit_test(nothing_unless_asked),
		cmocka_unit_test(puppet_without_a_server_needs_no_agent),
		cmocka_unit_test(other_servers_of_puppet_are_retired),
		cmocka_unit_test(a_closed_name_server_is_noted),
		cmocka_unit_test(a_firewall_that_flushes_is_noted),
	};

	return cmocka_run_group_tests_name("configure_moved", tests, NULL, NULL);
}
