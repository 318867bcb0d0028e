/* What is found in an archive, how it is told, and which jobs it suits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "base/err.h"
#include "facts/facts_read.h"
#include "facts/judge.h"

static const struct {
	const char *path;
	enum facts_kind kind;
	const char *name; /* NULL: it says nothing */
} paths[] = {
	{"lib/systemd/systemd", FACTS_INIT, "systemd"},
	{"usr/lib/systemd/systemd", FACTS_INIT, "systemd"},
	{"sbin/runscript.sh", FACTS_INIT, "openrc"},
	{"etc/inittab", FACTS_INIT, "sysv"},
	{"usr/etc/inittab.old", FACTS_INIT, NULL},
	{"etc/network/interfaces", FACTS_NETWORK, "debian"},
	{"usr/sbin/NetworkManager", FACTS_NETWORK, "NetworkManager"},
	{"sbin/nft", FACTS_TOOL, "nft"},
	{"usr/bin/nft", FACTS_TOOL, "nft"},
	{"usr/share/nft", FACTS_TOOL, NULL},
	{"opt/sbin/nft", FACTS_TOOL, NULL},
	{"usr/sbin/old/nft", FACTS_TOOL, NULL},
	{"usr/sbin/nft.dpkg-old", FACTS_TOOL, NULL},
};

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct facts facts = {0};
		size_t count = 0;

		facts_mark(&facts, paths[i].path, NULL);
		for (int kind = 0; kind < FACTS_KINDS; kind++)
			count += facts.names[kind].count;
		if (count != (paths[i].name != NULL) ||
		    (paths[i].name && !facts_has(&facts, paths[i].kind, paths[i].name)))
			fail_msg("%s: %zu", paths[i].path, count);
	}
}

static const struct {
	const char *path, *release; /* NULL: no kernel's */
} kernels[] = {
	{"boot/vmlinuz-2.6.18-164.el5", "2.6.18-164.el5"},
	{"boot/vmlinuz-6.1.0-9-amd64", "6.1.0-9-amd64"},
	{"lib/modules/5.14.0-70.el9.x86_64/vmlinuz", "5.14.0-70.el9.x86_64"},
	{"usr/lib/modules/6.1/vmlinuz", "6.1"},
	{"lib/modules/6.1/vmlinuz/x", NULL},
	{"lib/modules/vmlinuz", NULL},
	{"boot/vmlinuz", NULL},
	{"boot/vmlinuz-", NULL},
	{"boot/vmlinuz-rescue", NULL},
	{"boot/vmlinuz-6.1/x", NULL},
	{"boot/vmlinuz-6.1\x1b[2J", NULL},
	{"srv/boot/vmlinuz-6.1", NULL},
};

static void test_kernels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		struct facts facts = {0};

		facts_mark(&facts, kernels[i].path, NULL);
		facts_mark(&facts, kernels[i].path, NULL);
		if (facts.kernel_count != (kernels[i].release != NULL) ||
		    (kernels[i].release && strcmp(facts.kernel[0], kernels[i].release)))
			fail_msg("%s: %zu %s", kernels[i].path, facts.kernel_count,
				 facts.kernel[0]);
	}
}

static void test_machines(void **state)
{
	unsigned char head[20] = "\x7f"
				 "ELF\x02\x01";

	(void)state;
	head[18] = 62;
	assert_string_equal(facts_machine(head, sizeof(head)), "x86_64");
	assert_null(facts_machine(head, sizeof(head) - 1));
	head[5] = 2; /* big-endian */
	head[18] = 0;
	head[19] = 21;
	assert_string_equal(facts_machine(head, sizeof(head)), "ppc64");
	head[0] = 0;
	assert_null(facts_machine(head, sizeof(head)));
}

