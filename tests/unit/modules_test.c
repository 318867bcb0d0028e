/* The module folder's text files: parsing of every age's form, matching, the order of loading. */
#include "archive/modules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "archive/modfile.h"

static struct arena arena;

static struct modules parse(const char *dep, const char *alias, const char *softdep,
			    const char *builtin)
{
	struct modules modules = {.arena = &arena, .config = ""};

	assert_int_equal(modules_parse_dep(&modules, arena_strdup(&arena, dep), NULL), 0);
	modules_parse_alias(&modules, arena_strdup(&arena, alias ? alias : ""));
	modules_parse_softdep(&modules, arena_strdup(&arena, softdep ? softdep : ""));
	if (builtin)
		assert_int_equal(
			modules_parse_builtin(&modules, arena_strdup(&arena, builtin), NULL), 0);
	return modules;
}

/* The load order of `names`, as one string. */
static const char *order_of(const struct modules *modules, const char *names)
{
	char *copy = arena_strdup(&arena, names), *name, *text = arena_strdup(&arena, "");
	struct module_order order;

	module_order_init(&order, modules);
	while ((name = strsep(&copy, " "))) {
		const struct module *module = modules_find(modules, name);

		assert_non_null(module);
		module_order_add(&order, modules, module);
	}
	for (size_t i = 0; i < order.count; i++)
		text = arena_printf(&arena, "%s%s%s", text, i ? " " : "", order.item[i]->name);
	return text;
}

