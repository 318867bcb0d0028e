/* Copies of the store, by SQLite's own backup: it reads one snapshot, whoever writes meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "store/sqlite.h"

/* Nothing is left of it after a crash, so it needs neither a journal nor to be synced. */
#define COPY_PRAGMAS "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF"

static int copy_pages(struct store *store, sqlite3 *to, struct err *err)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", store->db, "main");
	int code;

	if (!backup)
		return err_set(err, ERR_SERVICE_STORE, STORE_FILE, "can't begin to copy it: %s",
			       sqlite3_errmsg(to));
	/* All at once: in parts it would begin anew whenever somebody has written. */
	code = sqlite3_backup_step(backup, -1);
	sqlite3_backup_finish(backup);
	if (code != SQLITE_DONE)
		return err_set(err, ERR_SERVICE_STORE, STORE_FILE, "can't copy it: %s",
			       sqlite3_errstr(code));
	return 0;
}

/* The name is gone as soon as SQLite has opened it, so that a crash leaves no second store with all its secrets. */
static int copy_into(struct store *store, const char *path, struct err *err)
{
	sqlite3 *to = NULL;
	int ret;

	if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL) !=
		    SQLITE_OK ||
	    sqlite3_exec(to, COPY_PRAGMAS, NULL, NULL, NULL) != SQLITE_OK)
		ret = err_set(err, ERR_SERVICE_STORE, path, "can't open the copy: %s",
			      sqlite3_errmsg(to));
	else if (unlink(path) < 0)
		ret = err_sys(err, ERR_SERVICE_STORE, path, "can't remove the copy's name");
	else
		ret = copy_pages(store, to, err);
	if (sqlite3_close(to) != SQLITE_OK && ret == 0)
		ret = err_set(err, ERR_SERVICE_STORE, path, "can't close the copy");
	return ret;
}

int store_copy(struct store *store, const char *data_path, int *version, struct err *err)
{
	char path[PATH_MAX];
	int fd, ret;

	if (snprintf(path, sizeof(path), "%s/.copy-%ld.db", data_path, (long)getpid()) >=
	    (int)sizeof(path))
		return err_set(err, ERR_SERVICE_STORE, data_path, "the path is too long");
	unlink(path);
	if (sql_make_file(path, err) < 0)
		return -1;
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		unlink(path);
		return err_sys(err, ERR_SERVICE_STORE, path, "can't open the copy");
	}
	pthread_mutex_lock(&store->lock);
	ret = sql_version(store, version, err);
	if (ret == 0)
		ret = copy_into(store, path, err);
	pthread_mutex_unlock(&store->lock);
	if (ret == 0)
		return fd;
	unlink(path);
	close(fd);
	return -1;
}
