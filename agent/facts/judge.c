#include "facts/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "archive/decompress.h"
#include "facts/network_choice.h"

struct judge {
	const struct facts_scene *scene;
	const struct job *job;
	const struct job_archive *root_archive; /* NULL: none that is known */
	const struct facts *root;
	struct err_list *errors;
};

__attribute__((format(printf, 4, 5))) static void refuse(struct judge *j, enum err_code code,
							 const char *where, const char *fmt, ...)
{
	char text[sizeof(((struct err *)NULL)->msg)];
	struct err err = ERR_INIT;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(&err, code, where, "%s", text);
	err_list_add(j->errors, &err);
}

static const struct facts *facts_of(const struct judge *j, const struct job_source *source)
{
	return j->scene->of(j->scene->ctx, source);
}

static bool lacks(const struct judge *j, enum facts_kind kind, const char *name)
{
	return !facts_has(j->root, kind, name);
}

static bool is_archive(const struct facts *facts)
{
	return facts->whole && strcmp(facts->format, FACTS_OTHER) != 0;
}

/* Who looked at it may have less memory than who is to unpack it, was ended by his own limits, or could not read just then. */
static bool says_nothing(enum err_code code)
{
	return code == ERR_MEMORY || code == ERR_CHILD_FAILED || code == ERR_CHILD_DIED ||
	       code == ERR_IO;
}

static void check_whole(struct judge *j, const struct job_source *source, const struct facts *facts)
{
	if (says_nothing(facts->code))
		return;
	if (facts->whole && !is_archive(facts))
		refuse(j, ERR_ARCHIVE_FORMAT, source->path, "%s is neither tar nor cpio",
		       source->url);
	if (!facts->whole)
		refuse(j, facts->code, source->path, "%s can't be unpacked: %s", source->url,
		       facts->error);
}

static void check_memory(struct judge *j, const struct job_source *source,
			 const struct facts *facts)
{
	const struct decompress_limits limits = decompress_limits_of(j->scene->memory);
	char need[32], have[32], machine[32];

	if (!j->scene->memory || facts->memory <= limits.memory)
		return;
	refuse(j, ERR_MEMORY, source->path,
	       "%s takes %s to be decompressed (%s), and of the machine's %s half, %s, may be taken; "
	       "give it more memory, or compress with a lower level or a smaller window",
	       source->url, size_text(facts->memory, need),
	       facts->compression ? facts->compression : "unknown",
	       size_text(j->scene->memory, machine), size_text(limits.memory, have));
}

static void check_source(struct judge *j, const struct job_source *source)
{
	const struct facts *facts = facts_of(j, source);

	if (!facts)
		return;
	check_whole(j, source, facts);
	check_memory(j, source, facts);
}

/* What is unpacked there may go to filesystems that are mounted below: each has its own room. */
static uint64_t room_with_below(const struct judge *j, const char *mount, uint64_t size)
{
	const size_t length = strcmp(mount, "/") ? strlen(mount) : 0;
	const char *ignored;

	if (!length)
		size += j->scene->room(j->scene->ctx, "/boot", &ignored);
	for (size_t i = 0; i < j->job->volume_count; i++) {
		const char *below = j->job->volumes[i].mount;

		if (below && strcmp(below, mount) != 0 && !strncmp(below, mount, length) &&
		    below[length] == '/')
			size += j->scene->room(j->scene->ctx, below, &ignored);
	}
	return size;
}

/* What all archives up to this one leave on the filesystem that holds it, so that one error is told for each. */
static void check_room(struct judge *j, size_t index)
{
	const struct job_archive *archive = &j->job->archives[index];
	const struct facts *own = facts_of(j, &archive->source);
	const char *mount = NULL, *other = NULL;
	uint64_t size = j->scene->room(j->scene->ctx, archive->to, &mount);
	char need[32], have[32];
	uint64_t before = 0;

	if (!own || !size)
		return;
	size = room_with_below(j, mount, size);
	for (size_t i = 0; i < index; i++) {
		const struct facts *facts = facts_of(j, &j->job->archives[i].source);

		if (facts && j->scene->room(j->scene->ctx, j->job->archives[i].to, &other) &&
		    !strcmp(mount, other))
			before += facts->unpacked;
	}
	if (before > size || before + own->unpacked <= size)
		return;
	refuse(j, ERR_ARCHIVE_SPACE, archive->source.path,
	       "%s needs %s when it is unpacked%s, more than the volume of %s and those mounted below it have (%s); give them more room",
	       archive->source.url, size_text(before + own->unpacked, need),
	       before ? ", with what goes there before it" : "", mount, size_text(size, have));
}

