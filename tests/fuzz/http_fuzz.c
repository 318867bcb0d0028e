/* Any bytes as HTTP responses on one connection; the first byte says how many come with a read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "service/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct peer {
	const uint8_t *data;
	size_t size, step;
};

static ssize_t peer_read(void *ctx, void *buf, size_t size, struct err *err)
{
	struct peer *peer = ctx;
	size_t n = peer->size;

	(void)err;
	n = n < peer->step ? n : peer->step;
	n = n < size ? n : size;
	memcpy(buf, peer->data, n);
	peer->data += n;
	peer->size -= n;
	return (ssize_t)n;
}

static int peer_write(void *ctx, const void *buf, size_t size, struct err *err)
{
	(void)ctx;
	(void)buf;
	(void)size;
	(void)err;
	return 0;
}

/* False: the connection is done. */
static bool exchange(struct http *http, bool head)
{
	const struct http_request request = {
		.method = head ? "HEAD" : "GET",
		.host = "h",
		.target = "/",
	};
	struct http_response response;
	struct err err = ERR_INIT;
	char body[777];
	ssize_t n;

	if (http_send(http, &request, &err) || http_receive(http, head, &response, &err))
		return false;
	do
		n = http_read(http, body, sizeof(body), &err);
	while (n > 0);
	/* A failure has a reason, and a connection that failed is not used again. */
	if ((n < 0) != (err.code != ERR_NONE) || (n < 0 && http_reusable(http)))
		abort();
	return http_reusable(http);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http http;
	struct peer peer = {.step = 1};
	const struct http_stream stream = {peer_read, peer_write, &peer};
	bool head = false;

	if (!size)
		return 0;
	peer = (struct peer){.data = data + 1, .size = size - 1, .step = (size_t)data[0] * 8 + 1};
	http_init(&http, &stream);
	while (exchange(&http, head) && peer.size)
		head = !head;
	return 0;
}
