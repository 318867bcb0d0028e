/* Services switched on and off, and what is remembered about them. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/detect.h"
#include "os/service_record.h"
#include "os/services.h"
#include "os_tree.h"

#define HEAD_LINES 3 /* comments of the record */

static char notes[2048];

static void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *fmt, ...)
{
	size_t used = strlen(notes);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(notes + used, sizeof(notes) - used, fmt, ap);
	va_end(ap);
}

/* Render one wish and apply it; the record without its comments. */
static const char *wish(struct tree *tree, const char *name, enum service_wish what)
{
	struct changes changes = {.target = &tree->target, .arena = &tree->arena, .note = note};
	struct services services = {0};
	struct err err = ERR_INIT;
	const struct init_dialect *init = detect_init(&tree->target, &tree->arena, &err);
	const char *record;

	notes[0] = '\0';
	services_want(&services, name, what, &tree->arena);
	if (!init || services_render(&services, &changes, init, &err) ||
	    changes_apply(&changes, &err) || changes_verify(&changes, &err))
		fail_msg("%s: %s", name, err.msg);
	record = tree_read(tree, SERVICE_RECORDS);
	for (int i = 0; i < HEAD_LINES && record; i++)
		record = strchr(record, '\n') + 1;
	return record ? record : "";
}

#define INSTALL  "[Install]\nWantedBy=multi-user.target\n"
#define SYSTEMD  "/sbin/init>/usr/lib/systemd/systemd", "/usr/lib/systemd/systemd"
#define ID       "/etc/machine-id=0123456789abcdef0123456789abcdef\n"
#define UNITS    "/usr/lib/systemd/system/"
#define WANTS    "/etc/systemd/system/multi-user.target.wants/"
#define DEBIAN   "/etc/inittab=id:2:initdefault:\n"
#define LSB(at)  "#!/bin/sh\n### BEGIN INIT INFO\n# Default-Start: " at "\n### END INIT INFO\n"
#define LINES(a) a "\n"

struct row {
	const char *what;
	const char *tree[12];
	const char *name;
	enum service_wish wish;
	const char *record;
};

