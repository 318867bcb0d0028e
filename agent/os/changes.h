/*
 * What the configuration wants of the new system's tree, as a list. Dialects only read the tree
 * and add to the list; one place applies it, and the same list checks what was written. To
 * render against a tree that is already configured asks for what is already there.
 */
#ifndef NEWROOT_OS_CHANGES_H
#define NEWROOT_OS_CHANGES_H

#include "os/target.h"
#include "os/text.h"

enum change_kind { CHANGE_FILE, CHANGE_LINK, CHANGE_DIRECTORY, CHANGE_ASIDE };

struct change {
	enum change_kind kind;
	const char *path;
	const char
		*data; /* content; of a link where it points; of what is set aside its new name */
	size_t size;
	mode_t mode;
	const char *owner, *group; /* names or numbers, by the new system's own passwd and group */
	bool keep_old;             /* the replaced file stays as PATH.premigration */
	const char *origin;        /* for errors: the JSON path that asked for it, or NULL */
};

struct changes {
	const struct target *target; /* what is there now: for reading only */
	struct arena *arena;
	struct change *item;
	size_t count, room;
};

/*
 * Each returns the new change, so that mode, owner and the like can be set: a file is 0644 and
 * root's. Strings are kept by reference. A later change of the same path wins.
 */
struct change *changes_file(struct changes *changes, const char *path, const struct text *content);
/* The same for a file that is edited rather than replaced: it keeps the mode it has. */
struct change *changes_edit(struct changes *changes, const char *path, const struct text *content);
struct change *changes_link(struct changes *changes, const char *path, const char *to);
struct change *changes_directory(struct changes *changes, const char *path, mode_t mode);
struct change *changes_aside(struct changes *changes, const char *path, const char *name);

/* Write all of it, in order. What is already as it should be is left alone. */
int changes_apply(const struct changes *changes, struct err *err);

/* Read the tree back: is everything as it was asked for? Errors: ERR_VERIFY. */
int changes_verify(const struct changes *changes, struct err *err);

#endif
