#include "facts/facts_read.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/input.h"
#include "base/io.h"
#include "base/limits.h"
#include "facts/boot_files.h"

/* "./usr/bin/sh" is "usr/bin/sh", as when it is unpacked. */
static const char *plain_path(const char *path)
{
	while (*path == '/' || (path[0] == '.' && path[1] == '/'))
		path++;
	return path;
}

static void take_xattrs(struct facts *facts, struct archive_entry *entry)
{
	const char *name;
	const void *value;
	size_t size;

	archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK)
		if (size > facts->xattr)
			facts->xattr = size;
}

/* A program says which machine it is for; firmware is made for others, and nobody may run it. */
static void take_machine(struct facts *facts, struct archive_entry *entry, const char *path,
			 const void *head, size_t size)
{
	const bool kernel = facts_is_kernel(path);
	const char *name = NULL;

	if (kernel)
		name = facts_kernel_machine(head, size);
	else if (archive_entry_perm(entry) & 0111)
		name = facts_machine(head, size);
	if (name)
		facts_add(facts, kernel ? FACTS_KERNEL : FACTS_MACHINE, name);
}

struct head {
	unsigned char data[FACTS_HEAD];
	size_t size;
};

/* Pieces are as they came; one that has a hole before it is none of the head. */
static void add_head(struct head *head, const void *data, size_t size, int64_t offset)
{
	const size_t room = sizeof(head->data) - head->size;

	if (offset != (int64_t)head->size)
		return;
	if (size > room)
		size = room;
	memcpy(head->data + head->size, data, size);
	head->size += size;
}

/* What is read, and what is kept of it until the end. */
struct reading {
	struct input input;
	struct facts *facts;
	struct boot_files boot;
};

static int take_contents(struct reading *reading, struct archive_entry *entry, const char *path,
			 struct err *err)
{
	const bool link = archive_entry_hardlink(entry) || archive_entry_symlink(entry);
	struct boot_file *boot = boot_files_begin(&reading->boot, path, link);
	struct head head = {.size = 0};
	const void *data;
	int64_t offset;
	size_t size;
	int more;

	while ((more = input_data(&reading->input, &data, &size, &offset, err)) > 0) {
		add_head(&head, data, size, offset);
		boot_file_add(boot, data, size, offset);
		reading->facts->unpacked += size;
	}
	take_machine(reading->facts, entry, path, head.data, head.size);
	return more;
}

static int take_entry(struct reading *reading, struct archive_entry *entry, struct err *err)
{
	struct facts *facts = reading->facts;
	const char *path = archive_entry_pathname(entry);
	const bool link = archive_entry_hardlink(entry);

	if (!path)
		return err_set(err, ERR_ARCHIVE_ENTRY, NULL, "an entry's path cannot be read");
	facts->entries++;
	facts->inodes += !link;
	take_xattrs(facts, entry);
	if (archive_entry_filetype(entry) != AE_IFDIR)
		facts_mark(facts, plain_path(path), archive_entry_symlink(entry));
	else
		facts_mark_folder(facts, plain_path(path));
	return take_contents(reading, entry, plain_path(path), err);
}

static void take_format(struct facts *facts, struct input *input)
{
	const int base = archive_format(input->reader) & ARCHIVE_FORMAT_BASE_MASK;

	snprintf(facts->format, sizeof(facts->format), "%s",
		 base == ARCHIVE_FORMAT_CPIO ? "cpio" : "tar");
}

/* A dump of a database, an image: there is nothing in it to be listed, and it may be whole. */
static int read_other(int in_fd, struct facts *facts, struct err *err)
{
	char *piece = malloc(EXTRACT_BUFFER);
	ssize_t got;

	if (!piece)
		return err_set(err, ERR_MEMORY, NULL, "no memory for a buffer");
	do
		got = read_all(in_fd, piece, EXTRACT_BUFFER);
	while (got > 0);
	free(piece);
	if (got < 0)
		return err_sys(err, ERR_IO, NULL, "cannot read from the pipe");
	snprintf(facts->format, sizeof(facts->format), FACTS_OTHER);
	facts->whole = true;
	return 0;
}

static int read_all_entries(struct reading *reading, struct err *err)
{
	struct archive_entry *entry;
	int more;

	while ((more = input_next(&reading->input, &entry, err)) > 0)
		if (take_entry(reading, entry, err))
			return -1;
	if (more < 0)
		return -1;
	take_format(reading->facts, &reading->input);
	boot_files_end(&reading->boot, reading->facts);
	return input_end(&reading->input, err);
}

int facts_read(int in_fd, struct facts *facts, struct err *err)
{
	struct reading reading = {.facts = facts};
	struct err failure = ERR_INIT;
	int ret;

	memset(facts, 0, sizeof(*facts));
	/* As extract_stream() does: names are bytes, which libarchive reads through the locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	if (input_open(&reading.input, in_fd, &failure))
		return failure.code == ERR_ARCHIVE_FORMAT ? read_other(in_fd, facts, err)
							  : err_keep(err, &failure);
	ret = read_all_entries(&reading, err);
	input_close(&reading.input);
	boot_files_free(&reading.boot);
	facts->whole = ret == 0;
	return ret;
}

int facts_write(int out_fd, const struct facts *facts, struct err *err)
{
	json_t *object = facts_json(facts);
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	int ret = -1;

	if (!text)
		err_set(err, ERR_MEMORY, NULL, "no memory for an archive's facts");
	else if (write_all(out_fd, text, strlen(text)) || write_all(out_fd, "\n", 1))
		err_sys(err, ERR_IO, NULL, "cannot write an archive's facts");
	else
		ret = 0;
	free(text);
	json_decref(object);
	return ret;
}
