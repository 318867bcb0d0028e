/* Pools: ranges as text, and who gets which MAC and address of configuration mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "migration/assign.h"
#include "migration/pool.h"

static const struct {
	const struct pool_kind *kind;
	const char *text;
	uint64_t count; /* 0: refused */
} ranges[] = {
	{&pool_of_addresses, "10.0.0.1-10.0.0.1", 1},
	{&pool_of_addresses, "10.0.0.250-10.0.1.5", 12},
	{&pool_of_addresses, "10.0.0.0-10.0.255.255", 65536},
	{&pool_of_addresses, "10.0.0.0-10.1.0.0", 0},
	{&pool_of_addresses, "10.0.0.2-10.0.0.1", 0},
	{&pool_of_addresses, "0.0.0.0-0.0.0.1", 0},
	{&pool_of_addresses, "10.0.0.1", 0},
	{&pool_of_addresses, "10.0.0.1-", 0},
	{&pool_of_addresses, "-10.0.0.1", 0},
	{&pool_of_addresses, "10.0.0.1-10.0.0.2-10.0.0.3", 0},
	{&pool_of_addresses, "10.0.0.1 - 10.0.0.2", 0},
	{&pool_of_addresses, "", 0},
	{&pool_of_macs, "52:54:00:00:00:fe-52:54:00:00:01:01", 4},
	{&pool_of_macs, "52:54:00:00:00:FE-52:54:00:00:01:01", 4},
	{&pool_of_macs, "52:54:00:00:00:01-53:54:00:00:00:02", 0},
	{&pool_of_macs, "52-54-00-00-00-01-52-54-00-00-00-02", 0},
	{&pool_of_macs, "00:00:00:00:00:00-00:00:00:00:00:02", 0},
};

static void test_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct migration_range range = {0};
		bool good = pool_parse(ranges[i].kind, ranges[i].text, &range);

		if (good != (ranges[i].count > 0) ||
		    (good && range.last - range.first + 1 != ranges[i].count))
			fail_msg("'%s': %d", ranges[i].text, good);
	}
}

static void test_numbers_and_texts(void **state)
{
	static const struct {
		const struct pool_kind *kind;
		const char *text;
	} rows[] = {
		{&pool_of_addresses, "10.0.0.1"},
		{&pool_of_addresses, "255.255.255.255"},
		{&pool_of_macs, "52:54:00:77:01:1f"},
		{&pool_of_macs, "fe:ff:ff:ff:ff:ff"},
	};
	char text[ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rows[i].kind->text(text, rows[i].kind->number(rows[i].text));
		assert_string_equal(text, rows[i].text);
	}
}

/* VMs of a document are told as "name:mac", those of a store as "name:mac:how". */
struct row {
	const char *pool;
	const char *wanted, *known; /* ":retired": of a VM that is gone */
	const char *given;          /* the last digits of each MAC; "-" for none */
	const char *errors;
};

static const struct row rows[] = {
	{"10-13", "a b c", "", "10 11 12", ""},
	{"10-13", "a b:12 c d", "", "10 12 11 13", ""},
	{"10-12", "a b:11 c d", "", "10 11 12 -", "/configuration/macs"},
	{"10-13", "a b", "b:10:stays", "11 10", ""},
	{"10-13", "a b", "a:13:made b:12:stays", "13 12", ""},
	/* Outside of the pool: kept only when it is made. */
	{"10-13", "a b", "a:77:made b:88:stays", "77 10", ""},
	/* Others of the store; those that go leave theirs. */
	{"10-13", "a b", "x:10:other y:11:goes", "11 12", ""},
	{"10-10", "a", "x:10:other", "-", "/configuration/macs"},
	{"10-13", "a:10", "x:10:other", "10", "/vms/0/mac"},
	{"10-13", "a:10", "x:10:goes", "10", ""},
	/* What one wants, another of the document has: it moves unless it is made. */
	{"10-13", "a:11 b", "b:11:stays", "11 10", ""},
	{"10-13", "a:11 b", "b:11:made", "11 11", "/vms/0/mac"},
	{"10-13", "a:11 b:10", "a:10:stays b:11:stays", "11 10", ""},
	/* The machine of a VM that is gone may still be there: only the document gives its MAC again. */
	{"10-13", "a b", "x:10:retired y:12:retired", "11 13", ""},
	{"10-11", "a b", "x:10:retired", "11 -", "/configuration/macs"},
	{"10-13", "a:10", "x:10:retired", "10", ""},
	{"", "a:10", "", "10", ""},
	{"", "a", "", "-", "/vms/0/mac"},
	{"", "a", "a:77:made", "77", ""},
	{"", "a", "a:77:stays", "-", "/vms/0/mac"},
};

