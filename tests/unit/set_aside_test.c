/* What of the old machine is set aside or noted: disks, filters of LVM, addresses, services of its old place. */
#include "tests/unit/managers_fixture.h"

#include "os/lvm_conf.h"
#include "os/mount_units.h"
#include "os/old_addresses.h"
#include "os/old_masters.h"
#include "os/set_aside.h"

/* What the job brings itself is not taken away, nor is anything of networks without interfaces of the job. */
static void what_the_job_brings_stays(void **state)
{
	static const char *const entries[] = {"/etc/iscsi/nodes/new/default=x\n",
					      "/etc/crypttab=old\n", "/etc/mdadm.conf=old\n",
					      "/etc/keepalived/keepalived.conf=x\n", NULL};
	static struct job_file files[] = {{.path = "/etc/iscsi/nodes/new/default"},
					  {.path = "/etc/crypttab"}};
	const struct job own = {.files = files, .file_count = 2};
	struct err err = ERR_INIT;
	struct changes changes;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	changes = list_for(&tree);
	assert_int_equal(set_aside_render(&changes, &own, &err), 0);
	assert_int_equal(changes.count, 1);
	assert_string_equal(changes.item[0].path, "/etc/mdadm.conf");
	tree_free(&tree);
}

/* One that is required and missing fails what requires it. Values go on behind a backslash. */
static void links_of_units_go_with_them(void **state)
{
	static const char *const entries[] = {
		"/etc/systemd/system/dev-sdb2.swap=[Swap]\nWhat=\\\n /dev/sdb2\n",
		"/etc/systemd/system/swap.target.requires/dev-sdb2.swap>../dev-sdb2.swap", NULL};
	const struct job none = {0};
	struct err err = ERR_INIT;
	struct changes changes;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	changes = list_for(&tree);
	assert_int_equal(mount_units_set_aside(&changes, &none, &err), 0);
	assert_int_equal(changes.count, 2);
	tree_free(&tree);
}

/* A second migration keeps what the first one set aside. */
static void nothing_is_set_aside_over_another(void **state)
{
	static const char *const entries[] = {"/etc/iscsi/nodes/new/default=x\n",
					      "/etc/iscsi/.nodes.premigration/old/default=x\n",
					      "/etc/crypttab=new\n",
					      "/etc/.crypttab.premigration=old\n", NULL};
	const struct job none = {0};
	struct err err = ERR_INIT;
	struct changes changes;
	struct tree tree;

	(void)state;
	if (getuid() != 0)
		skip();
	tree_make(&tree, entries);
	changes = list_for(&tree);
	assert_int_equal(set_aside_render(&changes, &none, &err), 0);
	if (changes_apply(&changes, &err) || changes_verify(&changes, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(tree_read(&tree, "/etc/.crypttab.premigration"), "old\n");
	assert_string_equal(tree_read(&tree, "/etc/.crypttab.2.premigration"), "new\n");
	assert_true(target_exists(&tree.target, "/etc/iscsi/.nodes.2.premigration/new/default"));
	tree_free(&tree);
}

/* Of lvm.conf(5), what its own reader takes: comments, strings, lists over lines, sections in one line. */
static void filters_of_lvm(void **state)
{
	static const struct {
		const char *conf, *after; /* NULL: it stays */
	} rows[] = {
		{"devices {\n filter = [ \"a/.*/\" ]\n}\n", NULL},
		{"# filter = [ \"r/.*/\" ]\n", NULL},
		{"x = \"filter = [ 'r' ]\"\n", NULL},
		{"devices/global_filter=[\"r|x|\"]\n", "# old: devices/global_filter=[\"r|x|\"]\n"},
		{"devices { filter=\"r/sdb/\" }\n", "devices { \n# old: filter=\"r/sdb/\"\n }\n"},
		{"a=1\nvolume_list = [ # \"]\n \"vg\" ]\nb=2\n",
		 "a=1\n# old: volume_list = [ # \"]\n# old:  \"vg\" ]\nb=2\n"},
		{"filter = [ 'r|.*|' ]\nb='filter=\"r|x|\"'\n",
		 "# old: filter = [ 'r|.*|' ]\nb='filter=\"r|x|\"'\n"},
		{"filter = [ \"r|x", "# old: filter = [ \"r|x\n"},
		{"preferred_names = [ \"r\" ]\nfilter", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char entry[256];
		const char *const entries[] = {entry, NULL};
		struct err err = ERR_INIT;
		struct changes changes;
		struct tree tree;

		snprintf(entry, sizeof(entry), "/etc/lvm/lvm.conf=%s", rows[i].conf);
		tree_make(&tree, entries);
		changes = list_for(&tree);
		assert_int_equal(lvm_conf_render(&changes, &err), 0);
		assert_int_equal(changes.count, rows[i].after ? 1 : 0);
		if (rows[i].after)
			assert_string_equal(changes.item[0].data, rows[i].after);
		tree_free(&tree);
	}
}

static void count_place(void *ctx, const char *path, size_t line, const char *address)
{
	text_printf(ctx, "%s:%zu %s\n", path, line, address);
}

static void places_of_old_addresses(void **state)
{
	static const char *const entries[] = {
		"/etc/app.conf=a=1\nlisten 192.168.1.2:80\nfar 192.168.1.20 1192.168.1.2 1.192.168.1.2 192.168.1.2.3\n"
		"v6 [2001:db8::2]:80 and 2001:db8::22\n",
		"/etc/hosts.premigration=192.168.1.2 old\n",
		"/etc/iscsi/.nodes.premigration/x/default=192.168.1.2\n",
		"/etc/newroot/first-boot.json=192.168.1.2\n",
		"/etc/link>/etc/app.conf",
		"/var/lib/app/state=end 192.168.1.2.",
		"/var/lib/newroot/job.json=192.168.1.2\n",
		"/srv/x=192.168.1.2\n",
		NULL};
	const struct strings old_addresses = LIST("192.168.1.2", "192.168.1.1", "2001:DB8::2");
	struct text places;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	places = (struct text){.arena = &tree.arena};
	old_addresses_find(&tree.target, &old_addresses, count_place, &places);
	assert_string_equal(places.data, "/etc/app.conf:2 192.168.1.2\n"
					 "/etc/app.conf:4 2001:DB8::2\n"
					 "/var/lib/app/state:1 192.168.1.2\n");
	(void)list_for(&tree);
	old_addresses_note(&tree.target, &old_addresses, note);
	assert_non_null(strstr(notes.data, "192.168.1.2 is in /etc/app.conf, line 2"));
	tree_free(&tree);
}

static void masters_of_the_old_place_are_told(void **state)
{
	static const char *const entries[] = {SYSTEMD, STARTS("salt-minion"),
					      STARTS("walinuxagent"), UNIT("chef-client"), NULL};
	const struct strings disabled = LIST("walinuxagent");
	struct err err = ERR_INIT;
	struct changes changes;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	changes = list_for(&tree);
	assert_int_equal(old_masters_note(&changes, &init_systemd, &disabled, &err), 0);
	assert_non_null(strstr(notes.data, "the service salt-minion starts"));
	assert_null(strstr(notes.data, "walinuxagent"));
	assert_null(strstr(notes.data, "chef-client"));
	assert_int_equal(old_masters_note(&changes, NULL, &disabled, &err), 0);
	tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_job_brings_stays),
		cmocka_unit_test(links_of_units_go_with_them),
		cmocka_unit_test(nothing_is_set_aside_over_another),
		cmocka_unit_test(filters_of_lvm),
		cmocka_unit_test(places_of_old_addresses),
		cmocka_unit_test(masters_of_the_old_place_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
