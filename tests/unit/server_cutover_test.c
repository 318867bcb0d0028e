/* A group as its cutover sees it: the order of its VMs, its public names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>

#include "cutover/order.h"
#include "job/job.h"

#define VMS 8

/* A VM in a few words; NULL in `name` ends a group. */
struct words {
	const char *name, *role, *master, *finals, *job;
};

/* `order`: the names of a wave with blanks between them, then a comma. */
static void expect_order(const struct words *words, const char *order)
{
	struct cutover_vm vm[VMS] = {0};
	json_t *job[VMS] = {NULL};
	char text[400] = "";
	size_t count = 0;

	for (; words[count].name; count++) {
		struct vm *one = &vm[count].vm;
		const char *json = words[count].job ? words[count].job : "{}";

		snprintf(one->name, sizeof(one->name), "%s", words[count].name);
		snprintf(one->role, sizeof(one->role), "%s", words[count].role);
		snprintf(one->master, sizeof(one->master), "%s",
			 words[count].master ? words[count].master : "");
		snprintf(one->finals, sizeof(one->finals), "%s",
			 words[count].finals ? words[count].finals : "");
		vm[count].serves_nfs = strstr(json, "exports");
		job[count] = json_loads(json, 0, NULL);
		assert_non_null(job[count]);
	}
	assert_int_equal(cutover_order(vm, job, count, NULL), 0);
	for (size_t i = 0; i < count; i++) {
		const char *before = !i ? "" : vm[i].wave == vm[i - 1].wave ? " " : ", ";

		assert_true(i ? vm[i].wave - vm[i - 1].wave <= 1 : vm[i].wave == 1);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", before,
			 vm[i].vm.name);
		json_decref(job[i]);
	}
	assert_string_equal(text, order);
}

static void test_by_role_and_name(void **state)
{
	static const struct words group[] = {
		{.name = "web10", .role = "app"},
		{.name = "web2", .role = "app"},
		{.name = "x", .role = ""},
		{.name = "b", .role = "db-replica"},
		{.name = "a", .role = "db-master"},
		{.name = "mail", .role = "other"},
		{.name = "nas", .role = "nfs-server"},
		{0},
	};

	(void)state;
	expect_order(group, "nas, a, b, mail x, web2 web10");
}

static void test_masters_first(void **state)
{
	/* A replica of a replica; by role alone, they would be in the order of their names. */
	static const struct words chain[] = {
		{.name = "db1", .role = "db-replica", .master = "db2"},
		{.name = "db2", .role = "db-replica", .master = "db3"},
		{.name = "db3", .role = "db-master"},
		{0},
	};
	/* By role alone, the application would be last. */
	static const struct words odd[] = {{.name = "db", .role = "db-replica", .master = "web"},
					   {.name = "web", .role = "app"},
					   {0}};

	(void)state;
	expect_order(chain, "db3, db2, db1");
	expect_order(odd, "web, db");
}

static void test_nfs_servers_first(void **state)
{
	static const struct words by_role[] = {
		{.name = "a", .role = "db-master"},
		{.name = "web", .role = "app", .job = "{\"nfs\":{\"exports\":[{}]}}"},
		{0}};
	static const struct words by_mount[] = {
		{.name = "a",
		 .role = "nfs-server",
		 .finals = "10.0.0.1",
		 .job = "{\"nfs\":{\"mounts\":[{\"from\":\"[fd00::12]:/x\"}]}}"},
		{.name = "b",
		 .role = "nfs-server",
		 .finals = "10.0.0.11 fd00::12",
		 .job = "{\"nfs\":{\"mounts\":[{\"from\":\"c:/x\"}]}}"},
		{.name = "c", .role = "nfs-server", .finals = "fd00::1"},
		{0}};
	/* A part of an address or of a name is none. */
	static const struct words alike[] = {
		{.name = "a",
		 .role = "app",
		 .job = "{\"nfs\":{\"mounts\":[{\"from\":\"10.0.0.1:/x\"},"
			"{\"from\":\"b:/x\"},{\"from\":\"[\"},{\"from\":3},7]}}"},
		{.name = "bb", .role = "app", .finals = "10.0.0.11"},
		{0}};

	(void)state;
	expect_order(by_role, "web, a");
	expect_order(by_mount, "c, b, a");
	expect_order(alike, "a bb");
}

