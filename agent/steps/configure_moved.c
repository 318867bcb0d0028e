#include "steps/configure_moved.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "installed/installed.h"
#include "job/address.h"
#include "os/nfs.h"
#include "os/puppet.h"
#include "os/quarantine.h"
#include "os/services.h"
#include "base/url.h"
#include "steps/quarantine_kernel.h"

static void render_marker(struct changes *changes)
{
	struct text text = {.arena = changes->arena};

	text_printf(
		&text, WRITTEN_BY
		"# This VM has been moved and not yet cut over. `newroot cutover` removes this file.\n");
	changes_file(changes, MIGRATING_MARKER, &text);
}

bool moved_needs_init(const struct job *job)
{
	return job->nfs.export_count || job->nfs.mount_count || job->quarantine.given ||
	       job->services.given || job->puppet.given;
}

static void want_all(struct services *services, const struct strings *names, enum service_wish wish,
		     struct arena *arena)
{
	for (size_t i = 0; i < names->count; i++)
		services_want(services, names->item[i], wish, arena);
}

static int render_services(struct changes *changes, const struct job *job,
			   const struct init_dialect *init, struct err *err)
{
	struct services services = {0};

	want_all(&services, &job->services.disable, SERVICE_DISABLED, changes->arena);
	want_all(&services, &job->services.enable, SERVICE_ENABLED, changes->arena);
	if (nfs_want_services(&services, &job->nfs, job_profile(job), changes, init, err) ||
	    puppet_render(changes, job, &services, init, err))
		return -1;
	return services_render(&services, changes, init, err);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_address(struct strings *addresses, const struct addrinfo *info, struct arena *arena)
{
	const void *raw =
		info->ai_family == AF_INET6
			? (const void *)&((const struct sockaddr_in6 *)info->ai_addr)->sin6_addr
			: (const void *)&((const struct sockaddr_in *)info->ai_addr)->sin_addr;
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(info->ai_family, raw, text, sizeof(text)) && !strings_have(addresses, text))
		addresses->item[addresses->count++] = arena_strdup(arena, text);
}

/* In one order, whatever the name server's: the same job gives the same files. */
static int add_addresses(struct strings *addresses, const char *host, const char *where,
			 struct arena *arena, struct err *err)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	const size_t most = addresses->count + NET_ADDRESSES_MAX;
	const char **grown = arena_array(arena, most, sizeof(*grown));
	struct addrinfo *list;
	int ret = getaddrinfo(host, NULL, &hints, &list);

	if (ret)
		return err_set(
			err, ERR_NET_RESOLVE, where,
			"cannot find the address of %s, which the quarantine must let through: %s",
			host, gai_strerror(ret));
	for (size_t i = 0; i < addresses->count; i++)
		grown[i] = addresses->item[i];
	addresses->item = grown;
	for (const struct addrinfo *info = list; info && addresses->count < most;
	     info = info->ai_next)
		add_address(addresses, info, arena);
	freeaddrinfo(list);
	qsort(addresses->item, addresses->count, sizeof(*addresses->item), by_text);
	return 0;
}

static int service_addresses(struct strings *addresses, const char *service, struct arena *arena,
			     struct err *err)
{
	struct url url;

	return url_parse(&url, service, err)
		       ? -1
		       : add_addresses(addresses, url.host, service, arena, err);
}

/* What the new system will find in its /etc/hosts. */
static const char *address_in_hosts(const struct job_network *network, const char *name)
{
	for (size_t i = 0; i < network->host_count; i++)
		for (size_t n = 0; n < network->hosts[i].names.count; n++)
			if (!strcmp(network->hosts[i].names.item[n], name))
				return network->hosts[i].address;
	return NULL;
}

/* An address is within allow; a name is looked up here, once: before cutover the old VM does not move. */
static int ssh_addresses(struct strings *addresses, const struct job *job, struct arena *arena,
			 struct err *err)
{
	const struct job_ssh *const logins[] = {
		job->sync.given ? &job->sync.ssh : NULL,
		job->databases.source.given ? &job->databases.source.ssh : NULL,
	};
	struct address address;