static void check_kernel_there(struct judge *j)
{
	if (!j->job->kernel.given && !j->root->kernel_count && !job_unpacks_to(j->job, "/boot"))
		refuse(j, ERR_KERNEL, j->root_archive->source.path,
		       "the root archive has no kernel (no file /boot/vmlinuz-VERSION), and the job gives no kernel package; accepted is either");
}

/* The filesystems are made before the kernel is there: each of them may turn out to be the one that boots. */
static void check_profile(struct judge *j, const struct facts *facts, const char *where)
{
	const enum fs_profile made = job_profile(j->job);
	const char *newest = NULL;

	for (size_t i = 0; i < facts->kernel_count; i++) {
		if (profile_of_version(facts->kernel[i]) >= made)
			return;
		if (!newest || profile_of_version(facts->kernel[i]) > profile_of_version(newest))
			newest = facts->kernel[i];
	}
	if (!newest)
		return;
	refuse(j, ERR_KERNEL, where,
	       "kernel %s can't mount the filesystems, which would be made with the profile \"%s\"; accepted is \"profile\": \"%s\"",
	       newest, fs_profile_name(made), fs_profile_name(profile_of_version(newest)));
}

/* newroot's own /init, which mounts the root, is for x86_64. */
static void check_kernel_machine(struct judge *j, const struct facts *facts, const char *where)
{
	const struct facts_names *machines = &facts->names[FACTS_KERNEL];

	if (machines->count && !facts_has(facts, FACTS_KERNEL, "x86_64"))
		refuse(j, ERR_KERNEL, where, "the kernel is for %s; accepted is one for x86_64",
		       machines->item[0]);
}

static void check_kernel(struct judge *j)
{
	const struct facts *package =
		j->job->kernel.given ? facts_of(j, &j->job->kernel.source) : NULL;

	if (package) {
		check_profile(j, package, j->job->kernel.source.path);
		check_kernel_machine(j, package, j->job->kernel.source.path);
	}
	if (!j->root)
		return;
	check_kernel_there(j);
	if (!j->job->kernel.given && !job_unpacks_to(j->job, "/boot")) {
		check_profile(j, j->root, j->root_archive->source.path);
		check_kernel_machine(j, j->root, j->root_archive->source.path);
	}
}

/* An i386 userland runs under a kernel of x86_64, as does newroot itself; its own kernel would not run that. */
static void check_machine(struct judge *j)
{
	const struct facts_names *machines = &j->root->names[FACTS_MACHINE];
	const struct facts *package =
		j->job->kernel.given ? facts_of(j, &j->job->kernel.source) : NULL;

	if (!machines->count || facts_has(j->root, FACTS_MACHINE, "x86_64") ||
	    (facts_has(j->root, FACTS_MACHINE, "i386") && package &&
	     facts_has(package, FACTS_KERNEL, "x86_64")))
		return;
	refuse(j, ERR_CONFIGURE, j->root_archive->source.path,
	       "the root archive's programs are for %s; accepted are those for x86_64, or for i386 with a kernel package that is for x86_64",
	       machines->item[0]);
}

static void check_init(struct judge *j)
{
	if (!j->root->names[FACTS_INIT].count && !job_unpacks_to(j->job, "/etc"))
		refuse(j, ERR_CONFIGURE, j->root_archive->source.path,
		       "the root archive has no init system that newroot knows; accepted are systemd, OpenRC, and sysvinit with /etc/inittab");
}

