/*
 * A load generator: many agents report to one service at once, each over its own TLS connection. Run by run.py, which makes
 * the VMs first and compares with the service's store afterwards.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "agent.h"

#define HANDSHAKES_MAX 64 /* under way at once: agents don't all boot in the same second */
#define TICK_MS        10
#define DRAIN_S        60 /* to say what is left, after the end */
#define BATCH          256

struct options {
	const char *ca, *agents, *report;
	int port, seconds, beat_ms;
};

struct run {
	struct load load;
	struct agent *agent;
	size_t count;
	int epoll;
	int64_t began_us, reporting_us; /* all were reporting from then on */
	long long events_before;        /* those taken until then */
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "load: %s: %s\n", what, why);
	exit(1);
}

static void usage(FILE *out)
{
	fprintf(out,
		"usage: load --port PORT --ca FILE --agents FILE [--seconds N] [--beat MS] [--report FILE]\n"
		"Each line of the agents' file: MAC ADDRESS TOKEN BOOT. Prints one JSON object.\n");
}

static void parse_options(struct options *options, int argc, char **argv)
{
	static const struct option rows[] = {
		{"port", required_argument, NULL, 'p'},   {"ca", required_argument, NULL, 'c'},
		{"agents", required_argument, NULL, 'a'}, {"seconds", required_argument, NULL, 's'},
		{"beat", required_argument, NULL, 'b'},   {"report", required_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'},         {0},
	};
	int c;

	*options = (struct options){.seconds = 10, .beat_ms = 1000};
	while ((c = getopt_long(argc, argv, "", rows, NULL)) != -1) {
		switch (c) {
		case 'p':
			options->port = atoi(optarg);
			break;
		case 'c':
			options->ca = optarg;
			break;
		case 'a':
			options->agents = optarg;
			break;
		case 's':
			options->seconds = atoi(optarg);
			break;
		case 'b':
			options->beat_ms = atoi(optarg);
			break;
		case 'r':
			options->report = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	}
	if (!options->port || !options->ca || !options->agents || options->beat_ms < 1) {
		usage(stderr);
		exit(2);
	}
}

static void add_agent(struct run *run, const char *line)
{
	struct agent agent = {0};
	char address[64];

	if (sscanf(line, "%17s %63s %32s %36s", agent.mac, address, agent.token, agent.boot) != 4)
		fail("agents", "a line is not MAC ADDRESS TOKEN BOOT");
	agent.from.sin_family = AF_INET;
	if (inet_pton(AF_INET, address, &agent.from.sin_addr) != 1)
		fail(address, "is no IPv4 address");
	run->agent = reallocarray(run->agent, run->count + 1, sizeof(agent));
	if (!run->agent)
		fail("agents", "no memory");
	run->agent[run->count++] = agent;
}

static void read_agents(struct run *run, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[256];

	if (!file)
		fail(path, strerror(errno));
	while (fgets(line, sizeof(line), file))
		add_agent(run, line);
	fclose(file);
}

static void set_up(struct run *run, const struct options *options)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (gnutls_certificate_allocate_credentials(&run->load.trust) < 0 ||
	    gnutls_certificate_set_x509_trust_file(run->load.trust, options->ca,
						   GNUTLS_X509_FMT_PEM) <= 0)
		fail(options->ca, "can't be read as a CA certificate");
	run->load.name = "127.0.0.1";
	run->load.to.sin_family = AF_INET;
	run->load.to.sin_port = htons((uint16_t)options->port);
	run->load.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	run->load.beat_us = (int64_t)options->beat_ms * 1000;
	run->load.end_us = INT64_MAX;
	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (run->epoll < 0)
		fail("epoll", strerror(errno));
}

static void watch(struct run *run, size_t index, int operation, enum peer_want want)
{
	struct epoll_event event = {
		.events = want == PEER_WRITE ? EPOLLOUT : EPOLLIN,
		.data.u64 = index,
	};

	if (epoll_ctl(run->epoll, operation, run->agent[index].peer->fd, &event) < 0)
		fail("epoll", strerror(errno));
}

static void go(struct run *run, size_t index)
{
	struct agent *agent = &run->agent[index];
	enum peer_want want = agent_go(agent, &run->load);

	if (want != PEER_FAILED)
		watch(run, index, EPOLL_CTL_MOD, want);
}

static void start(struct run *run, size_t index)
{
	if (agent_start(&run->agent[index], &run->load) < 0)
		fail(run->agent[index].mac, strerror(errno));
	watch(run, index, EPOLL_CTL_ADD, PEER_WRITE);
}

/* Whoever has something to do by itself: the first connection, a lost one, the next event. */
static size_t tick(struct run *run)
{
	const int64_t now = now_us();
	size_t done = 0;

	for (size_t i = 0; i < run->count; i++) {
		struct agent *agent = &run->agent[i];

		done += agent->phase == AGENT_DONE;
		if (agent->phase == AGENT_DONE)
			continue;
		if (agent->peer && agent->peer->ready && agent_due(agent, &run->load) <= now)
			go(run, i);
		else if (!agent->peer && run->load.connecting < HANDSHAKES_MAX &&
			 now >= agent->retry_us)
			start(run, i);
	}
	return done;
}

static long long events_taken(const struct run *run)
{
	long long events = 0;

	for (size_t i = 0; i < run->count; i++)
		events += run->agent[i].taken;
	return events;
}

static void fail_drain(const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct agent *agent = &run->agent[i];

		if (agent->phase != AGENT_DONE)
			fprintf(stderr, "load: %s: %lld of %lld events taken, %s\n", agent->mac,
				(long long)agent->taken, (long long)agent->made,
				!agent->peer     ? "not connected"
				: agent->waiting ? "waiting for an answer"
						 : "idle");
	}
	fail("drain", "some agents could not say all of it in time");
}

