/* What disks answer to PERSISTENT RESERVE IN and to Reservation Report, byte by byte as SPC-4 and the NVM Express Base Specification have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "machine/reservation_nvme.h"
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

/* GEN, RTYPE, REGCTL; 24 or 64 bytes with what follows. Key 0x1122334455667788, with the lowest byte first. */
#define REPORT(type, registrants) 7, 0, 0, 0, type, registrants, 0
#define LOW_KEY                   0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11
#define HOST_ID                   0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7

static const struct {
	const char *name;
	struct nvme_answer answer;
	struct reservation found;
} nvme_rows[] = {
	{"none, nobody registered", {.data = {REPORT(0, 0)}}, {.state = RESERVATION_NONE}},
	{"registered only",
	 {.data = {REPORT(0, 1), [24] = 1, 0, 0, [32] = HOST_ID, LOW_KEY}},
	 {.state = RESERVATION_NONE, .keys = 1, .first_key = 0x1122334455667788}},
	{"exclusive access, the second holds it",
	 {.data = {REPORT(2, 2), [24] = 1, 0, 0, [32] = HOST_ID, 0xfe, [48] = 2, 0,
		   1, [56] = HOST_ID, LOW_KEY}},
	 {.state = RESERVATION_HELD,
	  .key = 0x1122334455667788,
	  .type = 3,
	  .keys = 2,
	  .first_key = 0xfe}},
	{"write exclusive, with long host identifiers",
	 {.extended = true,
	  .data = {REPORT(1, 1), [64] = 1, 0, 1, [72] = LOW_KEY, HOST_ID, HOST_ID}},
	 {.state = RESERVATION_HELD,
	  .key = 0x1122334455667788,
	  .type = 1,
	  .keys = 1,
	  .first_key = 0x1122334455667788}},
	{"all registrants hold it",
	 {.data = {REPORT(6, 1), [24] = 1, 0, 1, [32] = HOST_ID, LOW_KEY}},
	 {.state = RESERVATION_HELD, .type = 8, .keys = 1, .first_key = 0x1122334455667788}},
	{"more registrants than came",
	 {.data = {REPORT(3, 0xff), 0xff, [24] = 1, 0, 1, [32] = HOST_ID, LOW_KEY}},
	 {.state = RESERVATION_HELD,
	  .key = 0x1122334455667788,
	  .type = 5,
	  .keys = 0xff,
	  .first_key = 0x1122334455667788}},
	{"a type that is not known is one", {.data = {REPORT(9, 0)}}, {.state = RESERVATION_HELD}},
	{"Invalid Command Opcode: the controller knows no reservations",
	 {.status = 0x01},
	 {.state = RESERVATION_NONE}},
	{"Internal Error", {.status = 0x06}, {.state = RESERVATION_UNKNOWN}},
};

static void test_nvme(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(nvme_rows) / sizeof(*nvme_rows); i++) {
		const struct reservation *wanted = &nvme_rows[i].found;
		struct reservation found = {0};

		reservation_take_nvme(&found, &nvme_rows[i].answer);
		if (found.state != wanted->state || found.key != wanted->key ||
		    found.type != wanted->type || found.keys != wanted->keys ||
		    found.first_key != wanted->first_key)
			fail_msg("%s: %d, key %jx, type %d, %zu keys, the first %jx",
				 nvme_rows[i].name, (int)found.state, (uintmax_t)found.key,
				 found.type, found.keys, (uintmax_t)found.first_key);
	}
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

/* What takes no commands of either kind has none; what is not there is an error. */
static void test_what_is_no_disk(void **state)
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
		cmocka_unit_test(test_nvme),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_what_is_no_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
