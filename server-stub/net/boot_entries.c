#include "net/boot_entries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/loader.h"
#include "util/file.h"

#define WORDS_MAX  (2 * BOOT_PARAMETERS_MAX + SETTINGS_URL_TEXT + 256)
#define NAME_SPACE 64 /* of a VM's file: a MAC between prefix and suffix */
#define HALF_MADE  ".new"

const struct loader *const loaders[DATA_LOADERS] = {
	[DATA_PXELINUX] = &loader_pxelinux,
	[DATA_IPXE] = &loader_ipxe,
	[DATA_GRUB] = &loader_grub,
};

/* " newroot.token=…", or nothing without a value. */
static void word(char *out, const char *key, const char *value)
{
	size_t used = strlen(out);

	if (value[0])
		snprintf(out + used, WORDS_MAX - used, " %s%s", key, value);
}

static void fill_words(char words[WORDS_MAX], const struct settings *settings, const struct vm *vm)
{
	words[0] = '\0';
	word(words, "newroot.url=", settings->url);
	word(words, "newroot.mode=", vm->mode);
	word(words, "newroot.token=", vm->token);
	word(words, "", settings->parameters);
	word(words, "", vm->parameters);
}

/* An operator's wish for a shell or a plan goes before what the VM's state says. */
static bool boots_disk(const struct vm *vm)
{
	return !vm_configures(vm) && !strcmp(vm->mode, "install");
}

static void dashed(char out[MAC_TEXT], const char *mac)
{
	snprintf(out, MAC_TEXT, "%s", mac);
	for (char *p = out; *p; p++)
		if (*p == ':')
			*p = '-';
}

static void file_name(char name[NAME_SPACE], const struct loader *loader, const char *mac)
{
	snprintf(name, NAME_SPACE, "%s%s%s", loader->prefix, mac, loader->suffix);
}

/* Changes nothing when the file is so already: 0; 1: it is now; 2: and there was none. */
static int put(int dir, const char *name, const char *text, size_t size, mode_t mode,
	       struct err *err)
{
	return file_update(dir, name, text, size, mode, err);
}

#define ENTRY_MODE(settings) ((mode_t)((settings)->net_group[0] ? 0640 : 0644))

static int write_entry(const struct data *data, int which, const char *name, mode_t mode,
		       const struct boot_entry *entry, struct err *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int ret;

	if (!out)
		return err_set(err, ERR_MEMORY, name, "no memory for a boot entry");
	loaders[which]->print(out, entry);
	if (fclose(out) != 0)
		ret = err_set(err, ERR_MEMORY, name, "no memory for a boot entry");
	else
		ret = put(data->entries[which], name, text, size, mode, err);
	free(text);
	return ret;
}

int boot_entries_write(const struct data *data, const struct settings *settings,
		       const struct vm *vm, bool *made, struct err *err)
{
	char words[WORDS_MAX], about[VM_NAME_MAX + 16], mac[MAC_TEXT], name[NAME_SPACE];
	const struct boot_entry entry = {
		.about = about,
		.words = words,
		.mac = mac,
		.disk = boots_disk(vm),
	};

	fill_words(words, settings, vm);
	snprintf(about, sizeof(about), "the VM %s", vm->name);
	dashed(mac, vm->mac);
	for (int i = 0; i < DATA_LOADERS; i++) {
		int ret;

		file_name(name, loaders[i], mac);
		ret = write_entry(data, i, name, ENTRY_MODE(settings), &entry, err);
		if (ret < 0)
			return -1;
		if (made && i == 0)
			*made = ret == FILE_MADE;
	}
	return 0;
}

int boot_entries_write_unknown(const struct data *data, const struct settings *settings,
			       struct err *err)
{
	const struct vm unknown = {.mode = "wait"};
	char words[WORDS_MAX];
	const struct boot_entry entry = {.about = "VMs that nobody added", .words = words};

	fill_words(words, settings, &unknown);
	for (int i = 0; i < DATA_LOADERS; i++) {
		const struct loader *loader = loaders[i];

		if (write_entry(data, i, loader->unknown, ENTRY_MODE(settings), &entry, err) < 0)
			return -1;
		if (loader->start && put(data->entries[i], loader->start, loader->start_text,
					 strlen(loader->start_text), ENTRY_MODE(settings), err) < 0)
			return -1;
	}
	return 0;
}

