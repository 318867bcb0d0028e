#include "os_tree.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/target_write.h"

#define GOLDEN "tests/unit/golden/os/"

static void make_entry(struct tree *tree, const char *entry)
{
	struct target_attr attr = {.uid = getuid(), .gid = getgid()};
	char *path = arena_strdup(&tree->arena, entry);
	char *mark = strpbrk(path, "=>");
	char kind = mark ? *mark : '=';
	const char *rest = mark ? mark + 1 : "";
	struct err err = ERR_INIT;

	if (mark)
		*mark = '\0';
	attr.mode = *rest ? 0644 : 0755;
	if (kind == '>' ? target_symlink(&tree->target, path, rest, &err)
			: target_write(&tree->target, path, rest, strlen(rest), &attr, &err))
		fail_msg("%s: %s", entry, err.msg);
}

void tree_make(struct tree *tree, const char *const *entries)
{
	struct err err = ERR_INIT;

	*tree = (struct tree){.root = "/tmp/newroot-tree-XXXXXX"};
	assert_non_null(mkdtemp(tree->root));
	assert_int_equal(target_open(&tree->target, tree->root, &err), 0);
	for (; entries && *entries; entries++)
		make_entry(tree, *entries);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void tree_free(struct tree *tree)
{
	target_close(&tree->target);
	arena_free(&tree->arena);
	assert_int_equal(nftw(tree->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *tree_read(struct tree *tree, const char *path)
{
	struct err err = ERR_INIT;
	const char *data;

	if (target_read(&tree->target, path, &tree->arena, &data, NULL, &err))
		fail_msg("%s", err.msg);
	return data;
}

static void print_change(struct text *text, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_FILE:
		text_printf(text, "=== %s %04o %s:%s%s\n%.*s", change->path, change->mode,
			    change->owner, change->group,
			    change->keep_old ? ", the old one is kept" : "", (int)change->size,
			    change->data);
		break;
	case CHANGE_LINK:
		text_printf(text, "=== %s -> %s\n", change->path, change->data);
		break;
	case CHANGE_DIRECTORY:
		text_printf(text, "=== %s/ %04o %s:%s\n", change->path, change->mode, change->owner,
			    change->group);
		break;
	case CHANGE_REMOVE:
		text_printf(text, "=== %s is removed\n", change->path);
		break;
	case CHANGE_ASIDE:
		text_printf(text, "=== %s is renamed to %s\n", change->path, change->data);
		break;
	}
}

static void compare(const struct text *text, const char *name)
{
	char path[256], golden[32768];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), GOLDEN "%s", name);
	if (getenv("NEWROOT_GOLDEN")) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(text->data, 1, text->size, file), text->size);
		assert_int_equal(fclose(file), 0);
		return;
	}
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: run this in the top folder", path);
	size = fread(golden, 1, sizeof(golden) - 1, file);
	golden[size] = '\0';
	fclose(file);
	assert_string_equal(text->data, golden);
}

void changes_are_golden(const struct changes *changes, const char *name)
{
	struct text text = {.arena = changes->arena};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < changes->count; i++)
		print_change(&text, &changes->item[i]);
	compare(&text, name);
	if (getuid() != 0)
		return; /* only root can give files to root */
	if (changes_apply(changes, &err) || changes_verify(changes, &err))
		fail_msg("%s", err.msg);
}
