#include "peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static int start_tls(struct peer *peer, gnutls_certificate_credentials_t trust, const char *name)
{
	if (gnutls_init(&peer->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK) < 0)
		return -1;
	/* As the agent speaks: TLS 1.2 with an ECDSA certificate. */
	if (gnutls_priority_set_direct(peer->tls, "NORMAL:-VERS-ALL:+VERS-TLS1.2", NULL) < 0 ||
	    gnutls_credentials_set(peer->tls, GNUTLS_CRD_CERTIFICATE, trust) < 0)
		return -1;
	gnutls_session_set_verify_cert(peer->tls, name, 0);
	gnutls_transport_set_int(peer->tls, peer->fd);
	return 0;
}

int peer_open(struct peer *peer, gnutls_certificate_credentials_t trust, const char *name,
	      const struct sockaddr_in *from, const struct sockaddr_in *to)
{
	memset(peer, 0, offsetof(struct peer, out));
	peer->out_size = peer->out_sent = peer->in_size = 0;
	peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (peer->fd < 0)
		return -1;
	if (bind(peer->fd, (const struct sockaddr *)(const void *)from, sizeof(*from)) < 0)
		return -1;
	if (connect(peer->fd, (const struct sockaddr *)(const void *)to, sizeof(*to)) < 0 &&
	    errno != EINPROGRESS)
		return -1;
	return start_tls(peer, trust, name);
}

void peer_close(struct peer *peer)
{
	if (peer->tls)
		gnutls_deinit(peer->tls);
	if (peer->fd >= 0)
		close(peer->fd);
	peer->tls = NULL;
	peer->fd = -1;
}

void peer_send(struct peer *peer, size_t size)
{
	peer->out_size = size;
	peer->out_sent = peer->in_size = 0;
}

static enum peer_want would_block(const struct peer *peer, ssize_t code)
{
	if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)
		return gnutls_record_get_direction(peer->tls) ? PEER_WRITE : PEER_READ;
	return PEER_FAILED;
}

static const char *body_of(const struct peer *peer)
{
	const char *end = memmem(peer->in, peer->in_size, "\r\n\r\n", 4);

	return end ? end + 4 : NULL;
}

/* Whether all of the answer is there: the service always tells its length. */
static bool answered(struct peer *peer)
{
	const char *body, *length;

	peer->in[peer->in_size] = '\0';
	body = body_of(peer);
	length = body ? strcasestr(peer->in, "\r\ncontent-length:") : NULL;
	if (!length || length > body)
		return false;
	return peer->in_size - (size_t)(body - peer->in) >= strtoul(length + 17, NULL, 10);
}

static enum peer_want send_more(struct peer *peer)
{
	while (peer->out_sent < peer->out_size) {
		ssize_t sent = gnutls_record_send(peer->tls, peer->out + peer->out_sent,
						  peer->out_size - peer->out_sent);

		if (sent < 0)
			return would_block(peer, sent);
		peer->out_sent += (size_t)sent;
	}
	return PEER_IDLE;
}

static enum peer_want receive_more(struct peer *peer)
{
	while (!answered(peer)) {
		size_t room = sizeof(peer->in) - 1 - peer->in_size;
		ssize_t got =
			room ? gnutls_record_recv(peer->tls, peer->in + peer->in_size, room) : 0;

		if (got == 0)
			return PEER_FAILED;
		if (got < 0)
			return would_block(peer, got);
		peer->in_size += (size_t)got;
	}
	return PEER_ANSWERED;
}

enum peer_want peer_go(struct peer *peer)
{
	enum peer_want want;

	if (!peer->ready) {
		int code = gnutls_handshake(peer->tls);

		if (code < 0)
			return gnutls_error_is_fatal(code) ? PEER_FAILED : would_block(peer, code);
		peer->ready = true;
	}
	if (!peer->out_size)
		return PEER_IDLE;
	want = send_more(peer);
	return want == PEER_IDLE ? receive_more(peer) : want;
}

int peer_answer(const struct peer *peer, const char **body)
{
	int status = 0;

	*body = body_of(peer);
	return sscanf(peer->in, "HTTP/1.1 %d", &status) == 1 ? status : 0;
}
