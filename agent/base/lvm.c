#include "base/lvm.h"

#include <errno.h>
#include <lvm2cmd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LVM_FOLDER "/run/newroot/lvm"

/*
 * No udev, no daemons, no files that remember devices or metadata of an earlier life. PE start is what the
 * plan reckons with, whatever the disk claims about its geometry.
 */
static const char configuration[] =
	"devices {\n"
	"	dir = \"/dev\"\n"
	"	scan = [ \"/dev\" ]\n"
	"	use_devicesfile = 0\n"
	"	hints = \"none\"\n"
	"	obtain_device_list_from_udev = 0\n"
	"	external_device_info_source = \"none\"\n"
	"	data_alignment_detection = 0\n"
	"	data_alignment_offset_detection = 0\n"
	"}\n"
	"backup {\n"
	"	backup = 0\n"
	"	archive = 0\n"
	"}\n"
	"activation {\n"
	"	udev_sync = 0\n"
	"	udev_rules = 0\n"
	"	verify_udev_operations = 0\n"
	"	monitoring = 0\n"
	"	reserved_memory = 10240\n" /* KiB; 8192 are 60 too few for a snapshot's removal */
	"}\n"
	"global {\n"
	"	locking_dir = \"" LVM_FOLDER "/lock\"\n"
	"	event_activation = 0\n"
	"	use_lvmpolld = 0\n"
	"	use_lvmlockd = 0\n"
	"}\n"
	"log {\n"
	"	syslog = 0\n"
	"}\n";

struct batch {
	const char *const *commands;
	size_t count;
	bool report;
};

/* Of the child: lvm2_log_fn() has no argument to carry them. */
static char first_error[512];
static bool reporting;

/* Reports and warnings come on the same level; only rows carry the prefix. */
static void on_message(int level, const char *file, int line, int dm_errno, const char *message)
{
	const char *text = message + strspn(message, " ");

	(void)file;
	(void)line;
	(void)dm_errno;
	/* The first error is the cause; the last one is often advice to read the manual. */
	if (level <= LVM2_LOG_ERROR && !*first_error)
		snprintf(first_error, sizeof(first_error), "%s", text);
	if (reporting && level == LVM2_LOG_PRINT && !strncmp(text, LVM_ROW, strlen(LVM_ROW)))
		printf("%s\n", text);
	else if (level <= LVM2_LOG_PRINT)
		fprintf(stderr, "%s\n", text);
}

static int write_configuration(const char *path, struct err *err)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return err_sys(err, ERR_LVM, path, "cannot create LVM's configuration");
	fputs(configuration, file);
	if (fclose(file))
		return err_sys(err, ERR_LVM, path, "cannot write LVM's configuration");
	return 0;
}

int lvm_prepare(struct err *err)
{
	static const char *const folders[] = {"/run", "/run/newroot", LVM_FOLDER};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (mkdir(folders[i], 0755) < 0 && errno != EEXIST)
			return err_sys(err, ERR_LVM, folders[i], "cannot make the folder");
	if (setenv("LVM_SYSTEM_DIR", LVM_FOLDER, 1) || setenv("DM_DISABLE_UDEV", "1", 1) ||
	    setenv("LVM_SUPPRESS_FD_WARNINGS", "1", 1))
		return err_sys(err, ERR_LVM, NULL, "cannot set LVM's environment");
	return write_configuration(LVM_FOLDER "/lvm.conf", err);
}

static int run_command(void *lvm, const char *command, struct err *err)
{
	char name[32];

	first_error[0] = '\0';
	if (!reporting)
		fprintf(stderr, "lvm %s\n", command);
	if (lvm2_run(lvm, command) == LVM2_COMMAND_SUCCEEDED)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(command, " "), command);
	return err_set(err, ERR_LVM, name, "%s",
		       *first_error ? first_error : "failed without a message");
}

static int run_batch(void *arg, struct err *err)
{
	const struct batch *batch = arg;
	void *lvm;

	if (lvm_prepare(err) < 0)
		return -1;
	reporting = batch->report;
	lvm2_log_fn(on_message);
	lvm = lvm2_init();
	if (!lvm)
		return err_set(err, ERR_LVM, NULL, "cannot start LVM: %s", first_error);
	for (size_t i = 0; i < batch->count; i++)
		if (run_command(lvm, batch->commands[i], err) < 0)
			return -1;
	lvm2_exit(lvm);
	return 0;
}

int lvm_run(const char *const *commands, size_t count, const struct child_watch *watch,
	    struct err *err)
{
	struct batch batch = {.commands = commands, .count = count};
	struct child child = {.name = "lvm", .fn = run_batch, .arg = &batch};

	return child_run(&child, watch, err);
}

int lvm_report(const char *const *commands, size_t count, char *out, size_t size,
	       const struct child_watch *watch, struct err *err)
{
	struct batch batch = {.commands = commands, .count = count, .report = true};
	struct child child = {
		.name = "lvm", .fn = run_batch, .arg = &batch, .out = out, .out_size = size};

	return child_run(&child, watch, err);
}
