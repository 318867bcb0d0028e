#include "archive/module_index.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC        0xB007F457U
#define VERSION      0x00020001U
#define HAS_PREFIX   0x80000000U
#define HAS_VALUES   0x40000000U
#define HAS_CHILDREN 0x20000000U
#define CHILDREN_MAX 128

int module_index_add(struct module_index *index, const char *key, const char *value,
		     uint32_t priority, struct err *err)
{
	for (const char *c = key; *c; c++)
		if ((unsigned char)*c >= CHILDREN_MAX)
			return 0;
	if (index->count == index->room) {
		size_t room = index->room ? index->room * 2 : 1024;
		struct index_entry *grown = reallocarray(index->entry, room, sizeof(*grown));

		if (!grown)
			return err_set(err, ERR_MEMORY, NULL, "no memory for %zu names", room);
		index->entry = grown;
		index->room = room;
	}
	index->entry[index->count++] = (struct index_entry){key, value, priority};
	return 0;
}

void module_index_free(struct module_index *index)
{
	free(index->entry);
	*index = (struct module_index){0};
}

static FILE *create(int dir_fd, const char *name, struct err *err)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file) {
		err_sys(err, ERR_KERNEL, name, "cannot create");
		if (fd >= 0)
			close(fd);
	}
	return file;
}

static int finish(FILE *file, const char *name, struct err *err)
{
	int failed = ferror(file);

	if (fclose(file) || failed)
		return err_sys(err, ERR_KERNEL, name, "cannot write");
	return 0;
}

static void put_number(FILE *file, uint32_t number)
{
	uint32_t value = htobe32(number);

	fwrite(&value, sizeof(value), 1, file);
}

static void put_string(FILE *file, const char *s, size_t length)
{
	fwrite(s, 1, length, file);
	fputc('\0', file);
}

static int by_key(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order == 0)
		order = x->priority < y->priority ? -1 : x->priority > y->priority;
	return order ? order : strcmp(x->value, y->value);
}

/* How many bytes the first and last key, and so all between them, share from `from` on. */
static size_t shared(const struct index_entry *entry, size_t count, size_t from)
{
	const char *first = entry[0].key + from, *last = entry[count - 1].key + from;
	size_t length = 0;

	while (first[length] && first[length] == last[length])
		length++;
	return length;
}

static void put_children(FILE *file, const uint32_t *children)
{
	int first = 0, last = CHILDREN_MAX - 1;

	while (!children[first])
		first++;
	while (!children[last])
		last--;
	fputc(first, file);
	fputc(last, file);
	for (int c = first; c <= last; c++)
		put_number(file, children[c]);
}

/* Write the node of sorted keys that agree in their first `depth` bytes; returns its offset with flags. */
static uint32_t put_node(FILE *file, const struct index_entry *entry, size_t count, size_t depth)
{
	uint32_t children[CHILDREN_MAX] = {0};
	size_t prefix = shared(entry, count, depth), end = depth + prefix, values = 0;
	uint32_t offset;

	while (values < count && entry[values].key[end] == '\0')
		values++;
	for (size_t i = values, next; i < count; i = next) {
		unsigned char c = (unsigned char)entry[i].key[end];

		for (next = i; next < count && (unsigned char)entry[next].key[end] == c;)
			next++;
		children[c] = put_node(file, entry + i, next - i, end + 1);
	}
	offset = (uint32_t)ftell(file);
	if (prefix)
		put_string(file, entry[0].key + depth, prefix);
	if (values < count)
		put_children(file, children);
	if (values)
		put_number(file, (uint32_t)values);
	for (size_t i = 0; i < values; i++) {
		put_number(file, entry[i].priority);
		put_string(file, entry[i].value, strlen(entry[i].value));
	}
	return offset | (prefix ? HAS_PREFIX : 0) | (values < count ? HAS_CHILDREN : 0) |
	       (values ? HAS_VALUES : 0);
}

int module_index_write_trie(struct module_index *index, int dir_fd, const char *name,
			    struct err *err)
{
	FILE *file = create(dir_fd, name, err);
	uint32_t root = 0;

	if (!file)
		return -1;
	put_number(file, MAGIC);
	put_number(file, VERSION);
	put_number(file, 0); /* the root's offset, known at the end */
	if (index->count > 0) {
		qsort(index->entry, index->count, sizeof(*index->entry), by_key);
		root = put_node(file, index->entry, index->count, 0);
	} else {
		root = (uint32_t)ftell(file); /* a node with nothing in it */
	}
	if (fseek(file, 2 * sizeof(uint32_t), SEEK_SET) == 0)
		put_number(file, root);
	return finish(file, name, err);
}

int module_index_write_text(const struct module_index *index, int dir_fd, const char *name,
			    const char *heading,
			    void (*line)(FILE *file, const struct index_entry *entry),
			    struct err *err)
{
	FILE *file = create(dir_fd, name, err);

	if (!file)
		return -1;
	if (heading)
		fprintf(file, "# %s\n", heading);
	for (size_t i = 0; i < index->count; i++)
		line(file, &index->entry[i]);
	return finish(file, name, err);
}
