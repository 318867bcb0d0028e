/* Reading and writing inside a tree whose links try to lead out of it. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/accounts.h"
#include "os/target_write.h"
#include "os_tree.h"

static struct target_attr attr_of(mode_t mode, bool keep_old)
{
	return (struct target_attr){
		.mode = mode, .uid = getuid(), .gid = getgid(), .keep_old = keep_old};
}

static int put(struct tree *tree, const char *path, const char *data, mode_t mode, bool keep,
	       struct err *err)
{
	struct target_attr attr = attr_of(mode, keep);

	return target_write(&tree->target, path, data, strlen(data), &attr, err);
}

static void links_stay_inside(void **state)
{
	static const char *const entries[] = {"/real/file=inside", "/etc>/real",
					      "/up>../../../real", "/loop>/loop", NULL};
	struct err err = ERR_INIT;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	assert_string_equal(tree_read(&tree, "/etc/file"), "inside");
	assert_string_equal(tree_read(&tree, "/up/file"), "inside");
	assert_string_equal(tree_read(&tree, "/../../real/file"), "inside");
	assert_string_equal(target_resolve(&tree.target, "/etc/file", &tree.arena), "/real/file");
	assert_null(target_resolve(&tree.target, "/etc/none", &tree.arena));
	assert_null(tree_read(&tree, "/etc/file/below"));
	assert_int_equal(put(&tree, "/etc/new/deep/file", "x", 0640, false, &err), 0);
	assert_string_equal(tree_read(&tree, "/real/new/deep/file"), "x");
	assert_int_equal(put(&tree, "/loop/file", "x", 0644, false, &err), -1);
	assert_int_equal(err.sys, ELOOP);
	tree_free(&tree);
}

static void files_are_replaced_whole(void **state)
{
	static const char *const entries[] = {"/etc/fstab=first", "/etc/hosts>/etc/fstab",
					      "/etc/fstab.newroot-new=left by a crash", NULL};
	struct err err = ERR_INIT;
	struct tree tree;
	struct stat st;

	(void)state;
	tree_make(&tree, entries);
	assert_int_equal(put(&tree, "/etc/fstab", "second", 0600, true, &err), 0);
	assert_int_equal(put(&tree, "/etc/fstab", "third", 0604, true, &err), 0);
	assert_string_equal(tree_read(&tree, "/etc/fstab"), "third");
	assert_string_equal(tree_read(&tree, "/etc/fstab.premigration"), "first");
	assert_null(tree_read(&tree, "/etc/fstab.newroot-new"));
	assert_true(target_stat(&tree.target, "/etc/fstab", &st));
	assert_int_equal(st.st_mode & 07777, 0604);
	/* A link is replaced, not followed. */
	assert_int_equal(put(&tree, "/etc/hosts", "own", 0644, false, &err), 0);
	assert_string_equal(tree_read(&tree, "/etc/fstab"), "third");
	tree_free(&tree);
}

static void bad_places_are_refused(void **state)
{
	static const struct {
		const char *path, *message;
	} rows[] = {
		{"etc/fstab", "must begin with /"},
		{"/etc/", "must end in a file name"},
		{"/file/below", "cannot open or make the directory"},
		{"/folder", "cannot write /folder"},
	};
	static const char *const entries[] = {"/file", "/folder/x", NULL};
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(put(&tree, rows[i].path, "x", 0644, false, &err), -1);
		assert_int_equal(err.code, ERR_CONFIGURE);
		if (!strstr(err.msg, rows[i].message))
			fail_msg("%s: %s", rows[i].path, err.msg);
	}
	tree_free(&tree);
}

static void names_are_listed(void **state)
{
	static const char *const entries[] = {"/d/net.eth1", "/d/net.eth0", "/d/ssh", "/d/.net.x",
					      NULL};
	struct target_names names;
	struct err err = ERR_INIT;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	assert_int_equal(target_list(&tree.target, "/d", "net.", &tree.arena, &names, &err), 0);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.item[0], "net.eth0");
	assert_string_equal(names.item[1], "net.eth1");
	assert_int_equal(target_list(&tree.target, "/none", "", &tree.arena, &names, &err), 0);
	assert_int_equal(names.count, 0);
	tree_free(&tree);
}

