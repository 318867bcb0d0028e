/* Nodes of volumes: which names of device-mapper's are volumes, and what is made of them in a folder that stands for /dev. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "mapper/nodes.h"
#include "tests/unit/scratch.h"

#define ID "LVM-0123456789abcdef0123456789abcdefABCDEF0123456789ABCDEF0123456789"

static struct scratch scratch;

static int setup(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static struct mapper_device device(const char *name, const char *uuid)
{
	struct mapper_device made = {.number = makedev(253, 300)};

	snprintf(made.name, sizeof(made.name), "%s", name);
	snprintf(made.uuid, sizeof(made.uuid), "%s", uuid);
	return made;
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *uuid, *vg, *lv; /* NULL: no volume */
	} rows[] = {
		{"local-root", ID, "local", "root"},
		{"local-my--data", ID, "local", "my-data"},
		{"a--b-c--d--", ID, "a-b", "c-d-"},
		{"local-data.installed", ID, "local", "data.installed"},
		{"local-data-real", ID "-real", NULL, NULL},
		{"local-data.installed-cow", ID "-cow", NULL, NULL},
		{"local-pool-tpool", ID, NULL, NULL},
		{"crypt", "CRYPT-LUKS1-0", NULL, NULL},
		{"bare", "", NULL, NULL},
		{"bare", ID, NULL, NULL},
		{"local-", ID, NULL, NULL},
		{"local-root", "LVM-short", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct mapper_device made = device(rows[i].name, rows[i].uuid);
		char vg[MAPPER_TEXT_MAX] = "", lv[MAPPER_TEXT_MAX] = "";

		assert_int_equal(nodes_volume(&made, vg, lv), rows[i].vg != NULL);
		if (!rows[i].vg)
			continue;
		assert_string_equal(vg, rows[i].vg);
		assert_string_equal(lv, rows[i].lv);
	}
}

static void make(const struct mapper_device *made)
{
	struct err err = ERR_INIT;

	if (nodes_make_one(scratch.path, made, &err))
		fail_msg("%s: %s", err.where, err.msg);
}

static void test_an_empty_dev(void **state)
{
	const struct mapper_device volume = device("local-my--data", ID),
				   other = device("crypt", "CRYPT-1");

	(void)state;
	make(&volume);
	make(&other);
	make(&volume);
	scratch_run(&scratch,
		    "test -b mapper/crypt && test $(stat -c %t:%T mapper/crypt) = fd:12c");
	scratch_run(
		&scratch,
		"test $(stat -L -c %t:%T local/my-data) = fd:12c && test $(readlink local/my-data) = $PWD/mapper/local-my--data");
	scratch_run(&scratch, "test $(ls | wc -l) = 2");
}

/* Whoever has made nodes of the right numbers, in whatever form, is left alone; others give way. */
static void test_what_is_there(void **state)
{
	const struct mapper_device volume = device("local-root", ID);

	(void)state;
	scratch_run(
		&scratch,
		"mkdir mapper local; mknod dm-7 b 253 300; ln -s ../dm-7 mapper/local-root; ln -s ../dm-7 local/root");
	make(&volume);
	scratch_run(
		&scratch,
		"test $(readlink mapper/local-root) = ../dm-7 && test $(readlink local/root) = ../dm-7");
	scratch_run(
		&scratch,
		"rm mapper/local-root local/root; mknod mapper/local-root b 253 4; ln -s /nowhere local/root");
	make(&volume);
	scratch_run(
		&scratch,
		"test $(stat -c %t:%T mapper/local-root) = fd:12c && test $(stat -L -c %t:%T local/root) = fd:12c");
}

static void test_what_cannot_be(void **state)
{
	const struct mapper_device volume = device("local-root", ID),
				   strange = device("../../x", "");
	struct err err = ERR_INIT;

	(void)state;
	make(&strange);
	scratch_run(&scratch, "test -z \"$(ls)\"; mkdir -p mapper/local-root");
	assert_int_equal(nodes_make_one(scratch.path, &volume, &err), -1);
	assert_int_equal(err.code, ERR_NODES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
		TEST(names),
		TEST(an_empty_dev),
		TEST(what_is_there),
		TEST(what_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
