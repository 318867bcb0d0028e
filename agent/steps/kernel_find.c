#include "steps/kernel_find.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* The job's package names its kernel's release: it is preferred to any other. */
static bool better(const char *hint, const char *release, const char *best)
{
	bool named = hint && strstr(hint, release), best_named = hint && strstr(hint, best);
	bool special = kernel_version_is_special(release);

	if (!*best || named != best_named)
		return !*best || named;
	/* "2.6.18-164" is in the name of "kernel-2.6.18-164.el5.rpm", too. */
	if (named && strlen(release) != strlen(best))
		return strlen(release) > strlen(best);
	if (special != kernel_version_is_special(best))
		return !special;
	return kernel_version_compare(release, best) > 0;
}

int kernel_newest(const char *hint, char *release, size_t size, struct err *err)
{
	DIR *dir = opendir("/boot");
	struct dirent *item;

	*release = '\0';
	if (!dir)
		return err_sys(err, ERR_KERNEL, "/boot", "cannot list the new system's /boot");
	while ((item = readdir(dir))) {
		const char *found = item->d_name + strlen(IMAGE_NAME);

		if (!strncmp(item->d_name, IMAGE_NAME, strlen(IMAGE_NAME)) &&
		    kernel_is_release(found) && better(hint, found, release))
			snprintf(release, size, "%s", found);
	}
	closedir(dir);
	if (!*release)
		return err_set(
			err, ERR_KERNEL, "/boot",
			"the new system has no kernel: no file " KERNEL_IMAGE_PREFIX
			"VERSION; give the job a kernel package, or put one into the root archive");
	return 0;
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
	char release[KERNEL_RELEASE_MAX], initrd[2 * KERNEL_RELEASE_MAX];

	if (s->ctx->kernel_release)
		snprintf(release, sizeof(release), "%s", s->ctx->kernel_release);
	else if (kernel_newest(hint, release, sizeof(release), err))
		return -1;
	snprintf(initrd, sizeof(initrd), KERNEL_INITRD_FORMAT, release);
	printf("%s\n%s\n", release, access(initrd, R_OK) == 0 ? initrd : "");
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
