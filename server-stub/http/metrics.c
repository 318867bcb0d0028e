#include "http/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "http/budget.h"
#include "http/connections.h"
#include "http/login.h"
#include "http/route.h"
#include "http/views.h"
#include "site/certificates.h"

/* Every status that a route answers with. */
static const unsigned short statuses[] = {
	200, 206, 304, 400, 401, 403, 404, 405, 409, 413, 415, 416, 429, 503,
};

#define KNOWN_STATUSES (sizeof(statuses) / sizeof(statuses[0]))
_Static_assert(KNOWN_STATUSES < METRICS_STATUSES, "one is left for any other");

static size_t status_index(unsigned status)
{
	size_t i = 0;

	while (i < KNOWN_STATUSES && statuses[i] != status)
		i++;
	return i;
}

void metrics_count(const struct request *request, unsigned status)
{
	const size_t route = request->route ? route_index(request->route) : METRICS_ROUTES - 1;

	atomic_fetch_add(&request->service->metrics.requests[route][status_index(status)], 1);
}

/* What all printers have in hand: VMs are counted in one walk. */
struct sample {
	FILE *out;
	struct service *service;
	uint64_t vms[VM_STATES], held, waiting, groups;
	struct connection_counts connections;
};

static void count_vm(void *arg, const struct vm *vm)
{
	struct sample *sample = arg;

	if (vm->state < VM_STATES)
		sample->vms[vm->state]++;
	sample->held += vm_held(vm);
	sample->waiting += vm->waiting[0] != '\0';
}

static void count_group(void *arg, const struct group_row *row)
{
	(void)row;
	((struct sample *)arg)->groups++;
}

static void print_number(const struct sample *sample, const char *name, uint64_t value)
{
	fprintf(sample->out, "%s %" PRIu64 "\n", name, value);
}

static void print_build(const struct sample *sample, const char *name)
{
	fprintf(sample->out, "%s{version=\"%s\"} 1\n", name, NEWROOT_VERSION);
}

static void print_vms(const struct sample *sample, const char *name)
{
	for (enum vm_state state = 0; state < VM_STATES; state++)
		fprintf(sample->out, "%s{state=\"%s\"} %" PRIu64 "\n", name, vm_state_name(state),
			sample->vms[state]);
}

static void print_held(const struct sample *sample, const char *name)
{
	print_number(sample, name, sample->held);
}

static void print_waiting(const struct sample *sample, const char *name)
{
	print_number(sample, name, sample->waiting);
}

static void print_groups(const struct sample *sample, const char *name)
{
	print_number(sample, name, sample->groups);
}

static void print_events(const struct sample *sample, const char *name)
{
	print_number(sample, name, atomic_load(&sample->service->metrics.events));
}

static void print_archive_bytes(const struct sample *sample, const char *name)
{
	print_number(sample, name, atomic_load(&sample->service->metrics.archive_bytes));
}

/* "/v1/vms/{name}/log", as docs/openapi.json has it. */
static void print_path(FILE *out, const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern != '*') {
			fputc(*pattern, out);
		} else if (pattern[1] == '*') {
			fputs("{path}", out);
			pattern++;
		} else {
			fputs("{name}", out);
		}
	}
}

static void print_request(const struct sample *sample, const char *name, size_t route,
			  size_t status)
{
	const unsigned long long count =
		atomic_load(&sample->service->metrics.requests[route][status]);
	const struct route *row = route_at(route);

	if (!count)
		return;
	fprintf(sample->out, "%s{method=\"%s\",route=\"", name,
		!row                        ? ""
		: row->method == ROUTE_POST ? "POST"
					    : "GET");
	if (row)
		print_path(sample->out, row->path);
	fprintf(sample->out, "\",status=\"%u\"} %llu\n",
		status < KNOWN_STATUSES ? statuses[status] : 0, count);
}

static void print_requests(const struct sample *sample, const char *name)
{
	for (size_t route = 0; route < METRICS_ROUTES; route++)
		for (size_t status = 0; status <= KNOWN_STATUSES; status++)
			print_request(sample, name, route, status);
}

static void print_refusals(const struct sample *sample, const char *name)
{
	for (enum refusal refusal = 0; refusal < REFUSALS; refusal++)
		fprintf(sample->out, "%s{code=\"%s\"} %llu\n", name, refusal_code(refusal),
			atomic_load(&sample->service->metrics.refusals[refusal]));
}

static void print_streams(const struct sample *sample, const char *name)
{
	print_number(sample, name, atomic_load(&sample->service->streams));
}

static void print_sessions(const struct sample *sample, const char *name)
{
	print_number(sample, name, login_count(sample->service->login));
}

static void print_connections(const struct sample *sample, const char *name)
{
	for (enum who who = 0; who < WHO_COUNT; who++)
		fprintf(sample->out, "%s{who=\"%s\"} %" PRIu64 "\n", name, who_name(who),
			sample->connections.open[who]);
}

