/* The whole configure step on a small tree, in a child whose root directory has it as /newroot. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "os_tree.h"
#include "service/report.h"
#include "service/trust.h"
#include "steps/first_boot_files.h"
#include "steps/step.h"
#include "sync/config.h"

static struct plan_fs filesystems[] = {
	{.device = "/dev/local/root",
	 .spec = "/dev/local/root",
	 .type = FS_XFS,
	 .mount = "/",
	 .options = "defaults"},
	{.device = "/dev/vda1",
	 .spec = "UUID=0a3407de-014b-458b-b5c1-848e92a327a3",
	 .type = FS_EXT3,
	 .mount = "/boot",
	 .options = "defaults"},
	{.device = "/dev/local/spare", .spec = "/dev/local/spare", .type = FS_XFS, .options = "x"},
	{.device = "/dev/local/swap", .spec = "/dev/local/swap", .type = FS_SWAP, .options = "sw"},
};

static unsigned notes; /* how many the step told */

static void note(const char *fmt, ...)
{
	(void)fmt;
	notes++;
}

void trust_id(char id[static TRUST_ID_TEXT], const char *pem, size_t size)
{
	snprintf(id, TRUST_ID_TEXT, "of \"%.*s\"", (int)size, pem);
}

static unsigned anchors_told; /* how often the service was told which the new system has */

void report_anchors(const char *id)
{
	anchors_told += !strcmp(id, "of \"the CA\n\"");
}

static const char *const debian[] = {
	"/newroot/sbin/openrc-run",
	"/newroot/etc/network/interfaces=old\n",
	"/newroot/etc/init.d/networking",
	"/newroot/etc/runlevels/sysinit/networking>/etc/init.d/networking",
	"/newroot/etc/rcS.d/S10networking>../init.d/networking",
	"/newroot/sbin/iptables-restore",
	"/newroot/sbin/ip6tables-restore",
	"/newroot/sbin/mount.nfs",
	"/newroot/etc/init.d/cron",
	"/newroot/etc/runlevels/default/cron>/etc/init.d/cron",
	"/newroot/etc/mtab=/dev/xvda1 / ext3 rw 0 0\n",
	"/newroot/etc/inittab=id:2:initdefault:\n",
	"/newroot/etc/fstab=/dev/xvda1 / ext3 x 0 1\n",
	"/newroot/etc/passwd=root:x:0:0::/root:/bin/sh\n",
	"/etc/newroot/site/ca.pem=the CA\n",
	"/newroot/etc/app.conf=listen 192.168.1.2:80\n",
	"/proc/.keep=x",
	NULL};

static struct job_interface interfaces[] = {{.name = "eth0", .dhcp = true}};
static struct job_file files[] = {
	{"/files/0", "/etc/motd", "a\0b", 3, 0640, "root", "root"},
	{"/files/1", "/etc/hostname", "the operator's\n", 15, 0644, "root", "0"},
};

/* The parts of a scene, for one child. */
struct scene {
	struct tree tree;
	struct arena arena;
	struct params params;
	struct job job;
	struct plan plan;
	struct nic nic;
	struct context ctx;
};

static void scene_make(struct scene *s)
{
	static const char *consoles[] = {"tty0", "ttyS0,115200"}, *keys[] = {"ssh-rsa AAAAB3 me"};
	static const char *peers[] = {"db1"};

	*s = (struct scene){
		.params = {.url = "https://10.0.0.1:8443", .token = "secret"},
		.nic = {.name = "eth0", .mac = "52:54:00:00:00:01"},
		.job = {.text = "{}",
			.text_size = 2,
			.root_options = "ro",
			.consoles = {consoles, 2},
			.ssh_keys = {keys, 1},
			.after = {peers, 1},
			.files = files,
			.file_count = 2,
			.first_boot = true,
			.network = {.given = true,
				    .hostname = "db1",
				    .interfaces = interfaces,
				    .interface_count = 1}},
	};
	s->plan = (struct plan){.filesystems = filesystems, .fs_count = 4};
	s->ctx = (struct context){.params = &s->params,
				  .machine = {.nics = &s->nic, .nic_count = 1},
				  .job = &s->job,
				  .plan = &s->plan,
				  .arena = &s->arena,
				  .kernel_release = "6.1.0",
				  .kernel_image = "/boot/vmlinuz-6.1.0",
				  .initrd_image = "/boot/initrd-6.1.0.img",
				  .note = note};
	tree_make(&s->tree, debian);
}

/* /proc/self/exe is the "agent" that gets installed. */
static int enter(const struct scene *s)
{
	char proc[96];

	snprintf(proc, sizeof(proc), "%s/proc", s->tree.root);
	if (mount("/proc", proc, NULL, MS_BIND | MS_REC, NULL) || chroot(s->tree.root))
		return -1;
	return chdir("/");
}

