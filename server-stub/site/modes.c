#include "site/modes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/log.h"

/* What is to be made anew when somebody has read it, and how. */
static const struct secret {
	const char *name, *anew;
	mode_t mode;
} secrets[] = {
	{DATA_CA_KEY, "the site's CA: `newroot-server ca rotate begin`, and `finish`", 0600},
	{DATA_CA_NEXT_KEY, "the next CA: `newroot-server ca rotate undo`, then `begin`", 0600},
	{DATA_KEY, "the service's key: `newroot-server cert renew --new-key`", 0600},
	{DATA_OPERATOR_TOKEN, "the operator's token: delete the file and send SIGHUP", 0600},
	{DATA_CREATOR_TOKEN, "the creators' token: delete the file and send SIGHUP", 0600},
	{"newroot.db", "VMs' tokens (`arm`) and the passwords of jobs", 0600},
	{"newroot.db-wal", "VMs' tokens (`arm`) and the passwords of jobs", 0600},
	{"newroot.db-shm", "nothing", 0600},
	{"newroot.db.v4", "VMs' tokens (`arm`) and the passwords of jobs", 0600},
	{"newroot.db.v5", "VMs' tokens (`arm`) and the passwords of jobs", 0600},
	{"archives", "what is secret in the archives", 0700},
};

static bool is_ours(const struct stat *st)
{
	return st->st_uid == geteuid();
}

static int close_to_others(const struct data *data, const struct secret *secret,
			   const struct stat *st, struct err *err)
{
	if (fchmodat(data->root, secret->name, secret->mode, 0) < 0)
		return err_sys(err, ERR_SERVICE_DATA, secret->name,
			       "others can read it (mode %03o), and it can't be closed to them",
			       (unsigned)st->st_mode & 0777);
	log_warning(
		"%s was open to others (mode %03o), and is closed now (%03o). If somebody may have read it, make anew: %s",
		secret->name, (unsigned)st->st_mode & 0777, (unsigned)secret->mode, secret->anew);
	return 0;
}

static int check(const struct data *data, const struct secret *secret, struct err *err)
{
	struct stat st;

	if (fstatat(data->root, secret->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0
				       : err_sys(err, ERR_SERVICE_DATA, secret->name,
						 "can't look at its mode");
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return err_set(err, ERR_SERVICE_DATA, secret->name,
			       "is no regular file; put the file itself there");
	if (!is_ours(&st))
		return err_set(
			err, ERR_SERVICE_DATA, secret->name,
			"belongs to uid %lu, who can read and replace it; `chown` it to who runs this, uid %lu",
			(unsigned long)st.st_uid, (unsigned long)geteuid());
	return st.st_mode & 077 ? close_to_others(data, secret, &st, err) : 0;
}

/* Whoever may rename in it needs no right to the files. */
static int check_folder(const struct data *data, struct err *err)
{
	struct stat st;

	if (fstat(data->root, &st) < 0)
		return err_sys(err, ERR_SERVICE_DATA, data->path, "can't look at its mode");
	if (!is_ours(&st) || st.st_mode & 022)
		return err_set(
			err, ERR_SERVICE_DATA, data->path,
			"others may replace what is in it (uid %lu, mode %03o); `chown` it to who runs this and `chmod go-w` it",
			(unsigned long)st.st_uid, (unsigned)st.st_mode & 0777);
	return 0;
}

int modes_check(const struct data *data, struct err *err)
{
	if (check_folder(data, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (check(data, &secrets[i], err) < 0)
			return -1;
	return 0;
}
