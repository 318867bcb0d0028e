/* Real interfaces of a network namespace are named by their MACs. */
#include "boot/nics.h"

#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define MAC(n)    "52:54:00:00:00:0" n
#define NICS_MAX  4
#define NO_RIGHTS 77 /* only root makes a network namespace */

/* The names that interfaces with the MACs 1, 2 … have before and after; NULL: there is none. */
struct row {
	const char *before[NICS_MAX], *after[NICS_MAX];
	struct boot_nic nics[NICS_MAX];
};

static const struct row rows[] = {
	/* a swap */
	{{"eth0", "eth1"}, {"eth1", "eth0"}, {{MAC("1"), "eth1"}, {MAC("2"), "eth0"}}},
	/* in a ring */
	{{"eth0", "eth1", "eth2", "eth3"},
	 {"eth1", "eth2", "eth0", "eth3"},
	 {{MAC("1"), "eth1"}, {MAC("2"), "eth2"}, {MAC("3"), "eth0"}}},
	/* one that the job does not name makes room */
	{{"eth0", "eth1"}, {"eth1", "eth0"}, {{MAC("2"), "eth0"}}},
	{{"eth0", "eth1", "eth2", "lan0"}, {"eth2", "eth1", "eth0", "lan0"}, {{MAC("3"), "eth0"}}},
	/* they are as they should be */
	{{"eth0", "eth1"}, {"eth0", "eth1"}, {{MAC("1"), "eth0"}, {MAC("2"), "eth1"}}},
	/* one is not there */
	{{"eth0", "eth1"}, {"eth1", "eth0"}, {{MAC("9"), "eth5"}, {MAC("2"), "eth0"}}},
	{{"eth0", "eth1"}, {"eth0", "eth1"}, {{NULL, NULL}}},
};

/* veth, because every kernel of a container host has it; two at a time. */
static int make_nics(const struct row *row)
{
	char command[256];

	for (size_t i = 0; i < NICS_MAX && row->before[i]; i += 2) {
		snprintf(command, sizeof(command),
			 "ip link add %s address " MAC(
				 "%zu") " type veth peer name %s address " MAC("%zu"),
			 row->before[i], i + 1, row->before[i + 1], i + 2);
		if (system(command))
			return -1;
	}
	return 0;
}

static int has_mac(const char *name, size_t number)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), ret;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	ret = fd >= 0 && ioctl(fd, SIOCGIFHWADDR, &request) == 0 &&
	      (size_t)request.ifr_hwaddr.sa_data[5] == number;
	if (!ret)
		fprintf(stderr, "%s is not the interface %zu\n", name, number);
	close(fd);
	return ret;
}

static int name_them(const struct row *row)
{
	struct boot_config config = {.nics = (struct boot_nic *)row->nics};

	if (unshare(CLONE_NEWNET))
		return NO_RIGHTS;
	if (make_nics(row))
		return 1;
	while (config.nic_count < NICS_MAX && row->nics[config.nic_count].mac)
		config.nic_count++;
	boot_nics_name(&config);
	for (size_t i = 0; i < NICS_MAX && row->after[i]; i++)
		if (!has_mac(row->after[i], i + 1))
			return 1;
	return 0;
}

static void each_mac_gets_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0)
			_exit(name_them(&rows[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status) && WEXITSTATUS(status) == NO_RIGHTS)
			skip();
		if (status)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mac_gets_its_name),
	};

	return cmocka_run_group_tests_name("boot_nics", tests, NULL, NULL);
}
