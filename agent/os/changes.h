/*
 * What the configuration wants of the new system's tree, as a list. Dialects only read the tree
 * and add to the list; one place applies it, and the same list checks what was written. To
 * render against a tree that is already configured asks for what is already there.
 */
#ifndef NEWROOT_OS_CHANGES_H
#define NEWROOT_OS_CHANGES_H

#include "os/target.h"
#include "os/text.h"

enum change_kind { CHANGE_FILE, CHANGE_LINK, CHANGE_DIRECTORY, CHANGE_ASIDE, CHANGE_REMOVE };

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
	/* Where what a person should know goes: console, log and event; NULL: nowhere. */
	void (*note)(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
};

void changes_note(const struct changes *changes, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

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
struct change *changes_remove(struct changes *changes, const char *path); /* a file or a link */
/* A directory (0755, root) where there is none; one that is there keeps its mode and owner. */
void changes_need_directory(struct changes *changes, const char *path);

/*
 * The text of a file as it stands after the changes so far; NULL: there is none. For files that
 * several parts of the configuration edit. Errors: ERR_CONFIGURE.
 */
int changes_text(const struct changes *changes, const char *path, const char **text,
		 struct err *err);

/* Write all of it, in order. What is already as it should be is left alone. */
int changes_apply(const struct changes *changes, struct err *err);

/* Read the tree back: is everything as it was asked for? Errors: ERR_VERIFY. */
int changes_verify(const struct changes *changes, struct err *err);

#endif
