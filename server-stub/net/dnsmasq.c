#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "net/dhcp.h"
#include "util/file.h"
#include "util/log.h"

/* The name is a comment: dnsmasq would take names such as "1h" and "ignore" for something else. */
void dnsmasq_print_host(FILE *out, const struct dhcp_host *host)
{
	fprintf(out, "%s,%s # %s\n", host->mac, host->address, host->name);
}

/* Where the addresses come from; nobody else gets one. */
static void print_addresses(FILE *out, const struct dhcp_segment *segment)
{
	fprintf(out,
		"\n# Only MACs of the hosts' file get an address.\n"
		"dhcp-range=%s,static,%s,%d\n"
		"dhcp-ignore=tag:!known\n"
		"dhcp-hostsfile=%s/net/" DATA_DHCP_HOSTS "\n"
		"dhcp-leasefile=%s/net/dnsmasq.leases\n"
		"log-dhcp\n",
		segment->network, segment->netmask, NET_LEASE_SECONDS, segment->folder,
		segment->folder);
	fprintf(out, "dhcp-option=option:router%s%s\n", segment->router[0] ? "," : "",
		segment->router);
}

static void print_boot(FILE *out, const struct dhcp_segment *segment)
{
	fprintf(out,
		"\n# What to boot: iPXE says 175, an EFI of x86-64 says 7 or 9.\n"
		"enable-tftp\n"
		"tftp-root=%s/boot\n"
		"tftp-max=%d\n"
		"dhcp-match=set:ipxe,175\n"
		"dhcp-match=set:efi,option:client-arch,7\n"
		"dhcp-match=set:efi,option:client-arch,9\n"
		"dhcp-boot=tag:ipxe," DHCP_BOOT_IPXE "\n"
		"dhcp-boot=tag:!ipxe,tag:efi," DHCP_BOOT_EFI "\n"
		"dhcp-boot=tag:!ipxe,tag:!efi," DHCP_BOOT_BIOS "\n",
		segment->folder, NET_TFTP_MAX);
	fprintf(out,
		"\n# Else iPXE would wait for ProxyDHCP and for IPv6 (17 s). Nobody is offered a route.\n"
		"dhcp-option-force=tag:ipxe,encap:175,176,01\n"
		"enable-ra\n"
		"ra-param=%s,0,0\n"
		"dhcp-range=::,constructor:%s,ra-only\n",
		segment->interface, segment->interface);
}

void dnsmasq_print_conf(FILE *out, const struct dhcp_segment *segment)
{
	fprintf(out,
		"# Written by newroot-server, for dnsmasq on the segment of configuration mode: run\n"
		"#   dnsmasq --conf-file=%s/net/" DATA_DNSMASQ "\n"
		"# What is changed here is lost; `newroot-server site` writes it from service.json.\n"
		"port=0\n"
		"interface=%s\n"
		"except-interface=lo\n"
		"bind-dynamic\n"
		"pid-file=%s/net/" DATA_DNSMASQ_PID "\n",
		segment->folder, segment->interface, segment->folder);
	if (segment->group[0])
		fprintf(out, "group=%s\n", segment->group);
	print_addresses(out, segment);
	print_boot(out, segment);
}

/* The number in the pid file; 0 when there is none. */
static int read_pid(const struct data *data, pid_t *pid, struct err *err)
{
	char *text, *end;
	size_t size;
	long value;

	*pid = 0;
	if (faccessat(data->net, DATA_DNSMASQ_PID, F_OK, 0) < 0 && errno == ENOENT)
		return 0;
	if (file_read(data->net, DATA_DNSMASQ_PID, 32, &text, &size, err) < 0)
		return -1;
	errno = 0;
	value = strtol(text, &end, 10);
	if (isdigit((unsigned char)text[0]) && (*end == '\n' || !*end) && !errno && value > 1)
		*pid = (pid_t)value;
	free(text);
	return 0;
}

/* A number may have become another process's since it was written. */
static int is_dnsmasq(pid_t pid)
{
	char path[40], name[32] = "";
	int fd, same = 0;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, name, sizeof(name) - 1) > 0)
		same = !strcmp(name, "dnsmasq\n");
	close(fd);
	return same;
}

/* A service of its own user can't: whoever runs dnsmasq looks at the file himself. */
static int leave_to_unit(void)
{
	static atomic_flag told = ATOMIC_FLAG_INIT;

	if (!atomic_flag_test_and_set(&told))
		log_info(
			"dnsmasq runs as another user, and is not told of new addresses from here; newroot-dnsmasq-reload.path does that");
	return 0;
}

static int send_hangup(int fd, pid_t pid, struct err *err)
{
	if (pidfd_send_signal(fd, SIGHUP, NULL, 0) == 0 || errno == ESRCH)
		return 1;
	if (errno == EPERM)
		return leave_to_unit();
	return err_sys(err, ERR_IO, DATA_DNSMASQ_PID,
		       "can't tell dnsmasq (process %d) to read its hosts again", (int)pid);
}

int dnsmasq_reload(const struct data *data, struct err *err)
{
	int fd, ret = 0;
	pid_t pid;

	if (read_pid(data, &pid, err) < 0)
		return -1;
	/* Held by its descriptor, the process that was looked at is the one that is told. */
	fd = pid ? pidfd_open(pid, 0) : -1;
	if (fd < 0)
		return 0;
	if (is_dnsmasq(pid))
		ret = send_hangup(fd, pid, err);
	close(fd);
	return ret;
}
