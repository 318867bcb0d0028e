/*
 * Step configure: the unpacked system learns its disks, names, network and keys. Everything is rendered
 * into one list of changes, which is applied, and rendered anew to verify it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "os/access.h"
#include "os/cloud_init.h"
#include "os/detect.h"
#include "os/fstab.h"
#include "os/grub_cfg.h"
#include "os/hardware_clock.h"
#include "os/interface_names.h"
#include "os/lvm_conf.h"
#include "os/managers.h"
#include "os/mount_units.h"
#include "os/mtab.h"
#include "os/names.h"
#include "os/nfs.h"
#include "os/old_addresses.h"
#include "os/old_masters.h"
#include "os/selinux.h"
#include "os/serial.h"
#include "os/set_aside.h"
#include "os/volume_nodes.h"
#include "os/volume_rules.h"
#include "steps/chosen.h"
#include "steps/configure_moved.h"
#include "steps/first_boot_files.h"
#include "steps/step.h"

/* The first three are taken over by the boot; archives are often made without them. */
static void render_folders(struct changes *changes)
{
	static const struct {
		const char *path;
		mode_t mode;
	} folders[] = {{"/dev", 0755}, {"/proc", 0555}, {"/sys", 0555}, {"/tmp", 01777}};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		int fd = target_fd(changes->target, folders[i].path, O_PATH | O_NOFOLLOW);

		if (fd < 0 && errno == ENOENT)
			changes_directory(changes, folders[i].path, folders[i].mode);
		if (fd >= 0)
			close(fd);
	}
}

static int render_fstab(struct changes *changes, const struct context *ctx,
			const struct init_dialect *init, struct err *err)
{
	const struct plan *plan = ctx->plan;
	const struct job_nfs *nfs = &ctx->job->nfs;
	struct fstab_entry *entries =
		arena_array(changes->arena, plan->fs_count + nfs->mount_count, sizeof(*entries));
	size_t count = 0;

	for (size_t i = 0; i < plan->fs_count; i++) {
		const struct plan_fs *fs = &plan->filesystems[i];

		if (fs->mount || fs->type == FS_SWAP)
			entries[count++] = (struct fstab_entry){
				fs->spec, fs->mount, fs_type_name(fs->type), fs->options};
	}
	if (nfs->mount_count)
		nfs_mounts_render(changes, nfs, job_profile(ctx->job), init, &entries[count]);
	return fstab_render(changes, entries, count + nfs->mount_count, err);
}

static int render_network(struct changes *changes, const struct job *job,
			  const struct init_dialect *init, struct err *err)
{
	const struct job_network *network = &job->network;
	const struct network_dialect *dialect;

	if (!network->given)
		return 0;
	if (names_render(changes, network, err))
		return -1;
	if (!network->interface_count && !network->hostname)
		return 0;
	dialect = managers_find(changes, init, &job->services, err);
	if (!dialect)
		return -1;
	if (network->hostname && dialect->hostname &&
	    dialect->hostname(changes, network->hostname, err))
		return -1;
	if (!network->interface_count)
		return 0;
	interface_names_render(changes, network);
	return dialect->interfaces(changes, network, err) ||
			       managers_quiet(changes, init, dialect, job, err)
		       ? -1
		       : 0;
}

/* What else of the old machine would come to life: behind all that is written, so that this stays. */
static int set_old_aside(struct changes *changes, const struct job *job,
			 const struct init_dialect *init, struct err *err)
{
	return mount_units_set_aside(changes, job, err) || lvm_conf_render(changes, err) ||
			       cloud_init_render(changes, init, job, err) ||
			       set_aside_render(changes, job, err) ||
			       old_masters_note(changes, init, &job->services.disable, err)
		       ? -1
		       : 0;
}

/* A system without a known init still gets what needs none: `*init` is NULL then. */
static int find_init(const struct changes *changes, const struct job *job,
		     const struct init_dialect **init, struct err *err)
{
	struct err unknown = ERR_INIT;

	*init = detect_init(changes->target, changes->arena, &unknown);
	if (!*init && (job->first_boot || moved_needs_init(job)))
		return err_keep(err, &unknown);
	if (!*init)
		changes_note(changes, "%s; consoles get no login", unknown.msg);
	return 0;
}

/* Services come before the first boot, which waits for all that are there. */
static int render_init(struct changes *changes, const struct context *ctx,
		       const struct init_dialect *init, struct err *err)
{
	if (moved_render(changes, ctx, init, err))
		return -1;
	if (!init)
		return 0;
	mtab_render(changes, init);
	if (init->logins(changes, &ctx->job->consoles, err) ||
	    volume_nodes_render(changes, init, err))
		return -1;
	return ctx->job->first_boot ? init->first_boot(changes, err) : 0;
}

