/* What the names in an archive say of the system in it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "facts/facts.h"

#define VMLINUZ "vmlinuz"

/* Of a system whose /usr is merged or not; where a link leads to is not asked, since it may lead through others. */
static const struct mark {
	enum facts_kind kind;
	const char *name;
	const char *path; /* NULL: a program of this name */
} marks[] = {
	{FACTS_INIT, "systemd", "lib/systemd/systemd"},
	{FACTS_INIT, "openrc", "sbin/openrc-run"},
	{FACTS_INIT, "openrc", "sbin/runscript"},
	{FACTS_INIT, "openrc", "sbin/runscript.sh"},
	{FACTS_INIT, "sysv", "etc/inittab"},
	{FACTS_INIT, "sysv", "etc/rc.d/rc.sysinit"},
	{FACTS_NETWORK, "gentoo", "etc/init.d/net.lo"},
	{FACTS_NETWORK, "rhel", "etc/sysconfig/network-scripts/ifcfg-lo"},
	{FACTS_NETWORK, "debian", "etc/network/interfaces"},
	{FACTS_NETWORK, "ifup", NULL},
	{FACTS_NETWORK, "NetworkManager", NULL},
	{FACTS_NETWORK, "netplan", NULL},
	{FACTS_NETWORK, "wickedd", NULL},
	{FACTS_NETWORK, "systemd-networkd", "lib/systemd/systemd-networkd"},
	{FACTS_NETWORK, "dhcpcd", NULL},
	{FACTS_TOOL, "iptables-restore", NULL},
	{FACTS_TOOL, "ip6tables-restore", NULL},
	{FACTS_TOOL, "nft", NULL},
	{FACTS_TOOL, "firewalld", NULL},
	{FACTS_TOOL, "ufw", NULL},
	{FACTS_TOOL, "mount.nfs", NULL},
	{FACTS_TOOL, "exportfs", NULL},
	{FACTS_TOOL, "rpc.nfsd", NULL},
	{FACTS_TOOL, "rsync", NULL},
	{FACTS_TOOL, "ssh", NULL},
	{FACTS_TOOL, "puppet", NULL},
	{FACTS_TOOL, "mysqld", NULL},
	{FACTS_TOOL, "mariadbd", NULL},
	{FACTS_TOOL, "sshd", NULL},
};

/* elf(5): e_ident[EI_DATA] is byte 5, e_machine bytes 18 and 19 in that order. Numbers: linux/elf-em.h. */
static const struct {
	unsigned number;
	const char *name;
} machines[] = {
	{62, "x86_64"}, {3, "i386"},    {183, "aarch64"}, {40, "arm"},
	{21, "ppc64"},  {243, "riscv"}, {22, "s390"},     {8, "mips"},
};

#define ELF_HEAD     20 /* bytes up to e_machine */
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *const keys[FACTS_KINDS] = {
	[FACTS_INIT] = "inits",       [FACTS_NETWORK] = "networks",       [FACTS_TOOL] = "tools",
	[FACTS_MACHINE] = "machines", [FACTS_KERNEL] = "kernel_machines",
};

const char *facts_kind_key(enum facts_kind kind)
{
	return keys[kind];
}

const char *facts_known(enum facts_kind kind, const char *name)
{
	for (size_t i = 0; i < COUNT(marks); i++)
		if (marks[i].kind == kind && !strcmp(marks[i].name, name))
			return marks[i].name;
	for (size_t i = 0; (kind == FACTS_MACHINE || kind == FACTS_KERNEL) && i < COUNT(machines);
	     i++)
		if (!strcmp(machines[i].name, name))
			return machines[i].name;
	return NULL;
}

bool facts_has(const struct facts *facts, enum facts_kind kind, const char *name)
{
	const struct facts_names *names = &facts->names[kind];

	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->item[i], name))
			return true;
	return false;
}

void facts_add(struct facts *facts, enum facts_kind kind, const char *name)
{
	struct facts_names *names = &facts->names[kind];

	if (names->count < FACTS_NAMES_MAX && !facts_has(facts, kind, name))
		names->item[names->count++] = name;
}

/* Behind a prefix, or NULL. */
static const char *behind(const char *text, const char *prefix)
{
	const size_t size = strlen(prefix);

	return strncmp(text, prefix, size) ? NULL : text + size;
}

/* The name of a program in one of the folders where a system looks for it; NULL: it is elsewhere. */
static const char *program(const char *path)
{
	static const char *const folders[] = {"sbin/", "bin/"};

	for (size_t i = 0; i < COUNT(folders); i++) {
		const char *name = behind(path, folders[i]);

		if (name && !strchr(name, '/'))
			return name;
	}
	return NULL;
}

