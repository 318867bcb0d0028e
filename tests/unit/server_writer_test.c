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
#include "tests/unit/store_folder.h"

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

struct fixture {
	char path[64];
	struct vm vm;
	struct store *store;
	struct writer *writer;
};

/* A store with one VM; the writer is not started. */
static void make_store(struct fixture *f)
{
	*f = (struct fixture){.path = "/tmp/newroot-writer-XXXXXX",
			      .vm = {.name = "db1", .mac = "52:54:00:00:00:11", .mode = "install"}};
	assert_non_null(mkdtemp(f->path));
	assert_int_equal(store_open(&f->store, f->path, true, NULL), 0);
	assert_int_equal(store_vm_add(f->store, &f->vm, "{}", "", NULL), 0);
}

static void remove_store(struct fixture *f)
{
	writer_free(f->writer);
	store_close(f->store);
	store_folder_remove(f->path);
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
	struct item *items = calloc(WRITES, sizeof(*items)),
		    late = {.write = {.apply = apply, .done = done}};
	int64_t counts[2] = {0, 0};
	struct fixture f;

	(void)state;
	make_store(&f);
	assert_int_equal(writer_start(&f.writer, f.store, NULL), 0);
	for (int i = 0; i < WRITES; i++) {
		items[i].write.apply = apply;
		items[i].write.done = done;
		items[i].vm = f.vm.id;
		items[i].number = i;
		writer_submit(f.writer, &items[i].write);
	}
	writer_stop(f.writer);
	check_items(items);
	writer_submit(f.writer, &late.write);
	assert_int_equal(late.done, 1);
	assert_int_equal(late.write.ret, -1);
	assert_int_equal(store_refusal_each(f.store, f.vm.id, sum, counts, NULL), 0);
	assert_int_equal(counts[0], WRITES - WRITES / 10);
	assert_int_equal(counts[1], 0);
	remove_store(&f);
	free(items);
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
	struct item items[3] = {0};
	int64_t counts[2] = {0, 0};
	struct fixture f;

	(void)state;
	make_store(&f);
	assert_int_equal(sqlite3_exec(f.store->db, "PRAGMA max_page_count = 200", NULL, NULL, NULL),
			 0);
	pthread_mutex_lock(
		&f.store->lock); /* until all three are one batch: the writer waits with the first statement */
	assert_int_equal(writer_start(&f.writer, f.store, NULL), 0);
	for (int i = 0; i < 3; i++) {
		items[i] = (struct item){{.apply = apply_or_fill, .done = done}, f.vm.id, i, 0};
		writer_submit(f.writer, &items[i].write);
	}
	pthread_mutex_unlock(&f.store->lock);
	writer_stop(f.writer);
	assert_int_equal(store_refusal_each(f.store, f.vm.id, sum, counts, NULL), 0);
	for (int i = 0; i < 3; i++)
		counts[1] += items[i].write.ret == 0 && i != 1;
	assert_int_equal(items[1].write.ret, -1);
	assert_int_equal(counts[0], counts[1]);
	assert_true(writer_failing(f.writer) || counts[0] > 0);
	remove_store(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_are_answered),
		cmocka_unit_test(test_a_batch_is_undone_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
