#include <string.h>

#include "archives/archive.h"
#include "archives/hash.h"

void archive_hash_key(struct archive_hash *key, const struct stat *st)
{
	memset(key, 0, sizeof(*key));
	key->size = st->st_size;
	key->mtime_ns = st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
	key->inode = (int64_t)st->st_ino;
}

int archive_known_hash(struct store *store, const char *path, const struct stat *st,
		       char sha256[65], struct err *err)
{
	struct archive_hash key;

	archive_hash_key(&key, st);
	if (store_archive_find(store, path, &key, err) < 0)
		return -1;
	memcpy(sha256, key.sha256, sizeof(key.sha256));
	return 0;
}

int archive_hash(struct store *store, const char *path, int fd, char sha256[65], struct err *err)
{
	struct archive_hash key, after;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, ERR_IO, path, "can't stat");
	if (archive_known_hash(store, path, &st, sha256, err) < 0)
		return -1;
	if (sha256[0])
		return 0;
	archive_hash_key(&key, &st);
	if (hash_stream(fd, -1, path, key.sha256, err) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(err, ERR_IO, path, "can't stat");
	archive_hash_key(&after, &st);
	if (after.size != key.size || after.mtime_ns != key.mtime_ns)
		return err_set(err, ERR_SERVICE_ARCHIVE, path, "it changed while it was hashed");
	memcpy(sha256, key.sha256, sizeof(key.sha256));
	return store_archive_save(store, path, &key, err);
}