#define VMS_MAX 8

struct world {
	struct arena arena;
	struct err_list errors;
	struct reader r;
	struct settings settings;
	struct migration migration;
	struct migration_vm vm[VMS_MAX];
	struct known known[VMS_MAX];
	size_t known_count;
	json_t *retired;
};

/* "a:10" from the words; the next one's start, or NULL. */
static const char *next_word(const char *words, char name[8], unsigned *mac, char how[8])
{
	int used = 0;

	*mac = 0;
	how[0] = '\0';
	if (sscanf(words, " %7[a-z]:%2x:%7[a-z]%n", name, mac, how, &used) == 3)
		return words + used;
	how[0] = '\0';
	if (sscanf(words, " %7[a-z]:%2x%n", name, mac, &used) == 2)
		return words + used;
	*mac = 0;
	return sscanf(words, " %7[a-z]%n", name, &used) == 1 ? words + used : NULL;
}

static const char *mac_text(struct world *w, unsigned last)
{
	return arena_printf(&w->arena, "52:54:00:00:00:%02x", last);
}

static void add_wanted(struct world *w, const char *words)
{
	char name[8], how[8];
	unsigned mac;

	w->migration.vms = w->vm;
	while ((words = next_word(words, name, &mac, how))) {
		struct migration_vm *vm = &w->vm[w->migration.vm_count];

		vm->json_path = arena_printf(&w->arena, "/vms/%zu", w->migration.vm_count++);
		vm->name = arena_strdup(&w->arena, name);
		vm->mac = mac ? mac_text(w, mac) : NULL;
		vm->address = arena_printf(&w->arena, "10.0.0.%zu", w->migration.vm_count);
		vm->sound = true;
	}
}

static void add_known(struct world *w, const char *words)
{
	char name[8], how[8];
	unsigned mac;

	migration_index(&w->migration, &w->arena);
	while ((words = next_word(words, name, &mac, how))) {
		struct known *known = &w->known[w->known_count++];

		if (!strcmp(how, "retired")) {
			w->known_count--;
			json_object_set_new(w->retired, mac_text(w, mac), json_true());
			continue;
		}
		snprintf(known->vm.name, sizeof(known->vm.name), "%s", name);
		snprintf(known->vm.mac, sizeof(known->vm.mac), "%s", mac_text(w, mac));
		known->made = !strcmp(how, "made");
		known->goes = !strcmp(how, "goes");
		if (known->made || !strcmp(how, "stays"))
			known->stays = migration_find(&w->migration, name);
	}
}

static void set_pool(struct world *w, const char *pool)
{
	unsigned first, last;

	if (sscanf(pool, "%x-%x", &first, &last) != 2)
		return;
	w->migration.macs = (struct migration_range){0x525400000000 + first, 0x525400000000 + last};
}

static const char *given(struct world *w)
{
	const char *list = "";

	for (size_t i = 0; i < w->migration.vm_count; i++)
		list = arena_printf(&w->arena, "%s%s%s", list, i ? " " : "",
				    w->vm[i].mac ? w->vm[i].mac + 15 : "-");
	return list;
}

static const char *errors_of(struct world *w)
{
	const char *list = "";

	for (size_t i = 0; i < w->errors.count; i++)
		list = arena_printf(&w->arena, "%s%s%s", list, i ? " " : "",
				    w->errors.item[i].where);
	return list;
}

