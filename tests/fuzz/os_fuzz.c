/*
 * Any bytes as a file of the new system that is read: the first byte chooses which ("A" the first of `readers`). Whatever is edited is as it should be then:
 * to edit it again changes nothing. Links that a service would get lie where an init system looks for them.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/access.h"
#include "os/accounts.h"
#include "os/assignments.h"
#include "os/fstab.h"
#include "os/ini.h"
#include "os/inittab.h"
#include "os/nfs.h"
#include "os/puppet_files.h"
#include "os/securetty.h"
#include "os/selinux.h"
#include "os/service_record.h"
#include "os/startpar.h"
#include "os/systemd_units.h"
#include "os/sysv_links.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const console_names[] = {"tty0", "ttyS0,115200n8"};
static const struct strings consoles = {(const char **)console_names, 2};
static const char *const key_lines[] = {"ssh-ed25519 AAAAC3Nz operator"};
static const struct strings keys = {(const char **)key_lines, 1};

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* None of them has a reason to refuse a file for what is in it. */
static void read_selinux(struct changes *changes, struct err *err)
{
	require(selinux_render(changes, err) == 0);
}

static void read_fstab(struct changes *changes, struct err *err)
{
	static const struct fstab_entry data = {"UUID=1", "/data", "xfs", "defaults"};

	require(fstab_render(changes, &data, 1, err) == 0);
}

static void read_inittab(struct changes *changes, struct err *err)
{
	require(inittab_logins(changes, &consoles, err) == 0);
}

static void read_securetty(struct changes *changes, struct err *err)
{
	require(securetty_render(changes, &consoles, err) == 0);
}

static void read_keys(struct changes *changes, struct err *err)
{
	require(access_render(changes, &keys, err) == 0);
}

static void read_passwd(struct changes *changes, struct err *err)
{
	const char *home;
	uid_t uid;

	require(account_home(changes->target, "www", "/", changes->arena, &home, err) == 0);
	require(home[0] == '/' && !strchr(home, ':') && !strchr(home, '\n'));
	account_user(changes->target, "www", changes->arena, &uid, err);
}

static void check_links(const struct service_links *links, const char *below)
{
	for (size_t i = 0; i < links->count; i++)
		require(!strncmp(links->item[i].path, below, strlen(below)) &&
			!strstr(links->item[i].path, "/../") && !strchr(links->item[i].path, '\n'));
}

static void read_unit(struct changes *changes, struct err *err)
{
	struct service service = {.name = "x"};

	require(systemd_service(changes, "x", &service, err) == 0);
	check_links(&service.on, SYSTEMD_UNITS "/");
}

static void read_script(struct changes *changes, struct err *err)
{
	struct service service = {.name = "x"};
	bool early;

	require(sysv_is_early(changes, "x", &early, err) == 0);
	require(sysv_service(changes, "x", &service, err) == 0);
	check_links(&service.on, "/etc/rc");
}

static void read_depend(struct changes *changes, struct err *err)
{
	require(startpar_add(changes, STARTPAR_BOOT, "x", "networking", err) == 0);
}

static void read_exports(struct changes *changes, struct err *err)
{
	static const char *const clients[] = {"10.0.0.1"};
	struct job_export export = {.path = "/srv", .clients = {(const char **)clients, 1}};
	const struct job_nfs nfs = {.exports = &export, .export_count = 1};

	require(nfs_exports_render(changes, &nfs, err) == 0);
}

static const struct reader {
	const char *path;
	void (*run)(struct changes *changes, struct err *err);
} readers[] = {
	{"/etc/selinux/config", read_selinux},
	{"/etc/fstab", read_fstab},
	{"/etc/inittab", read_inittab},
	{"/etc/securetty", read_securetty},
	{"/root/.ssh/authorized_keys", read_keys},
	{"/etc/passwd", read_passwd},
	{"/lib/systemd/system/x.service", read_unit},
	{"/etc/init.d/x", read_script},
	{STARTPAR_BOOT, read_depend},
	{"/etc/exports", read_exports},
};
#define READERS (sizeof(readers) / sizeof(*readers))