/* As agent/os/quarantine.c chooses. */
static void check_quarantine(struct judge *j)
{
	if (!j->job->quarantine.given || !lacks(j, FACTS_TOOL, "nft") ||
	    job_unpacks_to(j->job, "/sbin"))
		return;
	if (lacks(j, FACTS_TOOL, "iptables-restore") || lacks(j, FACTS_TOOL, "ip6tables-restore"))
		refuse(j, ERR_CONFIGURE, j->root_archive->source.path,
		       "the job wants a quarantine, and the root archive has neither iptables (iptables-restore and ip6tables-restore) nor nft; "
		       "add the package iptables or nftables to it, or leave the job's quarantine out");
}

/* Before mount.nfs there was mount itself (util-linux before 2.13). */
static void check_nfs(struct judge *j)
{
	if (!j->job->nfs.mount_count || job_profile(j->job) == PROFILE_2_6_18 ||
	    !lacks(j, FACTS_TOOL, "mount.nfs") || job_unpacks_to(j->job, "/sbin"))
		return;
	refuse(j, ERR_CONFIGURE, j->root_archive->source.path,
	       "the job has NFS mounts, and the root archive has no mount.nfs; add the package nfs-common or nfs-utils to it");
}

static void note(const struct judge *j, const char *text)
{
	if (j->scene->note)
		j->scene->note(j->scene->ctx, text);
}

static void refuse_unwritten(struct judge *j, const struct network_manager *manager)
{
	refuse(j, ERR_CONFIGURE, j->root_archive->source.path,
	       "%s starts at boot in the root archive and would configure the network, but newroot cannot write its files; "
	       "name its service (%s, or %s@INTERFACE) in /services/disable, and in /services/enable one that newroot knows, unless it starts already",
	       manager->name, manager->services[0], manager->services[0]);
}

static void refuse_no_manager(struct judge *j)
{
	char known[256] = "";

	for (size_t i = 0; i < MANAGERS; i++)
		if (network_managers[i].written)
			snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
				 *known ? ", " : "", network_managers[i].name);
	refuse(j, ERR_CONFIGURE, j->root_archive->source.path,
	       "the job asks for a network, and nothing that newroot knows would configure one when the root archive's system boots; looked for %s; "
	       "name a service of these that it has in /services/enable",
	       known);
}

/* Which one it is says agent/os/managers.c, when the system is unpacked; here, whether it can be any. */
static void check_network(struct judge *j)
{
	const struct job_network *network = &j->job->network;
	const struct network_manager *manager = NULL;
	enum network_choice choice = NETWORK_UNCERTAIN;

	if (!network->given || (!network->interface_count && !network->hostname))
		return;
	if (!job_unpacks_to(j->job, "/etc") && !job_unpacks_to(j->job, "/lib"))
		choice = network_choose(j->root, &j->job->services, &manager);
	if (choice == NETWORK_UNWRITTEN)
		refuse_unwritten(j, manager);
	else if (choice == NETWORK_NONE)
		refuse_no_manager(j);
	else if (choice == NETWORK_UNCERTAIN)
		note(j,
		     "which network manager starts was not looked into: it is known once the system is unpacked");
}

static void check_root(struct judge *j)
{
	check_machine(j);
	check_init(j);
	check_quarantine(j);
	check_nfs(j);
	check_network(j);
}

/* What is not whole was told, and is not asked for what stands in it. */
static void find_root(struct judge *j)
{
	for (size_t i = 0; i < j->job->archive_count; i++) {
		const struct job_archive *archive = &j->job->archives[i];
		const struct facts *facts =
			strcmp(archive->to, "/") ? NULL : facts_of(j, &archive->source);

		if (facts && is_archive(facts)) {
			j->root_archive = archive;
			j->root = facts;
			return;
		}
	}
}

void facts_judge(const struct facts_scene *scene, struct err_list *errors)
{
	struct judge j = {.scene = scene, .job = scene->job, .errors = errors};

	for (size_t i = 0; i < j.job->archive_count; i++) {
		check_source(&j, &j.job->archives[i].source);
		check_room(&j, i);
	}
	if (j.job->kernel.given)
		check_source(&j, &j.job->kernel.source);
	find_root(&j);
	check_kernel(&j);
	if (j.root)
		check_root(&j);
}
