#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archives/hash.h"
#include "backup/set.h"
#include "util/file.h"
#include "util/limits.h"

struct reading {
	struct archive *tar;
	const char *name;
	int root;        /* -1: nothing is written */
	char sha256[65]; /* of the manifest */
	struct err *err;
};

static int refuse(const struct reading *r, const char *what)
{
	return err_set(r->err, ERR_SERVICE_BACKUP, r->name, "is damaged, or no backup: %s", what);
}

static int fail(const struct reading *r)
{
	const char *why = archive_error_string(r->tar);

	return refuse(r, why ? why : "it can't be read");
}

/* The next member has to be this regular file; its size, or -1. */
static int64_t next(const struct reading *r, const char *path)
{
	struct archive_entry *entry;
	const char *found;
	int code = archive_read_next_header(r->tar, &entry);

	if (code == ARCHIVE_EOF)
		return refuse(r, "it ends too early");
	if (code != ARCHIVE_OK)
		return fail(r);
	found = archive_entry_pathname(entry);
	if (!found || strcmp(found, path) != 0 || archive_entry_filetype(entry) != AE_IFREG ||
	    archive_entry_size(entry) < 0)
		return refuse(r, "it has other files than its manifest says");
	return archive_entry_size(entry);
}

/* A short member, malloc'ed, the caller's to free, with the sum of it. */
static char *read_text(const struct reading *r, const char *path, size_t max, char sha256[65])
{
	const int64_t size = next(r, path);
	gnutls_hash_hd_t hash;
	char *text;
	int ret;

	if (size < 0 || hash_begin(&hash, path, r->err) < 0)
		return NULL;
	text = (uint64_t)size <= max ? malloc((size_t)size + 1) : NULL;
	if (!text)
		ret = refuse(r, "a part of it is too large");
	else if (archive_read_data(r->tar, text, (size_t)size) != (la_ssize_t)size)
		ret = fail(r);
	else
		ret = hash_add(hash, path, text, (size_t)size, r->err);
	hash_end(hash, sha256);
	if (ret < 0) {
		free(text);
		return NULL;
	}
	text[size] = '\0';
	return text;
}

static int copy_blocks(const struct reading *r, int to, const char *path, gnutls_hash_hd_t hash)
{
	char *block = malloc(HASH_BLOCK);
	la_ssize_t n = 0;
	int ret = block ? 0 : err_set(r->err, ERR_MEMORY, path, "no memory to read it");

	while (ret == 0 && (n = archive_read_data(r->tar, block, HASH_BLOCK)) > 0) {
		ret = hash_add(hash, path, block, (size_t)n, r->err);
		if (ret == 0 && to >= 0)
			ret = file_write_all(to, path, block, (size_t)n, r->err);
	}
	free(block);
	return ret == 0 && n < 0 ? fail(r) : ret;
}

static int copy(const struct reading *r, int to, const json_t *item)
{
	const char *path = json_string_value(json_object_get(item, "path"));
	gnutls_hash_hd_t hash;
	char sha256[65];
	int ret;

	if (hash_begin(&hash, path, r->err) < 0)
		return -1;
	ret = copy_blocks(r, to, path, hash);
	hash_end(hash, sha256);
	if (ret == 0 && strcmp(sha256, json_string_value(json_object_get(item, "sha256"))))
		ret = refuse(r, path);
	return ret;
}

static int copy_out(const struct reading *r, const json_t *item)
{
	const char *path = json_string_value(json_object_get(item, "path"));
	int ret, to = openat(r->root, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			     0600);

	if (to < 0)
		return err_sys(r->err, ERR_SERVICE_DATA, path, "can't create");
	ret = copy(r, to, item);
	if (ret == 0)
		ret = set_give(to, item, r->err);
	if (ret == 0 && fsync(to) < 0)
		ret = err_sys(r->err, ERR_IO, path, "can't sync");
	if (close(to) < 0 && ret == 0)
		ret = err_sys(r->err, ERR_IO, path, "can't close");
	return ret;
}

static int take_file(const struct reading *r, const json_t *item)
{
	const char *path = json_string_value(json_object_get(item, "path"));
	const int64_t size = next(r, path);

	if (size < 0)
		return -1;
	if (size != json_integer_value(json_object_get(item, "size")))
		return refuse(r, path);
	if (r->root < 0)
		return copy(r, -1, item);
	/* All else is on the disk before the folder becomes a site. */
	if (!strcmp(path, DATA_SETTINGS) && syncfs(r->root) < 0)
		return err_sys(r->err, ERR_IO, path, "can't sync what was restored before it");
	return copy_out(r, item);
}

static int take_all(const struct reading *r, const json_t *manifest)
{
	const json_t *item;
	char sha256[65], *sum;
	size_t i;
	int ret;

	json_array_foreach(json_object_get(manifest, "folders"), i, item)
	{
		if (r->root >= 0 && set_make_folder(r->root, item, r->err) < 0)
			return -1;
	}
	json_array_foreach(json_object_get(manifest, "files"), i, item)
	{
		if (take_file(r, item) < 0)
			return -1;
	}
	sum = read_text(r, SET_SUM, sizeof(r->sha256), sha256);
	if (!sum)
		return -1;
	ret = strcmp(sum, r->sha256) ? refuse(r, "its manifest is not the one that was written")
				     : 0;
	free(sum);
	return ret;
}

static json_t *read_manifest(struct reading *r)
{
	char *text = read_text(r, SET_MANIFEST, SET_MANIFEST_MAX, r->sha256);
	json_t *manifest = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;

	if (text && !manifest)
		refuse(r, "its manifest is no JSON");
	free(text);
	if (!manifest || set_check_manifest(manifest, r->name, r->err) == 0)
		return manifest;
	json_decref(manifest);
	return NULL;
}

static json_t *read_tar(struct reading *r, int in)
{
	json_t *manifest;

	if (archive_read_support_format_tar(r->tar) != ARCHIVE_OK ||
	    archive_read_open_fd(r->tar, in, HASH_BLOCK) != ARCHIVE_OK) {
		fail(r);
		return NULL;
	}
	manifest = read_manifest(r);
	if (!manifest || take_all(r, manifest) == 0)
		return manifest;
	json_decref(manifest);
	return NULL;
}

int set_read(int in, const char *name, int root, json_t **manifest, struct err *err)
{
	struct reading r = {.tar = archive_read_new(), .name = name, .root = root, .err = err};

	*manifest = NULL;
	if (!r.tar)
		return err_set(err, ERR_MEMORY, name, "no memory");
	*manifest = read_tar(&r, in);
	archive_read_free(r.tar);
	return *manifest ? 0 : -1;
}
