/* The writer: everything submitted is answered once, after its commit; one failure is its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/sqlite.h"
#include "store/writer.h"

#define WRITES 500

struct item {
	struct write write; /* first */
	int64_t vm;
	int number;
	atomic_int done;
};

/* Every tenth fails after it has written something, which must not stay. */
static int apply(struct write *write, struct store *store, struct err *err)
{
	struct item *item = (struct item *)write;
	char address[32];

	snprintf(address, sizeof(address), "%d", item->number % 50);
	if (store_refusal_add(store, item->vm, address, item->number % 10 ? "good" : "bad", 1,
			      err) < 0)
		return -1;
	return item->number % 10
		       ? 0
		       : err_set(err, ERR_SERVICE_LIMIT, "test", "number %d", item->number);
}

static void done(struct write *write)
{
	atomic_fetch_add(&((struct item *)write)->done, 1);
}

static void sum(void *arg, const struct refusal_row *row)
{
	int64_t *counts = arg;

	counts[strcmp(row->reason, "good") != 0] += row->count;
}

static void clean(const char *path)
{
	static const char *const files[] = {"newroot.db", "newroot.db-wal", "newroot.db-shm"};
	char name[128];

	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s/%s", path, files[i]);
		unlink(name);
	}
	rmdir(path);
}

static void check_items(struct item *items)
{
	for (int i = 0; i < WRITES; i++) {
		assert_int_equal(items[i].done, 1);
		assert_int_equal(items[i].write.ret, items[i].number % 10 ? 0 : -1);
		if (items[i].write.ret < 0)
			assert_int_equal(items[i].write.err.code, ERR_SERVICE_LIMIT);
	}
}

static void test_all_are_answered(void **state)
{
	char path[] = "/tmp/newroot-writer-XXXXXX";
	struct vm vm = {.name = "db1", .mac = "52:54:00:00:00:11", .mode = "install"};
	struct item *items = calloc(WRITES, sizeof(*items)),
		    late = {.write = {.apply = apply, .done = done}};
	int64_t counts[2] = {0, 0};
	struct store *store;
	struct writer *writer;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(store_open(&store, path, true, NULL), 0);
	assert_int_equal(store_vm_add(store, &vm, "{}", "", NULL), 0);
	assert_int_equal(writer_start(&writer, store, NULL), 0);
	for (int i = 0; i < WRITES; i++) {
		items[i].write.apply = apply;
		items[i].write.done = done;
		items[i].vm = vm.id;
		items[i].number = i;
		writer_submit(writer, &items[i].write);
	}
	writer_stop(writer);
	check_items(items);
	writer_submit(writer, &late.write);
	assert_int_equal(late.done, 1);
	assert_int_equal(late.write.ret, -1);
	writer_free(writer);
	assert_int_equal(store_refusal_each(store, vm.id, sum, counts, NULL), 0);
	assert_int_equal(counts[0], WRITES - WRITES / 10);
	assert_int_equal(counts[1], 0);
	store_close(store);
	free(items);
	clean(path);
}

/* A change of its own, or one for which there is no room: SQLite then undoes the whole transaction by itself. */
static int apply_or_fill(struct write *write, struct store *store, struct err *err)
{
	struct item *item = (struct item *)write;
	static char job[4 << 20];

	if (item->number != 1)
		return store_refusal_add(store, item->vm, "10.0.0.1", "good", 1, err);
	memset(job, 'x', sizeof(job) - 1);
	return store_group_save_document(store, "shop", job, err);
}

/* What comes after that in a batch must not stay by itself while it is told that nothing was stored. */
static void test_a_batch_is_undone_as_a_whole(void **state)
{
	char path[] = "/tmp/newroot-writer-XXXXXX";
	struct vm vm = {.name = "db1", .mac = "52:54:00:00:00:11", .mode = "install"};
	struct item items[3] = {0};
	int64_t counts[2] = {0, 0};
	struct store *store;
	struct writer *writer;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(store_open(&store, path, true, NULL), 0);
	assert_int_equal(store_vm_add(store, &vm, "{}", "", NULL), 0);
	assert_int_equal(sqlite3_exec(store->db, "PRAGMA max_page_count = 200", NULL, NULL, NULL),
			 0);
	pthread_mutex_lock(
		&store->lock); /* until all three are one batch: the writer waits with the first statement */
	assert_int_equal(writer_start(&writer, store, NULL), 0);
	for (int i = 0; i < 3; i++) {
		items[i] = (struct item){{.apply = apply_or_fill, .done = done}, vm.id, i, 0};
		writer_submit(writer, &items[i].write);
	}
	pthread_mutex_unlock(&store->lock);
	writer_stop(writer);
	assert_int_equal(store_refusal_each(store, vm.id, sum, counts, NULL), 0);
	for (int i = 0; i < 3; i++)
		counts[1] += items[i].write.ret == 0 && i != 1;
	assert_int_equal(items[1].write.ret, -1);
	assert_int_equal(counts[0], counts[1]);
	assert_true(writer_failing(writer) || counts[0] > 0);
	writer_free(writer);
	store_close(store);
	clean(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_are_answered),
		cmocka_unit_test(test_a_batch_is_undone_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
