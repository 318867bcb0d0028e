#include "installed/installed_report.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "service/report.h"

#define LOCK_S 3

int installed_service(struct service **service, const struct first_boot_config *config,
		      struct err *err)
{
	const struct service_config way = {
		.url = config->service,
		.ca_file = config->ca,
		.pin = config->pin,
		.token = config->token,
		.mac = config->mac,
	};

	return service_new(service, &way, err);
}

static int open_service(struct service **service, const char *instructions, struct err *err)
{
	struct first_boot_config config = {0};
	struct arena arena = {0};
	int ret = first_boot_config_read(&config, instructions, &arena, err) ||
				  installed_service(service, &config, err)
			  ? -1
			  : 0;

	arena_free(&arena);
	return ret;
}

struct service *installed_report_open(const char *instructions, const char *spool, struct err *err)
{
	struct service *service = NULL;

	if (access(instructions, F_OK)) {
		err_sys(err, ERR_FIRST_BOOT, instructions, "there are no instructions");
		return NULL;
	}
	if (open_service(&service, instructions, err))
		return NULL;
	if (report_start(service, spool, REPORT_NEW_BOOT, err) == 0)
		return service;
	service_free(service);
	return NULL;
}

bool installed_report_close(struct service *service, const char *spool, unsigned limit_s)
{
	bool taken;

	if (!service)
		return true;
	taken = report_stop(limit_s) == 0;
	if (taken)
		unlink(spool);
	service_free(service);
	return taken;
}

/* Who attends to replication has the lock for some statements. */
static int lock_folder(int fd)
{
	const int64_t until = clock_ms() + LOCK_S * 1000;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK || clock_ms() >= until)
			return -1;
		usleep(100000);
	}
	return 0;
}

/* On the folder, so that no file is left. */
int installed_lock(const char *state, enum err_code code, struct err *err)
{
	int fd = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, code, state,
			       "cannot open %s, which every system has that newroot installed",
			       state);
	if (lock_folder(fd) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		err_set(err, code, state,
			"another `newroot cutover`, or a `newroot sync`, is running");
	else
		err_sys(err, code, state, "cannot lock %s", state);
	close(fd);
	return -1;
}
