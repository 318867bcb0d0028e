#include "steps/chosen.h"

#include <string.h>

static bool names(const struct context *ctx, const char *volume)
{
	return ctx->volumes.count == 0 || strings_have(&ctx->volumes, volume);
}

bool chosen_lv(const struct context *ctx, const struct plan_lv *lv)
{
	return names(ctx, lv->volume->name);
}

bool chosen_fs(const struct context *ctx, const struct plan_fs *fs)
{
	for (size_t i = 0; i < ctx->plan->lv_count; i++)
		if (!strcmp(ctx->plan->lvs[i].path, fs->device))
			return chosen_lv(ctx, &ctx->plan->lvs[i]);
	return ctx->volumes.count == 0; /* /boot, a partition */
}

bool chosen_path(const struct context *ctx, const char *path)
{
	const struct plan_fs *fs = ctx->plan ? plan_fs_holding(ctx->plan, path) : NULL;

	return fs ? chosen_fs(ctx, fs) : ctx->volumes.count == 0;
}

static const struct job_volume *find_volume(const struct job *job, const char *name)
{
	for (size_t i = 0; i < job->volume_count; i++)
		if (!strcmp(job->volumes[i].name, name))
			return &job->volumes[i];
	return NULL;
}

static const char *list_volumes(const struct context *ctx)
{
	const char *list = "";

	for (size_t i = 0; i < ctx->job->volume_count; i++)
		list = arena_printf(ctx->arena, "%s%s%s", list, *list ? ", " : "",
				    ctx->job->volumes[i].name);
	return list;
}

/* What kernel, configure and the system's own first boot keep outside of volumes of data; NULL: nothing. */
static const char *find_system(const char *mount)
{
	static const char *const places[] = {
		"/etc", "/bin", "/sbin", "/lib", "/lib64", "/usr", "/var/lib/newroot",
	};
	size_t len = strlen(mount);

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (!strcmp(mount, "/") || (!strncmp(places[i], mount, len) &&
					    (places[i][len] == '/' || places[i][len] == '\0')))
			return places[i];
	return NULL;
}

static int check_volume(const struct context *ctx, const char *name, struct err *err)
{
	const struct job_volume *volume = find_volume(ctx->job, name);
	const char *system;

	if (!volume)
		return err_set(err, ERR_USAGE, name,
			       "\"%s\" is no volume of the job; accepted are those of %s", name,
			       list_volumes(ctx));
	if (!volume->mount)
		return err_set(
			err, ERR_USAGE, name,
			"\"%s\" is refused: it is not mounted anywhere, so nothing would be unpacked there",
			name);
	system = find_system(volume->mount);
	if (system)
		return err_set(
			err, ERR_USAGE, name,
			"\"%s\" is refused: it holds the system's %s, which an installation "
			"does not only unpack (kernel, configuration, first boot); "
			"`newroot rescue reset %s` goes back to its snapshot, or install again",
			name, system, name);
	return 0;
}

int chosen_check(const struct context *ctx, struct err *err)
{
	for (size_t i = 0; i < ctx->volumes.count; i++)
		if (check_volume(ctx, ctx->volumes.item[i], err) < 0)
			return -1;
	return 0;
}
