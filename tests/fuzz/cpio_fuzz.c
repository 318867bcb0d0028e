/* Any list of entries through the cpio writer: libarchive reads back exactly what was written. */
#include <archive.h>
#include <archive_entry.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/cpio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROOM    (1 << 20)
#define ENTRIES 64
#define KINDS   3

struct written {
	char path[40];
	uint8_t kind;
	const uint8_t *data;
	size_t size;
};

struct buffer {
	uint8_t bytes[ROOM];
	size_t used;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int append(void *ctx, const void *data, size_t size, struct err *err)
{
	struct buffer *buffer = ctx;

	if (size > ROOM - buffer->used)
		return err_set(err, ERR_ARCHIVE_SPACE, NULL, "full");
	memcpy(buffer->bytes + buffer->used, data, size);
	buffer->used += size;
	return 0;
}

/* Two bytes of input, kind and size, then a name's and contents' bytes. */
static size_t take(struct written *list, const uint8_t *data, size_t size)
{
	size_t count = 0;

	while (count < ENTRIES && size >= 3) {
		struct written *w = &list[count];
		size_t length = data[1] % 32, contents = data[2];

		if (length + contents + 3 > size)
			break;
		w->kind = data[0] % KINDS;
		snprintf(w->path, sizeof(w->path), "%zu", count);
		for (size_t i = 0; i < length; i++) {
			size_t used = strlen(w->path);
			char c = (char)data[3 + i];

			w->path[used] = c == '\0' || c == '/' ? '_' : c;
			w->path[used + 1] = '\0';
		}
		w->data = data + 3 + length;
		w->size = w->kind == 0 ? contents : 0;
		data += 3 + length + contents;
		size -= 3 + length + contents;
		count++;
	}
	return count;
}

static void write_all_entries(struct cpio *cpio, const struct written *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].kind == 0)
			cpio_file(cpio, list[i].path, 0644, list[i].data, list[i].size);
		else if (list[i].kind == 1)
			cpio_directory(cpio, list[i].path, 0755);
		else
			cpio_symlink(cpio, list[i].path, list[i].path);
	}
	require(cpio_end(cpio, NULL) == 0);
}

static void read_entry(struct archive *reader, struct archive_entry *entry, const struct written *w)
{
	static const mode_t modes[KINDS] = {S_IFREG | 0644, S_IFDIR | 0755, S_IFLNK | 0777};
	uint8_t contents[256];

	require(!strcmp(archive_entry_pathname(entry), w->path));
	require(archive_entry_mode(entry) == modes[w->kind]);
	if (w->kind == 0)
		require(archive_read_data(reader, contents, sizeof(contents)) ==
				(la_ssize_t)w->size &&
			!memcmp(contents, w->data, w->size));
	if (w->kind == 2)
		require(!strcmp(archive_entry_symlink(entry), w->path));
}

static void read_back(const struct buffer *buffer, const struct written *list, size_t count)
{
	struct archive *reader = archive_read_new();
	struct archive_entry *entry;

	archive_read_support_format_cpio(reader);
	require(archive_read_open_memory(reader, buffer->bytes, buffer->used) == ARCHIVE_OK);
	for (size_t i = 0; i < count; i++) {
		require(archive_read_next_header(reader, &entry) >= ARCHIVE_WARN);
		read_entry(reader, entry, &list[i]);
	}
	require(archive_read_next_header(reader, &entry) == ARCHIVE_EOF);
	archive_read_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buffer buffer;
	struct written list[ENTRIES];
	struct cpio cpio = {.write = append, .ctx = &buffer};
	size_t count = take(list, data, size);

	buffer.used = 0;
	write_all_entries(&cpio, list, count);
	require(cpio.bytes == buffer.used);
	read_back(&buffer, list, count);
	return 0;
}
