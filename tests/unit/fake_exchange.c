#include "tests/unit/fake_exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typeof(fake) fake;

static const struct fake_answer *current;
static size_t at;

void fake_script(const struct fake_answer *answers, size_t count)
{
	memset(&fake, 0, sizeof(fake));
	fake.answers = answers;
	fake.count = count;
}

int exchange_begin(struct service *service, const char *url, const struct http_request *request,
		   struct http_response *response, struct err *err)
{
	(void)service;
	snprintf(fake.url, sizeof(fake.url), "%s", url);
	snprintf(fake.method, sizeof(fake.method), "%s", request->method);
	snprintf(fake.if_range, sizeof(fake.if_range), "%s",
		 request->if_range ? request->if_range : "");
	snprintf(fake.body, sizeof(fake.body), "%.*s", (int)request->body_size,
		 request->body ? request->body : "");
	fake.from = request->from;
	fake.first_byte = request->first_byte;
	if (fake.next == fake.count)
		return err_set(err, ERR_INTERNAL, url, "the script is at its end");
	current = &fake.answers[fake.next++];
	at = 0;
	if (current->begin)
		return err_set(err, current->begin, url, "as the script says");
	*response = (struct http_response){
		.status = current->status,
		.has_length = !current->no_length,
		.length = current->body ? strlen(current->body) : 0,
		.has_content_range = current->total || current->open_range,
		.has_range_total = current->total,
		.range_from = current->from,
		.range_to = current->total - 1,
		.range_total = current->total,
		.retry_after_s = current->retry_after_s,
	};
	if (current->etag)
		snprintf(response->etag, sizeof(response->etag), "%s", current->etag);
	return 0;
}

ssize_t exchange_read(struct service *service, void *buf, size_t size, struct err *err)
{
	size_t n = current->body ? strlen(current->body) - at : 0;

	(void)service;
	if (current->cut && at == current->cut)
		return err_set(err, ERR_NET_CUT, NULL, "as the script says");
	if (current->cut && n > current->cut - at)
		n = current->cut - at;
	n = n < size ? n : size;
	memcpy(buf, current->body + at, n);
	at += n;
	return (ssize_t)n;
}

void exchange_end(struct service *service)
{
	(void)service;
}

int exchange_body(struct service *service, const char *url, size_t cap, char **body, size_t *size,
		  struct err *err)
{
	(void)service;
	if (current->cut)
		return err_set(err, ERR_NET_CUT, url, "as the script says");
	if (strlen(current->body) > cap)
		return err_set(err, ERR_HTTP_LIMIT, url, "too long");
	*body = strdup(current->body);
	*size = strlen(current->body);
	return *body ? 0 : -1;
}

int exchange_refused(struct service *service, const char *url, const struct http_response *response,
		     struct err *err)
{
	bool passes = response->status == 429 || response->status >= 500;

	(void)service;
	err_set(err, passes ? ERR_HTTP_BUSY : ERR_HTTP_STATUS, url, "the answer is %d",
		response->status);
	if (err)
		err->retry_after_s = response->retry_after_s;
	return -1;
}

void connection_close(struct connection *connection)
{
	(void)connection;
}
