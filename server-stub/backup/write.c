#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive.h"
#include "archives/hash.h"
#include "backup/set.h"
#include "util/limits.h"

struct writing {
	struct archive *tar;
	const char *name; /* of the set */
	const struct data *data;
	struct err *err;
};

static int fail(const struct writing *w)
{
	const char *why = archive_error_string(w->tar);

	return err_set(w->err, ERR_IO, w->name, "can't write: %s", why ? why : "no memory");
}

static int put_header(const struct writing *w, const char *path, int64_t size)
{
	struct archive_entry *entry = archive_entry_new();
	int ret = -1;

	if (entry) {
		archive_entry_set_pathname(entry, path);
		archive_entry_set_filetype(entry, AE_IFREG);
		/* The manifest has the modes that are restored: whoever unpacks it by hand opens nothing to others. */
		archive_entry_set_perm(entry, 0600);
		archive_entry_set_size(entry, size);
		ret = archive_write_header(w->tar, entry) == ARCHIVE_OK ? 0 : -1;
	}
	archive_entry_free(entry);
	return ret < 0 ? fail(w) : 0;
}

static int put_block(const struct writing *w, const void *block, size_t size)
{
	return archive_write_data(w->tar, block, size) == (la_ssize_t)size ? 0 : fail(w);
}

static int put_text(const struct writing *w, const char *path, const char *text)
{
	if (put_header(w, path, (int64_t)strlen(text)) < 0)
		return -1;
	return put_block(w, text, strlen(text));
}

/* `size` bytes, or fewer when the file became shorter. */
static int put_blocks(const struct writing *w, int fd, const char *path, int64_t size,
		      gnutls_hash_hd_t hash)
{
	char *block = malloc(HASH_BLOCK);
	int ret = block ? 0 : err_set(w->err, ERR_MEMORY, path, "no memory to read it");

	for (int64_t at = 0; ret == 0 && at < size;) {
		const int64_t left = size - at;
		const ssize_t n =
			pread(fd, block, left < HASH_BLOCK ? (size_t)left : HASH_BLOCK, at);

		if (n < 0)
			ret = err_sys(w->err, ERR_IO, path, "can't read");
		if (n <= 0)
			break;
		ret = hash_add(hash, path, block, (size_t)n, w->err);
		if (ret == 0)
			ret = put_block(w, block, (size_t)n);
		at += n;
	}
	free(block);
	return ret;
}

/* Since its sum was taken it may have become another. */
static int put_open(const struct writing *w, int fd, const json_t *item)
{
	const char *path = json_string_value(json_object_get(item, "path"));
	const int64_t size = json_integer_value(json_object_get(item, "size"));
	gnutls_hash_hd_t hash;
	char sha256[65];
	int ret;

	if (put_header(w, path, size) < 0 || hash_begin(&hash, path, w->err) < 0)
		return -1;
	ret = put_blocks(w, fd, path, size, hash);
	hash_end(hash, sha256);
	if (ret == 0 && strcmp(sha256, json_string_value(json_object_get(item, "sha256"))))
		ret = err_set(w->err, ERR_SERVICE_BACKUP, path,
			      "it changed while the backup was made; make it again");
	return ret;
}

static int put_item(const struct writing *w, const json_t *item, int store)
{
	const char *path = json_string_value(json_object_get(item, "path"));
	struct stat st;
	int fd, ret;

	if (!strcmp(path, SET_STORE))
		return put_open(w, store, item);
	fd = archive_open(w->data->root, path, &st, w->err);
	if (fd < 0)
		return -1;
	ret = put_open(w, fd, item);
	close(fd);
	return ret;
}

static int put_all(const struct writing *w, const json_t *manifest, int store)
{
	char *text = json_dumps(manifest, JSON_INDENT(1));
	gnutls_hash_hd_t hash;
	const json_t *item;
	char sha256[65];
	size_t i;
	int ret;

	if (!text || hash_begin(&hash, SET_MANIFEST, w->err) < 0) {
		free(text);
		return err_set(w->err, ERR_MEMORY, SET_MANIFEST, "no memory");
	}
	ret = hash_add(hash, SET_MANIFEST, text, strlen(text), w->err);
	hash_end(hash, sha256);
	if (ret == 0)
		ret = put_text(w, SET_MANIFEST, text);
	free(text);
	json_array_foreach(json_object_get(manifest, "files"), i, item)
	{
		if (ret == 0)
			ret = put_item(w, item, store);
	}
	return ret == 0 ? put_text(w, SET_SUM, sha256) : -1;
}

static int write_tar(int out, const struct writing *w, const json_t *manifest, int store)
{
	int ret;

	if (archive_write_set_format_pax_restricted(w->tar) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(w->tar, 1) != ARCHIVE_OK ||
	    archive_write_open_fd(w->tar, out) != ARCHIVE_OK)
		return fail(w);
	ret = put_all(w, manifest, store);
	if (ret == 0 && archive_write_close(w->tar) != ARCHIVE_OK)
		ret = fail(w);
	return ret;
}

/* The store is the first of the files. */
static int add_store(json_t *manifest, int fd, int version, struct err *err)
{
	char sha256[65];
	struct stat st;
	json_t *item;

	if (lseek(fd, 0, SEEK_SET) < 0 || fstat(fd, &st) < 0)
		return err_sys(err, ERR_IO, SET_STORE, "can't read the copy");
	if (hash_stream(fd, -1, SET_STORE, sha256, err) < 0)
		return -1;
	item = set_item(SET_STORE, &st);
	json_object_set_new(item, "size", json_integer(st.st_size));
	json_object_set_new(item, "sha256", json_string(sha256));
	if (json_object_set_new(manifest, "store", json_integer(version)) < 0 ||
	    json_array_insert_new(json_object_get(manifest, "files"), 0, item) < 0)
		return err_set(err, ERR_MEMORY, SET_STORE, "no memory");
	return 0;
}

/*
 * One moment for all: the files' sums are taken before the store's copy, and compared after it. What is the same both times was so
 * at the moment of the copy.
 */
static int write_set(const struct writing *w, int out, struct store *store, json_t *manifest)
{
	int version = 0, ret;
	const int copy = store_copy(store, w->data->path, &version, w->err);

	if (copy < 0)
		return -1;
	ret = add_store(manifest, copy, version, w->err);
	if (ret == 0)
		ret = write_tar(out, w, manifest, copy);
	close(copy);
	return ret;
}

int set_write(int out, const char *name, const struct data *data, const struct settings *settings,
	      struct store *store, json_t **manifest, struct err *err)
{
	const struct writing w = {archive_write_new(), name, data, err};
	int ret;

	*manifest = NULL;
	if (!w.tar)
		return err_set(err, ERR_MEMORY, name, "no memory");
	ret = set_collect(manifest, data, settings, store, err);
	if (ret == 0)
		ret = write_set(&w, out, store, *manifest);
	archive_write_free(w.tar);
	if (ret == 0)
		return 0;
	json_decref(*manifest);
	*manifest = NULL;
	return -1;
}
