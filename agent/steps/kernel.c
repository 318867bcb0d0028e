/*
 * kernel: the job's kernel package into the new system, or the kernel that came with the root archive. Only the files
 * of a package are taken; its scripts, which would want a whole system around them, are not run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/depmod.h"
#include "steps/kernel_find.h"
#include "steps/kernel_image.h"
#include "facts/foreign.h"
#include "steps/kernel_package.h"
#include "steps/pipeline.h"
#include "steps/step.h"

#define PACKAGE_BYTES         4096 /* what is noted of a package: it has one kernel, two short lines */
#define MODULES_FOLDER_FORMAT "/lib/modules/%s"

/* Where the rest is done, in a child with the new system as its root directory. */
struct settle {
	char release[KERNEL_RELEASE_MAX]; /* of the job's package; "": choose one */
};

/* A kernel before 2.6.32 has a userland whose modprobe wants whole paths in modules.dep. */
static bool wants_whole_paths(const char *release)
{
	return strverscmp(release, "2.6.32") < 0;
}

static int ensure_dependencies(const char *release, struct err *err)
{
	char folder[2 * KERNEL_RELEASE_MAX];
	int fd, ret = 0;

	snprintf(folder, sizeof(folder), MODULES_FOLDER_FORMAT, release);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0; /* a kernel without modules; the initrd step asks for what is built in */
	if (fd < 0)
		return err_sys(err, ERR_KERNEL, folder, "cannot open");
	if (faccessat(fd, "modules.dep", F_OK, 0) || faccessat(fd, "modules.dep.bin", F_OK, 0))
		ret = depmod_make(fd, release, wants_whole_paths(release), err);
	close(fd);
	return ret;
}

static int settle(void *arg, struct err *err)
{
	const struct settle *s = arg;
	struct kernel_choice choice = {0};

	snprintf(choice.release, sizeof(choice.release), "%s", s->release);
	if (!*s->release && kernel_choose(NULL, &choice, err))
		return -1;
	if (kernel_image_ensure(choice.release, err) || ensure_dependencies(choice.release, err))
		return -1;
	printf("%s\n%s%s%s\n", choice.release, choice.standard ? ", its boot loader's default" : "",
	       *choice.others ? "; not taken: " : "", choice.others);
	return 0;
}

/* The filesystems are made already, for a kernel of the plan's profile or newer. */
static int check_profile(const struct context *ctx, struct err *err)
{
	enum fs_profile needed = profile_of_version(ctx->kernel_release);

	if (needed >= ctx->plan->profile)
		return 0;
	return err_set(
		err, ERR_KERNEL, ctx->kernel_image,
		"kernel %s cannot mount the filesystems, which were made with the profile \"%s\": set the job's profile to \"%s\"",
		ctx->kernel_release, fs_profile_name(ctx->plan->profile), fs_profile_name(needed));
}

static int check_package(void *ctx, int root_fd, const char *path, mode_t mode, struct err *err)
{
	(void)ctx;
	return foreign_kernel(root_fd, path, mode, err);
}

static int run(struct context *ctx, struct err *err)
{
	const struct job_kernel *kernel = &ctx->job->kernel;
	char out[PACKAGE_BYTES], told[sizeof(struct kernel_choice) + 64] = "", *rest = told;
	const char *release;
	struct settle s = {0};
	const struct pipeline pipeline = {.item = "kernel",
					  .to = "/",
					  .source = &kernel->source,
					  .seen = kernel_package_seen,
					  .check = check_package,
					  .out = out,
					  .out_size = sizeof(out)};
	const struct child child = {.name = "kernel",
				    .fn = settle,
				    .arg = &s,
				    .root = NEWROOT_MOUNT,
				    .out = told,
				    .out_size = sizeof(told)};

	if (kernel->given && (pipeline_run(ctx, &pipeline, err) ||
			      kernel_package_release(out, kernel->source.url, s.release, err)))
		return -1;
	if (child_run(&child, ctx->watch, err))
		return -1;
	release = strsep(&rest, "\n");
	kernel_set(ctx, release);
	ctx->note("kernel %s%.*s", release, rest ? (int)strcspn(rest, "\n") : 0, rest ? rest : "");
	return check_profile(ctx, err);
}

/* In a child again: /lib may be a link that only the new system's root directory leads right. */
static int reread(void *arg, struct err *err)
{
	const struct context *ctx = arg;

	return kernel_image_check(ctx->kernel_image, ctx->kernel_release, err);
}

static int verify(struct context *ctx, struct err *err)
{
	const struct child child = {
		.name = "kernel", .fn = reread, .arg = ctx, .root = NEWROOT_MOUNT};

	return child_run(&child, ctx->watch, err);
}

const struct step step_kernel = {
	.name = "kernel",
	.summary = "install the kernel and its modules",
	.run = run,
	.verify = verify,
	.adopt = kernel_find,
};