static int contains(struct scene *s, const char *path, const char *wanted)
{
	const char *text = tree_read(&s->tree, path);

	if (text && strstr(text, wanted))
		return 0;
	fprintf(stderr, "%s lacks \"%s\":\n%s\n", path, wanted, text ? text : "(nothing)");
	return -1;
}

static int mode_is(const struct scene *s, const char *path, mode_t mode)
{
	struct stat st;

	if (target_stat(&s->tree.target, path, &st) && (st.st_mode & 07777) == mode)
		return 0;
	fprintf(stderr, "%s is not there with mode %04o\n", path, mode);
	return -1;
}

static int size_is(const struct scene *s, const char *path, off_t size)
{
	struct stat st;

	if (target_stat(&s->tree.target, path, &st) && st.st_size == size)
		return 0;
	fprintf(stderr, "%s has not %lld bytes\n", path, (long long)size);
	return -1;
}

static int tell(const struct err *err)
{
	fprintf(stderr, "[%s] %s: %s\n", err_name(err->code), err->where, err->msg);
	return -1;
}

/* What the agent learns between writing and reading back is not in the new system, and the service is told so. */
static int learn_other_anchors(void)
{
	FILE *file = fopen("/etc/newroot/site/ca.pem", "w");

	if (!file || fputs("another CA\n", file) < 0 || fclose(file))
		return -1;
	return anchors_told ? 0 : -1;
}

static int configure_all(struct scene *s)
{
	struct err err = ERR_INIT;

	if (step_configure.run(&s->ctx, &err) || learn_other_anchors() ||
	    step_configure.verify(&s->ctx, &err))
		return tell(&err);
	return contains(s, "/newroot/etc/fstab", "/dev/local/swap\tnone\tswap\tsw") ||
			       contains(s, "/newroot/etc/fstab.premigration", "xvda1") ||
			       contains(s, "/newroot/etc/network/interfaces", "inet dhcp") ||
			       contains(s, "/newroot/etc/inittab", "ttyS0") ||
			       contains(s, "/newroot/etc/hostname", "the operator's") ||
			       contains(s, "/newroot/root/.ssh/authorized_keys", "AAAAB3") ||
			       contains(
				       s, "/newroot/boot/grub/grub.cfg",
				       "root=/dev/local/root ro console=tty0 console=ttyS0,115200 net.ifnames=0\n") ||
			       contains(s, "/newroot/etc/newroot/first-boot.json",
					"\"mac\": \"52:54:00:00:00:01\"") ||
			       contains(s, "/newroot/etc/newroot/first-boot.json", "\"db1\"") ||
			       contains(s, "/newroot/etc/newroot/ca.pem", "the CA") ||
			       mode_is(s, "/newroot/etc/newroot/first-boot.json", 0600) ||
			       mode_is(s, "/newroot/var/lib/newroot/job.json", 0600) ||
			       mode_is(s, "/newroot/var/lib/newroot/random-seed", 0600) ||
			       size_is(s, "/newroot/var/lib/newroot/random-seed", 512) ||
			       mode_is(s, "/newroot/usr/sbin/newroot", 0755) ||
			       mode_is(s, "/newroot/etc/motd", 0640) ||
			       mode_is(s, "/newroot/dev", 0755) ||
			       mode_is(s, "/newroot/tmp", 01777) ||
			       strstr(tree_read(&s->tree, "/newroot/etc/fstab"), "spare")
		       ? -1
		       : 0;
}

static int again_changes_nothing(struct scene *s)
{
	struct stat before, after;
	struct err err = ERR_INIT;

	if (step_configure.run(&s->ctx, &err))
		return tell(&err);
	if (!target_stat(&s->tree.target, "/newroot/etc/inittab", &before) ||
	    step_configure.run(&s->ctx, &err) ||
	    !target_stat(&s->tree.target, "/newroot/etc/inittab", &after))
		return tell(&err);
	return before.st_ino == after.st_ino ? 0 : -1;
}

/* Places of the old machine's addresses are told once, when all is written. */
static int old_addresses_are_told(struct scene *s)
{
	static const char *old[] = {"192.168.1.2"};
	struct err err = ERR_INIT;
	unsigned before;

	if (step_configure.run(&s->ctx, &err))
		return tell(&err);
	notes = 0;
	if (step_configure.run(&s->ctx, &err))
		return tell(&err);
	before = notes;
	notes = 0;
	s->job.network.old_addresses = (struct strings){old, 1};
	if (step_configure.run(&s->ctx, &err) || step_configure.verify(&s->ctx, &err))
		return tell(&err);
	return notes == before + 1 ? 0 : -1;
}

