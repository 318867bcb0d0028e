#include "steps/kernel_find.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "facts/kernel_default.h"

#define IMAGE_NAME "vmlinuz-"

/* An archive may hold a fifo of that name: not waited for. */
static const char *read_file(void *ctx, const char *path, struct arena *arena)
{
	char *text = arena_alloc(arena, BOOT_FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = fd < 0 ? -1 : read_all(fd, text, BOOT_FILE_MAX);

	(void)ctx;
	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	return text;
}

typedef void visit_fn(void *arg, const char *release);

/* A package of today's has the image beside the modules, from where kernel_image_ensure() copies it. */
static bool is_beside_modules(const char *release)
{
	char image[2 * KERNEL_RELEASE_MAX], inner[2 * KERNEL_RELEASE_MAX];

	if (!kernel_is_release(release))
		return false;
	snprintf(image, sizeof(image), KERNEL_IMAGE_PREFIX "%s", release);
	snprintf(inner, sizeof(inner), KERNEL_INNER_FORMAT, release);
	return access(image, F_OK) && access(inner, R_OK) == 0;
}

static void visit_modules(visit_fn *visit, void *arg)
{
	DIR *dir = opendir("/lib/modules");
	struct dirent *item;

	if (!dir)
		return;
	while ((item = readdir(dir)))
		if (is_beside_modules(item->d_name))
			visit(arg, item->d_name);
	closedir(dir);
}

/* Call `visit` with the release of every kernel image in /boot, or beside its modules. */
static int visit_images(visit_fn *visit, void *arg, struct err *err)
{
	DIR *dir = opendir("/boot");
	struct dirent *item;

	if (!dir)
		return err_sys(err, ERR_KERNEL, "/boot", "cannot list the new system's /boot");
	while ((item = readdir(dir))) {
		const char *release = item->d_name + strlen(IMAGE_NAME);

		if (!strncmp(item->d_name, IMAGE_NAME, strlen(IMAGE_NAME)) &&
		    kernel_is_release(release))
			visit(arg, release);
	}
	closedir(dir);
	visit_modules(visit, arg);
	return 0;
}

struct choosing {
	struct kernel_wishes wishes;
	struct kernel_choice *choice;
};

static void take_better(void *arg, const char *release)
{
	struct choosing *choosing = arg;
	struct kernel_choice *choice = choosing->choice;
	enum kernel_reason reason;

	if (!*choice->release ||
	    kernel_prefer(&choosing->wishes, release, choice->release, &reason) > 0)
		snprintf(choice->release, sizeof(choice->release), "%s", release);
}

static void add_other(void *arg, const char *release)
{
	struct kernel_choice *choice = arg;
	size_t used = strlen(choice->others);

	if (strcmp(release, choice->release) != 0)
		snprintf(choice->others + used, sizeof(choice->others) - used, "%s%s",
			 used ? ", " : "", release);
}

int kernel_choose(const char *package, struct kernel_choice *choice, struct err *err)
{
	static const struct boot_reader reader = {.read = read_file};
	struct arena arena = {0};
	struct choosing choosing = {{package, kernel_default(&reader, &arena)}, choice};
	int ret;

	*choice = (struct kernel_choice){0};
	ret = visit_images(take_better, &choosing, err);
	if (ret == 0)
		ret = visit_images(add_other, choice, err);
	choice->standard = kernel_named(choosing.wishes.standard, choice->release);
	arena_free(&arena);
	if (ret == 0 && !*choice->release)
		ret = err_set(
			err, ERR_KERNEL, "/boot",
			"the new system has no kernel: no file " KERNEL_IMAGE_PREFIX
			"VERSION; give the job a kernel package, or put one into the root archive");
	return ret;
}

void kernel_set(struct context *ctx, const char *release)
{
	ctx->kernel_release = arena_strdup(ctx->arena, release);
	ctx->kernel_image = arena_printf(ctx->arena, KERNEL_IMAGE_PREFIX "%s", release);
}

struct search {
	const struct context *ctx;
};

/* Prints the release, and on the next line whether its slim initrd is there. */
static int search(void *arg, struct err *err)
{
	const struct search *s = arg;
	const struct job *job = s->ctx->job;
	const char *url = job && job->kernel.given ? job->kernel.source.url : NULL;
	const char *hint = url && strrchr(url, '/') ? strrchr(url, '/') + 1 : url;
	char initrd[2 * KERNEL_RELEASE_MAX];
	struct kernel_choice choice;

	if (s->ctx->kernel_release)
		snprintf(choice.release, sizeof(choice.release), "%s", s->ctx->kernel_release);
	else if (kernel_choose(hint, &choice, err))
		return -1;
	snprintf(initrd, sizeof(initrd), KERNEL_INITRD_FORMAT, choice.release);
	printf("%s\n%s\n", choice.release, access(initrd, R_OK) == 0 ? initrd : "");
	return 0;
}

int kernel_find(struct context *ctx, struct err *err)
{
	struct search s = {ctx};
	char out[4 * KERNEL_RELEASE_MAX], *rest = out, *release, *initrd;
	const struct child child = {.name = "find the kernel",
				    .fn = search,
				    .arg = &s,
				    .root = NEWROOT_MOUNT,
				    .out = out,
				    .out_size = sizeof(out)};

	if (ctx->kernel_release && ctx->initrd_image)
		return 0;
	if (child_run(&child, ctx->watch, err))
		return -1;
	release = strsep(&rest, "\n");
	initrd = strsep(&rest, "\n");
	if (!ctx->kernel_release)
		kernel_set(ctx, release);
	if (!ctx->initrd_image && initrd && *initrd)
		ctx->initrd_image = arena_strdup(ctx->arena, initrd);
	return 0;
}
