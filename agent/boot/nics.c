#include "boot/nics.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WAITS_MAX                                                                                  \
	20 /* of a tenth of a second: some drivers find their devices after they are loaded */
#define NAMES_MAX 256
#define SPARE     "newroot%u" /* for one that has to make room */
#define FREE      "eth%u"

/* The interface's MAC as text. */
static bool read_mac(int fd, const char *name, char *mac, size_t size)
{
	struct ifreq request = {0};
	unsigned char byte[6];

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		return false;
	memcpy(byte, request.ifr_hwaddr.sa_data, sizeof(byte));
	snprintf(mac, size, "%02x:%02x:%02x:%02x:%02x:%02x", byte[0], byte[1], byte[2], byte[3],
		 byte[4], byte[5]);
	return true;
}

static bool find(int fd, const char *mac, char name[IF_NAMESIZE])
{
	struct if_nameindex *list = if_nameindex();
	bool found = false;
	char text[18];

	for (const struct if_nameindex *i = list; i && i->if_index && !found; i++) {
		found = read_mac(fd, i->if_name, text, sizeof(text)) && !strcasecmp(text, mac);
		if (found)
			snprintf(name, IF_NAMESIZE, "%s", i->if_name);
	}
	if (list)
		if_freenameindex(list);
	return found;
}

static bool all_are_there(int fd, const struct boot_config *config)
{
	char name[IF_NAMESIZE];

	for (size_t i = 0; i < config->nic_count; i++)
		if (!find(fd, config->nics[i].mac, name))
			return false;
	return true;
}

static void wait_for_all(int fd, const struct boot_config *config)
{
	const struct timespec tenth = {.tv_nsec = 100000000};

	for (int i = 0; i < WAITS_MAX && !all_are_there(fd, config); i++)
		nanosleep(&tenth, NULL);
}

static void change(int fd, const char *from, const char *to)
{
	struct ifreq request = {0};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", from);
	snprintf(request.ifr_newname, sizeof(request.ifr_newname), "%s", to);
	if (ioctl(fd, SIOCSIFNAME, &request))
		printf("newroot: cannot rename the network interface %s to %s: %s\n", from, to,
		       strerror(errno));
}

static bool is_of_job(const struct boot_config *config, const char *name)
{
	for (size_t i = 0; i < config->nic_count; i++)
		if (!strcmp(config->nics[i].name, name))
			return true;
	return false;
}

/* The first name of that pattern that no interface has, and that is kept for none: a NIC of the job may appear later. */
static void change_to_free(int fd, const struct boot_config *config, const char *from, bool spare)
{
	char to[IF_NAMESIZE];

	for (unsigned i = 0; i < NAMES_MAX; i++) {
		snprintf(to, sizeof(to), spare ? SPARE : FREE, i);
		if (!if_nametoindex(to) && !is_of_job(config, to)) {
			change(fd, from, to);
			return;
		}
	}
}

static void name_one(int fd, const struct boot_config *config, const struct boot_nic *nic)
{
	char name[IF_NAMESIZE];

	if (!find(fd, nic->mac, name) || !strcmp(name, nic->name))
		return;
	if (if_nametoindex(nic->name))
		change_to_free(fd, config, nic->name, true);
	change(fd, name, nic->name);
}

/* Those that made room and are not of the job. */
static void free_spares(int fd, const struct boot_config *config)
{
	char spare[IF_NAMESIZE];

	for (unsigned i = 0; i < NAMES_MAX; i++) {
		snprintf(spare, sizeof(spare), SPARE, i);
		if (if_nametoindex(spare))
			change_to_free(fd, config, spare, false);
	}
}

void boot_nics_name(const struct boot_config *config)
{
	int fd;

	if (!config->nic_count)
		return;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0) {
		printf("newroot: no socket to name network interfaces with: %s\n", strerror(errno));
		return;
	}
	wait_for_all(fd, config);
	for (size_t i = 0; i < config->nic_count; i++)
		name_one(fd, config, &config->nics[i]);
	free_spares(fd, config);
	close(fd);
}