static int damage_is_seen(struct scene *s)
{
	struct err err = ERR_INIT;

	if (step_configure.run(&s->ctx, &err))
		return tell(&err);
	if (truncate("/newroot/etc/hosts", 3))
		return -1;
	return step_configure.verify(&s->ctx, &err) == -1 && err.code == ERR_VERIFY &&
			       !strcmp(err.where, "/etc/hosts")
		       ? 0
		       : tell(&err);
}

static int unknown_init_is_refused(struct scene *s)
{
	struct err err = ERR_INIT;

	if (unlink("/newroot/sbin/openrc-run") || unlink("/newroot/etc/inittab"))
		return -1;
	if (step_configure.run(&s->ctx, &err) == 0 || !strstr(err.msg, "init system is none that"))
		return tell(&err);
	s->job.first_boot = false;
	err = (struct err)ERR_INIT;
	return step_configure.run(&s->ctx, &err) ? tell(&err) : 0;
}

/* What the keys of a moved VM bring is written, told once and read back. */
static int moved_vm(struct scene *s)
{
	static const char *disable[] = {"cron", "crond"}, *allow[] = {"10.80.0.0/24"};
	static struct job_nfs_mount mounts[] = {{"/nfs/mounts/0", "10.80.0.11:/srv", "/srv", NULL}};
	struct err err = ERR_INIT;
	unsigned told;

	s->job.migrating = true;
	s->job.services = (struct job_services){.given = true, .disable = {disable, 2}};
	s->job.quarantine = (struct job_quarantine){true, {allow, 1}};
	s->job.nfs = (struct job_nfs){.mounts = mounts, .mount_count = 1};
	notes = 0;
	if (step_configure.run(&s->ctx, &err))
		return tell(&err);
	told = notes;
	if (step_configure.verify(&s->ctx, &err))
		return tell(&err);
	return contains(s, "/newroot/etc/fstab",
			"10.80.0.11:/srv\t/srv\tnfs\thard,_netdev,bg\t0\t0") ||
			       contains(s, "/newroot/etc/newroot/migrating", "not yet cut over") ||
			       contains(s, "/newroot/var/lib/newroot/services",
					"\ncron disabled -") ||
			       contains(s, "/newroot/etc/newroot/quarantine/rules.v4",
					"-d 10.0.0.1 -j RETURN") ||
			       mode_is(s, "/newroot/etc/newroot/quarantine/load", 0755) ||
			       mode_is(s, "/newroot/srv", 0755) ||
			       target_exists(&s->tree.target,
					     "/newroot/etc/runlevels/default/cron") ||
			       strlen(tree_read(&s->tree, "/newroot/etc/mtab")) || told != 3 ||
			       notes != told
		       ? -1
		       : 0;
}

/* Without the site's parameters the instructions of an earlier run stay. */
static int instructions_stay(struct scene *s)
{
	struct err err = ERR_INIT;

	if (step_configure.run(&s->ctx, &err))
		return tell(&err);
	s->params = (struct params){0};
	if (step_configure.run(&s->ctx, &err))
		return tell(&err);
	return contains(s, "/newroot/etc/newroot/first-boot.json", "secret");
}

/* They are in the instructions, which the first boot cleans, and in nothing else. */
static int passwords_are_not_kept(struct scene *s)
{
	static const char text[] =
		"{\"newroot\": 1, \"volumes\": [{\"name\": \"root\", \"size\": \"rest\", \"mount\": \"/\"}], "
		"\"archives\": [{\"to\": \"/\", \"url\": \"https://s/r\", \"sha256\": \"none\"}], "
		"\"databases\": {\"role\": \"master\", \"login\": {\"password\": \"geheim-1\"}, "
		"\"replication\": {\"user\": \"follower\", \"password\": \"geheim-2\"}, "
		"\"source\": {\"user\": \"mover\", \"password\": \"geheim-3\", \"ssh\": {\"host\": \"old\", "
		"\"host_key\": \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBVCP2oRhCbPYsrRxSVJbcRQ9PBZ6uOcFrlGbyxtCNyH\", "
		"\"key\": \"-----BEGIN PRIVATE KEY-----\\nMAdnZWhlaW0tNA==\\n-----END PRIVATE KEY-----\\n\"}}}}";
	struct err_list errors = {0};
	struct err err = ERR_INIT;
	struct job job;
	const char *record;

	if (job_parse(&job, text, strlen(text), &s->arena, &errors))
		return tell(&errors.item[0]);
	s->job.databases = job.databases;
	s->job.text = job.text;
	s->job.text_size = job.text_size;
	if (step_configure.run(&s->ctx, &err) || step_configure.verify(&s->ctx, &err))
		return tell(&err);
	record = tree_read(&s->tree, "/newroot/var/lib/newroot/job.json");
	return !record || strstr(record, "geheim") || strstr(record, "MAdnZWhl") ||
			       !strstr(record, "follower") ||
			       job_parse(&job, record, strlen(record), &s->arena, &errors) ||
			       contains(s, "/newroot/etc/newroot/first-boot.json", "geheim-1") ||
			       contains(s, "/newroot/etc/newroot/first-boot.json", "MAdnZWhl") ||
			       contains(s, "/newroot/etc/newroot/first-boot.json", "geheim-2") ||
			       mode_is(s, "/newroot/etc/newroot/first-boot.json", 0600)
		       ? -1
		       : 0;
}

