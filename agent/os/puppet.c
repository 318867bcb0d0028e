#include "os/puppet.h"

#include <ctype.h>
#include <string.h>

#include "os/assignments.h"
#include "os/ini.h"
#include "os/puppet_files.h"

#define DEFAULTS "/etc/default/puppet"

/* Puppet's own packages since version 4; Debian's, and all before. */
static const char *const folders[] = {"/etc/puppetlabs/puppet", "/etc/puppet"};

static const char *const service_names[] = {"puppet", "puppet-agent", "pe-puppet", NULL};

/* Of `puppet agent --disable`, which Debian's package does when it is installed. */
static const char *const locks[] = {
	"/var/lib/puppet/state/agent_disabled.lock",
	"/var/cache/puppet/state/agent_disabled.lock",
	"/opt/puppetlabs/puppet/cache/state/agent_disabled.lock",
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *lower(struct arena *arena, const char *name)
{
	char *copy = arena_strdup(arena, name);

	for (char *c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

/* They name a server, too, and count before `server`: for catalogs, certificates, reports, or by way of DNS. */
static const char *const other_servers[] = {"server_list",      "ca_server",       "report_server",
					    "inventory_server", "use_srv_records", "srv_domain",
					    "ca_port",          "report_port"};

/* The job's server is the only one that is left: `server` of another section counts for some commands. */
static const char *retire_servers(const struct changes *changes, const char *config,
				  const char *section, const char *path)
{
	for (size_t i = 0; i <= COUNT(other_servers); i++) {
		bool last = i == COUNT(other_servers);
		const char *key = last ? "server" : other_servers[i];
		struct text text = {.arena = changes->arena};

		if (!ini_retire(&text, config, key, last ? section : NULL))
			continue;
		changes_note(changes, "puppet: %s of %s is a comment now: it named the old server",
			     key, path);
		config = text.data;
	}
	return config;
}

/* Before 2.6 the agent's section was [puppetd]. */
static int edit_config(struct changes *changes, const char *folder, const struct job_puppet *puppet,
		       const char *certname, struct err *err)
{
	const struct ini_setting settings[] = {{"server", puppet->server}, {"certname", certname}};
	const char *path = arena_printf(changes->arena, "%s/puppet.conf", folder);
	struct text text = {.arena = changes->arena};
	const char *old, *section = "agent";

	if (!puppet->server && !certname)
		return 0;
	if (target_read(changes->target, path, changes->arena, &old, NULL, err))
		return -1;
	if (old && !ini_has_section(old, "agent") && ini_has_section(old, "puppetd"))
		section = "puppetd";
	if (old && puppet->server)
		old = retire_servers(changes, old, section, path);
	ini_edit(&text, old, section, settings, COUNT(settings));
	changes_edit(changes, path, &text)->keep_old = true;
	return 0;
}

static int edit_configs(struct changes *changes, const struct job_puppet *puppet,
			const char *hostname, struct err *err)
{
	const char *certname = puppet->certname;

	if (!certname && hostname)
		certname = lower(changes->arena, hostname);
	for (size_t i = 0; i < COUNT(folders); i++)
		if (target_exists(changes->target, folders[i]) &&
		    edit_config(changes, folders[i], puppet, certname, err))
			return -1;
	return 0;
}

/* Debian until 8: the script does nothing unless this says so. */
static int allow_start(struct changes *changes, struct err *err)
{
	const struct assignment set = {"START", "yes"};
	struct text text = {.arena = changes->arena};
	const char *old;

	if (target_read(changes->target, DEFAULTS, changes->arena, &old, NULL, err))
		return -1;
	if (!old || !strstr(old, "START="))
		return 0;
	assignments_edit(&text, old, &set, 1);
	changes_edit(changes, DEFAULTS, &text)->keep_old = true;
	return 0;
}

/* What the service's script or unit adds to the command line, which counts before puppet.conf. */
static int note_options(const struct changes *changes, struct err *err)
{
	static const char *const files[] = {DEFAULTS, "/etc/sysconfig/puppet",
					    "/etc/conf.d/puppet"};
	const char *text, *line;
	size_t size;

	for (size_t i = 0; i < COUNT(files); i++) {
		if (target_read(changes->target, files[i], changes->arena, &text, NULL, err))
			return -1;
		while (text && text_next(&text, &line, &size))
			if (size && line[strspn(line, " \t")] != '#' &&
			    (memmem(line, size, "server", 6) || memmem(line, size, "SERVER=", 7)))
				changes_note(changes,
					     "puppet: %s counts before the job's server: %.*s",
					     files[i], (int)size, line);
	}
	return 0;
}

static void take_locks_away(struct changes *changes)
{
	for (size_t i = 0; i < COUNT(locks); i++)
		if (target_exists(changes->target, locks[i]))
			changes_aside(changes, locks[i], "agent_disabled.premigration");
}

static int names_server(const struct changes *changes, bool *named, struct err *err)
{
	const char *text;

	for (size_t i = 0; puppet_configs[i]; i++) {
		if (target_read(changes->target, puppet_configs[i], changes->arena, &text, NULL,
				err))
			return -1;
		*named |= puppet_names_server(text);
	}
	return 0;
}

static bool brings(const struct job *job, const char *path)
{
	for (size_t i = 0; i < job->file_count; i++)
		if (!strcmp(job->files[i].path, path))
			return true;
	return false;
}

static const char *own_manifest(const struct changes *changes, const struct job *job)
{
	for (size_t i = 0; puppet_manifests[i]; i++)
		if (brings(job, puppet_manifests[i]) ||
		    target_exists(changes->target, puppet_manifests[i]))
			return puppet_manifests[i];
	return NULL;
}

static int want_service(struct changes *changes, const struct job *job, struct services *services,
			const struct init_dialect *init, struct err *err)
{
	enum service_wish wish = job->puppet.held ? SERVICE_HELD : SERVICE_ENABLED;
	const char *manifest, *which;
	bool server = job->puppet.server;

	if (names_server(changes, &server, err))
		return -1;
	manifest = server ? NULL : own_manifest(changes, job);
	if (manifest) {
		changes_note(
			changes,
			"puppet: no server is named, so cutover applies %s, and the agent's service is not switched on",
			manifest);
		wish = SERVICE_DISABLED;
	}
	if (manifest && !job->puppet.held)
		return 0;
	if (services_want_first(services, changes, init, service_names, wish, &which, err))
		return -1;
	if (!which)
		changes_note(
			changes,
			"puppet: the new system has no service puppet, puppet-agent or pe-puppet; none will run");
	return 0;
}

int puppet_render(struct changes *changes, const struct job *job, struct services *services,
		  const struct init_dialect *init, struct err *err)
{
	if (!job->puppet.given)
		return 0;
	if (want_service(changes, job, services, init, err))
		return -1;
	take_locks_away(changes);
	if (job->puppet.server && note_options(changes, err))
		return -1;
	return edit_configs(changes, &job->puppet, job->network.hostname, err) ||
			       allow_start(changes, err)
		       ? -1
		       : 0;
}