	for (size_t i = 0; i < sizeof(logins) / sizeof(*logins); i++) {
		const char *name = logins[i] ? logins[i]->host : NULL;
		const char *host;

		if (!name || address_parse_host(name, &address))
			continue;
		host = address_in_hosts(&job->network, name);
		if (add_addresses(addresses, host ? host : name, logins[i]->json_path, arena, err))
			return -1;
	}
	return 0;
}

/* Without a job's network the archive's stays, which may ask for its address. */
static bool asks_for_address(const struct job_network *network)
{
	for (size_t i = 0; i < network->interface_count; i++)
		if (network->interfaces[i].dhcp)
			return true;
	return !network->interface_count;
}

static void note_closed_nameservers(const struct changes *changes, const struct job *job,
				    const struct strings *service)
{
	const struct strings *allow = &job->quarantine.allow;
	struct address server;

	for (size_t i = 0; i < job->network.nameservers.count; i++)
		if (address_parse_host(job->network.nameservers.item[i], &server) &&
		    !address_in_any(&server, allow->item, allow->count) &&
		    !address_in_any(&server, service->item, service->count))
			changes_note(
				changes,
				"quarantine: the name server %s is not within allow, so it answers nothing before cutover",
				job->network.nameservers.item[i]);
}

/* Firewalls that flush every table when they start, most behind the network. */
static int note_firewalls(const struct changes *changes, const struct init_dialect *init,
			  struct err *err)
{
	static const char *const firewalls[] = {"shorewall", "firehol", "ferm",    "ufw",
						"apf",       "csf",     "firewall"};

	for (size_t i = 0; i < sizeof(firewalls) / sizeof(*firewalls); i++) {
		struct service service = {.name = firewalls[i]};

		if (init->service(changes, firewalls[i], &service, err))
			return -1;
		if (service.starts.count)
			changes_note(
				changes,
				"quarantine: the service %s of the new system may flush it; name it in services.disable, or run " QUARANTINE_LOAD
				" behind it",
				firewalls[i]);
	}
	return 0;
}

static int render_quarantine(struct changes *changes, const struct context *ctx,
			     const struct init_dialect *init, struct err *err)
{
	struct strings service = {0}, ssh = {0};
	const struct quarantine quarantine = {
		.allow = &ctx->job->quarantine.allow,
		.service = &service,
		.ssh = &ssh,
		.dhcp = asks_for_address(&ctx->job->network),
	};

	if (!ctx->job->quarantine.given)
		return 0;
	if (!ctx->params->url)
		changes_note(changes,
			     "quarantine: no newroot.url= here, so the service is not let through");
	else if (service_addresses(&service, ctx->params->url, changes->arena, err))
		return -1;
	if (ssh_addresses(&ssh, ctx->job, changes->arena, err))
		return -1;
	note_closed_nameservers(changes, ctx->job, &service);
	if (!init->quarantine_returns && note_firewalls(changes, init, err))
		return -1;
	if (quarantine_render(changes, &quarantine, err) ||
	    (ctx->kernel_release && quarantine_kernel_check(changes, ctx, err)))
		return -1;
	return init->quarantine(changes, err);
}

void moved_check(const struct context *ctx, struct err_list *errors)
{
	struct strings ssh = {0};
	struct err err = ERR_INIT;

	if (ctx->job->quarantine.given && ssh_addresses(&ssh, ctx->job, ctx->arena, &err))
		err_list_add(errors, &err);
}

int moved_render(struct changes *changes, const struct context *ctx,
		 const struct init_dialect *init, struct err *err)
{
	const struct job *job = ctx->job;

	if (job->migrating)
		render_marker(changes);
	if (!moved_needs_init(job))
		return 0;
	return render_services(changes, job, init, err) ||
			       nfs_exports_render(changes, &job->nfs, err) ||
			       render_quarantine(changes, ctx, init, err)
		       ? -1
		       : 0;
}
