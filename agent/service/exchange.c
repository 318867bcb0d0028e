#include "service/exchange.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/anchors.h"
#include "service/text.h"

static void drop_connection(struct service *service)
{
	connection_close(service->connection);
	service->connection = NULL;
}

static int open_connection(struct service *service, const struct url *url, struct err *err)
{
	const bool pinned = service->pinned && url_same_origin(url, &service->url);

	drop_connection(service);
	anchors_follow(service);
	return connection_open(&service->connection, url, &service->trust,
			       pinned ? service->pin : NULL, &service->limits, err);
}

/* A kept connection may have been closed by the peer meanwhile: then one new one is tried. */
static int request_on_kept(struct service *service, const struct http_request *request,
			   struct http_response *response, bool *stale, struct err *err)
{
	int ret = connection_request(service->connection, request, response, err);

	*stale = ret && !service->connection->http.answered && err->code == ERR_NET_CUT;
	return ret;
}

static int request_hop(struct service *service, const struct url *url,
		       const struct http_request *template, struct http_response *response,
		       struct err *err)
{
	const bool own = url_same_origin(url, &service->url);
	struct http_request request = *template;
	char authority[URL_AUTHORITY_MAX];
	struct err inner = ERR_INIT;

	request.host = url_authority(url, authority);
	request.target = url->target;
	request.token = own ? service->token : NULL;
	if (connection_usable(service->connection, url)) {
		bool stale;

		if (!request_on_kept(service, &request, response, &stale, &inner))
			return 0;
		if (!stale)
			goto fail;
		inner = (struct err)ERR_INIT;
	}
	if (!open_connection(service, url, &inner) &&
	    !connection_request(service->connection, &request, response, &inner))
		return 0;
fail:
	drop_connection(service);
	if (err) {
		*err = inner;
		url_text(url, err->where, sizeof(err->where));
	}
	return -1;
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int follow(struct url *url, const struct http_response *response, const char *start,
		  struct err *err)
{
	struct url next;
	struct err inner = ERR_INIT;

	if (!*response->location)
		return err_set(err, ERR_HTTP_REDIRECT, start,
			       "a redirect (%d) without a usable Location", response->status);
	if (url_resolve(&next, url, response->location, &inner))
		return err_set(err, ERR_HTTP_REDIRECT, start, "redirected to \"%.200s\": %s",
			       response->location, inner.msg);
	*url = next;
	return 0;
}

/*
 * A peer that packs what was asked for as it is: neither length nor hash nor range would be the file's. What a
 * refusal is packed in does not matter.
 */
static int check_encoding(struct service *service, const char *url,
			  const struct http_response *response, struct err *err)
{
	char encoding[sizeof(response->encoding)];

	if (!*response->encoding || response->status / 100 != 2)
		return 0;
	exchange_end(service);
	text_clean(encoding, sizeof(encoding), response->encoding);
	return err_set(
		err, ERR_HTTP_SYNTAX, url,
		"it comes with Content-Encoding \"%s\", which was not asked for: let the server send the file as it is",
		encoding);
}

int exchange_begin(struct service *service, const char *url, const struct http_request *request,
		   struct http_response *response, struct err *err)
{
	struct url at;

