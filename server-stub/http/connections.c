#include "http/connections.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/limits.h"
#include "util/log.h"
#include "util/monotonic.h"
#include "vm/names.h"

#define ADDRESS_BYTES 16 /* IPv4 as IPv6 has it: ::ffff:a.b.c.d */
#define PREFIX_V6     8
#define PREFIX_V4     15

/* What is awaited of a peer, and so how long it may take. */
enum phase { PHASE_HEAD, PHASE_BODY, PHASE_ANSWER, PHASE_NEXT };

struct connection {
	int fd;
	unsigned char address[ADDRESS_BYTES];
	enum who who;
	enum phase phase;
	bool proved;         /* by a token or an address that is a VM's: it makes room for nobody */
	bool ended;          /* MHD is about to find that out */
	int64_t since_ms;    /* accepted */
	int64_t phase_ms;    /* the phase began */
	int64_t deadline_ms; /* of the phase */
	size_t place;        /* in the list */
};

/* An address that somebody proved to be at. */
struct learned {
	unsigned char address[ADDRESS_BYTES];
	int64_t vm; /* 0: an operator's */
	int64_t until_ms;
};

struct connections {
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t stopped;
	bool stopping, watched;
	struct connection **all;
	size_t count, room;
	struct connection_counts counts;
	struct learned operators[KNOWN_OPERATORS_MAX], vms[KNOWN_VMS_MAX];
	int64_t told_ms;

	/* Constant. */
	unsigned total, per_address;
	struct store *store;
};

const char *who_name(enum who who)
{
	static const char *const names[WHO_COUNT] = {"stranger", "vm", "operator"};

	return names[who];
}

static void take_address(unsigned char out[ADDRESS_BYTES], const struct sockaddr *address)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	memset(out, 0, ADDRESS_BYTES);
	if (address && address->sa_family == AF_INET) {
		memcpy(out, mapped, sizeof(mapped));
		memcpy(out + sizeof(mapped),
		       &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	} else if (address && address->sa_family == AF_INET6) {
		memcpy(out, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr,
		       ADDRESS_BYTES);
	}
}

/* A customer has a /64 of IPv6, a segment is a /24 of IPv4. */
static bool same_prefix(const unsigned char *a, const unsigned char *b)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	const bool v4 = !memcmp(a, mapped, sizeof(mapped));

	return !memcmp(a, b, v4 ? PREFIX_V4 : PREFIX_V6);
}

static bool is_learned(const struct learned *rows, size_t count, const unsigned char *address,
		       int64_t now)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].until_ms > now && !memcmp(rows[i].address, address, ADDRESS_BYTES))
			return true;
	return false;
}

/* The row of the VM, or of the operator's address; else the one that ends first. */
static struct learned *place_for(struct learned *rows, size_t count, const unsigned char *address,
				 int64_t vm)
{
	struct learned *place = &rows[0];

	for (size_t i = 0; i < count; i++) {
		if (vm ? rows[i].vm == vm : !memcmp(rows[i].address, address, ADDRESS_BYTES))
			return &rows[i];
		if (rows[i].until_ms < place->until_ms)
			place = &rows[i];
	}
	return place;
}

static void learn(struct learned *rows, size_t count, const unsigned char *address, int64_t vm)
{
	struct learned *place = place_for(rows, count, address, vm);

	memcpy(place->address, address, ADDRESS_BYTES);
	place->vm = vm;
	place->until_ms = monotonic_ms() + LOGIN_SECONDS * 1000;
}

/* Whose address it is; without the lock, for it may ask the store. */
static enum who whose(struct connections *connections, const struct sockaddr *peer)
{
	unsigned char address[ADDRESS_BYTES];
	enum who who = WHO_STRANGER;
	char text[ADDRESS_TEXT];
	struct vm vm;

	take_address(address, peer);
	pthread_mutex_lock(&connections->lock);
	if (is_learned(connections->operators, KNOWN_OPERATORS_MAX, address, monotonic_ms()))
		who = WHO_OPERATOR;
	else if (is_learned(connections->vms, KNOWN_VMS_MAX, address, monotonic_ms()))
		who = WHO_VM;
	pthread_mutex_unlock(&connections->lock);
	if (who != WHO_STRANGER)
		return who;
	address_of_peer(text, peer);
	return store_vm_find(connections->store, VM_BY_ADDRESS, 0, text, &vm, NULL) > 0
		       ? WHO_VM
		       : WHO_STRANGER;
}

/* What stands in the way of one more connection of an address: what those have in common, and how many there are. */
struct crowd {
	const unsigned char *address; /* NULL: any */
	bool prefix;                  /* all of its network, strangers only */
	bool strangers;
	size_t count, max;
	struct connection *silent; /* of them, the oldest that may be ended */
};

static bool belongs(const struct crowd *crowd, const struct connection *one)
{
	if (one->ended || (crowd->strangers && one->who != WHO_STRANGER))
		return false;
	if (!crowd->address)
		return true;
	return crowd->prefix ? same_prefix(crowd->address, one->address)
			     : !memcmp(crowd->address, one->address, ADDRESS_BYTES);
}

