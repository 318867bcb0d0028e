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
#include "archive/stream.h"
#include "steps/kernel_find.h"
#include "steps/pipeline.h"
#include "steps/step.h"

#define SEEN_BYTES     4096 /* a package has one kernel: two short lines */
#define MODULES_FOLDER "lib/modules/"
#define IMAGE_FOLDER   "boot/vmlinuz-"
#define COPY_BYTES     65536
/* Documentation/arch/x86/boot.rst: the setup header's magic, and where its version string is. */
#define SETUP_MAGIC_OFFSET   0x202
#define SETUP_VERSION_OFFSET 0x20e
#define SETUP_BYTES          32768 /* setup sectors, in which the version string lies */

/* What a package holds, as the extracting child prints it. */
#define SEEN_IMAGE   "image "   /* boot/vmlinuz-RELEASE */
#define SEEN_MODULES "modules " /* lib/modules/RELEASE/ */

static void print_once(const char *kind, const char *release, size_t length, char *last)
{
	char text[KERNEL_RELEASE_MAX];

	if (length >= sizeof(text))
		return;
	snprintf(text, sizeof(text), "%.*s", (int)length, release);
	if (!kernel_is_release(text) || !strcmp(text, last))
		return;
	memcpy(last, text, length + 1);
	printf("%s%s\n", kind, text);
}

/* Runs in the extracting child, for every path of the package. */
static void seen(void *ctx, const char *path, mode_t mode)
{
	static char image[KERNEL_RELEASE_MAX], modules[KERNEL_RELEASE_MAX];

	(void)ctx;
	if (!strncmp(path, "usr/", 4))
		path += 4;
	if (S_ISREG(mode) && !strncmp(path, IMAGE_FOLDER, strlen(IMAGE_FOLDER))) {
		path += strlen(IMAGE_FOLDER);
		print_once(SEEN_IMAGE, path, strlen(path), image);
	} else if (!strncmp(path, MODULES_FOLDER, strlen(MODULES_FOLDER))) {
		path += strlen(MODULES_FOLDER);
		print_once(SEEN_MODULES, path, strcspn(path, "/"), modules);
	}
}

/* The one release behind lines of `kind`; "" for none. Several are an error. */
static int only_release(const char *out, const char *kind, char *release, struct err *err)
{
	*release = '\0';
	for (const char *line = out; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, kind, strlen(kind)))
			continue;
		if (*release)
			return err_set(err, ERR_KERNEL, NULL,
				       "the package has %sof two kernels, %s and %.*s; give one "
				       "with a single kernel",
				       kind, release, (int)strcspn(line + strlen(kind), "\n"),
				       line + strlen(kind));
		snprintf(release, KERNEL_RELEASE_MAX, "%.*s",
			 (int)strcspn(line + strlen(kind), "\n"), line + strlen(kind));
	}
	return 0;
}

static int choose_release(const char *out, const char *url, char *release, struct err *err)
{
	char modules[KERNEL_RELEASE_MAX];
	int ret = only_release(out, SEEN_IMAGE, release, err);

	if (ret == 0)
		ret = only_release(out, SEEN_MODULES, modules, err);
	/* Newer packages keep the image with the modules: /lib/modules/RELEASE/vmlinuz. */
	if (ret == 0 && !*release)
		memcpy(release, modules, sizeof(modules));
	if (ret == 0 && !*release)
		ret = err_set(err, ERR_KERNEL, NULL,
			      "the package has neither /boot/vmlinuz-VERSION nor "
			      "/lib/modules/VERSION: it is no kernel package");
	if (ret && err)
		snprintf(err->where, sizeof(err->where), "%s", url);
	return ret;
}

/* Where the rest is done, in a child with the new system as its root directory. */
struct settle {
	const char *hint;
	char release[KERNEL_RELEASE_MAX]; /* "": find it */
};

static int copy_file(const char *from, const char *to, struct err *err)
{
	char buffer[COPY_BYTES];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t got = -1;

	if (in >= 0 && out >= 0)
		while ((got = read_all(in, buffer, sizeof(buffer))) > 0)
			if (write_all(out, buffer, (size_t)got)) {
				got = -1;
				break;
			}
	if (in >= 0)
		close(in);
	if (out >= 0 && close(out))
		got = -1;
	return got < 0 ? err_sys(err, ERR_KERNEL, to, "cannot copy the kernel from %s", from) : 0;
}