static void names_come_from_paths(void **state)
{
	static const struct {
		const char *path, *name;
	} rows[] = {
		{"kernel/drivers/scsi/vmw-pvscsi.ko.xz", "vmw_pvscsi"},
		{"/lib/modules/2.6.18/kernel/fs/xfs/xfs.ko", "xfs"},
		{"a.ko.zst", "a"},
		{"a.ko.gz", "a"},
		{".ko", NULL},
		{"kernel/readme", NULL},
		{"a.ko.bz2", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char name[64] = "";

		assert_int_equal(modfile_name(rows[i].path, name, sizeof(name)),
				 rows[i].name != NULL);
		if (rows[i].name)
			assert_string_equal(name, rows[i].name);
	}
}

static void dependencies_come_first(void **state)
{
	struct modules modules = parse("k/d.ko: k/c-c.ko k/b.ko k/a.ko\n"
				       "k/c-c.ko: k/b.ko k/a.ko\n"
				       "k/b.ko: k/a.ko\n"
				       "k/a.ko:\n"
				       "k/alone.ko.xz:\n",
				       NULL, NULL, NULL);

	(void)state;
	assert_int_equal(modules.count, 5);
	assert_string_equal(order_of(&modules, "d"), "a b c_c d");
	assert_string_equal(order_of(&modules, "b alone d"), "a b alone c_c d");
	assert_string_equal(modules_find(&modules, "c-c")->path, "k/c-c.ko");
	assert_null(modules_find(&modules, "none"));
}

static void old_absolute_paths_are_taken(void **state)
{
	struct modules modules = parse(
		"/lib/modules/2.6.18-164.el5/kernel/drivers/scsi/sd_mod.ko: /lib/modules/2.6.18-164.el5/kernel/drivers/scsi/scsi_mod.ko\n"
		"/lib/modules/2.6.18-164.el5/kernel/drivers/scsi/scsi_mod.ko:\n",
		NULL, NULL, NULL);

	(void)state;
	assert_string_equal(modules_find(&modules, "sd_mod")->path,
			    "kernel/drivers/scsi/sd_mod.ko");
	assert_string_equal(order_of(&modules, "sd_mod"), "scsi_mod sd_mod");
}

static void rings_and_gaps_end(void **state)
{
	struct modules modules =
		parse("a.ko: b.ko gone.ko\nb.ko: a.ko\nself.ko: self.ko\n", NULL, NULL, NULL);

	(void)state;
	assert_string_equal(order_of(&modules, "a"), "b a");
	assert_string_equal(order_of(&modules, "self"), "self");
}

static void soft_dependencies_come_before(void **state)
{
	struct modules modules = parse(
		"crc32c_generic.ko:\ncrc32c-intel.ko:\nxfs.ko: libcrc32c.ko\nlibcrc32c.ko:\nlate.ko:\n"
		"early.ko:\n",
		"alias crc32c crc32c_generic\nalias crc32c crc32c_intel\n",
		"# comment\nsoftdep libcrc32c pre: crc32c\nsoftdep xfs pre: early absent post: late\n"
		"softdep early post: late\nsoftdep broken\n",
		NULL);

	(void)state;
	assert_string_equal(order_of(&modules, "xfs"),
			    "early crc32c_generic crc32c_intel libcrc32c xfs");
}

static void collect(void *ctx, const char *name)
{
	strcat(strcat(ctx, " "), name);
}

static void aliases_match_hardware(void **state)
{
	static const struct {
		const char *modalias, *found;
	} rows[] = {
		{"pci:v000015ADd000007C0sv000015ADsd000007C0bc01sc07i00", " vmw_pvscsi"},
		{"pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01", " ahci"},
		{"virtio:d00000002v00001AF4", " virtio_blk"},
		{"acpi:PNP-0C0A:", " dash"},
		{"x-1", " set"},
		{"usb:nothing", ""},
	};
	struct modules modules = parse("a.ko:\n",
				       "alias pci:v000015ADd000007C0sv*sd*bc*sc*i* vmw-pvscsi\n"
				       "alias pci:v*d*sv*sd*bc01sc06i01* ahci\n"
				       "alias virtio:d00000002v* virtio_blk\n"
				       "alias acpi*:PNP-0C0A:* dash\n"
				       "alias x-[0-9] set\n"
				       "alias\nalias only-pattern\nother pci:v* wrong\n",
				       NULL, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char found[256] = "";

		modules_match(&modules, rows[i].modalias, collect, found);
		assert_string_equal(found, rows[i].found);
	}
}

static void built_in_is_known_from_either_file(void **state)
{
	struct modules listed =
		parse("a.ko:\n", NULL, NULL, "kernel/fs/ext4/ext4.ko\nkernel/b-c.ko\n");
	struct modules configured = parse("a.ko:\n", NULL, NULL, NULL);

	(void)state;
	assert_int_equal(modules_is_builtin(&listed, "ext4", NULL), MODULES_YES);
	assert_int_equal(modules_is_builtin(&listed, "b_c", NULL), MODULES_YES);
	assert_int_equal(modules_is_builtin(&listed, "xfs", "CONFIG_XFS_FS"), MODULES_NO);
	assert_int_equal(modules_is_builtin(&configured, "xfs", "CONFIG_XFS_FS"), MODULES_UNKNOWN);
	configured.config =
		"# CONFIG_A is not set\nXCONFIG_XFS_FS=y\nCONFIG_XFS_FS_X=y\nCONFIG_XFS_FS=m\n"
		"CONFIG_EXT4_FS=y\n";
	assert_int_equal(modules_is_builtin(&configured, "xfs", "CONFIG_XFS_FS"), MODULES_NO);
	assert_int_equal(modules_is_builtin(&configured, "ext4", "CONFIG_EXT4_FS"), MODULES_YES);
	assert_int_equal(modules_is_builtin(&configured, "ext4", NULL), MODULES_UNKNOWN);
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(names_come_from_paths, teardown),
		cmocka_unit_test_teardown(dependencies_come_first, teardown),
		cmocka_unit_test_teardown(old_absolute_paths_are_taken, teardown),
		cmocka_unit_test_teardown(rings_and_gaps_end, teardown),
		cmocka_unit_test_teardown(soft_dependencies_come_before, teardown),
		cmocka_unit_test_teardown(aliases_match_hardware, teardown),
		cmocka_unit_test_teardown(built_in_is_known_from_either_file, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
