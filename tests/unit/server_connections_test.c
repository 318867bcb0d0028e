/* Deadlines of connections, by a clock that the test moves: who is known and what is awaited of him decide, not how old the connection is. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/connections.h"
#include "util/limits.h"
#include "util/log.h"
#include "util/monotonic.h"

#define LOOK_US    1000
#define MINUTES(n) ((n)*60)
#define HOURS(n)   MINUTES((n)*60)

/* A connection as MHD has it. */
struct MHD_Connection {
	int ends[2]; /* the service's, the peer's */
	void *context;
};

static struct connections *connections;
static _Atomic int64_t ahead_s;
static _Atomic unsigned looks; /* of the watching thread */

/* In place of util/monotonic.c; the watching thread looks often. */
int64_t monotonic_ms(void)
{
	return 1000 + ahead_s * 1000;
}

void monotonic_condition(pthread_cond_t *condition)
{
	pthread_cond_init(condition, NULL);
}

bool monotonic_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_ms)
{
	(void)condition, (void)until_ms;
	pthread_mutex_unlock(lock);
	usleep(LOOK_US);
	looks++;
	pthread_mutex_lock(lock);
	return false;
}

const union MHD_ConnectionInfo *MHD_get_connection_info(struct MHD_Connection *connection,
							enum MHD_ConnectionInfoType type, ...)
{
	static struct sockaddr_in peer = {.sin_family = AF_INET};
	static union MHD_ConnectionInfo address, fd, context;

	if (type == MHD_CONNECTION_INFO_CLIENT_ADDRESS) {
		address.client_addr = (struct sockaddr *)(void *)&peer;
		return &address;
	}
	if (type == MHD_CONNECTION_INFO_CONNECTION_FD) {
		fd.connect_fd = connection->ends[0];
		return &fd;
	}
	context.socket_context = connection->context;
	return &context;
}

int store_vm_find(struct store *store, enum vm_key key, int64_t id, const char *text, struct vm *vm,
		  struct err *err)
{
	(void)store, (void)key, (void)id, (void)text, (void)vm, (void)err;
	return 0;
}

void log_warning(const char *fmt, ...)
{
	(void)fmt;
}

static void accept_peer(struct MHD_Connection *peer)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, peer->ends), 0);
	connections_notify(connections, peer, &peer->context, MHD_CONNECTION_NOTIFY_STARTED);
}

static void close_peer(struct MHD_Connection *peer)
{
	connections_notify(connections, peer, &peer->context, MHD_CONNECTION_NOTIFY_CLOSED);
	close(peer->ends[0]);
	close(peer->ends[1]);
}

/* Once the watching thread has looked. */
static bool is_ended(const struct MHD_Connection *peer)
{
	char byte;

	looks = 0;
	while (looks < 2)
		usleep(LOOK_US);
	return recv(peer->ends[1], &byte, 1, MSG_DONTWAIT) == 0;
}

static uint64_t late(void)
{
	struct connection_counts counts;

	connections_count(connections, &counts);
	return counts.late;
}

static void go_on(int64_t seconds)
{
	ahead_s += seconds;
}

static void next_request(struct MHD_Connection *peer)
{
	connections_await_next(connections, peer);
	connections_await_body(connections, peer);
	connections_await_answer(connections, peer);
}

/* As handler.c does: who asks is found out when the whole request is there. */
static void first_request(struct MHD_Connection *peer, bool known)
{
	connections_await_body(connections, peer);
	connections_await_answer(connections, peer);
	if (known)
		connections_prove(connections, peer, WHO_VM, 1);
}

static int set_up(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	ahead_s = 0;
	return connections_start(&connections, 64, 64, NULL, &err);
}

static int tear_down(void **state)
{
	(void)state;
	connections_stop(connections);
	return 0;
}

static void slow_answer_to_somebody_known_has_no_deadline(void **state)
{
	struct MHD_Connection first, later;

	(void)state;
	accept_peer(&first);
	first_request(&first, true);
	accept_peer(&later);
	first_request(&later, true);
	go_on(MINUTES(1));
	next_request(&later);
	go_on(HOURS(3));
	assert_false(is_ended(&first));
	assert_false(is_ended(&later));
	assert_int_equal(late(), 0);
	close_peer(&first);
	close_peer(&later);
}

static void stranger_has_one_for_each_answer(void **state)
{
	struct MHD_Connection peer;

	(void)state;
	accept_peer(&peer);
	first_request(&peer, false);
	go_on(HTTP_ANSWER_SECONDS - 60);
	next_request(&peer);
	go_on(HTTP_ANSWER_SECONDS - 60);
	assert_false(is_ended(&peer));
	go_on(120);
	assert_true(is_ended(&peer));
	assert_int_equal(late(), 1);
	close_peer(&peer);
}

/* Whether bytes come meanwhile or not is not even asked. */
static void dripped_head_ends_whoever_it_is(void **state)
{
	struct MHD_Connection stranger, known;

	(void)state;
	accept_peer(&stranger);
	accept_peer(&known);
	first_request(&known, true);
	connections_await_next(connections, &known);
	go_on(HTTP_HEAD_SECONDS + 1);
	assert_true(is_ended(&stranger));
	assert_false(is_ended(&known));
	go_on(HTTP_IDLE_SECONDS);
	assert_true(is_ended(&known));
	close_peer(&stranger);
	close_peer(&known);
}

static void dripped_body_ends_whoever_it_is(void **state)
{
	struct MHD_Connection stranger, known;

	(void)state;
	accept_peer(&stranger);
	connections_await_body(connections, &stranger);
	accept_peer(&known);
	connections_await_body(connections, &known);
	connections_prove(connections, &known, WHO_VM, 1);
	go_on(HTTP_HEAD_SECONDS + 1);
	assert_true(is_ended(&stranger));
	assert_false(is_ended(&known));
	go_on(HTTP_BODY_SECONDS);
	assert_true(is_ended(&known));
	close_peer(&stranger);
	close_peer(&known);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(slow_answer_to_somebody_known_has_no_deadline),
		TEST(stranger_has_one_for_each_answer),
		TEST(dripped_head_ends_whoever_it_is),
		TEST(dripped_body_ends_whoever_it_is),
	};

	return cmocka_run_group_tests_name("server_connections", tests, NULL, NULL);
}