/* One that asks for nothing goes before one that is sent something. */
static bool goes_before(const struct connection *one, const struct connection *other)
{
	if (!other)
		return true;
	if ((one->phase == PHASE_ANSWER) != (other->phase == PHASE_ANSWER))
		return other->phase == PHASE_ANSWER;
	return one->since_ms < other->since_ms;
}

static bool may_be_ended(const struct connection *one, int64_t now)
{
	if (one->proved)
		return false;
	return one->phase != PHASE_ANSWER || one->phase_ms < now - HTTP_BODY_SECONDS * 1000;
}

static void look_at(struct connections *connections, struct crowd *crowd, int64_t now)
{
	for (size_t i = 0; i < connections->count; i++) {
		struct connection *one = connections->all[i];

		if (!belongs(crowd, one))
			continue;
		crowd->count++;
		if (may_be_ended(one, now) && goes_before(one, crowd->silent))
			crowd->silent = one;
	}
}

/* MHD reads the end, and closes it: the descriptor stays its own. */
static void end(struct connection *one)
{
	one->ended = true;
	shutdown(one->fd, SHUT_RDWR);
}

/* Once a minute: whoever fills the places would fill the log as well. */
static void tell(struct connections *connections, const char *what, int64_t now)
{
	if (connections->told_ms && now < connections->told_ms + CONNECTIONS_TOLD_SECONDS * 1000)
		return;
	connections->told_ms = now;
	log_warning(
		"connections: %s: %zu are open, %llu were ended to make room and %llu refused so far",
		what, connections->count, (unsigned long long)connections->counts.evicted,
		(unsigned long long)connections->counts.refused);
}

/* Whether the crowd has a place left, or one could be made. */
static bool make_room(struct connections *connections, struct crowd *crowd, const char *what)
{
	const int64_t now = monotonic_ms();

	look_at(connections, crowd, now);
	if (crowd->count < crowd->max)
		return true;
	if (crowd->silent) {
		end(crowd->silent);
		connections->counts.evicted++;
	} else {
		connections->counts.refused++;
	}
	tell(connections, what, now);
	return crowd->silent;
}

static bool fits(struct connections *connections, const unsigned char *address, enum who who)
{
	const size_t total = connections->total, shared = total - total / HTTP_OPERATORS_PART;
	struct crowd of_address = {.address = address, .max = connections->per_address};
	struct crowd of_prefix = {.address = address,
				  .prefix = true,
				  .strangers = true,
				  .max = total / HTTP_PREFIX_PART};
	struct crowd strangers = {.strangers = true, .max = total / HTTP_STRANGERS_PART};
	struct crowd all = {.max = who == WHO_OPERATOR ? total : shared};

	if (!make_room(connections, &of_address, "one address has all its places"))
		return false;
	if (who == WHO_STRANGER &&
	    (!make_room(connections, &of_prefix,
			"strangers of one network have all their places") ||
	     !make_room(connections, &strangers, "strangers have all their places")))
		return false;
	return make_room(connections, &all, "all places are taken");
}

enum MHD_Result connections_accept(void *cls, const struct sockaddr *address, socklen_t size)
{
	struct connections *connections = cls;
	const enum who who = whose(connections, address);
	unsigned char bytes[ADDRESS_BYTES];
	bool fit;

	(void)size;
	take_address(bytes, address);
	pthread_mutex_lock(&connections->lock);
	fit = fits(connections, bytes, who);
	pthread_mutex_unlock(&connections->lock);
	return fit ? MHD_YES : MHD_NO;
}

/* Seconds from the beginning of a phase, for who has proved nothing and for who has; 0: no deadline. */
static int64_t deadline_of(const struct connection *one)
{
	static const int64_t seconds[][2] = {
		[PHASE_HEAD] = {HTTP_HEAD_SECONDS, HTTP_HEAD_SECONDS},
		[PHASE_BODY] = {HTTP_HEAD_SECONDS, HTTP_BODY_SECONDS},
		[PHASE_ANSWER] = {HTTP_ANSWER_SECONDS, 0},
		[PHASE_NEXT] = {HTTP_HEAD_SECONDS, HTTP_IDLE_SECONDS},
	};
	const int64_t limit = seconds[one->phase][one->proved];

	return limit ? one->phase_ms + limit * 1000 : INT64_MAX;
}

/* Room in the list, under the lock. */
static bool list_grow(struct connections *connections)
{
	const size_t room = connections->room ? connections->room * 2 : 64;
	struct connection **grown;

	if (connections->count < connections->room)
		return true;
	grown = reallocarray(connections->all, room, sizeof(struct connection *));
	if (!grown)
		return false;
	connections->all = grown;
	connections->room = room;
	return true;
}

static void list_add(struct connections *connections, struct connection *one)
{
	pthread_mutex_lock(&connections->lock);
	if (list_grow(connections)) {
		one->place = connections->count;
		connections->all[connections->count++] = one;
		connections->counts.open[one->who]++;
	} else {
		/* Nobody could end it: it is not to be. */
		one->place = SIZE_MAX;
		end(one);
	}
	pthread_mutex_unlock(&connections->lock);
}