static const struct row rows[] = {
	{"a service that is off stays off",
	 {"/sbin/openrc-run", "/etc/init.d/cron"},
	 "cron",
	 SERVICE_DISABLED,
	 LINES("cron disabled")},
	{"held puppet that was off is on after cutover",
	 {"/sbin/openrc-run", "/etc/init.d/puppet"},
	 "puppet",
	 SERVICE_HELD,
	 LINES("puppet disabled -/etc/runlevels/default/puppet>/etc/init.d/puppet")},
	{"links of single user stay",
	 {DEBIAN, "/etc/init.d/atd=" LSB("2"), "/etc/rc1.d/K11atd>../init.d/atd",
	  "/etc/rc2.d/K11atd>../init.d/atd"},
	 "atd",
	 SERVICE_ENABLED,
	 LINES("atd enabled -/etc/rc2.d/K11atd>../init.d/atd +/etc/rc2.d/S20atd>../init.d/atd")},
	{"a script that is on is left as it is",
	 {DEBIAN, "/etc/init.d/atd=" LSB("2 3"), "/etc/rc2.d/S89atd>../init.d/atd"},
	 "atd",
	 SERVICE_ENABLED,
	 LINES("atd enabled")},
	{"a script without a header",
	 {DEBIAN, "/etc/init.d/own", "/etc/rc3.d/S99own>../init.d/own"},
	 "own",
	 SERVICE_DISABLED,
	 LINES("own disabled -/etc/rc3.d/S99own>../init.d/own +/etc/rc3.d/K01own>../init.d/own")},
	{"chkconfig without a number of its own",
	 {"/etc/rc.d/rc.sysinit", "/etc/init.d>rc.d/init.d", "/etc/rc.d/init.d/own=#!/bin/sh\n"},
	 "own",
	 SERVICE_ENABLED,
	 LINES("own enabled +/etc/rc.d/rc2.d/S50own>../init.d/own +/etc/rc.d/rc3.d/S50own>../init.d/own "
	       "+/etc/rc.d/rc4.d/S50own>../init.d/own +/etc/rc.d/rc5.d/S50own>../init.d/own")},
	{"a unit by an alias of its file, with its alias",
	 {SYSTEMD, ID, UNITS "nfs-server.service=" INSTALL,
	  UNITS "nfs-kernel-server.service>nfs-server.service",
	  WANTS "nfs-server.service>" UNITS "nfs-server.service",
	  "/etc/systemd/system/nfsd.service>" UNITS "nfs-server.service"},
	 "nfs-kernel-server",
	 SERVICE_DISABLED,
	 LINES("nfs-kernel-server disabled -" WANTS "nfs-server.service>" UNITS
	       "nfs-server.service -/etc/systemd/system/nfsd.service>" UNITS "nfs-server.service")},
	{"what the vendor starts is masked",
	 {SYSTEMD, ID, UNITS "x.service=" INSTALL,
	  UNITS "basic.target.wants/x.service>../x.service"},
	 "x.service",
	 SERVICE_DISABLED,
	 LINES("x.service disabled +/etc/systemd/system/x.service>/dev/null")},
	{"before a first boot all is masked",
	 {SYSTEMD, "/etc/machine-id=uninitialized\n", UNITS "cron.service=" INSTALL},
	 "cron",
	 SERVICE_DISABLED,
	 LINES("cron disabled +/etc/systemd/system/cron.service>/dev/null")},
	{"a mask goes when the service is switched on",
	 {SYSTEMD, ID, UNITS "cron.service=" INSTALL, "/etc/systemd/system/cron.service>/dev/null"},
	 "cron",
	 SERVICE_ENABLED,
	 LINES("cron enabled -/etc/systemd/system/cron.service>/dev/null +" WANTS
	       "cron.service>" UNITS "cron.service")},
	{"a masked service that is disabled keeps its mask after cutover",
	 {SYSTEMD, ID, UNITS "cron.service=" INSTALL, "/etc/systemd/system/cron.service>/dev/null"},
	 "cron",
	 SERVICE_DISABLED,
	 LINES("cron disabled")},
	{"an instance of a template",
	 {SYSTEMD, ID, UNITS "getty@.service=[Install]\nWantedBy=getty.target\nAlias=%i.service\n",
	  "/etc/systemd/system/getty.target.wants/getty@tty2.service>" UNITS "getty@.service"},
	 "getty@tty2.service",
	 SERVICE_DISABLED,
	 LINES("getty@tty2.service disabled -/etc/systemd/system/getty.target.wants/getty@tty2.service>" UNITS
	       "getty@.service")},
	{"RequiredBy and a commented key",
	 {SYSTEMD, ID,
	  UNITS "x.service=[Unit]\nWantedBy=no.target\n[Install]\n#WantedBy=no.target\n"
		"RequiredBy=a.target b.target\n"},
	 "x",
	 SERVICE_ENABLED,
	 LINES("x enabled +/etc/systemd/system/a.target.requires/x.service>" UNITS
	       "x.service +/etc/systemd/system/b.target.requires/x.service>" UNITS "x.service")},
	{"a script without a unit, under systemd",
	 {SYSTEMD, ID, "/etc/init.d/own=" LSB("2"), "/etc/rc2.d/S05own>../init.d/own"},
	 "own",
	 SERVICE_DISABLED,
	 LINES("own disabled -/etc/rc2.d/S05own>../init.d/own +/etc/rc2.d/K95own>../init.d/own")},
	{"a script whose unit is masked by the vendor is none",
	 {SYSTEMD, ID, "/etc/init.d/nfs-common=" LSB("S"), UNITS "nfs-common.service>/dev/null"},
	 "nfs-common",
	 SERVICE_ENABLED,
	 ""},
};

static void one_row(void **state)
{
	const struct row *row = *state;
	struct tree tree;

	tree_make(&tree, row->tree);
	for (int times = 0; times < 2; times++)
		if (strcmp(wish(&tree, row->name, row->wish), row->record) != 0)
			fail_msg("%s:\n%swas expected, not\n%s", row->what, row->record,
				 wish(&tree, row->name, row->wish));
	assert_int_equal(row->record[0] == '\0', strstr(notes, "does not have") != NULL);
	tree_free(&tree);
}