/* What is so already is not touched: the service's unit may not set a group's bit (RestrictSUIDSGID). */
static int give(int dir, const char *name, gid_t gid, mode_t mode)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	/* Folders of modules and links are the operator's. */
	if (!S_ISREG(st.st_mode) && strcmp(name, "."))
		return 0;
	if (st.st_gid == gid && (st.st_mode & 07777) == mode)
		return 0;
	if (fchownat(dir, name, (uid_t)-1, gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return fchmodat(dir, name, mode, 0);
}

static int refuse_to_give(const char *name, struct err *err)
{
	return err_sys(
		err, ERR_SERVICE_DATA, name,
		"can't give it to the TFTP server's group; who runs the service has to be in it");
}

/* The entries of one folder that are there already, and the folder. */
static int protect_folder(int dir, const char *name, gid_t gid, struct err *err)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;

	if (!folder || give(dir, ".", gid, 02750) < 0)
		ret = refuse_to_give(name, err);
	while (ret == 0 && (item = readdir(folder)))
		if (item->d_name[0] != '.' && give(dir, item->d_name, gid, 0640) < 0 &&
		    errno != ENOENT)
			ret = refuse_to_give(item->d_name, err);
	if (folder)
		closedir(folder);
	else if (fd >= 0)
		close(fd);
	return ret;
}

int boot_entries_protect(const struct data *data, const struct settings *settings, struct err *err)
{
	const struct group *group;

	if (!settings->net_group[0])
		return 0;
	group = getgrnam(settings->net_group);
	if (!group)
		return err_set(
			err, ERR_SERVICE_DATA, DATA_SETTINGS,
			"there is no group %s on this machine; \"net_group\" is that of the TFTP server",
			settings->net_group);
	for (int i = 0; i < DATA_LOADERS; i++)
		if (protect_folder(data->entries[i], loaders[i]->unknown, group->gr_gid, err) < 0)
			return -1;
	return 0;
}

/* The MAC of a VM's file (with ':'), or false for the name of another one. */
static bool mac_of_name(char mac[MAC_TEXT], const struct loader *loader, const char *name)
{
	size_t prefix = strlen(loader->prefix);
	char again[NAME_SPACE], with_dashes[MAC_TEXT];

	if (strncmp(name, loader->prefix, prefix) || strlen(name) < prefix + MAC_TEXT - 1)
		return false;
	snprintf(with_dashes, sizeof(with_dashes), "%s", name + prefix);
	file_name(again, loader, with_dashes);
	return !strcmp(again, name) && mac_parse(mac, with_dashes, NULL) == 0;
}

static bool is_stale(const struct loader *loader, const char *name,
		     bool (*wanted)(const void *arg, const char *mac), const void *arg)
{
	size_t len = strlen(name), tail = strlen(HALF_MADE);
	char mac[MAC_TEXT], whole[NAME_SPACE];

	if (len > tail && len - tail < sizeof(whole) && !strcmp(name + len - tail, HALF_MADE)) {
		memcpy(whole, name, len - tail);
		whole[len - tail] = '\0';
		return mac_of_name(mac, loader, whole);
	}
	return mac_of_name(mac, loader, name) && !wanted(arg, mac);
}

static bool nobody(const void *arg, const char *mac)
{
	(void)arg, (void)mac;
	return false;
}

bool boot_entries_own(int which, const char *name)
{
	const struct loader *loader = loaders[which];

	return !strcmp(name, loader->unknown) || (loader->start && !strcmp(name, loader->start)) ||
	       is_stale(loader, name, nobody, NULL);
}

static int prune_folder(int dir, const struct loader *loader,
			bool (*wanted)(const void *arg, const char *mac), const void *arg,
			struct err *err)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;

	if (!folder) {
		err_sys(err, ERR_IO, loader->unknown, "can't read its folder");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (ret == 0 && (errno = 0, item = readdir(folder)))
		if (is_stale(loader, item->d_name, wanted, arg) &&
		    unlinkat(dir, item->d_name, 0) < 0 && errno != ENOENT)
			ret = err_sys(err, ERR_IO, item->d_name, "can't remove the boot entry");
	if (ret == 0 && errno)
		ret = err_sys(err, ERR_IO, loader->unknown, "can't read its folder");
	closedir(folder);
	return ret;
}

int boot_entries_prune(const struct data *data, bool (*wanted)(const void *arg, const char *mac),
		       const void *arg, struct err *err)
{
	for (int i = 0; i < DATA_LOADERS; i++)
		if (prune_folder(data->entries[i], loaders[i], wanted, arg, err) < 0)
			return -1;
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