/* An archive may hold a fifo where a file should be: whoever opens it must not wait for its writer. */
static void fifos_are_not_waited_for(void **state)
{
	struct tree tree;
	struct err err = ERR_INIT;
	const char *data;
	char path[sizeof(tree.root) + 8];

	(void)state;
	tree_make(&tree, NULL);
	snprintf(path, sizeof(path), "%s/fifo", tree.root);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_int_equal(target_read(&tree.target, "/fifo", &tree.arena, &data, NULL, &err), -1);
	alarm(0);
	assert_string_equal(err.where, "/fifo");
	assert_non_null(strstr(err.msg, "must be a regular file"));
	tree_free(&tree);
}

static void accounts_are_the_targets(void **state)
{
	static const char *const entries[] = {
		"/etc/passwd=root:x:0:0:root:/root:/bin/sh\nmysql2:x:99:99::/:/x\n"
		"mysql:x:4711:60:db:/srv/mysql:/bin/sh\nbad:x:no:1::\n",
		"/etc/group=mysql:x:60:\nadm:x:4:root\n", NULL};
	struct err err = ERR_INIT;
	struct tree tree;
	const char *home;
	uid_t uid;
	gid_t gid;

	(void)state;
	tree_make(&tree, entries);
	assert_int_equal(account_user(&tree.target, "mysql", &tree.arena, &uid, &err), 0);
	assert_int_equal(uid, 4711);
	assert_int_equal(account_group(&tree.target, "adm", &tree.arena, &gid, &err), 0);
	assert_int_equal(gid, 4);
	assert_int_equal(account_user(&tree.target, "65534", &tree.arena, &uid, &err), 0);
	assert_int_equal(uid, 65534);
	assert_int_equal(account_home(&tree.target, "mysql", "/", &tree.arena, &home, &err), 0);
	assert_string_equal(home, "/srv/mysql");
	assert_int_equal(account_user(&tree.target, "bad", &tree.arena, &uid, &err), -1);
	assert_int_equal(account_user(&tree.target, "nobody", &tree.arena, &uid, &err), -1);
	assert_string_equal(
		err.msg,
		"\"nobody\" is not in /etc/passwd of the new system; use a name that is, or a number");
	tree_free(&tree);
}

static void changes_say_who_asked(void **state)
{
	struct text text = {0};
	struct err err = ERR_INIT;
	struct tree tree;
	struct changes changes;
	struct change *change;

	(void)state;
	tree_make(&tree, NULL);
	changes = (struct changes){.target = &tree.target, .arena = &tree.arena};
	text.arena = &tree.arena;
	text_printf(&text, "x\n");
	change = changes_file(&changes, "/etc/my.cnf", &text);
	change->owner = "mysql";
	change->origin = "/files/3";
	assert_int_equal(changes_apply(&changes, &err), -1);
	assert_non_null(strstr(err.msg, "/files/3: \"mysql\" is not in /etc/passwd"));
	assert_false(target_exists(&tree.target, "/etc/my.cnf"));
	tree_free(&tree);
}

static void later_changes_win(void **state)
{
	struct text first = {0}, second = {0};
	struct err err = ERR_INIT;
	struct tree tree;
	struct changes changes;

	(void)state;
	if (getuid() != 0)
		skip(); /* only root can give files to root */
	tree_make(&tree, NULL);
	changes = (struct changes){.target = &tree.target, .arena = &tree.arena};
	first.arena = second.arena = &tree.arena;
	text_printf(&first, "ours");
	text_printf(&second, "the operator's");
	changes_file(&changes, "/etc/fstab", &first);
	changes_file(&changes, "/etc/fstab", &second);
	assert_int_equal(changes_apply(&changes, &err), 0);
	assert_string_equal(tree_read(&tree, "/etc/fstab"), "the operator's");
	assert_int_equal(changes_verify(&changes, &err), 0);
	assert_int_equal(put(&tree, "/etc/fstab", "somebody else's", 0644, false, &err), 0);
	assert_int_equal(changes_verify(&changes, &err), -1);
	assert_int_equal(err.code, ERR_VERIFY);
	assert_string_equal(err.msg, "/etc/fstab does not read back as it was rendered");
	tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_stay_inside),
		cmocka_unit_test(files_are_replaced_whole),
		cmocka_unit_test(bad_places_are_refused),
		cmocka_unit_test(names_are_listed),
		cmocka_unit_test(fifos_are_not_waited_for),
		cmocka_unit_test(accounts_are_the_targets),
		cmocka_unit_test(changes_say_who_asked),
		cmocka_unit_test(later_changes_win),
	};

	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
