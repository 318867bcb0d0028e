#include "site/sessions.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/file.h"

#define FOLDER    "sessions"
#define HEX       "0123456789abcdef"
#define PATH_TEXT (sizeof(FOLDER) + SESSION_ID_TEXT)

static bool is_id(const char *name)
{
	return strlen(name) == SESSION_ID_TEXT - 1 && strspn(name, HEX) == strlen(name);
}

static int open_folder(const struct data *data, struct err *err)
{
	int fd = openat(data->root, FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? err_sys(err, ERR_SERVICE_DATA, FOLDER, "can't open the folder") : fd;
}

static int path_of(char path[PATH_TEXT], const char *id)
{
	if (!is_id(id))
		return -1;
	snprintf(path, PATH_TEXT, FOLDER "/%s", id);
	return 0;
}

static void copy(char *out, size_t size, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	snprintf(out, size, "%s", text ? text : "");
}

/* False: it is none, or is over by now. */
static bool read_row(int folder, const char *id, struct session_row *row)
{
	struct err unread = ERR_INIT;
	struct stat st;
	char *text;
	size_t size;
	json_t *object;

	if (!is_id(id) || fstatat(folder, id, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    file_read(folder, id, SMALL_BODY_MAX, &text, &size, &unread) < 0)
		return false;
	object = json_loadb(text, size, 0, NULL);
	free(text);
	memset(row, 0, sizeof(*row));
	snprintf(row->id, sizeof(row->id), "%s", id);
	copy(row->who, sizeof(row->who), object, "who");
	copy(row->from, sizeof(row->from), object, "from");
	row->begun_ms = json_integer_value(json_object_get(object, "begun_ms"));
	row->used_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	/* A file's time is that of the kernel's last tick. */
	if (row->used_ms < row->begun_ms)
		row->used_ms = row->begun_ms;
	json_decref(object);
	return true;
}

int sessions_add(const struct data *data, const struct session_row *row, struct err *err)
{
	json_t *object = json_pack("{s:s, s:s, s:I}", "who", row->who, "from", row->from,
				   "begun_ms", (json_int_t)row->begun_ms);
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	int folder, ret = -1;

	json_decref(object);
	if (!text)
		return err_set(err, ERR_MEMORY, FOLDER, "no memory");
	folder = open_folder(data, err);
	if (folder >= 0) {
		ret = file_update(folder, row->id, text, strlen(text), 0600, err) < 0 ? -1 : 0;
		close(folder);
	}
	free(text);
	return ret;
}

bool sessions_is(const struct data *data, const char *id)
{
	char path[PATH_TEXT];

	/* Whatever else is wrong with the file is no end of the session. */
	return path_of(path, id) == 0 &&
	       (faccessat(data->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT);
}

void sessions_use(const struct data *data, const char *id)
{
	char path[PATH_TEXT];

	/* For people to see: nothing depends on it. */
	if (path_of(path, id) == 0)
		(void)!utimensat(data->root, path, NULL, AT_SYMLINK_NOFOLLOW);
}

bool sessions_find(const struct data *data, const char *id, struct session_row *row)
{
	int folder = open_folder(data, NULL);
	bool found = folder >= 0 && read_row(folder, id, row);

	if (folder >= 0)
		close(folder);
	return found;
}

int sessions_end(const struct data *data, const char *id, struct err *err)
{
	char path[PATH_TEXT];

	if (path_of(path, id) < 0)
		return 0;
	if (unlinkat(data->root, path, 0) == 0)
		return 1;
	return errno == ENOENT ? 0 : err_sys(err, ERR_SERVICE_DATA, path, "can't remove");
}

struct rows {
	struct session_row *row;
	size_t count, room;
};

static int add_row(struct rows *rows, const struct session_row *row)
{
	if (rows->count == rows->room) {
		const size_t room = rows->room ? rows->room * 2 : LOGIN_SESSIONS_MAX;
		struct session_row *grown = reallocarray(rows->row, room, sizeof(*grown));

		if (!grown)
			return -1;
		rows->row = grown;
		rows->room = room;
	}
	rows->row[rows->count++] = *row;
	return 0;
}

static int by_begin(const void *a, const void *b)
{
	const struct session_row *one = a, *other = b;

	return (one->begun_ms > other->begun_ms) - (one->begun_ms < other->begun_ms);
}

static int read_rows(const struct data *data, struct rows *rows, struct err *err)
{
	int folder = open_folder(data, err), ret = 0;
	DIR *dir = folder < 0 ? NULL : fdopendir(folder);
	const struct dirent *entry;
	struct session_row row;

	if (!dir) {
		if (folder >= 0)
			close(folder);
		return folder < 0 ? -1 : err_sys(err, ERR_SERVICE_DATA, FOLDER, "can't read it");
	}
	while (ret == 0 && (entry = readdir(dir)))
		if (read_row(dirfd(dir), entry->d_name, &row))
			ret = add_row(rows, &row);
	closedir(dir);
	return ret < 0 ? err_set(err, ERR_MEMORY, FOLDER, "no memory") : 0;
}

int sessions_each(const struct data *data, void (*each)(void *arg, const struct session_row *row),
		  void *arg, struct err *err)
{
	struct rows rows = {0};
	int ret = 0;

	/* Before the first `serve` there is not even the folder. */
	if (faccessat(data->root, FOLDER, F_OK, 0) == 0 || errno != ENOENT)
		ret = read_rows(data, &rows, err);
	if (ret == 0 && rows.count)
		qsort(rows.row, rows.count, sizeof(*rows.row), by_begin);
	for (size_t i = 0; ret == 0 && i < rows.count; i++)
		each(arg, &rows.row[i]);
	free(rows.row);
	return ret;
}

int sessions_begin(const struct data *data, struct err *err)
{
	const struct dirent *entry;
	int folder;
	DIR *dir;

	if (mkdirat(data->root, FOLDER, 0700) < 0 && errno != EEXIST)
		return err_sys(err, ERR_SERVICE_DATA, FOLDER, "can't make the folder");
	folder = open_folder(data, err);
	if (folder < 0)
		return -1;
	dir = fdopendir(folder);
	if (!dir) {
		close(folder);
		return err_sys(err, ERR_SERVICE_DATA, FOLDER, "can't read it");
	}
	/* Also what was half written. */
	while ((entry = readdir(dir)))
		if (strspn(entry->d_name, HEX) == SESSION_ID_TEXT - 1)
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	return 0;
}
