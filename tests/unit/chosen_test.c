/* `apply --volume`: what is laid anew, and what may not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "steps/chosen.h"

static struct arena arena;
static struct job_volume volumes[] = {
	{.name = "root", .mount = "/"},
	{.name = "data", .mount = "/data"},
	{.name = "www", .mount = "/data/www"},
	{.name = "var", .mount = "/var"},
	{.name = "mysql", .mount = "/var/lib/mysql"},
	{.name = "logs", .mount = "/var/log"},
	{.name = "usr", .mount = "/usr"},
	{.name = "swap", .fs = FS_SWAP},
};
#define COUNT (sizeof(volumes) / sizeof(*volumes))
static struct job job = {.volumes = volumes, .volume_count = COUNT};

static void choose(struct context *ctx, struct plan *plan, const char **names, size_t count)
{
	*plan = (struct plan){.arena = &arena};
	plan->lvs = arena_array(&arena, COUNT, sizeof(*plan->lvs));
	plan->filesystems = arena_array(&arena, COUNT + 1, sizeof(*plan->filesystems));
	for (size_t i = 0; i < COUNT; i++) {
		const char *path = arena_printf(&arena, "/dev/local/%s", volumes[i].name);

		plan->lvs[plan->lv_count++] = (struct plan_lv){.volume = &volumes[i], .path = path};
		plan->filesystems[plan->fs_count++] =
			(struct plan_fs){.device = path, .mount = volumes[i].mount};
	}
	plan->filesystems[plan->fs_count++] =
		(struct plan_fs){.device = "/dev/vda1", .mount = "/boot"};
	*ctx = (struct context){.job = &job,
				.plan = plan,
				.arena = &arena,
				.volumes = {.item = names, .count = count}};
}

static void test_paths(void **state)
{
	static const char *names[] = {"data", "mysql"};
	static const struct {
		const char *path;
		bool chosen;
	} rows[] = {
		{"/data", true},
		{"/data/a", true},
		{"/data/www", false},
		{"/data/www/index", false},
		{"/database", false},
		{"/", false},
		{"/var/lib/mysql/shop", true},
		{"/var/lib", false},
		{"/boot/vmlinuz", false},
	};
	struct context ctx;
	struct plan plan;

	(void)state;
	choose(&ctx, &plan, names, 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(chosen_path(&ctx, rows[i].path), rows[i].chosen);
	choose(&ctx, &plan, names, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_true(chosen_path(&ctx, rows[i].path));
	arena_free(&arena);
}

static void test_devices(void **state)
{
	static const char *names[] = {"data"};
	struct context ctx;
	struct plan plan;

	(void)state;
	choose(&ctx, &plan, names, 1);
	for (size_t i = 0; i < plan.fs_count; i++)
		assert_int_equal(chosen_fs(&ctx, &plan.filesystems[i]), i == 1);
	choose(&ctx, &plan, names, 0);
	for (size_t i = 0; i < plan.fs_count; i++)
		assert_true(chosen_fs(&ctx, &plan.filesystems[i]));
	arena_free(&arena);
}

static void test_check(void **state)
{
	static const struct {
		const char *name, *reason; /* NULL: accepted */
	} rows[] = {
		{"data", NULL},
		{"www", NULL},
		{"mysql", NULL},
		{"root", "it holds the system's /etc"},
		{"var", "it holds the system's /var/lib/newroot"},
		{"logs", NULL},
		{"usr", "it holds the system's /usr"},
		{"swap", "it is not mounted anywhere"},
		{"nosuch", "accepted are those of root, data, www, var, mysql, logs, usr, swap"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *names[] = {"data", rows[i].name};
		struct err err = ERR_INIT;
		struct context ctx;
		struct plan plan;

		choose(&ctx, &plan, names, 2);
		assert_int_equal(chosen_check(&ctx, &err), rows[i].reason ? -1 : 0);
		if (rows[i].reason) {
			assert_int_equal(err.code, ERR_USAGE);
			assert_non_null(strstr(err.msg, rows[i].reason));
		}
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
