#include "service/service.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "service/anchors.h"
#include "service/clock.h"
#include "service/exchange.h"
#include "service/fetch.h"
#include "service/text.h"

static int set_url(struct service *service, const char *url, struct err *err)
{
	if (url_parse(&service->url, url, err))
		return err_prefix(err, "the service's URL");
	if (strcmp(service->url.target, "/"))
		return err_set(err, ERR_URL, url,
			       "the service's URL has the path \"%s\"; none is accepted",
			       service->url.target);
	return 0;
}

/* RFC 6750 2.1; never quoted, for it is a secret. */
static int set_token(struct service *service, const char *token, struct err *err)
{
	static const char accepted[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
	size_t size = strlen(token);

	if (!size || size > TOKEN_BYTES_MAX || strspn(token, accepted) != size)
		return err_set(
			err, ERR_MACHINE_BOOT_PARAM, "newroot.token",
			"the token is not 1 to %d letters, digits and -._~+/=", TOKEN_BYTES_MAX);
	service->token = strdup(token);
	return service->token ? 0 : err_set(err, ERR_MEMORY, NULL, "no memory for the token");
}

static int set_mac(struct service *service, const char *mac, struct err *err)
{
	static const char form[] = "xx:xx:xx:xx:xx:xx";
	static const char hex[] = "0123456789abcdefABCDEF";

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'x' ? !mac[i] || !strchr(hex, mac[i]) : mac[i] != form[i])
			return err_set(err, ERR_MACHINE_NET, NULL,
				       "\"%.40s\" is not a MAC address like 52:54:00:12:34:56",
				       mac);
	memcpy(service->mac, mac, sizeof(service->mac));
	return 0;
}

static int configure(struct service *service, const struct service_config *config, struct err *err)
{
	if (set_url(service, config->url, err) ||
	    (config->token && set_token(service, config->token, err)) ||
	    (config->mac && *config->mac && set_mac(service, config->mac, err)))
		return -1;
	service->pinned = config->pin;
	if (config->pin && x509_pin_parse(service->pin, config->pin, err))
		return -1;
	return anchors_begin(service, config->ca_file, err) ||
			       trust_load(&service->trust, config->ca_file, err)
		       ? -1
		       : 0;
}

int service_new(struct service **service, const struct service_config *config, struct err *err)
{
	struct service *new = malloc(sizeof(*new));

	if (!new)
		return err_set(err, ERR_MEMORY, config->url, "no memory for the service");
	*new = (struct service){.limits = NET_LIMITS_DEFAULT};
	if (configure(new, config, err)) {
		service_free(new);
		return -1;
	}
	*service = new;
	return 0;
}

void service_free(struct service *service)
{
	if (!service)
		return;
	connection_close(service->connection);
	trust_free(&service->trust);
	free(service->ca_file);
	if (service->token)
		explicit_bzero(service->token, strlen(service->token));
	free(service->token);
	free(service);
}

void service_forked(struct service *service)
{
	connection_close(service->connection);
	service->connection = NULL;
}

#define ROUTE_URL_MAX 1024 /* the authority, a route with a name, and a few short parameters */

/* A name or value in a URL (RFC 3986 2.1, 2.3), appended. */
static void add_encoded(char url[static ROUTE_URL_MAX], const char *text)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:";
	size_t used = strlen(url);

	for (; *text && used + 4 <= ROUTE_URL_MAX; text++)
		used += (size_t)snprintf(url + used, 4, strchr(plain, *text) ? "%c" : "%%%02X",
					 (unsigned char)*text);
}

static void add_parameter(char url[static ROUTE_URL_MAX], const char *key, const char *value)
{
	size_t used = strlen(url);

	snprintf(url + used, ROUTE_URL_MAX - used, "%c%s=", strchr(url, '?') ? '&' : '?', key);
	add_encoded(url, value);
}

static void begin_url(const struct service *service, const char *route,
		      char url[static ROUTE_URL_MAX])
{
	char authority[URL_AUTHORITY_MAX];

	snprintf(url, ROUTE_URL_MAX, "https://%s%s", url_authority(&service->url, authority),
		 route);
}

/* The routes of agents are asked by MAC. */
static void add_mac(const struct service *service, char url[static ROUTE_URL_MAX])
{
	if (*service->mac)
		add_parameter(url, "mac", service->mac);
}

static void route_url(const struct service *service, const char *route,
		      char url[static ROUTE_URL_MAX])
{
	begin_url(service, route, url);
	add_mac(service, url);
}

/* What an inner function found, told to a caller that may not want to know. */
static int tell(struct err *err, const struct err *inner)
{
	if (err)
		*err = *inner;
	return -1;
}