static void list_remove(struct connections *connections, struct connection *one)
{
	pthread_mutex_lock(&connections->lock);
	if (one->place != SIZE_MAX) {
		connections->all[one->place] = connections->all[--connections->count];
		connections->all[one->place]->place = one->place;
		connections->counts.open[one->who]--;
	}
	pthread_mutex_unlock(&connections->lock);
	free(one);
}

static struct connection *begin(struct connections *connections, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *peer =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct connection *one = fd ? calloc(1, sizeof(*one)) : NULL;

	if (!one)
		return NULL;
	one->fd = fd->connect_fd;
	one->since_ms = one->phase_ms = monotonic_ms();
	one->deadline_ms = deadline_of(one);
	if (peer) {
		take_address(one->address, peer->client_addr);
		one->who = whose(connections, peer->client_addr);
	}
	list_add(connections, one);
	return one;
}

void connections_notify(void *cls, struct MHD_Connection *connection, void **context,
			enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = begin(cls, connection);
	} else if (*context) {
		list_remove(cls, *context);
		*context = NULL;
	}
}

static struct connection *find(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* The deadline begins anew with each phase, and not with each byte. */
static void enter(struct connections *connections, struct MHD_Connection *connection,
		  enum phase phase)
{
	struct connection *one = find(connection);

	if (!one)
		return;
	pthread_mutex_lock(&connections->lock);
	if (one->phase != phase) {
		one->phase = phase;
		one->phase_ms = monotonic_ms();
		one->deadline_ms = deadline_of(one);
	}
	pthread_mutex_unlock(&connections->lock);
}

void connections_await_body(struct connections *connections, struct MHD_Connection *connection)
{
	enter(connections, connection, PHASE_BODY);
}

void connections_await_answer(struct connections *connections, struct MHD_Connection *connection)
{
	enter(connections, connection, PHASE_ANSWER);
}

void connections_await_next(struct connections *connections, struct MHD_Connection *connection)
{
	enter(connections, connection, PHASE_NEXT);
}

void connections_prove(struct connections *connections, struct MHD_Connection *connection,
		       enum who who, int64_t vm)
{
	struct connection *one = find(connection);

	if (!one)
		return;
	pthread_mutex_lock(&connections->lock);
	if (who == WHO_OPERATOR)
		learn(connections->operators, KNOWN_OPERATORS_MAX, one->address, 0);
	else if (one->who == WHO_STRANGER)
		learn(connections->vms, KNOWN_VMS_MAX, one->address, vm);
	one->proved = true;
	/* Of the answer to this very request, too: it may be a long one. */
	one->deadline_ms = deadline_of(one);
	if (one->who < who && one->place != SIZE_MAX) {
		connections->counts.open[one->who]--;
		connections->counts.open[who]++;
		one->who = who;
	}
	pthread_mutex_unlock(&connections->lock);
}

void connections_count(struct connections *connections, struct connection_counts *counts)
{
	pthread_mutex_lock(&connections->lock);
	*counts = connections->counts;
	pthread_mutex_unlock(&connections->lock);
}

/* Under the lock. */
static void end_late(struct connections *connections)
{
	const int64_t now = monotonic_ms();

	for (size_t i = 0; i < connections->count; i++) {
		struct connection *one = connections->all[i];

		if (one->ended || one->deadline_ms > now)
			continue;
		end(one);
		connections->counts.late++;
	}
}

static void *watch(void *arg)
{
	struct connections *connections = arg;

	pthread_mutex_lock(&connections->lock);
	while (!connections->stopping) {
		end_late(connections);
		monotonic_wait(&connections->stopped, &connections->lock, monotonic_ms() + 1000);
	}
	pthread_mutex_unlock(&connections->lock);
	return NULL;
}

int connections_start(struct connections **connections, unsigned total, unsigned per_address,
		      struct store *store, struct err *err)
{
	struct connections *made = calloc(1, sizeof(*made));
	int code;

	if (!made)
		return err_set(err, ERR_MEMORY, "serve", "no memory");
	made->total = total;
	made->per_address = per_address;
	made->store = store;
	pthread_mutex_init(&made->lock, NULL);
	monotonic_condition(&made->stopped);
	code = pthread_create(&made->thread, NULL, watch, made);
	made->watched = !code;
	if (code) {
		connections_stop(made);
		return err_set(err, ERR_INTERNAL, "serve", "can't start a thread: %s",
			       strerror(code));
	}
	*connections = made;
	return 0;
}

void connections_stop(struct connections *connections)
{
	if (!connections)
		return;
	pthread_mutex_lock(&connections->lock);
	connections->stopping = true;
	pthread_cond_signal(&connections->stopped);
	pthread_mutex_unlock(&connections->lock);
	if (connections->watched)
		pthread_join(connections->thread, NULL);
	pthread_cond_destroy(&connections->stopped);
	pthread_mutex_destroy(&connections->lock);
	free(connections->all);
	free(connections);
}