static void edit_assignments(struct text *text, const char *old)
{
	static const struct assignment ours[] = {{"K", "v"}, {"G", NULL}};

	assignments_edit(text, old, ours, 2);
}

static void edit_ini(struct text *text, const char *old)
{
	static const struct ini_setting settings[] = {{"server", "s"}, {"certname", NULL}};

	ini_edit(text, old, "agent", settings, 2);
}

/* As puppet's and a cutover's are: parsed as text. */
static void parse_others(struct text *text, const char *old)
{
	struct service_records records = {0};
	struct err err = ERR_INIT;

	service_records_parse(&records, old, text->arena, &err);
	puppet_names_server(old);
	text_add(text, "", 0);
}

static void (*const editors[])(struct text *text, const char *old) = {edit_assignments, edit_ini,
								      parse_others};
#define EDITORS (sizeof(editors) / sizeof(*editors))

static struct target target;
static char root[] = "/dev/shm/newroot-fuzz-XXXXXX";

static void remove_tree(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	require(system(command) == 0);
}

static void make_tree(void)
{
	static const char *const folders[] = {"/etc",  "/etc/selinux", "/etc/init.d",
					      "/lib",  "/lib/systemd", "/lib/systemd/system",
					      "/root", "/root/.ssh"};
	char path[128];
	struct err err = ERR_INIT;

	require(mkdtemp(root) && atexit(remove_tree) == 0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s%s", root, folders[i]);
		require(mkdir(path, 0755) == 0);
	}
	require(target_open(&target, root, &err) == 0);
}

static void put(const char *path, const char *data, size_t size)
{
	char full[128];
	int fd;

	snprintf(full, sizeof(full), "%s%s", root, path);
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	require(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0);
}

static const struct change *change_of(const struct changes *changes, const char *path)
{
	for (size_t i = changes->count; i-- > 0;)
		if (changes->item[i].kind == CHANGE_FILE && !strcmp(changes->item[i].path, path))
			return &changes->item[i];
	return NULL;
}

static void fuzz_reader(const struct reader *reader, const char *data, size_t size)
{
	struct arena arena = {0};
	struct changes once = {.target = &target, .arena = &arena}, twice = once;
	const struct change *made, *again;
	struct err err = ERR_INIT;

	put(reader->path, data, size);
	reader->run(&once, &err);
	made = change_of(&once, reader->path);
	if (made) {
		put(reader->path, made->data, made->size);
		reader->run(&twice, &err);
		again = change_of(&twice, reader->path);
		require(!again || (again->size == made->size &&
				   !memcmp(again->data, made->data, made->size)));
	}
	arena_free(&arena);
}

static bool has_quotes(const char *data, size_t size)
{
	return memchr(data, '"', size) || memchr(data, '\'', size) || memchr(data, '\\', size);
}

static void fuzz_editor(void (*edit)(struct text *text, const char *old), const char *data,
			size_t size)
{
	struct arena arena = {0};
	struct text once = {.arena = &arena}, twice = {.arena = &arena};

	edit(&once, arena_printf(&arena, "%.*s", (int)size, data));
	edit(&twice, once.data);
	/* What a shell would refuse, for quotes that nothing closes, may be joined with what is added. */
	if (edit != edit_assignments || !has_quotes(data, size))
		require(!strcmp(once.data, twice.data));
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	size_t chosen;

	if (!size)
		return 0;
	if (!target.root)
		make_tree();
	chosen = data[0] % (READERS + EDITORS);
	if (chosen < READERS)
		fuzz_reader(&readers[chosen], text, size - 1);
	else
		fuzz_editor(editors[chosen - READERS], text, size - 1);
	return 0;
}
