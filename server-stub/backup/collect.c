#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive.h"
#include "archives/archive_list.h"
#include "archives/hash.h"
#include "backup/set.h"
#include "net/boot_entries.h"
#include "util/limits.h"
#include "util/log.h"
#include "util/text.h"

/* Of the data folder itself. A token or the sample may be gone, the CA's key may be kept elsewhere, and a next CA is there while it is introduced. */
static const char *const files[] = {
	DATA_CA_KEY, DATA_CA_CERT,        DATA_CA_NEXT_KEY,   DATA_KEY,
	DATA_CERT,   DATA_OPERATOR_TOKEN, DATA_CREATOR_TOKEN, DATA_SAMPLE_JOB,
};

/* Folders of which nothing is kept: archives are too large, the files of net/ are made anew from the store. */
static const char *const bare[] = {".", "archives", "net"};
static const char *const whole[] = {"site", "boot"};

/* Here files lie that are made anew from the store, beside an operator's own. */
static const char *const entries[DATA_LOADERS] = {
	[DATA_PXELINUX] = "boot/pxelinux.cfg",
	[DATA_IPXE] = "boot/ipxe",
	[DATA_GRUB] = "boot/grub",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct collect {
	const struct data *data;
	json_t *folders, *files;
	struct err *err;
};

json_t *set_item(const char *path, const struct stat *st)
{
	const struct passwd *user = getpwuid(st->st_uid);
	const struct group *group = getgrgid(st->st_gid);
	char mode[8];

	snprintf(mode, sizeof(mode), "%04o", (unsigned)st->st_mode & 07777);
	return json_pack("{s:s, s:s, s:I, s:I, s:s, s:s}", "path", path, "mode", mode, "uid",
			 (json_int_t)st->st_uid, "gid", (json_int_t)st->st_gid, "user",
			 user ? user->pw_name : "", "group", group ? group->gr_name : "");
}

static int append(const struct collect *c, json_t *list, const char *path, json_t *item)
{
	if (item && json_array_append_new(list, item) == 0)
		return 0;
	return err_set(c->err, ERR_SERVICE_BACKUP, path,
		       "no memory for it, or its name is no UTF-8");
}

static int add_folder(const struct collect *c, const char *path)
{
	struct stat st;

	if (fstatat(c->data->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(c->err, ERR_IO, path, "can't stat");
	if (!S_ISDIR(st.st_mode))
		return err_set(c->err, ERR_SERVICE_BACKUP, path,
			       "is no folder; put the folder itself there");
	return append(c, c->folders, path, set_item(path, &st));
}

static int add_file(const struct collect *c, const char *path)
{
	char sha256[65];
	struct stat st;
	json_t *item;
	int fd = archive_open(c->data->root, path, &st, c->err), ret;

	if (fd < 0)
		return -1;
	ret = hash_stream(fd, -1, path, sha256, c->err);
	close(fd);
	if (ret < 0)
		return -1;
	item = set_item(path, &st);
	json_object_set_new(item, "size", json_integer(st.st_size));
	json_object_set_new(item, "sha256", json_string(sha256));
	return append(c, c->files, path, item);
}

static int walk(const struct collect *c, const char *folder, unsigned depth);

static bool is_made_anew(const char *folder, const char *name)
{
	for (int i = 0; i < DATA_LOADERS; i++)
		if (!strcmp(folder, entries[i]))
			return boot_entries_own(i, name);
	return false;
}

static int visit(const struct collect *c, const char *folder, const char *name, unsigned depth)
{
	char path[ARCHIVE_PATH_MAX + 1];
	struct stat st;

	if (is_made_anew(folder, name))
		return 0;
	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return err_set(c->err, ERR_SERVICE_BACKUP, folder, "a path in it is too long");
	if (fstatat(c->data->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(c->err, ERR_IO, path, "can't stat");
	if (S_ISDIR(st.st_mode) && depth < ARCHIVE_DEPTH_MAX)
		return walk(c, path, depth + 1);
	if (S_ISREG(st.st_mode) && archive_path_ok(path))
		return add_file(c, path);
	log_warning("%s is left out: only regular files are kept, whose names begin without '.'",
		    path);
	return 0;
}

static int skip_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk(const struct collect *c, const char *folder, unsigned depth)
{
	struct dirent **entry;
	int count, ret = add_folder(c, folder);

	if (ret < 0)
		return -1;
	count = scandirat(c->data->root, folder, &entry, skip_dots, by_name);
	if (count < 0)
		return err_sys(c->err, ERR_IO, folder, "can't list");
	for (int i = 0; i < count; i++) {
		if (ret == 0)
			ret = visit(c, folder, entry[i]->d_name, depth);
		free(entry[i]);
	}
	free(entry);
	return ret;
}

static int collect_all(const struct collect *c)
{
	for (size_t i = 0; i < COUNT(bare); i++)
		if (add_folder(c, bare[i]) < 0)
			return -1;
	for (size_t i = 0; i < COUNT(files); i++)
		if (faccessat(c->data->root, files[i], F_OK, 0) == 0 && add_file(c, files[i]) < 0)
			return -1;
	for (size_t i = 0; i < COUNT(whole); i++)
		if (walk(c, whole[i], 1) < 0)
			return -1;
	/* The last one to be written: a folder with it is a site. */
	return add_file(c, DATA_SETTINGS);
}

/* What is in them is found out again. */
static int collect_archives(json_t *list, const struct data *data, struct store *store,
			    struct err *err)
{
	json_t *archive;
	size_t i;

	if (archive_list(data->archives, store, false, list, err) < 0)
		return -1;
	json_array_foreach(list, i, archive)
	{
		json_object_del(archive, "facts");
	}
	return 0;
}

int set_collect(json_t **manifest, const struct data *data, const struct settings *settings,
		struct store *store, struct err *err)
{
	struct collect c = {data, json_array(), json_array(), err};
	json_t *archives = json_array();
	int ret = collect_all(&c);

	if (ret == 0)
		ret = collect_archives(archives, data, store, err);
	*manifest = json_pack("{s:i, s:s, s:I, s:s, s:o, s:o, s:o}", "newroot_backup", SET_FORMAT,
			      "version", NEWROOT_VERSION, "made_ms", (json_int_t)wall_ms(), "url",
			      settings->url, "folders", c.folders, "files", c.files, "archives",
			      archives);
	if (ret == 0 && !*manifest)
		ret = err_set(err, ERR_MEMORY, SET_MANIFEST, "no memory");
	if (ret == 0)
		return 0;
	json_decref(*manifest);
	*manifest = NULL;
	return -1;
}