static void assign(struct world *w)
{
	const struct assign_by by = {w->known, w->known_count, w->retired, &w->settings};

	migration_assign(&w->r, &w->migration, &by);
}

static void test_assign(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = calloc(1, sizeof(*w));

		assert_non_null(w);
		w->r = (struct reader){.arena = &w->arena, .errors = &w->errors};
		w->retired = json_object();
		add_wanted(w, rows[i].wanted);
		add_known(w, rows[i].known);
		set_pool(w, rows[i].pool);
		assign(w);
		if (strcmp(given(w), rows[i].given) || strcmp(errors_of(w), rows[i].errors))
			fail_msg("pool %s, wanted %s, known %s: given %s, errors %s", rows[i].pool,
				 rows[i].wanted, rows[i].known, given(w), errors_of(w));
		json_decref(w->retired);
		err_list_free(&w->errors);
		arena_free(&w->arena);
		free(w);
	}
}

/* The segment is 10.77.0.0/24, the service 10.77.0.1 and the router 10.77.0.4. */
static const struct {
	uint64_t first, last; /* the pool's last bytes */
	const char *wanted;   /* the first VM's address; NULL: from the pool */
	const char *known;    /* the second VM's in the store */
	bool made;
	const char *given, *errors;
} segment_rows[] = {
	{2, 9, NULL, "", false, "10.77.0.2 10.77.0.3", ""},
	{3, 9, NULL, "", false, "10.77.0.3 10.77.0.5", ""},
	{2, 9, NULL, "10.77.0.4", false, "10.77.0.2 10.77.0.3", ""},
	{2, 9, NULL, "10.99.0.7", true, "10.77.0.2 10.99.0.7", ""},
	{1, 9, NULL, "", false, "10.77.0.2 10.77.0.3", "/configuration/addresses"},
	{2, 255, NULL, "", false, "10.77.0.2 10.77.0.3", "/configuration/addresses"},
	{2, 300, NULL, "", false, "10.77.0.2 10.77.0.3", "/configuration/addresses"},
	{2, 9, "10.77.0.200", "", false, "10.77.0.200 10.77.0.2", ""},
	{2, 9, "10.78.0.2", "", false, "10.78.0.2 10.77.0.2", "/vms/0/address"},
	{2, 9, "10.77.0.4", "", false, "10.77.0.4 10.77.0.2", "/vms/0/address"},
};

static void test_segment(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(segment_rows) / sizeof(segment_rows[0]); i++) {
		struct world *w = calloc(1, sizeof(*w));
		const uint64_t network = 10 << 24 | 77 << 16;

		assert_non_null(w);
		w->r = (struct reader){.arena = &w->arena, .errors = &w->errors};
		w->settings = (struct settings){
			.net_address = "10.77.0.1", .net_router = "10.77.0.4", .net_prefix = 24};
		add_wanted(w, "a:10 b:11");
		w->vm[0].address = segment_rows[i].wanted;
		w->vm[1].address = NULL;
		w->migration.addresses = (struct migration_range){network + segment_rows[i].first,
								  network + segment_rows[i].last};
		w->known_count = 1;
		strcpy(w->known[0].vm.name, "b");
		w->known[0].stays = &w->vm[1];
		w->known[0].made = segment_rows[i].made;
		snprintf(w->known[0].vm.address, ADDRESS_TEXT, "%s", segment_rows[i].known);
		assign(w);
		if (strcmp(arena_printf(&w->arena, "%s %s", w->vm[0].address, w->vm[1].address),
			   segment_rows[i].given) ||
		    strcmp(errors_of(w), segment_rows[i].errors))
			fail_msg("row %zu: given %s %s, errors %s", i, w->vm[0].address,
				 w->vm[1].address, errors_of(w));
		err_list_free(&w->errors);
		arena_free(&w->arena);
		free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_numbers_and_texts),
		cmocka_unit_test(test_assign),
		cmocka_unit_test(test_segment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