/* Is it a bootable image, and of this release? */
static int check_image(const char *path, const char *release, struct err *err)
{
	static unsigned char setup[SETUP_BYTES + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t at, length = strlen(release);
	ssize_t got;

	if (fd < 0)
		return err_sys(err, ERR_KERNEL, path, "cannot open the kernel");
	got = read_all(fd, setup, SETUP_BYTES);
	close(fd);
	if (got < SETUP_VERSION_OFFSET + 2 || memcmp(setup + SETUP_MAGIC_OFFSET, "HdrS", 4))
		return err_set(err, ERR_KERNEL, path, "it is no x86 Linux kernel image (bzImage)");
	at = 0x200 + (size_t)(setup[SETUP_VERSION_OFFSET] | setup[SETUP_VERSION_OFFSET + 1] << 8);
	if (at + length < (size_t)got && strncmp((char *)setup + at, release, length))
		return err_set(
			err, ERR_KERNEL, path,
			"the image says it is '%.64s', the file name %s: they must agree, or "
			"its modules are not found",
			(char *)setup + at, release);
	return 0;
}

static int ensure_image(const char *release, struct err *err)
{
	char image[2 * KERNEL_RELEASE_MAX], inner[2 * KERNEL_RELEASE_MAX];

	snprintf(image, sizeof(image), KERNEL_IMAGE_PREFIX "%s", release);
	snprintf(inner, sizeof(inner), "/" MODULES_FOLDER "%s/vmlinuz", release);
	if (access(image, F_OK) && copy_file(inner, image, err))
		return -1;
	return check_image(image, release, err);
}

/* A kernel before 2.6.32 has a userland whose modprobe wants whole paths in modules.dep. */
static bool wants_whole_paths(const char *release)
{
	return strverscmp(release, "2.6.32") < 0;
}

static int ensure_dependencies(const char *release, struct err *err)
{
	char folder[2 * KERNEL_RELEASE_MAX];
	int fd, ret = 0;

	snprintf(folder, sizeof(folder), "/" MODULES_FOLDER "%s", release);
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
	struct settle *s = arg;

	if (!*s->release && kernel_newest(s->hint, s->release, sizeof(s->release), err))
		return -1;
	if (ensure_image(s->release, err) || ensure_dependencies(s->release, err))
		return -1;
	printf("%s\n", s->release);
	return 0;
}

/* The filesystems are made already, for a kernel of the plan's profile or newer. */
static int check_profile(const struct context *ctx, struct err *err)
{
	enum fs_profile needed = profile_of_version(ctx->kernel_release);

	if (needed >= ctx->plan->profile)
		return 0;
	return err_set(err, ERR_KERNEL, ctx->kernel_image,
		       "kernel %s cannot mount the filesystems, which were made with the profile "
		       "\"%s\": set the job's profile to \"%s\"",
		       ctx->kernel_release, fs_profile_name(ctx->plan->profile),
		       fs_profile_name(needed));
}

static int run(struct context *ctx, struct err *err)
{
	const struct job_kernel *kernel = &ctx->job->kernel;
	char out[SEEN_BYTES], release[KERNEL_RELEASE_MAX + 1];
	struct settle s = {0};
	const struct pipeline pipeline = {.item = "kernel",
					  .to = "/",
					  .source = &kernel->source,
					  .seen = seen,
					  .out = out,
					  .out_size = sizeof(out)};
	const struct child child = {.name = "kernel",
				    .fn = settle,
				    .arg = &s,
				    .root = NEWROOT_MOUNT,
				    .out = release,
				    .out_size = sizeof(release)};

	if (kernel->given && (pipeline_run(ctx, &pipeline, err) ||
			      choose_release(out, kernel->source.url, s.release, err)))
		return -1;
	if (child_run(&child, ctx->watch, err))
		return -1;
	release[strcspn(release, "\n")] = '\0';
	kernel_set(ctx, release);
	ctx->note("kernel %s", ctx->kernel_release);
	return check_profile(ctx, err);
}

/* In a child again: /lib may be a link that only the new system's root directory leads right. */
static int reread(void *arg, struct err *err)
{
	const struct context *ctx = arg;

	return check_image(ctx->kernel_image, ctx->kernel_release, err);
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