static bool all_report(const struct run *run)
{
	for (size_t i = 0; i < run->count; i++)
		if (run->agent[i].phase < AGENT_EVENTS)
			return false;
	return true;
}

/* What is measured begins once the last agent reports: connecting is told apart. */
static void begin_measuring(struct run *run, const struct options *options)
{
	run->reporting_us = now_us();
	run->load.end_us = run->reporting_us + (int64_t)options->seconds * 1000000;
	run->events_before = events_taken(run);
	run->load.latency.count = 0;
	run->load.requests = 0;
}

static void run_all(struct run *run, const struct options *options)
{
	struct epoll_event event[BATCH];

	run->began_us = now_us();
	while (tick(run) < run->count) {
		int ready = epoll_wait(run->epoll, event, BATCH, TICK_MS);

		for (int i = 0; i < ready; i++)
			if (run->agent[event[i].data.u64].peer)
				go(run, event[i].data.u64);
		if (!run->reporting_us && all_report(run))
			begin_measuring(run, options);
		if (run->reporting_us && now_us() > run->load.end_us + (int64_t)DRAIN_S * 1000000)
			fail_drain(run);
	}
}

static void write_report(const struct run *run, const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		fail(path, strerror(errno));
	for (size_t i = 0; i < run->count; i++)
		fprintf(file, "%s %s %lld\n", run->agent[i].mac, run->agent[i].boot,
			(long long)run->agent[i].taken);
	if (fclose(file))
		fail(path, strerror(errno));
}

static void print_result(struct run *run)
{
	const double seconds = (double)(now_us() - run->reporting_us) / 1e6;
	struct latency *latency = &run->load.latency;
	const long long events = events_taken(run);

	printf("{\"agents\": %zu, \"seconds\": %.2f, \"connected_s\": %.2f, \"events\": %lld, "
	       "\"events_s\": %.0f, \"requests\": %zu, \"requests_s\": %.0f, \"refused\": %zu, "
	       "\"reconnects\": %zu, \"p50_ms\": %.1f, \"p99_ms\": %.1f, \"max_ms\": %.1f}\n",
	       run->count, seconds, (double)(run->reporting_us - run->began_us) / 1e6, events,
	       (double)(events - run->events_before) / seconds, run->load.requests,
	       (double)run->load.requests / seconds, run->load.refused, run->load.reconnects,
	       latency_at(latency, 0.5), latency_at(latency, 0.99), latency_at(latency, 1));
}

int main(int argc, char **argv)
{
	struct options options;
	struct run run = {0};

	parse_options(&options, argc, argv);
	read_agents(&run, options.agents);
	set_up(&run, &options);
	run_all(&run, &options);
	if (options.report)
		write_report(&run, options.report);
	print_result(&run);
	return 0;
}
