#include "facts/boot_files.h"

#include <stdio.h>
#include <string.h>

#include "facts/kernel_choice.h"
#include "facts/kernel_default.h"

static struct boot_file *find(struct boot_files *files, const char *path)
{
	for (size_t i = 0; i < files->count; i++)
		if (!strcmp(files->file[i].path, path))
			return &files->file[i];
	return NULL;
}

static struct boot_file *add_file(struct boot_files *files, const char *path)
{
	struct boot_file *file = &files->file[files->count];

	if (files->count == BOOT_FILES_MAX) {
		files->uncertain = true;
		return NULL;
	}
	files->count++;
	file->path = arena_strdup(&files->arena, path);
	file->text = arena_alloc(&files->arena, BOOT_FILE_MAX + 1);
	return file;
}

struct boot_file *boot_files_begin(struct boot_files *files, const char *path, bool link)
{
	char absolute[256];
	struct boot_file *file;

	if ((size_t)snprintf(absolute, sizeof(absolute), "/%s", path) >= sizeof(absolute) ||
	    !kernel_default_reads(absolute))
		return NULL;
	if (link) {
		/* RHEL's menu.lst leads to grub.conf, which is read. */
		files->uncertain |= strcmp(absolute, "/boot/grub/menu.lst") != 0;
		return NULL;
	}
	file = find(files, absolute);
	if (!file)
		file = add_file(files, absolute);
	if (!file)
		return NULL;
	/* The last one of a name is the one that stays. */
	file->size = 0;
	file->text[0] = '\0';
	return file;
}

void boot_file_add(struct boot_file *file, const void *data, size_t size, int64_t offset)
{
	if (!file || offset != (int64_t)file->size)
		return;
	if (size > BOOT_FILE_MAX - file->size)
		size = BOOT_FILE_MAX - file->size;
	memcpy(file->text + file->size, data, size);
	file->size += size;
	file->text[file->size] = '\0';
}

static const char *read_file(void *ctx, const char *path, struct arena *arena)
{
	const struct boot_file *file = find(ctx, path);

	(void)arena;
	return file ? file->text : "";
}

void boot_files_end(struct boot_files *files, struct facts *facts)
{
	const struct boot_reader reader = {.read = read_file, .ctx = files};
	const char *text = kernel_default(&reader, &files->arena), *best = "";

	for (size_t i = 0; i < facts->kernel_count; i++)
		if (kernel_named(text, facts->kernel[i]) && strlen(facts->kernel[i]) > strlen(best))
			best = facts->kernel[i];
	snprintf(facts->default_kernel, sizeof(facts->default_kernel), "%s", best);
	facts->default_known = !files->uncertain;
}

void boot_files_free(struct boot_files *files)
{
	arena_free(&files->arena);
}
