#include "archives/archive_list.h"

#include <stdlib.h>

struct listing {
	struct store *store;
	bool read;
	json_t *list;
};

static json_t *load_facts(const char *text)
{
	json_t *facts = text ? json_loads(text, 0, NULL) : NULL;

	/* It stands beside them. */
	json_object_del(facts, "sha256");
	return facts;
}

static int append(const struct listing *listing, const char *path, const struct stat *st,
		  const char *sha256, const char *facts, struct err *err)
{
	json_t *archive =
		json_pack("{s:s, s:I, s:s?, s:o?}", "path", path, "size", (json_int_t)st->st_size,
			  "sha256", sha256[0] ? sha256 : NULL, "facts", load_facts(facts));

	/* A name that is no UTF-8 can't be told in JSON, nor be asked for by a URL. */
	if (!archive)
		return 0;
	return json_array_append_new(listing->list, archive) == 0
		       ? 0
		       : err_set(err, ERR_MEMORY, path, "no memory to list it");
}

static int add(void *arg, const char *path, int fd, struct err *err)
{
	const struct listing *listing = arg;
	char *facts = NULL, sha256[65];
	struct stat st;
	int ret;

	if (fstat(fd, &st) < 0)
		return err_sys(err, ERR_IO, path, "can't stat");
	ret = listing->read ? archive_facts(listing->store, path, fd, NULL, &facts, err)
			    : archive_known_facts(listing->store, path, &st, &facts, err);
	if (ret == 0)
		ret = archive_known_hash(listing->store, path, &st, sha256, err);
	if (ret == 0)
		ret = append(listing, path, &st, sha256, facts, err);
	free(facts);
	return ret;
}

int archive_list(int dir, struct store *store, bool read, json_t *list, struct err *err)
{
	struct listing listing = {store, read, list};

	return archive_each(dir, add, &listing, err);
}