/* Every path of the tree and where it points, but for the record itself. */
static struct text *listing;
static size_t root_size;

static int list_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	char to[256] = "";

	(void)type;
	(void)where;
	if (strstr(path, "/var") || S_ISDIR(st->st_mode))
		return 0;
	if (S_ISLNK(st->st_mode) && readlink(path, to, sizeof(to) - 1) < 0)
		return -1;
	text_printf(listing, "%s>%s\n", path + root_size, to);
	return 0;
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In order: a folder's entries come in any. */
static const char *list_tree(struct tree *tree)
{
	struct text text = {.arena = &tree->arena}, sorted = {.arena = &tree->arena};
	const char *lines[64], *rest, *line;
	size_t count = 0, size;

	listing = &text;
	root_size = strlen(tree->root);
	assert_int_equal(nftw(tree->root, list_entry, 16, FTW_PHYS), 0);
	for (rest = text.data; text_next(&rest, &line, &size); count++)
		lines[count] = arena_printf(&tree->arena, "%.*s", (int)size, line);
	qsort(lines, count, sizeof(*lines), by_line);
	for (size_t i = 0; i < count; i++)
		text_printf(&sorted, "%s\n", lines[i]);
	return sorted.data;
}

/* As cutover does. */
static void restore(struct tree *tree)
{
	struct changes changes = {.target = &tree->target, .arena = &tree->arena};
	struct service_records records;
	struct err err = ERR_INIT;

	assert_int_equal(service_records_parse(&records, tree_read(tree, SERVICE_RECORDS),
					       &tree->arena, &err),
			 0);
	for (size_t i = 0; i < records.count; i++) {
		const struct service_record *record = &records.item[i];

		for (size_t l = 0; l < record->made.count; l++)
			changes_remove(&changes, record->made.item[l].path);
		for (size_t l = 0; l < record->removed.count; l++)
			changes_link(&changes, record->removed.item[l].path,
				     record->removed.item[l].to);
	}
	assert_int_equal(changes_apply(&changes, &err), 0);
}

static void what_was_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tree tree;
		const char *before;

		if (rows[i].wish != SERVICE_DISABLED)
			continue;
		tree_make(&tree, rows[i].tree);
		before = list_tree(&tree);
		wish(&tree, rows[i].name, SERVICE_DISABLED);
		wish(&tree, rows[i].name, SERVICE_DISABLED);
		restore(&tree);
		assert_string_equal(list_tree(&tree), before);
		tree_free(&tree);
	}
}

/* Somebody switched it on again: that goes, too, and comes back at cutover. */
static void what_comes_later_is_added(void **state)
{
	static const char *const entries[] = {"/sbin/openrc-run", "/etc/init.d/cron",
					      "/etc/runlevels/default/cron>/etc/init.d/cron", NULL};
	static const char both[] =
		"cron disabled -/etc/runlevels/default/cron>/etc/init.d/cron -/etc/runlevels/boot/cron>/etc/init.d/cron\n";
	struct changes changes;
	struct tree tree;
	struct err err = ERR_INIT;

	(void)state;
	tree_make(&tree, entries);
	wish(&tree, "cron", SERVICE_DISABLED);
	changes = (struct changes){.target = &tree.target, .arena = &tree.arena};
	changes_link(&changes, "/etc/runlevels/boot/cron", "/etc/init.d/cron");
	assert_int_equal(changes_apply(&changes, &err), 0);
	assert_string_equal(wish(&tree, "cron", SERVICE_DISABLED), both);
	/* Others of the record stay as they are; switched on after all, it has a new line. */
	assert_string_equal(wish(&tree, "absent", SERVICE_DISABLED), both);
	assert_string_equal(wish(&tree, "cron", SERVICE_ENABLED),
			    "cron enabled +/etc/runlevels/default/cron>/etc/init.d/cron\n");
	tree_free(&tree);
}

