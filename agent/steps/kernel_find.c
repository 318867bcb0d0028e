#include "steps/kernel_find.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "steps/kernel_default.h"
#include "steps/kernel_version.h"

#define IMAGE_NAME "vmlinuz-"
/* Other names are copies that somebody made: GRUB's and our own files would read them as several words. */
#define RELEASE_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+_~-"

bool kernel_is_release(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	size_t length = strlen(text);

	return digits > 0 && text[digits] == '.' && isdigit((unsigned char)text[digits + 1]) &&
	       length < KERNEL_RELEASE_MAX && strspn(text, RELEASE_CHARS) == length &&
	       !strstr(text, ".old");
}

/* Names that hold the release of a kernel which is preferred: the job's package, the old boot loader's default. */
struct wishes {
	const char *package, *standard;
};

static bool names(const char *text, const char *release)
{
	return text && strstr(text, release);
}

/* 1: `release` is the one that `text` names, and `best` is not; -1: the other way round; 0: it does not tell. */
static int prefer_named(const char *text, const char *release, const char *best)
{
	bool named = names(text, release), best_named = names(text, best);

	if (named != best_named)
		return named ? 1 : -1;
	/* "2.6.18-164" is in the name of "kernel-2.6.18-164.el5.rpm", too. */
	return named ? (int)strlen(release) - (int)strlen(best) : 0;
}

static bool better(const struct wishes *wishes, const char *release, const char *best)
{
	bool special = kernel_version_is_special(release);
	int order;

	if (!*best)
		return true;
	if ((order = prefer_named(wishes->package, release, best)))
		return order > 0;
	if (special != kernel_version_is_special(best))
		return !special;
	if ((order = prefer_named(wishes->standard, release, best)))
		return order > 0;
	return kernel_version_compare(release, best) > 0;
}

/* Call `visit` with the release of every kernel image in /boot. */
static int visit_images(void (*visit)(void *arg, const char *release), void *arg, struct err *err)
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
	return 0;
}

struct choosing {
	struct wishes wishes;
	struct kernel_choice *choice;
};

static void take_better(void *arg, const char *release)
{
	struct choosing *choosing = arg;
	struct kernel_choice *choice = choosing->choice;

	if (better(&choosing->wishes, release, choice->release))
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
	struct arena arena = {0};
	struct choosing choosing = {{package, kernel_default(&arena)}, choice};
	int ret;

	*choice = (struct kernel_choice){0};
	ret = visit_images(take_better, &choosing, err);
	if (ret == 0)
		ret = visit_images(add_other, choice, err);
	choice->standard = names(choosing.wishes.standard, choice->release);
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