/* Documentation/arch/x86/boot.rst: magic, protocol, xloadflags; arm64's booting.rst: magic at 56. */
static void test_machines_of_kernels(void **state)
{
	static const struct {
		unsigned protocol, loadflags;
		const char *machine;
	} images[] = {
		{0x204, 0xffff, NULL}, /* 2.6.18: the flags are code there */
		{0x20b, 1, NULL},      {0x20c, 0x1f, "x86_64"}, {0x20c, 0x1e, "i386"},
		{0x20f, 1, "x86_64"},  {0x20f, 0, "i386"},
	};
	unsigned char head[FACTS_HEAD] = {0};

	(void)state;
	memcpy(head + 0x202, "HdrS", 4);
	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		const char *machine;

		head[0x206] = images[i].protocol & 0xff;
		head[0x207] = (unsigned char)(images[i].protocol >> 8);
		head[0x236] = images[i].loadflags & 0xff;
		head[0x237] = (unsigned char)(images[i].loadflags >> 8);
		machine = facts_kernel_machine(head, sizeof(head));
		assert_int_equal(machine == NULL, images[i].machine == NULL);
		if (machine)
			assert_string_equal(machine, images[i].machine);
		assert_null(facts_kernel_machine(head, 0x237));
	}
	memcpy(head + 0x38, "ARM\x64", 4);
	memset(head + 0x202, 0, 4);
	assert_string_equal(facts_kernel_machine(head, sizeof(head)), "aarch64");
	memset(head, 0, sizeof(head));
	memcpy(head,
	       "\x7f"
	       "ELF\x01\x01",
	       6);
	head[18] = 3;
	assert_string_equal(facts_kernel_machine(head, 64), "i386");
	assert_true(facts_is_kernel("boot/vmlinuz-2.6.18-164.el5"));
	assert_true(facts_is_kernel("usr/lib/modules/6.1/vmlinuz"));
	assert_true(facts_is_kernel("lib/modules/2.6.18/kernel/fs/ext3/ext3.ko"));
	assert_false(facts_is_kernel("lib/modules/2.6.18/kernel/fs/ext3/ext3.ko.gz"));
	assert_false(facts_is_kernel("lib/modules/2.6.18/modules.dep"));
	assert_false(facts_is_kernel("srv/x.ko"));
}

