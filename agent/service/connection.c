#include "service/connection.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/connect.h"

static ssize_t stream_read(void *ctx, void *buf, size_t size, struct err *err)
{
	return tls_read(ctx, buf, size, err);
}

static int stream_write(void *ctx, const void *buf, size_t size, struct err *err)
{
	return tls_write(ctx, buf, size, err);
}

int connection_open(struct connection **connection, const struct url *url,
		    const struct trust *trust, const uint8_t *pin, const struct net_limits *limits,
		    struct err *err)
{
	struct connection *new = malloc(sizeof(*new));
	struct http_stream stream = {.read = stream_read, .write = stream_write};
	int fd;

	if (!new)
		return err_set(err, ERR_MEMORY, url->host, "no memory for a connection");
	*new = (struct connection){.owner = getpid(), .url = *url, .limits = limits};
	fd = connect_url(&new->url, limits->connect_ms, err);
	if (fd < 0 || tls_open(&new->tls, fd, &new->url, trust, pin, limits->first_byte_ms, err)) {
		free(new);
		return -1;
	}
	stream.ctx = new->tls;
	http_init(&new->http, &stream);
	*connection = new;
	return 0;
}

void connection_close(struct connection *connection)
{
	if (!connection)
		return;
	tls_close(connection->tls, connection->owner == getpid());
	free(connection);
}

bool connection_usable(const struct connection *connection, const struct url *url)
{
	return connection && connection->owner == getpid() && http_reusable(&connection->http) &&
	       url_same_origin(&connection->url, url);
}

int connection_request(struct connection *connection, const struct http_request *request,
		       struct http_response *response, struct err *err)
{
	tls_limit_all(connection->tls, connection->limits->first_byte_ms);
	if (http_send(&connection->http, request, err) ||
	    http_receive(&connection->http, !strcmp(request->method, "HEAD"), response, err))
		return -1;
	tls_limit_each(connection->tls, connection->limits);
	return 0;
}

void connection_limit_body(struct connection *connection)
{
	tls_limit_all(connection->tls, connection->limits->stall_ms);
}
