#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive.h"
#include "archives/hash.h"
#include "util/limits.h"
#include "util/owner.h"

#define INCOMING ".incoming-"

/* Make the folders of `path` below `dir`; links among them are refused when the copy is opened. */
static int make_parents(int dir, const char *path, struct err *err)
{
	char parent[ARCHIVE_PATH_MAX + 1];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		if (mkdirat(dir, parent, 0755) < 0 && errno != EEXIST)
			return err_sys(err, ERR_IO, parent, "can't make the folder");
	}
	return 0;
}

/* The copy's name until it is complete: hidden, so never served, and beside its final place. */
static int incoming_name(char *out, size_t size, const char *path)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash + 1 - path) : 0;

	return snprintf(out, size, "%.*s" INCOMING "%d", folder, path, (int)getpid());
}

static int copy_synced(int from, int to, const char *file, char sha256[65], struct err *err)
{
	if (hash_stream(from, to, file, sha256, err) < 0)
		return -1;
	if (fchmod(to, 0644) < 0 || fsync(to) < 0)
		return err_sys(err, ERR_IO, file, "can't set the mode and sync the copy");
	return 0;
}

/* The folder that `path` is in: its new entry must be on disk before the store knows of it. */
static int sync_folder(int dir, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char folder[ARCHIVE_PATH_MAX + 1];
	int fd, ret;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) : 1,
		 slash ? path : ".");
	fd = openat(dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = fd < 0 ? -1 : fsync(fd);
	if (ret < 0)
		err_sys(err, ERR_IO, folder, "can't sync the folder");
	if (fd >= 0)
		close(fd);
	return ret;
}

static int copy_in(int dir, int from, const char *file, const char *path, char sha256[65],
		   struct err *err)
{
	char incoming[ARCHIVE_PATH_MAX + 40];
	int to, ret;

	incoming_name(incoming, sizeof(incoming), path);
	to = openat(dir, incoming, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (to < 0)
		return err_sys(err, ERR_IO, incoming, "can't create");
	ret = copy_synced(from, to, file, sha256, err);
	if (close(to) < 0 && ret == 0)
		ret = err_sys(err, ERR_IO, incoming, "can't close");
	if (ret == 0 && renameat(dir, incoming, dir, path) < 0)
		ret = err_sys(err, ERR_IO, path, "can't rename the copy");
	if (ret < 0)
		unlinkat(dir, incoming, 0);
	return ret < 0 ? -1 : sync_folder(dir, path, err);
}

/* Keep the hash with what the file system now says of the copy. */
static int keep_hash(struct store *store, int dir, const char *path, const char *sha256,
		     struct err *err)
{
	struct archive_hash hash;
	struct stat st;
	int fd = archive_open(dir, path, &st, err);

	if (fd < 0)
		return -1;
	close(fd);
	archive_hash_key(&hash, &st);
	memcpy(hash.sha256, sha256, sizeof(hash.sha256));
	return store_archive_save(store, path, &hash, err);
}

int archive_add(struct store *store, int dir, const char *file, const char *path, char sha256[65],
		struct err *err)
{
	int from, ret;

	if (!archive_path_ok(path))
		return err_set(
			err, ERR_USAGE, path,
			"is not accepted as an archive's path: plain names divided by '/', none beginning with '.'");
	owner_leave();
	from = open(file, O_RDONLY | O_CLOEXEC);
	owner_return();
	if (from < 0)
		return err_sys(err, ERR_SERVICE_FILE, file, "can't open");
	ret = make_parents(dir, path, err);
	if (ret == 0)
		ret = copy_in(dir, from, file, path, sha256, err);
	close(from);
	return ret < 0 ? -1 : keep_hash(store, dir, path, sha256, err);
}