static void test_a_tar_is_read(void **state)
{
	struct scratch scratch;
	struct facts facts;
	struct err err = ERR_INIT;
	char path[4200];
	int fd;

	(void)state;
	scratch_make(&scratch);
	scratch_run(
		&scratch,
		"mkdir -p sbin boot && cp /bin/true sbin/nft && cp /bin/true note && "
		"chmod 644 note && ln sbin/nft sbin/other && ln -s nft sbin/mount.nfs && "
		"(head -c 514 /dev/zero; printf 'HdrS\\017\\002'; head -c 46 /dev/zero; printf '\\001'; "
		"head -c 900 /dev/zero) >boot/vmlinuz-6.1 && truncate -s 1G hole && "
		"tar -cSf root.tar sbin boot note hole");
	snprintf(path, sizeof(path), "%s/root.tar", scratch.path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(facts_read(fd, &facts, &err), 0);
	close(fd);
	assert_true(facts.whole);
	assert_string_equal(facts.format, "tar");
	assert_int_equal(facts.entries, 8);
	assert_int_equal(facts.inodes, 7);
	assert_in_range(facts.unpacked, 1, 1 << 20); /* a hole takes no room */
	assert_true(facts_has(&facts, FACTS_TOOL, "nft"));
	assert_true(facts_has(&facts, FACTS_TOOL, "mount.nfs"));
	assert_int_equal(facts.names[FACTS_MACHINE].count, 1);
	assert_string_equal(facts.kernel[0], "6.1");
	assert_true(facts_has(&facts, FACTS_KERNEL, "x86_64"));
	scratch_remove(&scratch);
}

/* Archives of /boot, in which the menus come in any order, and what GRUB starts there by default. */
static void test_the_default_kernel_is_read(void **state)
{
	static const struct {
		const char *script, *standard;
		bool unknown;
	} rows[] = {
		{"true", "", false},
		{"printf 'default=1\\ntitle a\\nkernel /vmlinuz-6.1-2\\ntitle b\\nkernel /vmlinuz-6.1 ro\\n' >boot/grub/grub.conf; "
		 "ln -s grub.conf boot/grub/menu.lst",
		 "6.1", false},
		{"echo saved_entry=abc-6.1 >boot/grub2/grubenv; mkdir -p boot/loader/entries; "
		 "echo 'linux /vmlinuz-6.1-2' >boot/loader/entries/abc-6.1.conf",
		 "6.1-2", false},
		{"echo 'saved_entry=Fedora (6.1-2) 40' >boot/grub2/grubenv", "6.1-2", false},
		{"echo 'saved_entry=7.0' >boot/grub2/grubenv", "", false},
		{"ln -s ../efi/EFI/redhat/grubenv boot/grub2/grubenv", "", true},
		{"(yes '# menu' | head -c 70000; echo; echo title a; echo kernel /vmlinuz-6.1) >boot/grub/menu.lst",
		 "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scratch scratch;
		struct facts facts;
		struct err err = ERR_INIT;
		char path[4200];
		int fd;

		scratch_make(&scratch);
		scratch_run(
			&scratch,
			"mkdir -p boot/grub boot/grub2; touch boot/vmlinuz-6.1 boot/vmlinuz-6.1-2");
		scratch_run(&scratch, rows[i].script);
		scratch_run(&scratch, "tar -cf root.tar boot");
		snprintf(path, sizeof(path), "%s/root.tar", scratch.path);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(facts_read(fd, &facts, &err), 0);
		close(fd);
		assert_string_equal(facts.default_kernel, rows[i].standard);
		assert_int_equal(facts.default_known, !rows[i].unknown);
		scratch_remove(&scratch);
	}
}

static void parse(struct facts *facts, const char *text, int ret)
{
	assert_int_equal(facts_parse(facts, text, strlen(text), NULL), ret);
}

static void test_told_and_read_again(void **state)
{
	struct facts facts = {.whole = true, .compression = "xz", .memory = 65 << 20, .xattr = 9};
	struct facts again;
	json_t *object;
	char *text;

	(void)state;
	snprintf(facts.format, sizeof(facts.format), "cpio");
	facts_mark(&facts, "sbin/nft", NULL);
	facts_mark(&facts, "boot/vmlinuz-6.1", NULL);
	facts_mark(&facts, "usr/sbin/init", "../lib/systemd/systemd");
	facts_mark(&facts, "usr/lib/systemd/system/NetworkManager.service", NULL);
	facts_mark(&facts, "etc/systemd/system/connman.service", "/dev/null");
	facts_mark(&facts, "etc/rc3.d/S10network", "../init.d/network");
	facts_mark_folder(&facts, "etc/sysconfig/network-scripts/");
	facts_add(&facts, FACTS_KERNEL, facts_known(FACTS_KERNEL, "x86_64"));
	facts.default_known = true;
	snprintf(facts.default_kernel, sizeof(facts.default_kernel), "6.1");
	object = facts_json(&facts);
	text = json_dumps(object, 0);
	parse(&again, text, 0);
	assert_string_equal(again.compression, facts.compression);
	again.compression = facts.compression;
	assert_true(again.managers.systemd && again.managers.needs[MANAGER_RHEL_SCRIPTS]);
	assert_memory_equal(&again, &facts, sizeof(facts));
	json_decref(object);
	free(text);
}

/* Of a service that is newer, broken or hostile. */
static void test_hostile_facts(void **state)
{
	static char large[FACTS_BYTES_MAX + 2];
	struct facts facts;

	(void)state;
	parse(&facts, "", -1);
	parse(&facts, "[]", -1);
	memset(large, ' ', FACTS_BYTES_MAX + 1);
	memcpy(large, "{}", 2);
	parse(&facts, large, -1);
	parse(&facts, "{}", 0);
	assert_false(facts.whole);
	assert_int_equal(facts.code, ERR_ARCHIVE_FORMAT);
	parse(&facts,
	      "{\"whole\": true, \"memory\": -1, \"unpacked\": \"x\", \"compression\": \"rar\", \"tools\": [\"nft\", \"cook\", 7], "
	      "\"kernels\": [7, \"6.1\", \"6.1\", \"6.1\", \"6.1\", \"6.1\", \"6.1\", \"6.1\", \"6.1\", \"6.1\", \"6.1\", \"6.1\", \"6.1\", "
	      "\"6.1\", \"6.1\", \"6.1\", \"6.1\", \"6.1\", \"6.1\"], \"inits\": {}, \"error\": 7}",
	      0);
	assert_true(facts.whole);
	assert_int_equal(facts.memory + facts.unpacked, 0);
	assert_null(facts.compression);
	assert_int_equal(facts.names[FACTS_TOOL].count, 1);
	assert_int_equal(facts.kernel_count, FACTS_KERNELS_MAX);
}

struct scene {
	struct facts root, data, package;
	bool has_package;
	bool known;
	uint64_t memory;
};

static const struct facts *of(void *ctx, const struct job_source *source)
{
	const struct scene *scene = ctx;

	if (!scene->known)
		return NULL;
	if (strstr(source->url, "kernel"))
		return &scene->package;
	return strstr(source->url, "root") ? &scene->root : &scene->data;
}

static uint64_t room(void *ctx, const char *folder, const char **mount)
{
	(void)ctx;
	*mount = strcmp(folder, "/") ? "/data" : "/";
	return 1 << 20;
}

/* Everything at once: each is told with its place, and a machine whose memory is unknown is not judged. */
static void judge(struct scene *scene, struct err_list *errors)
{
	static struct job_archive archives[] = {
		{"/", {.url = "https://x/root", .path = "/archives/0"}},
		{"/data", {.url = "https://x/data", .path = "/archives/1"}},
	};
	const struct job job = {
		.archives = archives,
		.archive_count = 2,
		.quarantine = {.given = true},
		.kernel = {.given = scene->has_package,
			   .source = {.url = "https://x/kernel", .path = "/kernel"}},
	};
	const struct facts_scene facts = {
		.job = &job, .memory = scene->memory, .of = of, .room = room, .ctx = scene};

	facts_judge(&facts, errors);
}

static void test_judged(void **state)
{
	static const enum err_code expected[] = {ERR_MEMORY,    ERR_ARCHIVE_SPACE, ERR_KERNEL,
						 ERR_CONFIGURE, ERR_CONFIGURE,     ERR_CONFIGURE};
	struct scene scene = {
		.known = true,
		.memory = 64 << 20,
		.root = {.whole = true, .memory = 33 << 20, .compression = "xz"},
		.data = {.whole = true, .unpacked = (1 << 20) + 1},
	};
	struct err_list errors = {0};

	(void)state;
	facts_add(&scene.root, FACTS_MACHINE, "aarch64");
	judge(&scene, &errors);
	assert_int_equal(errors.count, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < errors.count; i++) {
		assert_int_equal(errors.item[i].code, expected[i]);
		assert_string_equal(errors.item[i].where, i == 1 ? "/archives/1" : "/archives/0");
	}
	assert_non_null(strstr(errors.item[0].msg, "takes 33 MiB"));
	err_list_free(&errors);
	scene.known = false;
	errors = (struct err_list){0};
	judge(&scene, &errors);
	assert_int_equal(errors.count, 0);
	err_list_free(&errors);
}

static void test_what_suits_is_silent(void **state)
{
	struct scene scene = {.known = true,
			      .root = {.whole = true, .memory = 1 << 30, .compression = "xz"},
			      .data = {.whole = true, .unpacked = 1 << 20}};
	struct err_list errors = {0};

	(void)state;
	facts_mark(&scene.root, "boot/vmlinuz-5.10.0-1", NULL);
	facts_mark(&scene.root, "etc/inittab", NULL);
	facts_mark(&scene.root, "usr/sbin/nft", NULL);
	facts_add(&scene.root, FACTS_MACHINE, "x86_64");
	facts_add(&scene.root, FACTS_MACHINE, "i386");
	judge(&scene, &errors);
	assert_int_equal(errors.count, 0);
	/* Who read it had too little memory: nothing is known of what is in it. */
	scene.root = (struct facts){.code = ERR_MEMORY};
	judge(&scene, &errors);
	assert_int_equal(errors.count, 0);
}

/* newroot's own /init is for x86_64: a kernel for something else would not run it. */
static void test_other_machines(void **state)
{
	static const struct {
		const char *programs, *kernel;
		bool given;
		const char *package;
		const char *where[2];
	} rows[] = {
		{"x86_64", "x86_64", false, NULL, {NULL}},
		{"x86_64", NULL, true, "x86_64", {NULL}},
		{"x86_64", NULL, true, NULL, {NULL}},
		{"i386", NULL, true, "x86_64", {NULL}},
		{"i386", "i386", true, "x86_64", {NULL}}, /* its own kernel is not booted */
		{"i386", "i386", false, NULL, {"/archives/0", "/archives/0"}},
		{"i386", NULL, false, NULL, {"/archives/0"}},
		{"i386", NULL, true, NULL, {"/archives/0"}}, /* it does not say */
		{"x86_64", NULL, true, "i386", {"/kernel"}},
		{"x86_64", NULL, true, "aarch64", {"/kernel"}},
		{"aarch64", NULL, true, "aarch64", {"/kernel", "/archives/0"}},
		{"x86_64", "i386", false, NULL, {"/archives/0"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene = {.known = true,
				      .root = {.whole = true},
				      .data = {.whole = true},
				      .package = {.whole = true},
				      .has_package = rows[i].given};
		struct err_list errors = {0};
		size_t expected = !!rows[i].where[0] + !!rows[i].where[1];

		snprintf(scene.root.format, sizeof(scene.root.format), "tar");
		snprintf(scene.data.format, sizeof(scene.data.format), "tar");
		snprintf(scene.package.format, sizeof(scene.package.format), "cpio");
		facts_mark(&scene.root, "boot/vmlinuz-5.10.0-1", NULL);
		facts_mark(&scene.package, "boot/vmlinuz-5.10.0-1", NULL);
		facts_mark(&scene.root, "etc/inittab", NULL);
		facts_mark(&scene.root, "usr/sbin/nft", NULL);
		facts_add(&scene.root, FACTS_MACHINE, rows[i].programs);
		if (rows[i].kernel)
			facts_add(&scene.root, FACTS_KERNEL, rows[i].kernel);
		if (rows[i].package)
			facts_add(&scene.package, FACTS_KERNEL, rows[i].package);
		judge(&scene, &errors);
		print_message("row %zu: %zu errors: %s\n", i, errors.count,
			      errors.count ? errors.item[0].msg : "");
		assert_int_equal(errors.count, expected);
		for (size_t j = 0; j < expected; j++)
			assert_string_equal(errors.item[j].where, rows[i].where[j]);
		err_list_free(&errors);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_machines_of_kernels),
		cmocka_unit_test(test_other_machines),
		cmocka_unit_test(test_a_tar_is_read),
		cmocka_unit_test(test_the_default_kernel_is_read),
		cmocka_unit_test(test_told_and_read_again),
		cmocka_unit_test(test_hostile_facts),
		cmocka_unit_test(test_judged),
		cmocka_unit_test(test_what_suits_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
