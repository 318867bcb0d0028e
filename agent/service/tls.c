#include "service/tls.h"

#include <bearssl.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/random.h"
#include "service/suites.h"
#include "service/tls_text.h"
#include "service/wait.h"
#include "service/x509.h"

/* Several records a system call. */
#define SOCKET_BUFFER (64 * 1024)
#define SEED_SIZE     32

struct tls {
	br_ssl_client_context client;
	struct x509 x509;
	const struct url *url;
	int fd;
	unsigned limit_ms;
	uint64_t deadline; /* of wait_now(); 0: limit_ms is for each wait */
	unsigned rate_ms, rate_bytes;
	uint64_t waited_ms, received; /* since the rate was looked at */
	bool established;
	struct err failure; /* sticky */
	size_t start, end;  /* of what is in `in` */
	uint8_t records[BR_SSL_BUFSIZE_BIDI];
	uint8_t in[SOCKET_BUFFER];
};

static void set_algorithms(br_ssl_engine_context *engine)
{
	br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
	br_ssl_engine_set_hash(engine, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(engine, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_hash(engine, br_sha512_ID, &br_sha512_vtable);
	br_ssl_engine_set_prf_sha256(engine, br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(engine, br_tls12_sha384_prf);
	br_ssl_engine_set_default_rsavrfy(engine);
	br_ssl_engine_set_default_ecdsa(engine);
	br_ssl_engine_add_flags(engine, BR_OPT_NO_RENEGOTIATION);
	suites_set(engine);
}

static int seed(br_ssl_engine_context *engine, struct err *err)
{
	uint8_t bytes[SEED_SIZE];

	if (random_bytes(bytes, sizeof(bytes), err))
		return -1;
	br_ssl_engine_inject_entropy(engine, bytes, sizeof(bytes));
	return 0;
}

static int start(struct tls *tls, const struct trust *trust, const uint8_t *pin, struct err *err)
{
	br_ssl_engine_context *engine = &tls->client.eng;

	br_ssl_client_zero(&tls->client);
	x509_init(&tls->x509, trust, tls->url, pin);
	set_algorithms(engine);
	br_ssl_engine_set_x509(engine, &tls->x509.vtable);
	br_ssl_engine_set_buffer(engine, tls->records, sizeof(tls->records), 1);
	if (seed(engine, err))
		return -1;
	/* RFC 6066 3: no address in the server name extension. */
	if (!br_ssl_client_reset(&tls->client, tls->url->address_size ? NULL : tls->url->host, 0))
		return err_set(err, ERR_TLS, tls->url->host, "%s",
			       tls_text(br_ssl_engine_last_error(engine)));
	return 0;
}

static int fail_engine(const struct tls *tls, struct err *err)
{
	int error = br_ssl_engine_last_error(&tls->client.eng);

	if (!tls->established)
		return x509_fail(&tls->x509, error, err);
	/* Damage on the way: a new connection may do better. */
	return err_set(err, ERR_NET_CUT, tls->url->host, "the TLS connection broke: %s",
		       tls_text(error));
}

static int fail_socket(const struct tls *tls, struct err *err)
{
	return err_sys(err, ERR_NET_CUT, tls->url->host, "the connection was cut");
}

/* 0 when the socket is ready for `events`. */
static int wait_ready(struct tls *tls, short events, struct err *err)
{
	uint64_t began = wait_now();
	uint64_t until = tls->deadline ? tls->deadline : began + tls->limit_ms;
	int ready = wait_fd(tls->fd, events, until, err);

	tls->waited_ms += wait_now() - began;
	if (ready)
		return ready < 0 ? -1 : 0;
	return err_set(err, ERR_NET_TIMEOUT, tls->url->host, "no answer from the peer within %g s",
		       tls->limit_ms / 1000.0);
}

static int send_records(struct tls *tls, struct err *err)
{
	size_t size;
	const uint8_t *data = br_ssl_engine_sendrec_buf(&tls->client.eng, &size);
	ssize_t n = send(tls->fd, data, size, MSG_NOSIGNAL);

	/* After the peer's close_notify only ours is left to send, and nobody needs to read it. */
	if (n < 0 && tls->client.eng.shutdown_recv)
		n = (ssize_t)size;
	if (n >= 0) {
		br_ssl_engine_sendrec_ack(&tls->client.eng, (size_t)n);
		return 0;
	}
	if (errno == EAGAIN || errno == EINTR)
		return wait_ready(tls, POLLOUT, err);
	return fail_socket(tls, err);
}

static int check_rate(struct tls *tls, size_t received, struct err *err)
{
	uint64_t waited_ms = tls->waited_ms;

	tls->received += received;
	received = tls->received;
	if (tls->deadline || waited_ms < tls->rate_ms)
		return 0;
	tls->waited_ms = tls->received = 0;
	if (received >= tls->rate_bytes)
		return 0;
	return err_set(err, ERR_NET_TIMEOUT, tls->url->host,
		       "%zu bytes came in %g s of waiting; %u are the least", received,
		       (double)waited_ms / 1000, tls->rate_bytes);
}

/* At least one byte into `in`. */
static int fill(struct tls *tls, struct err *err)
{
	for (;;) {
		ssize_t n = recv(tls->fd, tls->in, sizeof(tls->in), 0);

		if (n > 0) {
			tls->start = 0;
			tls->end = (size_t)n;
			return check_rate(tls, (size_t)n, err);
		}
		if (!n)
			return err_set(err, ERR_NET_CUT, tls->url->host,
				       "the connection was closed in the middle");
		if (errno != EAGAIN && errno != EINTR)
			return fail_socket(tls, err);
		if (wait_ready(tls, POLLIN, err))
			return -1;
	}
}

static int receive_records(struct tls *tls, struct err *err)
{
	size_t size;
	uint8_t *data;

	if (tls->start == tls->end && fill(tls, err))
		return -1;
	data = br_ssl_engine_recvrec_buf(&tls->client.eng, &size);
	if (size > tls->end - tls->start)
		size = tls->end - tls->start;
	memcpy(data, tls->in + tls->start, size);
	tls->start += size;
	br_ssl_engine_recvrec_ack(&tls->client.eng, size);
	return 0;
}

/* Move records until the engine is ready for `target`. 1: it is; 0: closed in good order; -1. */
static int pump(struct tls *tls, unsigned target, struct err *err)
{
	for (;;) {
		unsigned state = br_ssl_engine_current_state(&tls->client.eng);
		int ret;

		if (state == BR_SSL_CLOSED)
			return br_ssl_engine_last_error(&tls->client.eng) ? fail_engine(tls, err)
									  : 0;
		if (state & BR_SSL_SENDREC)
			ret = send_records(tls, err);
		else if (state & target)
			return 1;
		else if (state & BR_SSL_RECVREC)
			ret = receive_records(tls, err);
		else
			ret = err_set(err, ERR_NET_CUT, tls->url->host,
				      "the peer speaks out of turn");
		if (ret)
			return -1;
	}
}

/* pump(), with failures kept. */
static int pump_sticky(struct tls *tls, unsigned target, struct err *err)
{
	int ret = -1;

	if (!tls->failure.code)
		ret = pump(tls, target, &tls->failure);
	if (ret < 0 && err)
		*err = tls->failure;
	return ret;
}

int tls_open(struct tls **tls, int fd, const struct url *url, const struct trust *trust,
	     const uint8_t *pin, unsigned limit_ms, struct err *err)
{
	struct tls *new = calloc(1, sizeof(*new));
	int ret;

	if (!new) {
		close(fd);
		return err_set(err, ERR_MEMORY, url->host, "no memory for a TLS connection");
	}
	new->fd = fd;
	new->url = url;
	tls_limit_all(new, limit_ms);
	ret = start(new, trust, pin, err);
	if (!ret) {
		ret = pump_sticky(new, BR_SSL_SENDAPP, err);
		if (!ret)
			ret = err_set(err, ERR_NET_CUT, url->host,
				      "the server closed during the handshake");
	}
	if (ret < 0) {
		tls_close(new, false);
		return -1;
	}
	new->established = true;
	*tls = new;
	return 0;
}

void tls_limit_all(struct tls *tls, unsigned limit_ms)
{
	tls->limit_ms = limit_ms;
	tls->deadline = wait_now() + limit_ms;
}

void tls_limit_each(struct tls *tls, const struct net_limits *limits)
{
	tls->limit_ms = limits->stall_ms;
	tls->deadline = 0;
	tls->rate_ms = limits->rate_ms;
	tls->rate_bytes = limits->rate_bytes;
	tls->waited_ms = tls->received = 0;
}

ssize_t tls_read(struct tls *tls, void *buf, size_t size, struct err *err)
{
	br_ssl_engine_context *engine = &tls->client.eng;
	int ready = pump_sticky(tls, BR_SSL_RECVAPP, err);
	const uint8_t *data;
	size_t got;

	if (ready <= 0)
		return ready;
	data = br_ssl_engine_recvapp_buf(engine, &got);
	if (size > got)
		size = got;
	memcpy(buf, data, size);
	br_ssl_engine_recvapp_ack(engine, size);
	return (ssize_t)size;
}

int tls_write(struct tls *tls, const void *buf, size_t size, struct err *err)
{
	br_ssl_engine_context *engine = &tls->client.eng;
	const uint8_t *p = buf;
	size_t room;
	int ready;

	while ((ready = pump_sticky(tls, BR_SSL_SENDAPP, err)) > 0) {
		uint8_t *data = br_ssl_engine_sendapp_buf(engine, &room);

		if (!size)
			return 0;
		if (room > size)
			room = size;
		memcpy(data, p, room);
		br_ssl_engine_sendapp_ack(engine, room);
		p += room;
		size -= room;
		br_ssl_engine_flush(engine, 0);
	}
	if (!ready)
		return err_set(err, ERR_NET_CUT, tls->url->host,
			       "the peer closed before the request");
	return -1;
}

/* A courtesy: the peer may read it or not. */
static void send_close_notify(struct tls *tls)
{
	size_t size;
	const uint8_t *data;

	br_ssl_engine_close(&tls->client.eng);
	if (!(br_ssl_engine_current_state(&tls->client.eng) & BR_SSL_SENDREC))
		return;
	data = br_ssl_engine_sendrec_buf(&tls->client.eng, &size);
	(void)!send(tls->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void tls_close(struct tls *tls, bool notify)
{
	if (!tls)
		return;
	if (notify && tls->established && !tls->failure.code)
		send_close_notify(tls);
	close(tls->fd);
	free(tls);
}
