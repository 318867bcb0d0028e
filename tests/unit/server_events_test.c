/* Bodies of events: what is taken of them, and where each mistake is said to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "vm/event.h"

#define UUID "0f0e0d0c-0b0a-0908-0706-050403020100"
#define HEAD "{\"boot\":\"" UUID "\",\"seq\":7,\"ms\":1700000000000,"

static int parse(struct event_list *list, const char *body, struct err *err)
{
	return events_parse(list, body, strlen(body), err);
}

static void test_taken(void **state)
{
	static const struct {
		const char *members, *type, *step, *error;
		enum vm_input input;
	} rows[] = {
		{"\"type\":\"begin\",\"step\":\"unpack\"", "begin", "unpack", "", INPUT_NONE},
		{"\"type\":\"end\",\"step\":\"first boot\",\"ok\":true", "end", "first boot", "",
		 INPUT_NONE},
		{"\"type\":\"progress\",\"step\":\"unpack\"", "progress", "unpack", "", INPUT_NONE},
		{"\"type\":\"note\",\"text\":\"x\"", "note", "", "", INPUT_NONE},
		{"\"type\":\"note\",\"step\":null", "note", "", "", INPUT_NONE},
		{"\"type\":\"plan\",\"text\":\"x\"", "plan", "", "", INPUT_NONE},
		{"\"type\":\"heartbeat\"", "heartbeat", "", "", INPUT_NONE},
		{"\"type\":\"error\"", "error", "", "", INPUT_ERROR},
		{"\"type\":\"error\",\"code\":\"io\",\"message\":\"m\"", "error", "", "io: m",
		 INPUT_ERROR},
		{"\"type\":\"error\",\"step\":\"wipe\",\"code\":\"io\",\"where\":\"/dev/sda\",\"message\":\"m\"",
		 "error", "wipe", "io: /dev/sda: m", INPUT_ERROR},
		{"\"type\":\"state\",\"state\":\"first boot\"", "state", "", "", INPUT_FIRST_BOOT},
		{"\"type\":\"state\",\"state\":\"error\"", "state", "", "", INPUT_ERROR},
		{"\"type\":\"state\",\"state\":\"rescue\"", "state", "", "", INPUT_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event_list list;
		struct err err = ERR_INIT;
		char body[400];

		snprintf(body, sizeof(body), "[" HEAD "%s}]", rows[i].members);
		assert_int_equal(parse(&list, body, &err), 0);
		assert_int_equal(list.count, 1);
		assert_string_equal(list.boot, UUID);
		assert_int_equal(list.item[0].seq, 7);
		assert_int_equal(list.item[0].ms, 1700000000000);
		assert_string_equal(list.item[0].type, rows[i].type);
		assert_string_equal(list.item[0].step, rows[i].step);
		assert_string_equal(list.item[0].error, rows[i].error);
		assert_int_equal(list.item[0].input, rows[i].input);
		assert_int_equal(list.item[0].begins, !strcmp(rows[i].type, "begin"));
		body[strlen(body) - 1] = '\0';
		assert_string_equal(list.item[0].body, body + 1);
		events_free(&list);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *body, *where;
	} rows[] = {
		{"", "line 1 column 0"},
		{"[{]", "line 1 column 3"},
		{"[\n\n{\"a\" 1}]", "line 3 column 6"},
		{"[]", "events"},
		{"{}", "events"},
		{"[1]", "events[0]"},
		{"[{}]", "events[0].boot"},
		{"[{\"boot\":\"x\"}]", "events[0].boot"},
		{"[{\"boot\":\"0f0e0d0c-0b0a-0908-0706-0504030201000\"}]", "events[0].boot"},
		{"[{\"boot\":\"0f0e0d0c00b0a-0908-0706-050403020100\"}]", "events[0].boot"},
		{"[{\"boot\":\"" UUID "\"}]", "events[0].seq"},
		{"[{\"boot\":\"" UUID "\",\"seq\":0}]", "events[0].seq"},
		{"[{\"boot\":\"" UUID "\",\"seq\":1000001}]", "events[0].seq"},
		{"[{\"boot\":\"" UUID "\",\"seq\":1}]", "events[0].ms"},
		{"[{\"boot\":\"" UUID "\",\"seq\":1,\"ms\":-1}]", "events[0].ms"},
		{"[" HEAD "\"type\":\"dance\"}]", "events[0].type"},
		{"[" HEAD "\"type\":1}]", "events[0].type"},
		{"[" HEAD "\"type\":\"begin\"}]", "events[0].step"},
		{"[" HEAD "\"type\":\"note\",\"step\":\"\"}]", "events[0].step"},
		{"[" HEAD "\"type\":\"note\",\"step\":\"A\"}]", "events[0].step"},
		{"[" HEAD "\"type\":\"note\",\"step\":\"abcdefghijklmnopqrstuvwxyzabcdef\"}]",
		 "events[0].step"},
		{"[" HEAD "\"type\":\"state\"}]", "events[0].state"},
		{"[" HEAD "\"type\":\"state\",\"state\":\"nothing\"}]", "events[0].state"},
		{"[" HEAD "\"type\":\"error\",\"code\":1}]", "events[0].code"},
		{"[" HEAD "\"type\":\"note\"}," HEAD "\"type\":\"x\"}]", "events[1].type"},
		{"[" HEAD "\"type\":\"note\"},{\"boot\":\"1f0e0d0c-0b0a-0908-0706-050403020100\"}]",
		 "events[1].boot"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event_list list;
		struct err err = ERR_INIT;

		assert_int_equal(parse(&list, rows[i].body, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE_BODY);
		assert_string_equal(err.where, rows[i].where);
		events_free(&list);
	}
}

static void test_no_body(void **state)
{
	struct event_list list;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(events_parse(&list, NULL, 0, &err), -1);
	assert_string_equal(err.where, "line 1 column 0");
	events_free(&list);
}

/* A message that is too long ends before a character, never in it. */
static void test_cut_between_characters(void **state)
{
	char message[700], body[1000];

	(void)state;
	for (size_t offset = 0; offset < 3; offset++) {
		struct event_list list;
		struct err err = ERR_INIT;
		size_t used = offset;
		json_t *string;

		memset(message, 'm', offset);
		for (; used + 3 < sizeof(message); used += 3)
			memcpy(message + used, "\xe2\x82\xac", 3);
		message[used] = '\0';
		snprintf(body, sizeof(body), "[" HEAD "\"type\":\"error\",\"message\":\"%s\"}]",
			 message);
		assert_int_equal(parse(&list, body, &err), 0);
		string = json_string(list.item[0].error);
		assert_non_null(string);
		assert_true(json_string_length(string) > 630);
		json_decref(string);
		events_free(&list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_cut_between_characters),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
