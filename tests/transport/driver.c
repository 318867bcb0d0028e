/*
 * Drives the transport from outside: one command against one URL, with time limits short enough for
 * tests. Prints "ok …" or "error CODE | WHERE | MESSAGE".
 */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "service/exchange.h"
#include "service/fetch.h"
#include "service/service.h"

struct options {
	struct service_config config;
	struct net_limits limits;
	const char *url, *out, *boot, *peer;
	uint8_t sha256[32];
	bool has_sha256, fork, look;
	unsigned repeat, slow_ms;
	unsigned long pieces_max;
};

static unsigned long pieces, pieces_max;
static unsigned slow_ms;
static time_t fake_now = -1;

/* In place of libc's: the clock may read anything. */
time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (fake_now != -1)
		now.tv_sec = fake_now;
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

static void count_piece(uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	/* A reader that goes away: close what write() goes to. */
	if (++pieces == pieces_max)
		close(STDIN_FILENO);
	/* One that is slower than the network. */
	usleep(slow_ms * 1000);
}

static int stream(struct service *service, const struct options *o, struct err *err)
{
	uint64_t bytes = 0;
	int fd =
		open(o->out ? o->out : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int ends[2] = {-1, -1};
	int ret;

	if (fd < 0 ||
	    (o->pieces_max && (pipe(ends) || dup2(ends[0], STDIN_FILENO) < 0 || close(ends[0]))))
		return err_sys(err, ERR_IO, o->out, "open");
	pieces_max = o->pieces_max;
	slow_ms = o->slow_ms;
	ret = fetch_stream(service, o->url, o->has_sha256 ? o->sha256 : NULL,
			   o->pieces_max ? ends[1] : fd, count_piece, &bytes, err);
	if (close(fd))
		return err_sys(err, ERR_IO, o->out, "close");
	printf("bytes %" PRIu64 " sys %d\n", bytes, ret ? err->sys : 0);
	return ret;
}

static int memory(struct service *service, const struct options *o, struct err *err)
{
	char *body;
	size_t size;
	int status;

	if (fetch_memory(service, o->url, 65536, &body, &size, &status, err))
		return -1;
	printf("body %zu %s\n", size, body);
	free(body);
	return 0;
}

static int head(struct service *service, const struct options *o, struct err *err)
{
	struct fetch_info info;

	if (fetch_head(service, o->url, &info, err))
		return -1;
	printf("length %" PRIu64 " has %d ranges %d etag %s\n", info.length, info.has_length,
	       info.ranges, info.etag);
	return 0;
}

static int hello(struct service *service, const struct options *o, struct err *err)
{
	struct hello answer;

	(void)o;
	if (service_hello(service, false, &answer, err))
		return -1;
	printf("hello %s %" PRId64 " %d\n", answer.name, answer.time, answer.hold);
	return 0;
}

static int events(struct service *service, const struct options *o, struct err *err)
{
	static const char json[] = "[{\"seq\":1}]";
	struct events_answer answer;

	(void)o;
	if (service_post_events(service, json, sizeof(json) - 1, &answer, err))
		return -1;
	printf("taken %" PRIu64 " hold %d again %d\n", answer.taken, answer.hold, answer.again);
	return 0;
}

static int job(struct service *service, const struct options *o, struct err *err)
{
	char *text;
	size_t size;

	if (service_job(service, o->boot, o->look, &text, &size, err))
		return -1;
	printf("job %zu %s\n", size, text);
	free(text);
	return 0;
}

/* Again and again, until it is complete. */
static int peer(struct service *service, const struct options *o, struct err *err)
{
	struct peer seen = {0};

	do {
		if (service_peer(service, o->peer, &seen, err))
			return -1;
		printf("peer %s complete %d\n", seen.state, seen.complete);
		fflush(stdout);
	} while (!seen.complete);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct service *service, const struct options *o, struct err *err);
} commands[] = {
	{"stream", stream}, {"memory", memory}, {"head", head}, {"hello", hello},
	{"events", events}, {"job", job},       {"peer", peer},
};

