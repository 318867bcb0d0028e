/*
 * A set: one file, a tar, with all that a site needs but its archives. Its first member, the manifest, describes the others; its
 * last one is the manifest's sum, so a set that was cut off is none.
 *
 *	{"newroot_backup": 1, "version": TEXT, "store": 5, "made_ms": N, "url": URL,
 *	 "folders": [{"path", "mode": "0755", "uid", "gid", "user", "group"}],	each before what is in it
 *	 "files": [{the same, "size", "sha256"}],	in the order of the members; service.json is the last
 *	 "archives": [{"path", "size", "sha256": TEXT or null}]}	not in the set
 */
#ifndef SERVER_BACKUP_SET_H
#define SERVER_BACKUP_SET_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"
#include "site/data.h"
#include "site/settings.h"
#include "store/store.h"

#define SET_FORMAT   1
#define SET_MANIFEST "manifest.json"
#define SET_SUM      "manifest.sha256"
#define SET_STORE    "newroot.db"
/* A manifest in memory: a site of a million archives with long names. */
#define SET_MANIFEST_MAX (512 * 1024 * 1024)

/*
 * Write the set to `out`, which messages call `name`, while others change what is in it: every file is as it was at one moment,
 * and the store as well. ERR_SERVICE_BACKUP when a file changes meanwhile. What belongs to no set (links, devices) is told on
 * stderr. `*manifest` is the caller's to json_decref(), NULL after an error.
 */
int set_write(int out, const char *name, const struct data *data, const struct settings *settings,
	      struct store *store, json_t **manifest, struct err *err);

/* Inside: what set_write() puts together, all but the store's part. */
int set_collect(json_t **manifest, const struct data *data, const struct settings *settings,
		struct store *store, struct err *err);
/* {"path", "mode", "uid", "gid", "user", "group"}, or NULL: no memory, or a name that is no UTF-8. */
json_t *set_item(const char *path, const struct stat *st);

/*
 * Read the whole set from `in`, which is at its beginning. Each member has to be what the manifest says, or it is
 * ERR_SERVICE_BACKUP. With `root` >= 0 they are made below that folder, with their modes, and their owners where this process may
 * give files away; else nothing is written. `*manifest` as above.
 */
int set_read(int in, const char *name, int root, json_t **manifest, struct err *err);

/* Inside: whether a manifest is of a kind that can be restored here. */
int set_check_manifest(const json_t *manifest, const char *name, struct err *err);
/* A folder of the manifest; a file, of which `fd` is open. */
int set_make_folder(int root, const json_t *item, struct err *err);
int set_give(int fd, const json_t *item, struct err *err);

#endif
