#include "agent.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEPS_MAX     17
#define EVENTS_A_STEP 20  /* begin, progress, end */
#define BATCH_MAX     200 /* events in a request */
#define RETRY_US      500000

static const char *const steps[STEPS_MAX] = {
	"contact",   "fetch",  "check",    "plan",       "wipe",   "partition",
	"lvm",       "format", "mount",    "unpack",     "kernel", "initrd",
	"configure", "verify", "snapshot", "bootloader", "finish",
};

int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int agent_start(struct agent *agent, struct load *load)
{
	agent->peer = malloc(sizeof(*agent->peer));
	if (!agent->peer)
		return -1;
	if (agent->phase == AGENT_OFF)
		agent->phase = AGENT_HELLO;
	load->connecting++;
	return peer_open(agent->peer, load->trust, load->name, &agent->from, &load->to);
}

static size_t put_event(const struct agent *agent, char *out, size_t size, int64_t seq)
{
	const int64_t nth = (seq - 2) % EVENTS_A_STEP;
	const char *step = steps[(seq - 2) / EVENTS_A_STEP % STEPS_MAX];
	int used = snprintf(out, size, "%s{\"boot\":\"%s\",\"seq\":%lld,\"ms\":%lld,\"type\":",
			    seq == agent->taken + 1 ? "" : ",", agent->boot, (long long)seq,
			    1700000000000LL + (long long)seq);
	char *end = out + used;

	size -= (size_t)used;
	if (seq == 1)
		used += snprintf(end, size, "\"state\",\"state\":\"configuring\"}");
	else if (nth == 0)
		used += snprintf(end, size, "\"begin\",\"step\":\"%s\"}", step);
	else if (nth == EVENTS_A_STEP - 1)
		used += snprintf(end, size,
				 "\"end\",\"step\":\"%s\",\"ok\":true,\"ms_taken\":19000,"
				 "\"bytes\":190000000}",
				 step);
	else
		used += snprintf(
			end, size,
			"\"progress\",\"step\":\"%s\",\"item\":\"https://service/v1/archives/root.tar.gz\",\"done\":%lld,\"total\":190000000,"
			"\"rate\":10000000}",
			step, (long long)nth * 10000000);
	return (size_t)used;
}

static size_t put_events(struct agent *agent, char *out, size_t size)
{
	size_t used = 1;
	int64_t last =
		agent->made - agent->taken > BATCH_MAX ? agent->taken + BATCH_MAX : agent->made;

	out[0] = '[';
	for (int64_t seq = agent->taken + 1; seq <= last; seq++)
		used += put_event(agent, out + used, size - used, seq);
	out[used++] = ']';
	agent->sent = last;
	return used;
}

static void put_request(struct agent *agent, const char *method, const char *target,
			const char *body, size_t body_size)
{
	struct peer *peer = agent->peer;
	int used = snprintf(peer->out, sizeof(peer->out),
			    "%s %s HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer %s\r\n"
			    "Content-Length: %zu\r\n\r\n",
			    method, target, agent->token, body_size);

	memcpy(peer->out + used, body, body_size);
	peer_send(peer, (size_t)used + body_size);
	agent->sent_us = now_us();
	agent->waiting = true;
}

/* The next request, if there is anything to say now. */
static void say(struct agent *agent)
{
	static char body[PEER_REQUEST_MAX - 1024];
	char target[160];

	if (agent->phase == AGENT_EVENTS) {
		if (agent->made == agent->taken)
			return;
		snprintf(target, sizeof(target), "/v1/events?mac=%s", agent->mac);
		put_request(agent, "POST", target, body, put_events(agent, body, sizeof(body)));
		return;
	}
	snprintf(target, sizeof(target), "/v1/%s?mac=%s&boot=%s",
		 agent->phase == AGENT_HELLO ? "hello" : "job", agent->mac, agent->boot);
	put_request(agent, "GET", target, "", 0);
}

static void make_events(struct agent *agent, const struct load *load, int64_t now)
{
	if (agent->phase != AGENT_EVENTS)
		return;
	if (now > load->end_us)
		now = load->end_us;
	if ((now - agent->began_us) / load->beat_us + 1 > agent->made)
		agent->made = (now - agent->began_us) / load->beat_us + 1;
}

static void refused(struct agent *agent, struct load *load, int status, const char *body)
{
	if (!load->refused++)
		fprintf(stderr, "load: %s: refused with %d: %.300s\n", agent->mac, status,
			body ? body : "");
	agent->retry_us = now_us() + RETRY_US;
}

static void take_answer(struct agent *agent, struct load *load)
{
	const char *body;
	int status = peer_answer(agent->peer, &body);
	json_t *answer;

	agent->waiting = false;
	load->requests++;
	latency_add(&load->latency, now_us() - agent->sent_us);
	if (status != 200) {
		refused(agent, load, status, body);
		return;
	}
	if (agent->phase < AGENT_EVENTS) {
		agent->phase++;
		agent->began_us = now_us();
		return;
	}
	answer = json_loads(body, 0, NULL);
	agent->taken = json_integer_value(json_object_get(answer, "taken"));
	json_decref(answer);
}

static void lose(struct agent *agent, struct load *load)
{
	if (!agent->peer->ready)
		load->connecting--;
	load->reconnects++;
	peer_close(agent->peer);
	free(agent->peer);
	agent->peer = NULL;
	agent->waiting = false;
	agent->retry_us = now_us() + RETRY_US;
}

static bool all_said(const struct agent *agent, const struct load *load)
{
	return agent->phase == AGENT_EVENTS && agent->made == agent->taken &&
	       now_us() >= load->end_us;
}

enum peer_want agent_go(struct agent *agent, struct load *load)
{
	bool was_ready = agent->peer->ready;
	enum peer_want want;

	for (;;) {
		want = peer_go(agent->peer);
		if (agent->peer->ready && !was_ready) {
			was_ready = true;
			load->connecting--;
		}
		if (want == PEER_ANSWERED) {
			take_answer(agent, load);
			peer_send(agent->peer, 0);
		} else if (want != PEER_IDLE) {
			break;
		}
		make_events(agent, load, now_us());
		if (all_said(agent, load)) {
			agent->phase = AGENT_DONE;
			return PEER_IDLE;
		}
		if (agent->waiting || now_us() < agent->retry_us)
			return PEER_IDLE;
		say(agent);
		if (!agent->waiting)
			return PEER_IDLE;
	}
	if (want == PEER_FAILED)
		lose(agent, load);
	return want;
}

int64_t agent_due(const struct agent *agent, const struct load *load)
{
	int64_t next;

	if (agent->phase == AGENT_DONE || agent->waiting)
		return INT64_MAX;
	if (agent->phase != AGENT_EVENTS)
		return agent->retry_us;
	next = agent->began_us + agent->made * load->beat_us;
	if (next > load->end_us)
		next = load->end_us;
	return next > agent->retry_us ? next : agent->retry_us;
}