/* The place in insserv's makefile comes with the service. */
static void startpar_learns_of_it(void **state)
{
	static const char *const entries[] = {DEBIAN, "/etc/init.d/atd=" LSB("2"),
					      "/etc/init.d/.depend.start=TARGETS = ssh rc.local\n"
					      "INTERACTIVE =\nrc.local: ssh\n",
					      NULL};
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	wish(&tree, "atd", SERVICE_ENABLED);
	wish(&tree, "atd", SERVICE_ENABLED);
	assert_string_equal(tree_read(&tree, "/etc/init.d/.depend.start"),
			    "TARGETS = ssh rc.local atd\nINTERACTIVE =\nrc.local: ssh\n"
			    "atd: ssh rc.local\n");
	tree_free(&tree);
}

/* In /etc stands a unit of the operator's own, which no mask may replace. */
static void a_file_in_the_mask_s_place_is_noted(void **state)
{
	static const char *const entries[] = {
		SYSTEMD, ID, "/etc/systemd/system/own.service=[Service]\nExecStart=x\n", NULL};
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	assert_string_equal(wish(&tree, "own", SERVICE_DISABLED), "own disabled\n");
	assert_non_null(
		strstr(notes, "may start all the same: /etc/systemd/system/own.service is a file"));
	tree_free(&tree);
}

static void wanted_both_ways_is_held(void **state)
{
	struct services services = {0};
	struct arena arena = {0};

	(void)state;
	services_want(&services, "a", SERVICE_ENABLED, &arena);
	services_want(&services, "b", SERVICE_DISABLED, &arena);
	services_want(&services, "b", SERVICE_DISABLED, &arena);
	services_want(&services, "a", SERVICE_DISABLED, &arena);
	assert_int_equal(services.count, 2);
	assert_int_equal(services.item[0].wish, SERVICE_HELD);
	assert_int_equal(services.item[1].wish, SERVICE_DISABLED);
	arena_free(&arena);
}

static void records_are_read_strictly(void **state)
{
	static const char *const bad[] = {
		"cron",
		"cron off",
		"cron disabled /etc/rc2.d/S15cron>x",
		"cron disabled -/etc/rc2.d/S15cron",
		"cron disabled -/etc/rc2.d/S15cron>",
		"cron disabled -etc/rc2.d/S15cron>x",
	};
	struct service_records records;
	struct arena arena = {0};
	struct text text = {.arena = &arena};
	const char *lines;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(service_records_parse(&records, bad[i], &arena, &err), -1);
		assert_int_equal(err.code, ERR_CONFIGURE);
		assert_non_null(strstr(err.msg, bad[i]));
	}
	lines = "# x\n\n  a disabled -/b>c\t+/d>e\nf enabled\n";
	assert_int_equal(service_records_parse(&records, lines, &arena, NULL), 0);
	assert_int_equal(records.count, 2);
	assert_false(service_records_find(&records, "a")->enabled);
	assert_true(service_records_find(&records, "f")->enabled);
	assert_null(service_records_find(&records, "b"));
	service_records_print(&records, &text);
	assert_non_null(strstr(text.data, "\na disabled -/b>c +/d>e\nf enabled\n"));
	arena_free(&arena);
}

#define ROW(i)                                                                                     \
	{                                                                                          \
		"row " #i, one_row, NULL, NULL, (void *)&rows[i]                                   \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(0),
		ROW(1),
		ROW(2),
		ROW(3),
		ROW(4),
		ROW(5),
		ROW(6),
		ROW(7),
		ROW(8),
		ROW(9),
		ROW(10),
		ROW(11),
		ROW(12),
		ROW(13),
		ROW(14),
		cmocka_unit_test(what_was_comes_back),
		cmocka_unit_test(what_comes_later_is_added),
		cmocka_unit_test(startpar_learns_of_it),
		cmocka_unit_test(a_file_in_the_mask_s_place_is_noted),
		cmocka_unit_test(wanted_both_ways_is_held),
		cmocka_unit_test(records_are_read_strictly),
	};

	_Static_assert(sizeof(rows) / sizeof(*rows) == 15, "a row that is not in the list above");
	if (getuid() != 0) {
		print_message("skipped: only root can give files to root\n");
		return 0;
	}
	return cmocka_run_group_tests_name("services", tests, NULL, NULL);
}
