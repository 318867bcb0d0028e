/* Waiting for other VMs, of whom a played service tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "service/report.h"
#include "target/peers.h"

struct answer {
	const char *name; /* who is asked for */
	enum err_code code;
	const char *state;
	bool complete;
};

static const struct answer *script;
static size_t asked;
static unsigned retry_after_s; /* that each refusal tells */
static char told[2048];
static uint32_t limit_s;
static unsigned heartbeats;

int service_peer(struct service *service, const char *name, struct peer *peer, struct err *err)
{
	const struct answer *answer = &script[asked++];

	(void)service;
	if (!answer->name)
		fail_msg("asked for %s once too often", name);
	assert_string_equal(name, answer->name);
	/* The first question of each is for whatever state it is in. */
	if (asked == 1 || strcmp(script[asked - 2].name, name))
		assert_string_equal(peer->state, "");
	if (answer->code) {
		err_set(err, answer->code, "https://s/", "the peer \"%s\": as told", name);
		err->retry_after_s = retry_after_s;
		return -1;
	}
	snprintf(peer->state, sizeof(peer->state), "%s", answer->state);
	peer->complete = answer->complete;
	return 0;
}

void report_wait(const char *reason)
{
	size_t used = strlen(told);

	snprintf(told + used, sizeof(told) - used, "[%s]", reason);
}

void report_heartbeat(void)
{
	heartbeats++;
}

static int wait_for(const struct answer *answers, unsigned patience_s, struct err *err)
{
	static const char *item[] = {"db1", "nfs"};
	const struct strings names = {item, 2};

	script = answers;
	asked = heartbeats = 0;
	*told = '\0';
	*err = (struct err)ERR_INIT;
	return peers_wait(NULL, &names, limit_s, patience_s, err);
}

static void complete_peers_are_not_waited_for(void **state)
{
	static const struct answer answers[] = {
		{"db1", 0, "complete", true}, {"nfs", 0, "cut over", true}, {0}};
	struct err err;

	(void)state;
	assert_int_equal(wait_for(answers, 10, &err), 0);
	assert_int_equal(asked, 2);
	assert_string_equal(told, "");
}

static void each_change_is_told_once(void **state)
{
	static const struct answer answers[] = {
		{"db1", 0, "created", false},
		{"db1", 0, "configuring", false},
		{"db1", 0, "configuring", false},
		{"db1", 0, "complete", true},
		{"nfs", 0, "error", false},
		{"nfs", 0, "complete", true},
		{0},
	};
	const int64_t began = clock_ms();
	struct err err;

	(void)state;
	assert_int_equal(wait_for(answers, 10, &err), 0);
	assert_int_equal(asked, 6);
	assert_string_equal(told, "[db1 is not complete (created)]"
				  "[db1 is not complete (configuring)]"
				  "[nfs is not complete (error)][]");
	assert_int_equal(heartbeats, 6);
	/* A service that doesn't keep the question is not asked without end. */
	assert_in_range(clock_ms() - began, 1000, 3000);
}

static void service_that_is_away_is_waited_for(void **state)
{
	static const struct answer answers[] = {
		{"db1", 0, "created", false},        {"db1", ERR_NET_CONNECT, NULL, false},
		{"db1", ERR_HTTP_BUSY, NULL, false}, {"db1", 0, "complete", true},
		{"nfs", 0, "complete", true},        {0},
	};
	struct err err;

	(void)state;
	/* No patience with refusals is not none with a network. */
	assert_int_equal(wait_for(answers, 0, &err), 0);
	assert_string_equal(told, "[db1 is not complete (created)][]");
}

static void busy_service_is_left_alone_as_long_as_it_asks(void **state)
{
	static const struct answer answers[] = {{"db1", ERR_HTTP_BUSY, NULL, false},
						{"db1", 0, "complete", true},
						{"nfs", 0, "complete", true},
						{0}};
	const int64_t began = clock_ms();
	struct err err;

	(void)state;
	retry_after_s = 2;
	assert_int_equal(wait_for(answers, 0, &err), 0);
	retry_after_s = 0;
	assert_true(clock_ms() - began >= 2000);
}

static void peer_that_is_gone_is_named(void **state)
{
	static const struct answer answers[] = {
		{"db1", 0, "created", false}, {"db1", ERR_SERVICE_PEER, NULL, false}, {0}};
	struct err err;

	(void)state;
	assert_int_equal(wait_for(answers, 10, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE_PEER);
	assert_non_null(strstr(err.msg, "\"db1\""));
	assert_string_equal(told, "[db1 is not complete (created)][]");
}

static void refusals_are_borne_for_a_while(void **state)
{
	static const struct answer answers[] = {
		{"db1", ERR_HTTP_STATUS, NULL, false}, {"db1", ERR_TLS_EXPIRED, NULL, false},
		{"db1", 0, "complete", true},          {"nfs", ERR_HTTP_STATUS, NULL, false},
		{"nfs", 0, "complete", true},          {0},
	};
	struct err err;

	(void)state;
	assert_int_equal(wait_for(answers, 10, &err), 0);
	assert_int_equal(wait_for(answers, 0, &err), -1);
	assert_int_equal(err.code, ERR_HTTP_STATUS);
	assert_int_equal(asked, 1);
}

static void limit_is_for_all_of_them(void **state)
{
	static const struct answer answers[] = {
		{"db1", 0, "created", false},     {"db1", 0, "created", false},
		{"db1", 0, "complete", true},     {"nfs", ERR_NET_CONNECT, NULL, false},
		{"nfs", 0, "configuring", false}, {"nfs", 0, "configuring", false},
		{"nfs", 0, "configuring", false}, {"nfs", 0, "configuring", false},
		{"nfs", 0, "configuring", false}, {0},
	};
	const int64_t began = clock_ms();
	struct err err;

	(void)state;
	limit_s = 3;
	assert_int_equal(wait_for(answers, 10, &err), -1);
	limit_s = 0;
	assert_int_equal(err.code, ERR_PEER_LATE);
	assert_string_equal(err.where, "nfs");
	assert_string_equal(err.msg, "nfs is not complete within 3 s, but \"configuring\"");
	assert_in_range(clock_ms() - began, 2900, 6000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(complete_peers_are_not_waited_for),
		cmocka_unit_test(each_change_is_told_once),
		cmocka_unit_test(service_that_is_away_is_waited_for),
		cmocka_unit_test(busy_service_is_left_alone_as_long_as_it_asks),
		cmocka_unit_test(peer_that_is_gone_is_named),
		cmocka_unit_test(refusals_are_borne_for_a_while),
		cmocka_unit_test(limit_is_for_all_of_them),
	};

	return cmocka_run_group_tests_name("peers", tests, NULL, NULL);
}
