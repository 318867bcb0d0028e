/* What a plan says of kernels: the one that is booted, and why the others are not. */
#include "tests/unit/plan_fixture.h"

#define NEWER   "2.6.18-164.el5"
#define OLDER   "2.6.18-8.1.8.el5"
#define XEN     "2.6.18-194.el5xen"
#define KERNELS "\nKernels:\n"

static const struct row {
	const char *name;
	const char *root[4],
		*standard; /* kernels of the root archive, and its boot loader's default */
	bool known, default_known;
	const char *package; /* "": the package is not known; NULL: there is none */
	const char *boot;    /* a further archive is unpacked there */
	const char *lines[5];
} rows[] = {
	{"nothing is known",
	 .lines =
		 {"not looked into  root archive  the one that is booted is known once the system is unpacked"}},
	{"one",
	 {NEWER},
	 "",
	 true,
	 true,
	 .lines = {NEWER "  root archive  booted: there is no other"}},
	{"the newest",
	 {OLDER, XEN, NEWER},
	 "",
	 true,
	 true,
	 .lines =
		 {OLDER "   root archive  not booted: older",
		  XEN
		  "  root archive  not booted: for a special use (release candidate, debugging, crash dumps, guest of Xen, copy)",
		  NEWER "     root archive  booted: the newest"}},
	{"the default",
	 {OLDER, NEWER},
	 OLDER,
	 true,
	 true,
	 .lines =
		 {OLDER "  root archive  booted: the default of the system's own boot loader", NEWER
		  "    root archive  not booted: the system's own boot loader has another default"}},
	{"the default is not known",
	 {OLDER, NEWER},
	 "",
	 true,
	 false,
	 .lines =
		 {NEWER
		  "    root archive  booted: the newest, unless the system's own boot loader has another default, which was not looked into"}},
	{"a copy",
	 {NEWER, NEWER ".old"},
	 "",
	 true,
	 true,
	 .lines = {NEWER ".old  root archive  not booted: its name is no kernel's"}},
	{"a package",
	 {OLDER},
	 "",
	 true,
	 true,
	 .package = NEWER,
	 .lines = {NEWER "    kernel package  booted",
		   OLDER "  root archive    not booted: the job gives a kernel package"}},
	{"a package that is not known", .package = "",
	 .lines = {"not looked into  kernel package  booted"}},
	{"another archive may bring one",
	 {NEWER},
	 "",
	 true,
	 true,
	 .boot = "/boot",
	 .lines =
		 {NEWER "  root archive  booted: there is no other",
		  "An archive that is unpacked to /boot or /usr may bring one that is booted instead."}},
};

static void fill(struct facts *facts, const struct row *row)
{
	for (size_t i = 0; i < 4 && row->root[i]; i++)
		snprintf(facts->kernel[facts->kernel_count++], FACTS_RELEASE_MAX, "%s",
			 row->root[i]);
	snprintf(facts->default_kernel, FACTS_RELEASE_MAX, "%s",
		 row->standard ? row->standard : "");
	facts->default_known = row->default_known;
}

static char *print(const struct row *row)
{
	struct job_archive archives[] = {{.to = "/", .source.url = "https://x/r"},
					 {.to = row->boot, .source.url = "https://x/b"}};
	static struct facts root, package;
	struct disk disk = disk_8g;
	struct job job = default_job;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	root = package = (struct facts){0};
	fill(&root, row);
	job.archives = archives;
	job.archive_count = row->boot ? 2 : 1;
	job.kernel.given = row->package != NULL;
	job.kernel.source.url = "https://x/kernel";
	assert_int_equal(make(&job, &disk, 1, FIRMWARE_BIOS), 0);
	if (row->known)
		plan.kernels.root = &root;
	if (row->package && *row->package) {
		snprintf(package.kernel[package.kernel_count++], FACTS_RELEASE_MAX, "%s",
			 row->package);
		plan.kernels.package = &package;
	}
	assert_non_null(out);
	assert_int_equal(plan_print(&plan, out), 0);
	fclose(out);
	return text;
}

static void test_kernels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = print(&rows[i]), *kernels = strstr(text, KERNELS);

		for (size_t line = 0; line < 5 && rows[i].lines[line]; line++)
			if (!kernels || !strstr(kernels, rows[i].lines[line]))
				fail_msg("%s: no '%s' in%s", rows[i].name, rows[i].lines[line],
					 kernels ? kernels : " nothing");
		free(text);
	}
}

/* Neither a package nor an archive: there is nothing to say. */
static void test_no_system(void **state)
{
	struct disk disk = disk_8g;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), 0);
	assert_int_equal(plan_print(&plan, out), 0);
	fclose(out);
	assert_null(strstr(text, KERNELS));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_kernels), TEST(test_no_system)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
