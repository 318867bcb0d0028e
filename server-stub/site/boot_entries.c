#include "site/boot_entries.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/file.h"

#define ENTRY_MAX (2 * BOOT_PARAMETERS_MAX + SETTINGS_URL_TEXT + 1024)

/* " newroot.token=…", or nothing without a value. */
static void word(char *out, size_t size, const char *key, const char *value)
{
	size_t used = strlen(out);

	if (value[0])
		snprintf(out + used, size - used, " %s%s", key, value);
}

static int write_entry(const struct data *data, const struct settings *settings, const char *file,
		       const char *about, const struct vm *vm, struct err *err)
{
	char append[ENTRY_MAX] = "", text[ENTRY_MAX + 256];
	int size;

	word(append, sizeof(append), "newroot.url=", settings->url);
	word(append, sizeof(append), "newroot.mode=", vm->mode);
	word(append, sizeof(append), "newroot.token=", vm->token);
	word(append, sizeof(append), "", settings->parameters);
	word(append, sizeof(append), "", vm->parameters);
	size = snprintf(text, sizeof(text),
			"# Written by newroot-server: %s.\n"
			"DEFAULT newroot\nPROMPT 0\n"
			"LABEL newroot\n\tKERNEL vmlinuz\n\tINITRD initrd.img," DATA_SITE_IMAGE "\n"
			"\tAPPEND%s\n\tIPAPPEND 2\n",
			about, append);
	return file_write(data->entries, file, text, (size_t)size, 0644, err);
}

int boot_entry_default(const struct data *data, const struct settings *settings, struct err *err)
{
	const struct vm unknown = {.mode = "wait"};

	return write_entry(data, settings, "default", "for VMs without an entry of their own",
			   &unknown, err);
}

/* pxelinux looks for "01-" (Ethernet) and the MAC with dashes. */
static void entry_name(char name[24], const struct vm *vm)
{
	snprintf(name, 24, "01-%s", vm->mac);
	for (char *p = name; *p; p++)
		if (*p == ':')
			*p = '-';
}

int boot_entry_write(const struct data *data, const struct settings *settings, const struct vm *vm,
		     struct err *err)
{
	char name[24], about[VM_NAME_MAX + 16];

	entry_name(name, vm);
	snprintf(about, sizeof(about), "for the VM %s", vm->name);
	return write_entry(data, settings, name, about, vm, err);
}

int boot_entry_remove(const struct data *data, const struct vm *vm, struct err *err)
{
	char name[24];

	entry_name(name, vm);
	if (unlinkat(data->entries, name, 0) < 0 && errno != ENOENT)
		return err_sys(err, ERR_IO, name, "can't remove the boot entry");
	return 0;
}

int boot_mode_check(const char *mode, struct err *err)
{
	static const char *const modes[] = {"install", "rescue", "plan", "wait"};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(modes[i], mode))
			return 0;
	return err_set(err, ERR_USAGE, "mode", "'%.40s' is not install, rescue, plan or wait",
		       mode);
}
