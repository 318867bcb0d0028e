/* Options of exports and mounts: the job's over the defaults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/nfs.h"
#include "os_tree.h"

#define OLD PROFILE_2_6_18
#define NEW PROFILE_MODERN

static void mount_options(void **state)
{
	static const struct {
		const char *given;
		enum fs_profile profile;
		const struct init_dialect *init;
		const char *made;
	} rows[] = {
		{NULL, NEW, &init_systemd, "hard,_netdev,nofail,x-systemd.automount"},
		{NULL, NEW, &init_openrc, "hard,_netdev,bg"},
		{NULL, OLD, &init_sysv, "hard,_netdev,nfsvers=3,tcp,intr,bg"},
		{"ro", NEW, &init_systemd, "hard,_netdev,nofail,x-systemd.automount,ro"},
		{"soft,timeo=30", NEW, &init_openrc, "_netdev,bg,soft,timeo=30"},
		{"vers=4.1", OLD, &init_sysv, "hard,_netdev,tcp,intr,bg,vers=4.1"},
		{"proto=udp,nointr,fg", OLD, &init_sysv,
		 "hard,_netdev,nfsvers=3,proto=udp,nointr,fg"},
		{"bg", NEW, &init_systemd, "hard,_netdev,nofail,bg"},
		{"noauto", NEW, &init_systemd, "hard,_netdev,nofail,noauto"},
		{"hard,nofail", NEW, &init_systemd, "_netdev,x-systemd.automount,hard,nofail"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct job_nfs_mount mount = {NULL, "10.80.0.11:/srv", "/srv", rows[i].given};
		const struct job_nfs nfs = {.mounts = &mount, .mount_count = 1};
		struct fstab_entry entry;
		struct tree tree;
		struct changes changes;

		tree_make(&tree, NULL);
		changes = (struct changes){.target = &tree.target, .arena = &tree.arena};
		nfs_mounts_render(&changes, &nfs, rows[i].profile, rows[i].init, &entry);
		assert_string_equal(entry.options, rows[i].made);
		assert_string_equal(entry.spec, "10.80.0.11:/srv");
		assert_int_equal(changes.count, 1); /* the mount point */
		tree_free(&tree);
	}
}

#define BLOCK(line)                                                                                          \
	"# BEGIN newroot: written at installation; what stands up to END is replaced by the next one\n" line \
	"# END newroot\n"

#define OLD_FILE "/etc/exports="

static const char *const clients[] = {"10.80.0.12"};

static void exports_keep_other_lines(void **state)
{
	static const struct {
		const char *options, *old, *now;
	} rows[] = {
		{NULL, NULL, BLOCK("/srv 10.80.0.12(rw,sync,no_subtree_check,no_root_squash)\n")},
		{"ro", OLD_FILE "/a b\n",
		 "/a b\n" BLOCK("/srv 10.80.0.12(sync,no_subtree_check,no_root_squash,ro)\n")},
		{"root_squash,async", OLD_FILE "/a b",
		 "/a b\n" BLOCK("/srv 10.80.0.12(rw,no_subtree_check,root_squash,async)\n")},
		{"ro", OLD_FILE "/a b\n" BLOCK("/old x\n") "/c d\n",
		 "/a b\n/c d\n" BLOCK(
			 "/srv 10.80.0.12(sync,no_subtree_check,no_root_squash,ro)\n")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct job_export export = {
			NULL, "/srv", {(const char **)clients, 1}, rows[i].options};
		const struct job_nfs nfs = {.exports = &export, .export_count = 1};
		struct err err = ERR_INIT;
		struct tree tree;
		struct changes changes;
		const char *const entries[] = {rows[i].old, NULL};

		tree_make(&tree, entries);
		changes = (struct changes){.target = &tree.target, .arena = &tree.arena};
		assert_int_equal(nfs_exports_render(&changes, &nfs, &err), 0);
		assert_int_equal(changes.count, 2); /* the directory, too */
		assert_string_equal(changes.item[1].data, rows[i].now);
		tree_free(&tree);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mount_options),
		cmocka_unit_test(exports_keep_other_lines),
	};

	return cmocka_run_group_tests_name("nfs", tests, NULL, NULL);
}
