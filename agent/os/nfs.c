#include "os/nfs.h"

#include <string.h>

#define EXPORTS "/etc/exports"
#define BEGIN                                                                                      \
	"# BEGIN newroot: written at installation; what stands up to END is replaced by the next one\n"
#define END "# END newroot\n"

/* An option, and what contradicts it: a rival that ends in "=" stands for all of its values. */
struct option {
	const char *word;
	const char *rivals[8];
};

static const struct option export_defaults[] = {
	{"rw", {"ro"}},
	{"sync", {"async"}},
	{"no_subtree_check", {"subtree_check"}},
	/* These directories were local to all their clients, where root was root. */
	{"no_root_squash", {"root_squash", "all_squash"}},
};

static const struct option mount_defaults[] = {
	{"hard", {"soft", "softerr"}},
	{"_netdev", {NULL}},
};

/* Of the time of 2.6.18: version 4 needs a root of its own on the server, and mount chooses UDP. */
static const struct option old_mount_defaults[] = {
	{"nfsvers=3", {"nfsvers=", "vers=", "v2", "v3", "v4", "v4.0"}},
	{"tcp", {"udp", "proto="}},
	{"intr", {"nointr"}},
};

static const struct option later_options[] = {
	{"bg", {"fg"}},
	{"nofail", {NULL}},
	{"x-systemd.automount", {"noauto", "bg"}},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool lists_rival(const char *given, const char *rival)
{
	size_t size = strlen(rival);

	if (rival[size - 1] != '=')
		return text_lists(given, rival);
	for (const char *at = given; *at; at += strcspn(at, ","), at += *at == ',')
		if (!strncmp(at, rival, size))
			return true;
	return false;
}

static void add_default(struct text *options, const char *given, const struct option *option)
{
	if (text_lists(given, option->word))
		return;
	for (size_t i = 0; i < COUNT(option->rivals) && option->rivals[i]; i++)
		if (lists_rival(given, option->rivals[i]))
			return;
	text_printf(options, "%s%s", options->size ? "," : "", option->word);
}

static void add_defaults(struct text *options, const char *given, const struct option *defaults,
			 size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_default(options, given, &defaults[i]);
}

static void add_given(struct text *options, const char *given)
{
	if (given[0])
		text_printf(options, "%s%s", options->size ? "," : "", given);
}

static void render_export(struct changes *changes, struct text *text,
			  const struct job_export *export)
{
	struct text options = {.arena = changes->arena};
	const char *given = export->options ? export->options : "";

	add_defaults(&options, given, export_defaults, COUNT(export_defaults));
	add_given(&options, given);
	text_printf(text, "%s", export->path);
	for (size_t i = 0; i < export->clients.count; i++)
		text_printf(text, " %s(%s)", export->clients.item[i], options.data);
	text_add(text, "\n", 1);
	changes_need_directory(changes, export->path);
}

/* The last BEGIN before `end`: one whose END somebody took away begins nothing. NULL: none. */
static const char *begin_before(const char *text, const char *end)
{
	const char *begin = NULL;

	for (; (text = strstr(text, BEGIN)) && text < end; text += strlen(BEGIN))
		begin = text;
	return begin;
}

/* The text without what stands between the marks. */
static void add_without_blocks(struct text *text, const char *old)
{
	const char *end, *begin;

	for (; (end = strstr(old, END)); old = end) {
		begin = begin_before(old, end);
		end += strlen(END);
		text_add(text, old, (size_t)((begin ? begin : end) - old));
	}
	text_add(text, old, strlen(old));
	if (text->size && text->data[text->size - 1] != '\n')
		text_add(text, "\n", 1);
}

int nfs_exports_render(struct changes *changes, const struct job_nfs *nfs, struct err *err)
{
	struct text text = {.arena = changes->arena};
	const char *old;

	if (!nfs->export_count)
		return 0;
	if (target_read(changes->target, EXPORTS, changes->arena, &old, NULL, err))
		return -1;
	add_without_blocks(&text, old ? old : "");
	text_printf(&text, BEGIN);
	for (size_t i = 0; i < nfs->export_count; i++)
		render_export(changes, &text, &nfs->exports[i]);
	text_printf(&text, END);
	changes_edit(changes, EXPORTS, &text)->keep_old = true;
	return 0;
}

static const char *mount_options(struct arena *arena, const char *given, enum fs_profile profile,
				 const char *later)
{
	struct text options = {.arena = arena};

	add_defaults(&options, given, mount_defaults, COUNT(mount_defaults));
	if (profile == PROFILE_2_6_18)
		add_defaults(&options, given, old_mount_defaults, COUNT(old_mount_defaults));
	for (size_t i = 0; i < COUNT(later_options); i++)
		if (text_lists(later, later_options[i].word))
			add_default(&options, given, &later_options[i]);
	add_given(&options, given);
	return options.data;
}

void nfs_mounts_render(struct changes *changes, const struct job_nfs *nfs, enum fs_profile profile,
		       const struct init_dialect *init, struct fstab_entry *entries)
{
	for (size_t i = 0; i < nfs->mount_count; i++) {
		const struct job_nfs_mount *mount = &nfs->mounts[i];

		changes_need_directory(changes, mount->to);
		entries[i] = (struct fstab_entry){
			mount->from, mount->to, "nfs",
			mount_options(changes->arena, mount->options ? mount->options : "", profile,
				      init->nfs_later)};
	}
}

/* Services by many names: of each row the first that the new system has. */
static const char *const server_names[][4] = {
	{"rpcbind", "portmap", NULL},
	{"nfs-common", "nfslock", NULL},
};
static const char *const serving_names[] = {"nfs-server", "nfs-kernel-server", "nfs", NULL};
static const char *const client_names[][4] = {
	{"rpcbind", "portmap", NULL},
	{"nfs-common", "nfslock", "nfsclient", NULL},
	{"netfs", NULL},
	{"nfsmount", NULL},
	{"netmount", NULL},
	{"mountnfs.sh", NULL},
	{"nfs-client.target", NULL},
	{"remote-fs.target", NULL},
};

static int want_each(struct services *services, const char *const (*names)[4], size_t count,
		     struct changes *changes, const struct init_dialect *init, struct err *err)
{
	const char *which;

	for (size_t i = 0; i < count; i++)
		if (services_want_first(services, changes, init, names[i], SERVICE_ENABLED, &which,
					err))
			return -1;
	return 0;
}

static int want_server(struct services *services, struct changes *changes,
		       const struct init_dialect *init, struct err *err)
{
	const char *which;

	if (want_each(services, server_names, COUNT(server_names), changes, init, err) ||
	    services_want_first(services, changes, init, serving_names, SERVICE_ENABLED, &which,
				err))
		return -1;
	if (which)
		return 0;
	return err_set(
		err, ERR_CONFIGURE, "/nfs/exports",
		"the new system has none of the services nfs-server, nfs-kernel-server and nfs, "
		"so it cannot export; add the NFS server's package to the archive");
}

static int want_client(struct services *services, enum fs_profile profile, struct changes *changes,
		       const struct init_dialect *init, struct err *err)
{
	/* Before mount.nfs there was mount itself (util-linux before 2.13). */
	if (profile != PROFILE_2_6_18 && !target_exists(changes->target, "/sbin/mount.nfs") &&
	    !target_exists(changes->target, "/usr/sbin/mount.nfs"))
		return err_set(
			err, ERR_CONFIGURE, "/nfs/mounts",
			"the new system has no mount.nfs, so it cannot mount; add the package nfs-common or nfs-utils to the archive");
	return want_each(services, client_names, COUNT(client_names), changes, init, err);
}

int nfs_want_services(struct services *services, const struct job_nfs *nfs, enum fs_profile profile,
		      struct changes *changes, const struct init_dialect *init, struct err *err)
{
	if (nfs->export_count && want_server(services, changes, init, err))
		return -1;
	return nfs->mount_count ? want_client(services, profile, changes, init, err) : 0;
}