static void print_connections_ended(const struct sample *sample, const char *name)
{
	fprintf(sample->out, "%s{why=\"deadline\"} %" PRIu64 "\n", name, sample->connections.late);
	fprintf(sample->out, "%s{why=\"room\"} %" PRIu64 "\n", name, sample->connections.evicted);
	fprintf(sample->out, "%s{why=\"refused\"} %" PRIu64 "\n", name,
		sample->connections.refused);
}

static void print_queue(const struct sample *sample, const char *name)
{
	print_number(sample, name, writer_queued(sample->service->writer));
}

static void print_bodies(const struct sample *sample, const char *name)
{
	print_number(sample, name, atomic_load(&sample->service->body_bytes));
}

static void print_disk(const struct sample *sample, const char *name)
{
	print_number(sample, name,
		     budget_disk_free(sample->service->budgets, sample->service->data->root));
}

static void print_reserve(const struct sample *sample, const char *name)
{
	print_number(sample, name, sample->service->reserve);
}

static void print_left(const struct sample *sample, const char *name, const char *which,
		       int64_t until)
{
	fprintf(sample->out, "%s{certificate=\"%s\"} %" PRId64 "\n", name, which,
		until - (int64_t)time(NULL));
}

/* Files that can't be read have no figures: the log says why. */
static void print_certificates(const struct sample *sample, const char *name)
{
	struct certificates certificates;
	struct err err = ERR_INIT;

	if (certificates_read(sample->service->data, &certificates, &err) < 0)
		return;
	print_left(sample, name, "service", certificates.until);
	print_left(sample, name, "ca", certificates.ca_until);
}

static void print_start(const struct sample *sample, const char *name)
{
	print_number(sample, name, (uint64_t)sample->service->started);
}

static void print_memory(const struct sample *sample, const char *name)
{
	unsigned long long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	if (!statm)
		return;
	if (fscanf(statm, "%*u %llu", &pages) == 1)
		print_number(sample, name, pages * (uint64_t)sysconf(_SC_PAGESIZE));
	fclose(statm);
}

static const struct family {
	const char *name, *type, *help;
	void (*print)(const struct sample *sample, const char *name);
} families[] = {
	{"newroot_build_info", "gauge", "The version that runs.", print_build},
	{"newroot_vms", "gauge", "VMs by state.", print_vms},
	{"newroot_vms_held", "gauge", "VMs that stop at their next step boundary.", print_held},
	{"newroot_vms_waiting", "gauge", "VMs that wait for an archive or a peer.", print_waiting},
	{"newroot_groups", "gauge", "Groups.", print_groups},
	{"newroot_events_total", "counter", "Events stored; repeats are not counted.",
	 print_events},
	{"newroot_archive_bytes_total", "counter", "Bytes of archives sent.", print_archive_bytes},
	{"newroot_requests_total", "counter",
	 "Answers by method, route and status; an empty route is one that there is not.",
	 print_requests},
	{"newroot_refusals_total", "counter", "Refused requests by code.", print_refusals},
	{"newroot_streams", "gauge", "Live streams that are open.", print_streams},
	{"newroot_sessions", "gauge", "Operators' sessions.", print_sessions},
	{"newroot_connections", "gauge", "Connections by whose address it is.", print_connections},
	{"newroot_connections_ended_total", "counter",
	 "Connections that were ended at a deadline, to make room, or refused for want of it.",
	 print_connections_ended},
	{"newroot_writer_queue", "gauge", "Requests that wait for the store.", print_queue},
	{"newroot_body_bytes", "gauge", "Bytes of bodies being received.", print_bodies},
	{"newroot_disk_free_bytes", "gauge", "Free space where the store is.", print_disk},
	{"newroot_disk_reserve_bytes", "gauge", "Of it, what is kept for operators.",
	 print_reserve},
	{"newroot_certificate_seconds_left", "gauge",
	 "Seconds until the service's certificate, or the site's CA, ends; negative: it has.",
	 print_certificates},
	{"process_start_time_seconds", "gauge", "When the service was started, since 1970.",
	 print_start},
	{"process_resident_memory_bytes", "gauge", "Resident memory.", print_memory},
};

static void print_all(const struct sample *sample)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		fprintf(sample->out, "# HELP %s %s\n# TYPE %s %s\n", families[i].name,
			families[i].help, families[i].name, families[i].type);
		families[i].print(sample, families[i].name);
	}
}

int metrics_print(struct service *service, char **text, struct err *err)
{
	struct sample sample = {.service = service};
	size_t size;
	int failed;

	if (store_vm_each(views_get(service->views), count_vm, &sample, err) < 0 ||
	    store_group_each(views_get(service->views), count_group, &sample, err) < 0)
		return -1;
	*text = NULL;
	sample.out = open_memstream(text, &size);
	if (!sample.out)
		return err_set(err, ERR_MEMORY, "metrics", "no memory");
	connections_count(service->connections, &sample.connections);
	print_all(&sample);
	failed = ferror(sample.out);
	if (fclose(sample.out) == 0 && !failed)
		return 0;
	free(*text);
	return err_set(err, ERR_MEMORY, "metrics", "no memory");
}
