#include "archive/extract.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/input.h"
#include "archive/metadata.h"
#include "archive/named.h"
#include "archive/place.h"

struct extract {
	struct input input;
	struct place place;
	struct named_acls named;
	const struct extract_options *options;
	struct extract_totals *totals;
};

static void copy_printable(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
	for (; *to; to++)
		if ((unsigned char)*to < ' ' || *to == 0x7f)
			*to = '?';
}

static void count_left_out(struct extract_totals *totals, struct archive_entry *entry,
			   const char *path)
{
	const char *name;
	size_t count = metadata_left_out(entry, &name);

	if (count > 0 && totals->left_out == 0) {
		copy_printable(totals->left_out_name, sizeof(totals->left_out_name), name);
		copy_printable(totals->left_out_of, sizeof(totals->left_out_of), path);
	}
	totals->left_out += count;
}

static int take_entry(struct extract *x, struct archive_entry *entry, struct err *err)
{
	const char *raw = archive_entry_pathname(entry);
	char path[PATH_MAX];
	int ret = -1;

	if (!raw)
		return err_set(err, ERR_ARCHIVE_ENTRY, NULL, "an entry's path cannot be read");
	x->totals->entries++;
	if (entry_path(raw, path, sizeof(path), err) == 0 &&
	    place_entry(&x->place, entry, path, err) == 0 &&
	    named_remember(&x->named, entry, path, err) == 0)
		ret = 0;
	if (ret == 0 && x->options->check)
		ret = x->options->check(x->options->ctx, x->place.root_fd, path,
					archive_entry_mode(entry), err);
	if (ret && err)
		snprintf(err->where, sizeof(err->where), "%s", raw);
	if (ret == 0)
		count_left_out(x->totals, entry, path);
	if (ret == 0 && x->options->push)
		xfs_push_entry(x->options->push);
	if (ret == 0 && x->options->seen)
		x->options->seen(x->options->ctx, path, archive_entry_mode(entry));
	return ret;
}

static int unpack_all(struct extract *x, struct err *err)
{
	struct archive_entry *entry;
	int root_fd = x->place.root_fd;
	int more;

	while ((more = input_next(&x->input, &entry, err)) > 0)
		if (take_entry(x, entry, err))
			return -1;
	if (more < 0 || input_end(&x->input, err) || tree_end(&x->place.tree, err) ||
	    named_apply(&x->named, root_fd, x->options->accounts_fd, err))
		return -1;
	/* Here a full or failing disk still fails this archive, not the machine later. */
	if (syncfs(root_fd))
		return err_sys(err, ERR_IO, NULL, "cannot write everything to the disk");
	return 0;
}

int extract_stream(int in_fd, int root_fd, const struct extract_options *options,
		   struct extract_totals *totals, struct err *err)
{
	struct extract *x = calloc(1, sizeof(*x));
	int ret = -1;

	*totals = (struct extract_totals){0};
	if (!x)
		return err_set(err, ERR_MEMORY, NULL, "no memory to unpack");
	x->options = options;
	x->totals = totals;
	x->place.input = &x->input;
	x->place.root_fd = root_fd;
	umask(0);
	/* Names are bytes; libarchive reads those of pax through the locale. Both libcs have this one. */
	setlocale(LC_CTYPE, "C.UTF-8");
	if (input_open(&x->input, in_fd, err) == 0 && tree_begin(&x->place.tree, root_fd, err) == 0)
		ret = unpack_all(x, err);
	totals->bytes = x->place.bytes;
	tree_free(&x->place.tree);
	input_close(&x->input);
	named_free(&x->named);
	free(x);
	return ret;
}
