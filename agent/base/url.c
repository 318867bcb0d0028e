#include "base/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LABEL_MAX 63 /* RFC 1035 2.3.4 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int url_escaped(const char *at)
{
	const int high = *at == '%' ? hex_value(at[1]) : -1;
	const int low = high >= 0 ? hex_value(at[2]) : -1;

	return low >= 0 ? high << 4 | low : -1;
}

/* What RFC 3986 allows in a path or query; `%` needs two hex digits after it. */
static bool target_char_ok(const char *p)
{
	if (*p == '%')
		return url_escaped(p) >= 0;
	return is_alnum(*p) || strchr("-._~!$&'()*+,;=:@/?", *p);
}

/* Labels of letters, digits, `-` and (seen in practice) `_`; a last label of digits is no name. */
static bool name_ok(const char *host)
{
	size_t label = 0;
	bool digits_only = true;

	for (const char *p = host; *p; p++) {
		if (*p == '.') {
			if (!label)
				return false;
			label = 0;
			digits_only = true;
			continue;
		}
		if ((!is_alnum(*p) && *p != '-' && *p != '_') || ++label > LABEL_MAX)
			return false;
		if (!is_digit(*p))
			digits_only = false;
	}
	return label && !digits_only;
}

static int parse_host(struct url *url, const char *start, size_t size, bool bracketed,
		      const char *text, struct err *err)
{
	if (!size || size >= sizeof(url->host))
		return err_set(err, ERR_URL, text, "the host has %zu bytes; 1 to 253 are accepted",
			       size);
	for (size_t i = 0; i < size; i++) {
		char c = start[i];

		url->host[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	url->host[size] = '\0';
	if (bracketed) {
		url->address_size = 16;
		if (inet_pton(AF_INET6, url->host, url->address) == 1)
			return 0;
		return err_set(err, ERR_URL, text, "\"[%s]\" is not an IPv6 address", url->host);
	}
	if (inet_pton(AF_INET, url->host, url->address) == 1) {
		url->address_size = 4;
		return 0;
	}
	if (!name_ok(url->host))
		return err_set(err, ERR_URL, text,
			       "\"%s\" is neither a host name nor an IP address", url->host);
	return 0;
}

/* `*p` is after the host; moves it after the port. Without one the URL keeps what it has. */
static int parse_port(struct url *url, const char **p, const char *text, struct err *err)
{
	const char *start = *p + 1;
	unsigned port = 0;

	if (**p != ':')
		return 0;
	for (*p = start; is_digit(**p) && port <= UINT16_MAX; (*p)++)
		port = port * 10 + (unsigned)(**p - '0');
	if (*p == start || *start == '0' || port > UINT16_MAX)
		return err_set(err, ERR_URL, text,
			       "the port is not a number from 1 to 65535, without zeros before it");
	url->port = (uint16_t)port;
	return 0;
}

static int parse_target(struct url *url, const char *p, const char *text, struct err *err)
{
	size_t used = 0;

	if (*p && *p != '/' && *p != '?' && *p != '#')
		return err_set(err, ERR_URL, text,
			       "\"%.20s\" follows the host; a path, a port or nothing may", p);
	if (*p != '/')
		url->target[used++] = '/';
	for (; *p && *p != '#'; p++) {
		if (!target_char_ok(p))
			return err_set(err, ERR_URL, text,
				       "byte 0x%02x at \"%.20s\" must be written as %%%02X",
				       (unsigned char)*p, p, (unsigned char)*p);
		if (used >= sizeof(url->target) - 1)
			return err_set(err, ERR_URL, NULL, "the path is longer than %d bytes",
				       URL_BYTES_MAX - 1);
		url->target[used++] = *p;
	}
	url->target[used] = '\0';
	return 0;
}

/* `p` is after "//". */
static int parse_authority(struct url *url, const char *p, const char *text, struct err *err)
{
	const char *end;
	bool bracketed = *p == '[';

	if (p[strcspn(p, "@/?#")] == '@')
		return err_set(err, ERR_URL, NULL,
			       "a user name or password in a URL is not accepted");
	if (bracketed) {
		end = strchr(++p, ']');
		if (!end)
			return err_set(err, ERR_URL, text, "\"[\" without \"]\"");
	} else {
		end = p + strcspn(p, ":/?#");
	}
	if (parse_host(url, p, (size_t)(end - p), bracketed, text, err))
		return -1;
	if (bracketed)
		end++;
	if (parse_port(url, &end, text, err))
		return -1;
	return parse_target(url, end, text, err);
}

int url_parse_as(struct url *url, const char *scheme, uint16_t port, const char *text,
		 struct err *err)
{
	size_t size = strlen(scheme);

	*url = (struct url){.port = port};
	if (strlen(text) > URL_BYTES_MAX)
		return err_set(err, ERR_URL, NULL, "the URL \"%.60s…\" is longer than %d bytes",
			       text, URL_BYTES_MAX);
	if (strncasecmp(text, scheme, size))
		return err_set(err, ERR_URL, text, "only %s URLs are accepted", scheme);
	return parse_authority(url, text + size, text, err);
}

int url_parse(struct url *url, const char *text, struct err *err)
{
	return url_parse_as(url, "https://", URL_PORT_DEFAULT, text, err);
}

/* RFC 3986 5.2.4 on the path before any query, in place. */
static void remove_dot_segments(char *target)
{
	char *query = target + strcspn(target, "?");
	char *in = target, *out = target;

	while (in < query) {
		char *end = in + 1 + strcspn(in + 1, "/?");
		size_t size = (size_t)(end - in);
		bool dot = size == 2 && in[1] == '.';
		bool dots = size == 3 && in[1] == '.' && in[2] == '.';

		if (dots)
			while (out > target && *--out != '/')
				;
		if (!dot && !dots) {
			memmove(out, in, size);
			out += size;
		} else if (end == query) {
			*out++ = '/';
		}
		in = end;
	}
	memmove(out, query, strlen(query) + 1);
}

/* A relative path takes the place of what follows the base's last slash. */
static int resolve_relative(struct url *url, const struct url *base, const char *reference,
			    struct err *err)
{
	char merged[2 * URL_BYTES_MAX];
	size_t keep = strcspn(base->target, "?");

	if (*reference && *reference != '?' && *reference != '#')
		while (base->target[keep - 1] != '/')
			keep--;
	snprintf(merged, sizeof(merged), "%.*s%s", (int)keep, base->target, reference);
	return parse_target(url, merged, reference, err);
}

int url_resolve(struct url *url, const struct url *base, const char *reference, struct err *err)
{
	size_t scheme = strcspn(reference, ":/?#");
	int ret;

	if (strlen(reference) > URL_BYTES_MAX)
		return err_set(err, ERR_URL, NULL, "a redirect is longer than %d bytes",
			       URL_BYTES_MAX);
	if (reference[scheme] == ':')
		return url_parse(url, reference, err);
	*url = *base;
	if (!strncmp(reference, "//", 2)) {
		url->address_size = 0;
		url->port = URL_PORT_DEFAULT;
		ret = parse_authority(url, reference + 2, reference, err);
	} else if (*reference == '/') {
		ret = parse_target(url, reference, reference, err);
	} else {
		ret = resolve_relative(url, base, reference, err);
	}
	if (!ret)
		remove_dot_segments(url->target);
	return ret;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return a->port == b->port && !strcmp(a->host, b->host);
}

const char *url_authority(const struct url *url, char buf[static URL_AUTHORITY_MAX])
{
	const char *open = url->address_size == 16 ? "[" : "";
	const char *close = url->address_size == 16 ? "]" : "";

	if (url->port == URL_PORT_DEFAULT)
		snprintf(buf, URL_AUTHORITY_MAX, "%s%s%s", open, url->host, close);
	else
		snprintf(buf, URL_AUTHORITY_MAX, "%s%s%s:%u", open, url->host, close, url->port);
	return buf;
}

const char *url_text(const struct url *url, char *buf, size_t size)
{
	char authority[URL_AUTHORITY_MAX];

	snprintf(buf, size, "https://%s%s", url_authority(url, authority), url->target);
	return buf;
}