/* What a status of a route means: `code` in place of that of any refused request. */
struct meaning {
	int status; /* 0: the table's end */
	enum err_code code;
};

static int refused(struct service *service, const char *url, const struct http_response *response,
		   const struct meaning *meanings, struct err *err)
{
	struct err inner = ERR_INIT;

	exchange_refused(service, url, response, &inner);
	for (; meanings && meanings->status; meanings++)
		if (meanings->status == response->status)
			inner.code = meanings->code;
	return tell(err, &inner);
}

/* One request, one try; the answer as a JSON object, the caller's to json_decref(). `meanings` may be NULL. */
static int ask(struct service *service, const char *url, const struct http_request *request,
	       const struct meaning *meanings, json_t **answer, struct err *err)
{
	struct http_response response;
	json_error_t where;
	char *body;
	size_t size;

	if (exchange_begin(service, url, request, &response, err))
		return -1;
	if (response.status != 200)
		return refused(service, url, &response, meanings, err);
	if (exchange_body(service, url, SERVICE_ANSWER_MAX, &body, &size, err))
		return -1;
	*answer = json_loadb(body, size, JSON_REJECT_DUPLICATES, &where);
	free(body);
	if (json_is_object(*answer))
		return 0;
	json_decref(*answer);
	return err_set(err, ERR_SERVICE_ANSWER, url, "the answer is not a JSON object");
}

static int read_hello(const json_t *answer, const char *url, struct hello *hello, struct err *err)
{
	const char *name = json_string_value(json_object_get(answer, "service"));
	const json_t *now = json_object_get(answer, "time");
	const json_t *hold = json_object_get(answer, "hold");

	if (!name || !json_is_integer(now) || !json_is_boolean(hold))
		return err_set(
			err, ERR_SERVICE_ANSWER, url,
			"hello lacks \"service\" (string), \"time\" (integer) or \"hold\" (boolean)");
	text_clean(hello->name, sizeof(hello->name), name);
	hello->time = json_integer_value(now);
	hello->hold = json_boolean_value(hold);
	return 0;
}

/* What the connection was checked with was a guess: after a change of the clock it is checked again. */
static int take_time(struct service *service, int64_t seconds, const char *url, struct err *err)
{
	char text[CLOCK_TEXT];
	bool changed;

	if (!clock_plausible(seconds))
		return err_set(
			err, ERR_SERVICE_ANSWER, url,
			"the service's clock reads %s, before this agent's build or decades after",
			clock_text(seconds, text));
	if (clock_set(seconds, &changed, err))
		return -1;
	if (changed) {
		connection_close(service->connection);
		service->connection = NULL;
	}
	return 0;
}

int service_hello(struct service *service, bool set_clock, struct hello *hello, struct err *err)
{
	const struct http_request request = {.method = "GET"};
	char url[ROUTE_URL_MAX];
	json_t *answer;
	int ret;

	route_url(service, "/v1/hello", url);
	if (ask(service, url, &request, NULL, &answer, err))
		return -1;
	ret = read_hello(answer, url, hello, err);
	json_decref(answer);
	if (!ret && set_clock)
		ret = take_time(service, hello->time, url, err);
	return ret;
}

int service_job(struct service *service, const char *boot, bool look, char **text, size_t *size,
		struct err *err)
{
	char url[ROUTE_URL_MAX];
	struct err inner = ERR_INIT;
	int status;

	route_url(service, "/v1/job", url);
	if (boot)
		add_parameter(url, "boot", boot);
	if (look)
		add_parameter(url, "mode", "plan");
	if (!fetch_memory(service, url, JOB_BYTES_MAX, text, size, &status, &inner))
		return 0;
	if (status == 409)
		inner.code = ERR_SERVICE_NOT_ARMED;
	return tell(err, &inner);
}

/* The route of the facts of what `url` is the archive of; false: it is another's, or too long. */
static bool facts_url(const struct service *service, const char *url,
		      char route[static ROUTE_URL_MAX])
{
	size_t own, used;

	begin_url(service, "/v1/archives/", route);
	own = strlen(route);
	if (strncmp(url, route, own))
		return false;
	begin_url(service, "/v1/facts/", route);
	used = strlen(route);
	return snprintf(route + used, ROUTE_URL_MAX - used, "%.*s", (int)strcspn(url + own, "?"),
			url + own) < (int)(ROUTE_URL_MAX - used);
}

int service_facts(struct service *service, const char *url, size_t cap, char **text, size_t *size,
		  struct err *err)
{
	char route[ROUTE_URL_MAX];
	struct err inner = ERR_INIT;
	int status;