/* The key is in one file, which only root reads; what the job itself writes is left alone by a sync. */
static int sync_is_instructed(struct scene *s)
{
	static const char text[] =
		"{\"newroot\": 1, \"volumes\": [{\"name\": \"root\", \"size\": \"rest\", \"mount\": \"/\"}], "
		"\"archives\": [{\"to\": \"/\", \"url\": \"https://s/r\", \"sha256\": \"none\"}], "
		"\"files\": [{\"path\": \"/srv/www/own\", \"content\": \"x\"}, {\"path\": \"/etc/other\", \"content\": \"x\"}], "
		"\"databases\": {}, \"sync\": {\"ssh\": {\"host\": \"10.80.0.5\", "
		"\"key\": \"-----BEGIN RSA PRIVATE KEY-----\\nMIIB\\n-----END RSA PRIVATE KEY-----\\n\", "
		"\"host_key\": \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICBlvViQMMrln6Z+yPiav4mRT6iByW2NSXNakNbUIvj+\"}, "
		"\"trees\": [{\"path\": \"/srv/www\"}, {\"path\": \"/var/lib\", \"exclude\": [\"x\"]}], "
		"\"limit\": \"1MiB\"}}";
	struct err_list errors = {0};
	struct err err = ERR_INIT;
	struct sync_config config;
	const char *record;
	struct job job;

	if (job_parse(&job, text, strlen(text), &s->arena, &errors))
		return tell(&errors.item[0]);
	s->job.sync = job.sync;
	s->job.databases = job.databases;
	s->job.files = job.files;
	s->job.file_count = job.file_count;
	s->job.text = job.text;
	s->job.text_size = job.text_size;
	if (step_configure.run(&s->ctx, &err) || step_configure.verify(&s->ctx, &err))
		return tell(&err);
	record = tree_read(&s->tree, "/newroot/var/lib/newroot/job.json");
	if (!record || strstr(record, "MIIB") || !strstr(record, "10.80.0.5") ||
	    job_parse(&job, record, strlen(record), &s->arena, &errors) ||
	    mode_is(s, "/newroot/etc/newroot/sync.json", 0600))
		return -1;
	if (sync_config_read(&config, "/newroot/etc/newroot/sync.json", &s->arena, &err))
		return tell(&err);
	return !strstr(config.sync.ssh.key, "MIIB") || config.sync.tree_count != 2 ||
			       config.sync.limit != 1024 * 1024 || !config.sync.trees[1].delete ||
			       strcmp(config.sync.trees[1].from, "/var/lib") != 0 ||
			       config.protect.count != 6 || !config.databases ||
			       strcmp(config.protect.item[0], "/var/lib/newroot") != 0 ||
			       strcmp(config.protect.item[1], "/srv/www/own") != 0 ||
			       strcmp(config.protect.item[2], "/var/lib/newroot/dumps") != 0 ||
			       strcmp(config.protect.item[3], "/var/lib/mysql") != 0
		       ? -1
		       : 0;
}

static void in_a_new_root(void **state)
{
	int (*const *check)(struct scene * s) = *state;
	struct scene s;
	int status;
	pid_t pid;

	scene_make(&s);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    enter(&s))
			_exit(77);
		_exit((*check)(&s) ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	tree_free(&s.tree);
	arena_free(&s.arena);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(); /* only root may change its root directory */
	assert_int_equal(status, 0);
}

#define IN_A_NEW_ROOT(check)                                                                       \
	{                                                                                          \
#check, in_a_new_root, NULL, NULL, (void *)&(int (*[])(struct scene *))            \
		{                                                                                  \
			check                                                                      \
		}                                                                                  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_NEW_ROOT(old_addresses_are_told),
		IN_A_NEW_ROOT(configure_all),
		IN_A_NEW_ROOT(again_changes_nothing),
		IN_A_NEW_ROOT(damage_is_seen),
		IN_A_NEW_ROOT(unknown_init_is_refused),
		IN_A_NEW_ROOT(instructions_stay),
		IN_A_NEW_ROOT(moved_vm),
		IN_A_NEW_ROOT(passwords_are_not_kept),
		IN_A_NEW_ROOT(sync_is_instructed),
	};

	return cmocka_run_group_tests_name("configure", tests, NULL, NULL);
}