static int fail(const struct err *err)
{
	printf("error %s | %s | %s\n", err_name(err->code), err->where, err->msg);
	return 1;
}

static void parse_sha256(struct options *o, const char *hex)
{
	for (size_t i = 0; i < sizeof(o->sha256); i++) {
		unsigned byte = 0;

		sscanf(hex + 2 * i, "%2x", &byte);
		o->sha256[i] = (uint8_t)byte;
	}
	o->has_sha256 = true;
}

/* One of `text`, `number` and `flag` takes the value. */
struct row {
	const char *name;
	const char **text;
	unsigned *number;
	bool *flag;
};

static void take(struct options *o, const struct row *row, const char *value)
{
	if (row->text)
		*row->text = value;
	else if (row->number)
		*row->number = (unsigned)atoi(value);
	else if (row->flag)
		*row->flag = true;
	else if (!strcmp(row->name, "sha256"))
		parse_sha256(o, value);
	else if (!strcmp(row->name, "pieces"))
		o->pieces_max = strtoul(value, NULL, 10);
	else
		fake_now = (time_t)strtoll(value, NULL, 10);
}

static void parse(struct options *o, int argc, char **argv)
{
	const struct row rows[] = {
		{"service", .text = &o->config.url},
		{"ca", .text = &o->config.ca_file},
		{"pin", .text = &o->config.pin},
		{"token", .text = &o->config.token},
		{"mac", .text = &o->config.mac},
		{"out", .text = &o->out},
		{"boot", .text = &o->boot},
		{"peer", .text = &o->peer},
		{"first-ms", .number = &o->limits.first_byte_ms},
		{"stall-ms", .number = &o->limits.stall_ms},
		{"connect-ms", .number = &o->limits.connect_ms},
		{"retries", .number = &o->limits.retries},
		{"backoff-ms", .number = &o->limits.backoff_ms},
		{"repeat", .number = &o->repeat},
		{"rate-ms", .number = &o->limits.rate_ms},
		{"rate-bytes", .number = &o->limits.rate_bytes},
		{"slow-ms", .number = &o->slow_ms},
		{"fork", .flag = &o->fork},
		{"look", .flag = &o->look},
		{.name = "sha256"},
		{.name = "pieces"},
		{.name = "now"},
	};
	struct option names[sizeof(rows) / sizeof(*rows) + 1] = {0};
	int index, c;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		names[i] = (struct option){rows[i].name, !rows[i].flag, 0, 1};
	while ((c = getopt_long(argc, argv, "", names, &index)) != -1) {
		if (c != 1)
			exit(2);
		take(o, &rows[index], optarg);
	}
	if (o->limits.backoff_ms != NET_BACKOFF_MS)
		o->limits.backoff_max_ms = o->limits.backoff_ms;
}

static int run(const char *command, struct service *service, const struct options *o)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, command))
			continue;
		if (commands[i].run(service, o, &err))
			return fail(&err);
		puts("ok");
		return 0;
	}
	return 2;
}

/* A child that inherited an open connection must not disturb its parent's. */
static int run_in_child(const char *command, struct service *service, const struct options *o)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		status = run(command, service, o);
		service_free(service);
		fflush(stdout);
		_exit(status);
	}
	return waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	struct options o = {
		.limits = NET_LIMITS_DEFAULT, .repeat = 1, .config.mac = "52:54:00:12:34:56"};
	struct err err = ERR_INIT;
	struct service *service;
	int status = 0;

	log_open(NULL, true);
	parse(&o, argc, argv);
	if (argc - optind != 2)
		return 2;
	o.url = argv[optind + 1];
	if (service_new(&service, &o.config, &err))
		return fail(&err);
	service->limits = o.limits;
	for (unsigned i = 0; i < o.repeat; i++) {
		if (i && o.fork)
			status |= run_in_child(argv[optind], service, &o);
		status |= run(argv[optind], service, &o);
	}
	service_free(service);
	return status;
}
