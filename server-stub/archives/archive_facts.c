#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "archives/archive.h"
#include "archives/facts_process.h"
#include "facts/facts.h"

int archive_known_facts(struct store *store, const char *path, const struct stat *st, char **facts,
			struct err *err)
{
	struct archive_hash key;

	archive_hash_key(&key, st);
	if (store_archive_facts(store, path, &key, facts, err) < 0)
		return -1;
	/* Those of an older newroot lack what this one asks for: the file is read again. */
	if (*facts && !facts_current(*facts)) {
		free(*facts);
		*facts = NULL;
	}
	return 0;
}

static int take_sum(struct archive_hash *key, const char *path, const char *facts, struct err *err)
{
	json_t *object = json_loads(facts, 0, NULL);
	const char *sum = json_string_value(json_object_get(object, "sha256"));
	const bool good = sum && strlen(sum) == sizeof(key->sha256) - 1;

	if (good)
		memcpy(key->sha256, sum, sizeof(key->sha256));
	json_decref(object);
	return good ? 0 : err_set(err, ERR_CHILD_FAILED, path, "its reader told no facts");
}

static int keep(struct store *store, const char *path, int fd, struct archive_hash *key,
		const char *facts, struct err *err)
{
	struct archive_hash after;
	struct stat st;

	if (take_sum(key, path, facts, err) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(err, ERR_IO, path, "can't stat");
	archive_hash_key(&after, &st);
	if (after.size != key->size || after.mtime_ns != key->mtime_ns)
		return err_set(err, ERR_SERVICE_ARCHIVE, path, "it changed while it was read");
	key->facts = facts;
	return store_archive_save(store, path, key, err);
}

int archive_facts(struct store *store, const char *path, int fd, _Atomic pid_t *pid, char **facts,
		  struct err *err)
{
	struct archive_hash key;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, ERR_IO, path, "can't stat");
	if (archive_known_facts(store, path, &st, facts, err) < 0)
		return -1;
	if (*facts)
		return 0;
	archive_hash_key(&key, &st);
	if (facts_process(fd, path, pid, facts, err) < 0)
		return -1;
	if (keep(store, path, fd, &key, *facts, err) == 0)
		return 0;
	free(*facts);
	*facts = NULL;
	return -1;
}
