/* What a manifest says is checked whole before anything is made by it. */
#include <string.h>

#include "archives/archive.h"
#include "backup/set.h"

static int refuse(const char *name, const char *path, struct err *err)
{
	return err_set(err, ERR_SERVICE_BACKUP, name, "its manifest is damaged, at \"%.100s\"",
		       path ? path : "");
}

/* Only below these two, or directly in the data folder. */
static bool is_place(const char *path)
{
	const char *slash = strchr(path, '/');

	return archive_path_ok(path) &&
	       (!slash || !strncmp(path, "site/", 5) || !strncmp(path, "boot/", 5));
}

static bool is_mode(const char *text)
{
	return text && strlen(text) == 4 && strspn(text, "01234567") == 4;
}

static bool is_sum(const char *text)
{
	return text && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool is_item(const json_t *item)
{
	return json_is_integer(json_object_get(item, "uid")) &&
	       json_is_integer(json_object_get(item, "gid")) &&
	       json_is_string(json_object_get(item, "user")) &&
	       json_is_string(json_object_get(item, "group")) &&
	       is_mode(json_string_value(json_object_get(item, "mode")));
}

static int check_folders(const json_t *folders, const char *name, struct err *err)
{
	const json_t *item;
	size_t i;

	json_array_foreach(folders, i, item)
	{
		const char *path = json_string_value(json_object_get(item, "path"));

		if (!path || !(!strcmp(path, ".") || is_place(path)) || !is_item(item))
			return refuse(name, path, err);
	}
	return 0;
}

static bool is_file(const json_t *item, const char *path)
{
	return path && is_place(path) && is_item(item) &&
	       json_integer_value(json_object_get(item, "size")) >= 0 &&
	       is_sum(json_string_value(json_object_get(item, "sha256")));
}

/* The store is the first one, the settings are the last. */
static int check_files(const json_t *files, const char *name, struct err *err)
{
	const size_t count = json_array_size(files);
	const json_t *item;
	size_t i;

	if (count < 2)
		return refuse(name, "files", err);
	json_array_foreach(files, i, item)
	{
		const char *path = json_string_value(json_object_get(item, "path"));

		if (!is_file(item, path) || (i == 0) != !strcmp(path, SET_STORE) ||
		    (i == count - 1) != !strcmp(path, DATA_SETTINGS))
			return refuse(name, path, err);
	}
	return 0;
}

static int check_archives(const json_t *archives, const char *name, struct err *err)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(archives))
		return refuse(name, "archives", err);
	json_array_foreach(archives, i, item)
	{
		const char *path = json_string_value(json_object_get(item, "path"));

		if (!path || !archive_path_ok(path) ||
		    !json_is_integer(json_object_get(item, "size")))
			return refuse(name, path, err);
	}
	return 0;
}

static int check_versions(const json_t *manifest, const char *name, struct err *err)
{
	const json_int_t format = json_integer_value(json_object_get(manifest, "newroot_backup"));
	const json_int_t store = json_integer_value(json_object_get(manifest, "store"));
	const char *version = json_string_value(json_object_get(manifest, "version"));

	if (format < 1)
		return err_set(err, ERR_SERVICE_BACKUP, name, "is no backup of newroot-server");
	if (format > SET_FORMAT || store > store_version)
		return err_set(
			err, ERR_SERVICE_BACKUP, name,
			"was made by newroot-server %.20s, with a store of version %d (backup format %d); "
			"this one reads versions up to %d (format %d): restore it with that version or a newer one",
			version ? version : "?", (int)store, (int)format, store_version,
			SET_FORMAT);
	return 0;
}

int set_check_manifest(const json_t *manifest, const char *name, struct err *err)
{
	if (check_versions(manifest, name, err) < 0 ||
	    check_folders(json_object_get(manifest, "folders"), name, err) < 0 ||
	    check_files(json_object_get(manifest, "files"), name, err) < 0)
		return -1;
	if (!json_is_string(json_object_get(manifest, "url")) ||
	    !json_is_integer(json_object_get(manifest, "made_ms")))
		return refuse(name, "url", err);
	return check_archives(json_object_get(manifest, "archives"), name, err);
}
