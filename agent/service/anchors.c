#include "service/anchors.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "service/exchange.h"

/* Whether the file is another than was seen last; it is the one seen from now on. */
static bool see(struct service *service)
{
	struct stat st;
	bool other;

	if (stat(service->ca_file, &st))
		return false;
	other = service->seen.inode != st.st_ino || service->seen.size != (uint64_t)st.st_size ||
		service->seen.mtime_s != st.st_mtim.tv_sec ||
		service->seen.mtime_ns != st.st_mtim.tv_nsec;
	service->seen.inode = st.st_ino;
	service->seen.size = (uint64_t)st.st_size;
	service->seen.mtime_s = st.st_mtim.tv_sec;
	service->seen.mtime_ns = st.st_mtim.tv_nsec;
	return other;
}

int anchors_begin(struct service *service, const char *ca_file, struct err *err)
{
	service->ca_file = strdup(ca_file);
	if (!service->ca_file)
		return err_set(err, ERR_MEMORY, ca_file, "no memory for its name");
	see(service);
	return 0;
}

void anchors_follow(struct service *service)
{
	struct err err = ERR_INIT;
	struct trust fresh;

	if (!service->ca_file || !see(service))
		return;
	if (trust_load(&fresh, service->ca_file, &err)) {
		log_line("the trust anchors stay as they were: %s: %s", err.where, err.msg);
		return;
	}
	trust_free(&service->trust);
	service->trust = fresh;
}

/* Several programs may learn at once, and the file that is written beside it has one name: one after the other. */
static int replace(const char *path, const char *pem, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret = -1;

	if (fd < 0 || flock(fd, LOCK_EX) || file_replace(AT_FDCWD, path, pem, strlen(pem), 0644))
		err_sys(err, ERR_IO, path, "the new trust anchors can't be kept");
	else
		ret = 0;
	if (fd >= 0)
		close(fd);
	return ret;
}

/* What the agent could not read later must not take the place of what it can. */
static int check(const struct service *service, const char *pem, struct err *err)
{
	const size_t size = strlen(pem);
	struct trust trust;

	if (size > TRUST_BYTES_MAX)
		return err_set(err, ERR_TLS, service->ca_file,
			       "the service tells trust anchors of %zu bytes; %d are the most",
			       size, TRUST_BYTES_MAX);
	if (trust_parse(&trust, pem, size, "the service's trust anchors", err))
		return -1;
	trust_free(&trust);
	return 0;
}

int anchors_learn(struct service *service, const char *pem, struct err *err)
{
	char id[TRUST_ID_TEXT];

	trust_id(id, pem, strlen(pem));
	if (!strcmp(id, service->trust.id))
		return 0;
	if (check(service, pem, err) || replace(service->ca_file, pem, err))
		return -1;
	connection_close(service->connection);
	service->connection = NULL;
	anchors_follow(service);
	return 1;
}

void anchors_tell(struct service *service, const char *id)
{
	snprintf(service->told, sizeof(service->told), "%s", id);
}