	*text = NULL;
	if (!facts_url(service, url, route) ||
	    !fetch_memory(service, route, cap, text, size, &status, &inner) || status == 404)
		return 0;
	return tell(err, &inner);
}

int service_plan(struct service *service, char **text, size_t *size, struct err *err)
{
	char url[ROUTE_URL_MAX];
	struct err inner = ERR_INIT;
	int status;

	*text = NULL;
	route_url(service, "/v1/plan", url);
	if (!fetch_memory(service, url, EVENT_BYTES_MAX, text, size, &status, &inner) ||
	    status == 404)
		return 0;
	return tell(err, &inner);
}

static int read_events_answer(const json_t *json, struct events_answer *answer)
{
	const json_t *taken = json_object_get(json, "taken");
	const json_t *hold = json_object_get(json, "hold");
	const json_t *again = json_object_get(json, "again");
	const json_t *cutover = json_object_get(json, "cutover");
	const json_t *anchors = json_object_get(json, "anchors");

	if (!json_is_integer(taken) || json_integer_value(taken) < 0 || !json_is_boolean(hold) ||
	    (again && !json_is_boolean(again)) || (cutover && !json_is_boolean(cutover)) ||
	    (anchors && !json_is_string(anchors)))
		return -1;
	*answer = (struct events_answer){
		.taken = (uint64_t)json_integer_value(taken),
		.hold = json_is_true(hold),
		.again = json_is_true(again),
		.cutover = json_is_true(cutover),
		.anchors = anchors ? strdup(json_string_value(anchors)) : NULL,
	};
	return 0;
}

int service_post_events(struct service *service, const char *json, size_t size,
			struct events_answer *answer, struct err *err)
{
	/* It understood who asks, and does not want what was sent (RFC 9110 15.5.1, .14, .21). */
	static const struct meaning meanings[] = {{400, ERR_EVENTS_REFUSED},
						  {413, ERR_EVENTS_REFUSED},
						  {422, ERR_EVENTS_REFUSED},
						  {0}};
	const struct http_request request = {.method = "POST", .body = json, .body_size = size};
	char url[ROUTE_URL_MAX];
	json_t *said;
	int ret = 0;

	route_url(service, "/v1/events", url);
	add_parameter(url, "anchors", *service->told ? service->told : service->trust.id);
	if (ask(service, url, &request, meanings, &said, err))
		return -1;
	if (read_events_answer(said, answer))
		ret = err_set(
			err, ERR_SERVICE_ANSWER, url,
			"the answer lacks \"taken\" (number) or \"hold\" (boolean), or has an \"again\" that is no boolean or \"anchors\" that are no string");
	json_decref(said);
	return ret;
}

static int read_peer(const json_t *answer, const char *url, struct peer *peer, struct err *err)
{
	const char *state = json_string_value(json_object_get(answer, "state"));
	const json_t *complete = json_object_get(answer, "complete");

	if (!state || !*state || !json_is_boolean(complete))
		return err_set(err, ERR_SERVICE_ANSWER, url,
			       "the answer lacks \"state\" (string) or \"complete\" (boolean)");
	text_clean(peer->state, sizeof(peer->state), state);
	peer->complete = json_is_true(complete);
	return 0;
}

static void peer_url(const struct service *service, const char *name, const struct peer *peer,
		     char url[static ROUTE_URL_MAX])
{
	char wait[16];

	begin_url(service, "/v1/peers/", url);
	add_encoded(url, name);
	strncat(url, "/state", ROUTE_URL_MAX - strlen(url) - 1);
	add_mac(service, url);
	if (!*peer->state)
		return;
	snprintf(wait, sizeof(wait), "%d", PEER_WAIT_S);
	add_parameter(url, "not", peer->state);
	add_parameter(url, "wait", wait);
}

_Static_assert(PEER_WAIT_S * 1000 < NET_FIRST_BYTE_MS, "the answer to a long poll begins in time");

int service_peer(struct service *service, const char *name, struct peer *peer, struct err *err)
{
	static const struct meaning meanings[] = {{404, ERR_SERVICE_PEER}, {0}};
	const struct http_request request = {.method = "GET"};
	struct err inner = ERR_INIT;
	char url[ROUTE_URL_MAX];
	json_t *answer;
	int ret;

	peer_url(service, name, peer, url);
	ret = ask(service, url, &request, meanings, &answer, &inner);
	if (ret == 0) {
		ret = read_peer(answer, url, peer, &inner);
		json_decref(answer);
	}
	if (ret == 0)
		return 0;
	err_prefix(&inner, "the peer \"%s\"", name);
	return tell(err, &inner);
}
