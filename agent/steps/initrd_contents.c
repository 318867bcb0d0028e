#include "steps/initrd_contents.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "archive/modfile.h"

#define PIECE      (64 * 1024)
#define NAME_SIZE  64 /* MODULE_NAME_LEN of the kernel */
#define FIRST_ROOM 64 /* a slim initrd has about as many modules */

static void add_module(struct initrd_contents *contents, const char *name, struct arena *arena)
{
	if (contents->module_count == contents->room) {
		size_t room = contents->room ? 2 * contents->room : FIRST_ROOM;
		const char **grown = arena_array(arena, room, sizeof(*grown));

		if (contents->module_count)
			memcpy(grown, contents->modules, contents->module_count * sizeof(*grown));
		contents->modules = grown;
		contents->room = room;
	}
	contents->modules[contents->module_count++] = name;
}

static void look_at(struct initrd_contents *contents, struct archive_entry *entry,
		    struct arena *arena)
{
	const char *path = archive_entry_pathname(entry);
	char module[NAME_SIZE];

	if (!path || archive_entry_filetype(entry) != AE_IFREG)
		return;
	if (!strcmp(path, "init"))
		contents->has_init =
			archive_entry_size(entry) > 0 && (archive_entry_perm(entry) & 0111);
	if (modfile_name(path, module, sizeof(module)))
		add_module(contents, arena_strdup(arena, module), arena);
}

int initrd_contents_read(struct initrd_contents *contents, int fd, const char *path,
			 struct arena *arena, struct err *err)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int ret = -1, status;

	*contents = (struct initrd_contents){0};
	if (!archive)
		return err_set(err, ERR_MEMORY, path, "no memory to read %s", path);
	if (archive_read_support_filter_gzip(archive) != ARCHIVE_OK ||
	    archive_read_support_format_cpio(archive) != ARCHIVE_OK ||
	    archive_read_open_fd(archive, fd, PIECE) != ARCHIVE_OK)
		goto bad;
	while ((status = archive_read_next_header(archive, &entry)) == ARCHIVE_OK)
		look_at(contents, entry, arena);
	if (status != ARCHIVE_EOF)
		goto bad;
	ret = 0;
	goto out;
bad:
	err_set(err, ERR_VERIFY, path, "%s is no gzip'ed cpio archive that reads to its end: %s",
		path,
		archive_error_string(archive) ? archive_error_string(archive) : "unknown reason");
out:
	archive_read_free(archive);
	return ret;
}

bool initrd_contents_has(const struct initrd_contents *contents, const char *module)
{
	for (size_t i = 0; i < contents->module_count; i++)
		if (!strcmp(contents->modules[i], module))
			return true;
	return false;
}
