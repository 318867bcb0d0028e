/* What disks answer to PERSISTENT RESERVE IN, byte by byte as SPC-4 has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "steps/reservations.h"

#define HEAD(size) 0, 0, 0, 9, 0, 0, 0, size
#define KEY        0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0

static const struct {
	const char *name;
	struct scsi_answer answer;
	enum reservation_state state;
	uint64_t key;
	uint8_t type;
} rows[] = {
	{"none", {.status = 0, .data = {HEAD(0)}, .data_size = 8}, RESERVATION_NONE, 0, 0},
	{"write exclusive",
	 {.data = {HEAD(16), KEY, 0, 0, 0, 0, 0, 0x01}, .data_size = 24},
	 RESERVATION_HELD,
	 0x123456789abcdef0,
	 1},
	{"exclusive access, registrants only",
	 {.data = {HEAD(16), KEY, 0, 0, 0, 0, 0, 0x06}, .data_size = 24},
	 RESERVATION_HELD,
	 0x123456789abcdef0,
	 6},
	{"all registrants have no key",
	 {.data = {HEAD(16), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07}, .data_size = 24},
	 RESERVATION_HELD,
	 0,
	 7},
	{"the length says more than came",
	 {.data = {HEAD(16), KEY}, .data_size = 16},
	 RESERVATION_NONE,
	 0,
	 0},
	{"shorter than its head", {.data = {0}, .data_size = 4}, RESERVATION_UNKNOWN, 0, 0},
	{"ILLEGAL REQUEST: the disk knows no reservations",
	 {.status = 2,
	  .sense = {0x70, 0, 0x05, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20},
	  .sense_size = 18},
	 RESERVATION_NONE,
	 0,
	 0},
	{"the same in descriptor format",
	 {.status = 2, .sense = {0x72, 0x05, 0x20, 0}, .sense_size = 8},
	 RESERVATION_NONE,
	 0,
	 0},
	{"UNIT ATTENTION after a reset",
	 {.status = 2, .sense = {0x70, 0, 0x06}, .sense_size = 18},
	 RESERVATION_AGAIN,
	 0,
	 0},
	{"NOT READY",
	 {.status = 2, .sense = {0x70, 0, 0x02}, .sense_size = 18},
	 RESERVATION_UNKNOWN,
	 0,
	 0},
	{"no sense at all", {.status = 2}, RESERVATION_UNKNOWN, 0, 0},
	{"RESERVE(6) of another host", {.status = 0x18}, RESERVATION_OLD, 0, 0},
	{"BUSY", {.status = 0x08}, RESERVATION_UNKNOWN, 0, 0},
};

static void test_reservations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reservation found = {0};

		reservation_take(&found, &rows[i].answer);
		if (found.state != rows[i].state || found.key != rows[i].key ||
		    found.type != rows[i].type)
			fail_msg("%s: %d, key %jx, type %d", rows[i].name, (int)found.state,
				 (uintmax_t)found.key, found.type);
	}
	assert_string_equal(reservation_type_name(1), "write exclusive");
	assert_string_equal(reservation_type_name(2), "unknown type");
	assert_string_equal(reservation_type_name(15), "unknown type");
}

static void test_keys(void **state)
{
	const struct scsi_answer two = {.data = {HEAD(16), KEY, 1}, .data_size = 24};
	const struct scsi_answer many = {.data = {0, 0, 0, 1, 0, 0, 0x10, 0, KEY},
					 .data_size = RESERVATION_DATA_MAX};
	const struct scsi_answer refused = {.status = 2};
	struct reservation found = {0};

	(void)state;
	reservation_take_keys(&found, &refused);
	assert_int_equal(found.keys, 0);
	reservation_take_keys(&found, &two);
	assert_int_equal(found.keys, 2);
	assert_int_equal(found.first_key, 0x123456789abcdef0);
	reservation_take_keys(&found, &many);
	assert_int_equal(found.keys, 512);
}

/* The disk and the key are named; what nobody holds passes. */
static void test_refused(void **state)
{
	static const struct {
		struct reservation found;
		const char *words; /* NULL: it passes */
	} judged[] = {
		{{.state = RESERVATION_HELD, .key = 0xabc1, .type = 5},
		 "with the key 0xabc1 (write exclusive, registrants only)"},
		{{.state = RESERVATION_HELD, .type = 7, .keys = 2, .first_key = 0xabc2},
		 "all registrants; 2 keys, the first is 0xabc2"},
		{{.state = RESERVATION_OLD}, "SCSI-2"},
		{{.state = RESERVATION_NONE, .keys = 2, .first_key = 1}, NULL},
		{{.state = RESERVATION_UNKNOWN}, NULL},
		{{.state = RESERVATION_AGAIN}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(judged) / sizeof(*judged); i++) {
		struct err err = ERR_INIT;

		reservation_judge(&judged[i].found, "/dev/sdb", &err);
		if (!judged[i].words) {
			assert_int_equal(err.code, ERR_NONE);
			continue;
		}
		assert_int_equal(err.code, ERR_MACHINE_BUSY);
		assert_string_equal(err.where, "/dev/sdb");
		if (!strstr(err.msg, judged[i].words))
			fail_msg("row %zu: %s", i, err.msg);
	}
}

/* What takes no SCSI commands has none; what is not there is an error. */
static void test_what_is_no_scsi_disk(void **state)
{
	struct reservation found;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(reservation_read(&found, "/dev/null", &err), 0);
	assert_int_equal(found.state, RESERVATION_NONE);
	assert_int_equal(found.keys, 0);
	assert_int_equal(reservation_read(&found, "/nowhere", &err), -1);
	assert_int_equal(err.code, ERR_MACHINE_DISK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reservations),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_what_is_no_scsi_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
