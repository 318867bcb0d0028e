/* One keep-alive HTTPS connection that never blocks: a request out, an answer in, told by polling. */
#ifndef LOAD_PEER_H
#define LOAD_PEER_H

#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEER_REQUEST_MAX 65536
#define PEER_ANSWER_MAX  16384

struct peer {
	int fd;
	gnutls_session_t tls;
	bool ready; /* the handshake is done */
	char out[PEER_REQUEST_MAX];
	size_t out_size, out_sent;
	char in[PEER_ANSWER_MAX];
	size_t in_size;
};

/* What it waits for. PEER_FAILED: the connection is of no more use. */
enum peer_want { PEER_READ, PEER_WRITE, PEER_ANSWERED, PEER_IDLE, PEER_FAILED };

/* Begin to connect from `from` to `to`; the name in its certificate is `name`. -1: not even that. */
int peer_open(struct peer *peer, gnutls_certificate_credentials_t trust, const char *name,
	      const struct sockaddr_in *from, const struct sockaddr_in *to);
void peer_close(struct peer *peer);

/* A request of `size` bytes is in peer->out: it goes out as soon as it can. */
void peer_send(struct peer *peer, size_t size);

/* Go as far as it goes without waiting. */
enum peer_want peer_go(struct peer *peer);

/* Of an answer: its status and its body, which stays valid until the next peer_send(). */
int peer_answer(const struct peer *peer, const char **body);

#endif
