#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/depmod_private.h"
#include "archive/modfile.h"
#include "base/file.h"

#define FOLDERS_DEEP 32 /* kernel/drivers/net/ethernet/… is 6 */
#define UNRANKED     UINT32_MAX

/* Of two modules with one name, the one in the earlier folder counts (depmod.d(5), "search"). */
static int folder_rank(const char *path)
{
	static const char *const folders[] = {"updates/", "extra/", "kernel/"};
	int rank = 0;

	while (rank < 3 && strncmp(path, folders[rank], strlen(folders[rank])))
		rank++;
	return rank;
}

static int add_file(struct depmod *depmod, const char *path, struct err *err)
{
	char name[NAME_MAX + 1];

	if (!modfile_name(path, name, sizeof(name)))
		return 0;
	if (depmod->count == MODULES_MAX)
		return err_set(err, ERR_KERNEL, path, "more than %d modules", MODULES_MAX);
	depmod->module[depmod->count++] = (struct depmod_module){
		.path = arena_strdup(&depmod->arena, path),
		.name = arena_strdup(&depmod->arena, name),
		.depends = "",
		.rank = UNRANKED,
	};
	return 0;
}

static int walk(struct depmod *depmod, int dir_fd, const char *below, int depth, struct err *err);

static int visit(struct depmod *depmod, int dir_fd, const char *path, int depth, struct err *err)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct stat st;
	int fd, ret;

	if (fstatat(dir_fd, base, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, ERR_IO, path, "cannot stat");
	if (!S_ISDIR(st.st_mode))
		return add_file(depmod, path, err);
	if (depth == FOLDERS_DEEP)
		return err_set(err, ERR_KERNEL, path, "folders are nested more than %d deep",
			       FOLDERS_DEEP);
	fd = openat(dir_fd, base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, ERR_IO, path, "cannot open");
	ret = walk(depmod, fd, path, depth + 1, err);
	close(fd);
	return ret;
}

/* Links named build and source lead to the kernel's sources: links are taken for files, so not followed. */
static int walk(struct depmod *depmod, int dir_fd, const char *below, int depth, struct err *err)
{
	int own = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	struct dirent *item;
	int ret = 0;

	if (!dir) {
		if (own >= 0)
			close(own);
		return err_sys(err, ERR_IO, below, "cannot list");
	}
	while (ret == 0 && (item = readdir(dir))) {
		char path[PATH_MAX];

		if (item->d_name[0] == '.')
			continue;
		if (snprintf(path, sizeof(path), "%s%s%s", below, *below ? "/" : "", item->d_name) <
		    (int)sizeof(path))
			ret = visit(depmod, dir_fd, path, depth, err);
	}
	closedir(dir);
	return ret;
}

static int by_name_and_folder(const void *a, const void *b)
{
	const struct depmod_module *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order == 0)
		order = folder_rank(x->path) - folder_rank(y->path);
	return order ? order : strcmp(x->path, y->path);
}

static void drop_doubles(struct depmod *depmod)
{
	size_t kept = 0;

	for (size_t i = 0; i < depmod->count; i++)
		if (kept == 0 || strcmp(depmod->module[kept - 1].name, depmod->module[i].name))
			depmod->module[kept++] = depmod->module[i];
	depmod->count = kept;
}

static int by_path(const void *a, const void *b)
{
	return strcmp((*(struct depmod_module *const *)a)->path,
		      (*(struct depmod_module *const *)b)->path);
}

static size_t without_suffix(const char *path)
{
	const char *dot = strstr(path, ".ko");

	return dot ? (size_t)(dot - path) : strlen(path);
}

/* modules.order names them as .ko even where they are compressed. */
static int path_to_module(const void *key, const void *element)
{
	const char *line = key, *path = (*(struct depmod_module *const *)element)->path;
	size_t a = without_suffix(line), b = without_suffix(path);
	int order = memcmp(line, path, a < b ? a : b);

	return order ? order : (a > b) - (a < b);
}

static void rank_modules(struct depmod *depmod, char *text)
{
	struct depmod_module **sorted =
		arena_array(&depmod->arena, depmod->count + 1, sizeof(struct depmod_module *));
	uint32_t rank = 0;
	char *line;

	for (size_t i = 0; i < depmod->count; i++)
		sorted[i] = &depmod->module[i];
	qsort(sorted, depmod->count, sizeof(*sorted), by_path);
	while ((line = strsep(&text, "\n"))) {
		struct depmod_module **found =
			bsearch(line, sorted, depmod->count, sizeof(*sorted), path_to_module);

		if (found)
			(*found)->rank = rank++;
	}
}

/* modules.order comes with the package; without it aliases are ranked by name. */
static int read_order(struct depmod *depmod, int dir_fd, struct err *err)
{
	char *text = file_text(dir_fd, "modules.order", MODULES_FILE_MAX, &depmod->arena, NULL);

	if (!text && errno != ENOENT)
		return err_sys(err, ERR_IO, "modules.order", "cannot read");
	if (text && depmod->count > 0)
		rank_modules(depmod, text);
	return 0;
}

int depmod_collect(struct depmod *depmod, int dir_fd, struct err *err)
{
	depmod->module = arena_array(&depmod->arena, MODULES_MAX, sizeof(*depmod->module));
	if (walk(depmod, dir_fd, "", 0, err))
		return -1;
	qsort(depmod->module, depmod->count, sizeof(*depmod->module), by_name_and_folder);
	drop_doubles(depmod);
	return read_order(depmod, dir_fd, err);
}
