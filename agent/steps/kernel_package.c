#include "steps/kernel_package.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "steps/kernel_find.h"

#define MODULES_FOLDER "lib/modules/"
#define IMAGE_FOLDER   "boot/vmlinuz-"
#define SEEN_IMAGE     "image "   /* boot/vmlinuz-RELEASE */
#define SEEN_MODULES   "modules " /* lib/modules/RELEASE/ */

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

void kernel_package_seen(void *ctx, const char *path, mode_t mode)
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
			return err_set(
				err, ERR_KERNEL, NULL,
				"the package has %sof two kernels, %s and %.*s; give one with a single kernel",
				kind, release, (int)strcspn(line + strlen(kind), "\n"),
				line + strlen(kind));
		snprintf(release, KERNEL_RELEASE_MAX, "%.*s",
			 (int)strcspn(line + strlen(kind), "\n"), line + strlen(kind));
	}
	return 0;
}

int kernel_package_release(const char *printed, const char *url, char *release, struct err *err)
{
	char modules[KERNEL_RELEASE_MAX];
	int ret = only_release(printed, SEEN_IMAGE, release, err);

	if (ret == 0)
		ret = only_release(printed, SEEN_MODULES, modules, err);
	/* Newer packages keep the image with the modules: /lib/modules/RELEASE/vmlinuz. */
	if (ret == 0 && !*release)
		memcpy(release, modules, sizeof(modules));
	if (ret == 0 && !*release)
		ret = err_set(
			err, ERR_KERNEL, NULL,
			"the package has neither /boot/vmlinuz-VERSION nor /lib/modules/VERSION: it is no kernel package");
	if (ret && err)
		snprintf(err->where, sizeof(err->where), "%s", url);
	return ret;
}