	if (url_parse(&at, url, err))
		return -1;
	for (unsigned hop = 0; hop <= HTTP_REDIRECTS_MAX; hop++) {
		if (request_hop(service, &at, request, response, err))
			return -1;
		if (!is_redirect(response->status))
			return check_encoding(service, url, response, err);
		exchange_end(service);
		if (request->body)
			return err_set(err, ERR_HTTP_REDIRECT, url,
				       "a %s was redirected; it may not be", request->method);
		if (follow(&at, response, url, err))
			return -1;
	}
	return err_set(err, ERR_HTTP_REDIRECT, url, "more than %d redirects", HTTP_REDIRECTS_MAX);
}

ssize_t exchange_read(struct service *service, void *buf, size_t size, struct err *err)
{
	return http_read(&service->connection->http, buf, size, err);
}

void exchange_end(struct service *service)
{
	char rest[4096];
	size_t drained = 0;
	ssize_t n = 1;

	while (n > 0 && drained < HTTP_DRAIN_MAX && !service->connection->http.ended) {
		n = exchange_read(service, rest, sizeof(rest), NULL);
		drained += n > 0 ? (size_t)n : 0;
	}
	if (!http_reusable(&service->connection->http))
		drop_connection(service);
}

/* The body as far as it goes up to `cap` bytes and one more; bytes, or -1. */
static ssize_t read_capped(struct service *service, char *buf, size_t cap, struct err *err)
{
	size_t used = 0;
	ssize_t n;

	do {
		n = exchange_read(service, buf + used, cap + 1 - used, err);
		if (n < 0)
			return -1;
		used += (size_t)n;
	} while (n && used <= cap);
	return (ssize_t)used;
}

int exchange_body(struct service *service, const char *url, size_t cap, char **body, size_t *size,
		  struct err *err)
{
	char *buf = malloc(cap + 1);
	ssize_t used;

	if (!buf) {
		drop_connection(service);
		return err_set(err, ERR_MEMORY, url, "no memory for an answer of %zu bytes", cap);
	}
	/* A peer that gives byte after byte would hold what waits for the answer for days. */
	connection_limit_body(service->connection);
	used = read_capped(service, buf, cap, err);
	if (used < 0 || (size_t)used > cap) {
		free(buf);
		drop_connection(service);
		if (used < 0 && err)
			snprintf(err->where, sizeof(err->where), "%s", url);
		return used < 0 ? -1
				: err_set(err, ERR_HTTP_LIMIT, url,
					  "the answer is longer than %zu bytes", cap);
	}
	exchange_end(service);
	buf[used] = '\0';
	*body = buf;
	*size = (size_t)used;
	return 0;
}

/* RFC 9110 15.5.9, RFC 6585 4; what goes wrong at the peer may go right the next time. */
static bool passes(int status)
{
	return status == 408 || status == 429 || status >= 500;
}

/* The peer knows what was asked for, and does not give it to this machine; the service says why. */
static enum err_code forbidden(const json_t *answer)
{
	static const struct {
		const char *said;
		enum err_code code;
	} rows[] = {
		{"vm.address", ERR_SERVICE_IDENTITY}, {"vm.no-token", ERR_SERVICE_IDENTITY},
		{"vm.token", ERR_SERVICE_IDENTITY},   {"archive.reader", ERR_SERVICE_IDENTITY},
		{"vm.reach", ERR_SERVICE_REACH},      {"archive.not-named", ERR_SERVICE_REACH},
	};
	const char *said = json_string_value(json_object_get(answer, "error"));

	for (size_t i = 0; said && i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i].said, said))
			return rows[i].code;
	return ERR_HTTP_FORBIDDEN;
}

static enum err_code code_of(int status, const json_t *answer)
{
	if (passes(status))
		return ERR_HTTP_BUSY;
	return status == 401 || status == 403 ? forbidden(answer) : ERR_HTTP_STATUS;
}

int exchange_refused(struct service *service, const char *url, const struct http_response *response,
		     struct err *err)
{
	char *body = NULL, reason[sizeof(response->reason)], message[300] = "";
	json_t *answer = NULL;
	const char *text = NULL;
	enum err_code code;
	size_t size;

	if (!exchange_body(service, url, SERVICE_ANSWER_MAX, &body, &size, NULL))
		answer = json_loadb(body, size, 0, NULL);
	if (answer)
		text = json_string_value(json_object_get(answer, "message"));
	if (text)
		text_clean(message, sizeof(message), text);
	text_clean(reason, sizeof(reason), response->reason);
	code = code_of(response->status, answer);
	json_decref(answer);
	free(body);
	err_set(err, code, url, "the answer is %d %s%s%s", response->status, reason,
		*message ? ": " : "", message);
	if (err)
		err->retry_after_s = response->retry_after_s;
	return -1;
}