static bool fits(const struct mark *mark, const char *path)
{
	const char *name = mark->path ? NULL : program(path);

	return mark->path ? !strcmp(mark->path, path) : name && !strcmp(mark->name, name);
}

/* What could not be a release is a copy that somebody made, or no file of a kernel. */
static void add_kernel(struct facts *facts, const char *release, size_t size)
{
	if (!size || size >= FACTS_RELEASE_MAX || !isdigit((unsigned char)release[0]) ||
	    facts->kernel_count == FACTS_KERNELS_MAX)
		return;
	for (size_t i = 0; i < size; i++)
		if (!isalnum((unsigned char)release[i]) && !strchr(".+_~-", release[i]))
			return;
	for (size_t i = 0; i < facts->kernel_count; i++)
		if (strlen(facts->kernel[i]) == size && !strncmp(facts->kernel[i], release, size))
			return;
	snprintf(facts->kernel[facts->kernel_count++], FACTS_RELEASE_MAX, "%.*s", (int)size,
		 release);
}

static bool ends_with(const char *text, const char *end)
{
	const size_t size = strlen(text), length = strlen(end);

	return size >= length && !strcmp(text + size - length, end);
}

static bool is_image(const char *path)
{
	const char *folder = behind(path, "lib/modules/");

	return behind(path, "boot/" VMLINUZ "-") ||
	       (folder && !strcmp(folder + strcspn(folder, "/"), "/" VMLINUZ));
}

bool facts_is_kernel(const char *path)
{
	const char *in_usr = behind(path, "usr/");

	if (in_usr)
		path = in_usr;
	return is_image(path) || (behind(path, "lib/modules/") && ends_with(path, ".ko"));
}

/* "boot/vmlinuz-RELEASE", or in a package of today's "lib/modules/RELEASE/vmlinuz". */
static void mark_kernel(struct facts *facts, const char *path)
{
	const char *release = behind(path, "boot/" VMLINUZ "-");
	const char *folder = behind(path, "lib/modules/");

	if (release)
		add_kernel(facts, release, strlen(release));
	else if (folder && !strcmp(folder + strcspn(folder, "/"), "/" VMLINUZ))
		add_kernel(facts, folder, strcspn(folder, "/"));
}

/* /usr may be merged or not, so that both say the same. */
static const char *without_usr(const char *path)
{
	const char *in_usr = behind(path, "usr/");

	return in_usr ? in_usr : path;
}

void facts_mark_folder(struct facts *facts, const char *path)
{
	facts->managers_known = true;
	manager_signs_mark(&facts->managers, path, NULL);
}

void facts_mark(struct facts *facts, const char *path, const char *to)
{
	facts->managers_known = true;
	if (!behind(path, "usr/etc/"))
		manager_signs_mark(&facts->managers, without_usr(path), to);
	path = without_usr(path);
	for (size_t i = 0; i < COUNT(marks); i++)
		if (fits(&marks[i], path))
			facts_add(facts, marks[i].kind, marks[i].name);
	mark_kernel(facts, path);
}

const char *facts_machine(const void *head, size_t size)
{
	const unsigned char *byte = head;
	unsigned number;

	if (size < ELF_HEAD || memcmp(byte,
				      "\x7f"
				      "ELF",
				      4) != 0)
		return NULL;
	number = byte[5] == 2 ? (unsigned)byte[18] << 8 | byte[19]
			      : (unsigned)byte[19] << 8 | byte[18];
	for (size_t i = 0; i < COUNT(machines); i++)
		if (machines[i].number == number)
			return machines[i].name;
	return NULL;
}

#define SETUP_MAGIC     0x202 /* "HdrS" */
#define SETUP_PROTOCOL  0x206 /* 16 bits */
#define SETUP_LOADFLAGS 0x236 /* likewise, from protocol 2.12 on */
#define XLF_KERNEL_64   1
#define ARM64_MAGIC     0x38

static unsigned at(const unsigned char *head, size_t offset)
{
	return (unsigned)head[offset + 1] << 8 | head[offset];
}

const char *facts_kernel_machine(const void *head, size_t size)
{
	const unsigned char *byte = head;

	if (size >= SETUP_LOADFLAGS + 2 && !memcmp(byte + SETUP_MAGIC, "HdrS", 4) &&
	    at(byte, SETUP_PROTOCOL) >= 0x20c)
		return at(byte, SETUP_LOADFLAGS) & XLF_KERNEL_64 ? "x86_64" : "i386";
	if (size >= ARM64_MAGIC + 4 && !memcmp(byte + ARM64_MAGIC, "ARM\x64", 4))
		return "aarch64";
	return facts_machine(head, size);
}