static const char *command_line(struct changes *changes, const struct job *job)
{
	const char *words = job->kernel.command_line ? job->kernel.command_line : "";

	if (!interface_names_are_kernels(&job->network) || strstr(words, "net.ifnames="))
		return words;
	return arena_printf(changes->arena, "net.ifnames=0 %s", words);
}

static int render_grub_cfg(struct changes *changes, const struct context *ctx, struct err *err)
{
	const struct job *job = ctx->job;
	const struct plan_fs *root = plan_fs_at(ctx->plan, "/");
	struct grub_cfg cfg = {
		.kernel_release = ctx->kernel_release,
		.kernel = ctx->kernel_image,
		.initrd = ctx->initrd_image,
		.root_options = job->root_options,
		.command_line = command_line(changes, job),
		.consoles = &job->consoles,
		.timeout_s = job->boot_timeout_s,
	};

	if (!root || !cfg.kernel || !cfg.initrd || !cfg.kernel_release)
		return err_set(err, ERR_INTERNAL, GRUB_CFG,
			       "the steps before left no root, kernel or initrd to boot");
	cfg.root = root->device;
	grub_cfg_render(changes, &cfg);
	return 0;
}

/* Last, so that the operator's word counts where newroot writes the same file. */
static void render_files(struct changes *changes, const struct job *job)
{
	for (size_t i = 0; i < job->file_count; i++) {
		const struct job_file *file = &job->files[i];
		struct text text = {.arena = changes->arena};
		struct change *change;

		text_add(&text, file->content, file->size);
		change = changes_file(changes, file->path, &text);
		change->mode = file->mode;
		change->owner = file->owner;
		change->group = file->group;
		change->origin = file->json_path;
	}
}

/* What lies on volumes that are not chosen stays as it is. */
static void keep_chosen(struct changes *changes, const struct context *ctx)
{
	size_t count = 0;

	for (size_t i = 0; i < changes->count; i++)
		if (chosen_path(ctx, changes->item[i].path))
			changes->item[count++] = changes->item[i];
	changes->count = count;
}

static int render(struct changes *changes, const struct context *ctx, const struct program *program,
		  struct err *err)
{
	const struct init_dialect *init;

	render_folders(changes);
	volume_rules_render(changes);
	if (find_init(changes, ctx->job, &init, err) || render_fstab(changes, ctx, init, err) ||
	    render_network(changes, ctx->job, init, err) ||
	    access_render(changes, &ctx->job->ssh_keys, err) ||
	    render_grub_cfg(changes, ctx, err) ||
	    first_boot_files_render(changes, ctx, program, err) ||
	    render_init(changes, ctx, init, err) || selinux_render(changes, err) ||
	    hardware_clock_render(changes, err) || set_old_aside(changes, ctx->job, init, err))
		return -1;
	render_files(changes, ctx->job);
	keep_chosen(changes, ctx);
	return 0;
}

static int write_all_of(const struct changes *changes, const struct job *job, struct err *err)
{
	if (changes_apply(changes, err))
		return -1;
	old_addresses_note(changes->target, &job->network.old_addresses, changes->note);
	return 0;
}

static int read_back(const struct changes *changes, const struct job *job, struct err *err)
{
	(void)job;
	return changes_verify(changes, err);
}

static int with_changes(struct context *ctx,
			int (*act)(const struct changes *changes, const struct job *job,
				   struct err *err),
			bool notes, struct err *err)
{
	struct arena arena = {0};
	struct target target;
	struct changes changes = {
		.target = &target, .arena = &arena, .note = notes ? ctx->note : NULL};
	struct program program;
	int ret = -1;

	if (target_open(&target, NEWROOT_MOUNT, err))
		return -1;
	if (program_map(&program, err) == 0) {
		ret = render(&changes, ctx, &program, err) || act(&changes, ctx->job, err) ? -1 : 0;
		program_unmap(&program);
	}
	target_close(&target);
	arena_free(&arena);
	return ret;
}

static int run(struct context *ctx, struct err *err)
{
	return with_changes(ctx, write_all_of, true, err);
}

static int verify(struct context *ctx, struct err *err)
{
	return with_changes(ctx, read_back, false, err);
}

const struct step step_configure = {
	.name = "configure",
	.summary = "write fstab, network, services, keys, boot menu and first boot",
	.check = moved_check,
	.run = run,
	.verify = verify,
	.refresh = true,
};