static void test_after(void **state)
{
	static const struct words group[] = {
		{.name = "a", .role = "app", .job = "{\"after\":[\"c\",\"outside\"]}"},
		{.name = "b", .role = "app"},
		{.name = "c", .role = "app"},
		{0}};

	(void)state;
	expect_order(group, "b c, a");
}

/* All are there, once: the operator has to see a circle, not lose it. */
static void test_circle(void **state)
{
	static const struct words group[] = {{.name = "a", .role = "app", .master = "b"},
					     {.name = "b", .role = "app", .master = "a"},
					     {.name = "c", .role = "app", .master = "c"},
					     {.name = "d", .role = "app", .master = "b"},
					     {0}};

	(void)state;
	expect_order(group, "c a, b, d");
}

/* Every good job: as the agent's own parser finds. */
static void test_migrating(void **state)
{
	DIR *dir = opendir("tests/jobs/good");
	const struct dirent *entry;
	int migrating = 0, others = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		struct err_list errors = {0};
		struct arena arena = {0};
		struct job job;
		char path[512];
		json_t *json;

		if (!strstr(entry->d_name, ".json"))
			continue;
		snprintf(path, sizeof(path), "tests/jobs/good/%s", entry->d_name);
		assert_int_equal(job_read(&job, path, &arena, &errors), 0);
		json = json_load_file(path, 0, NULL);
		assert_int_equal(cutover_is_migrating(json), job.migrating);
		migrating += job.migrating;
		others += !job.migrating;
		json_decref(json);
		err_list_free(&errors);
		arena_free(&arena);
	}
	closedir(dir);
	assert_true(migrating && others);
}

static void add(struct public_table *table, const char *name, const char *finals, const char *spec)
{
	struct err err = ERR_INIT;
	struct vm vm = {0};
	json_t *json = json_loads(spec, 0, NULL);

	assert_non_null(json);
	snprintf(vm.name, sizeof(vm.name), "%s", name);
	snprintf(vm.finals, sizeof(vm.finals), "%s", finals);
	assert_int_equal(public_add(table, &vm, json, &err), 0);
	json_decref(json);
}

static void expect_row(const struct public_row *row, const char *name, const char *old,
		       const char *new)
{
	assert_string_equal(row->name, name);
	assert_string_equal(row->old, old);
	assert_string_equal(row->new, new);
}

static void test_public(void **state)
{
	struct public_table table = {0};

	(void)state;
	add(&table, "web1", "fd00::1 10.0.0.1",
	    "{\"public\":[{\"names\":[\"WWW.Shop.example\",\"www.shop.example\"],\"old\":\"192.0.2.7\"},"
	    "{\"names\":[\"www.shop.example\"],\"old\":\"192.0.2.7\",\"new\":\"10.0.0.1\"},"
	    "{\"old\":\"2001:DB8:0::7\"},{\"names\":[\"new.shop.example\"],\"old\":null},"
	    "{\"names\":[\"stays\"],\"old\":\"192.0.2.8\",\"new\":\"192.0.2.8\"}]}");
	add(&table, "none", "", "{}");
	add(&table, "empty", "", "{\"public\":[]}");
	assert_int_equal(table.count, 4);
	expect_row(&table.row[0], "www.shop.example", "192.0.2.7", "10.0.0.1");
	expect_row(&table.row[1], "", "2001:db8::7", "fd00::1");
	expect_row(&table.row[2], "new.shop.example", "", "fd00::1");
	expect_row(&table.row[3], "stays", "192.0.2.8", "192.0.2.8");
	assert_true(public_moves(&table, 0));
	assert_true(public_moves(&table, 1));
	assert_false(public_moves(&table, 2));
	assert_false(public_moves(&table, 3));
	public_free(&table);
	assert_int_equal(table.count, 0);
}

/* Two names of one address: it is forwarded once. */
static void test_moves_once(void **state)
{
	struct public_table table = {0};

	(void)state;
	add(&table, "web1", "10.0.0.1",
	    "{\"public\":[{\"names\":[\"a\",\"b\"],\"old\":\"192.0.2.7\"}]}");
	assert_int_equal(table.count, 2);
	assert_true(public_moves(&table, 0));
	assert_false(public_moves(&table, 1));
	public_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_role_and_name),
		cmocka_unit_test(test_masters_first),
		cmocka_unit_test(test_nfs_servers_first),
		cmocka_unit_test(test_after),
		cmocka_unit_test(test_migrating),
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_moves_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
