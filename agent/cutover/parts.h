/* What the actions of a cutover share; for this folder only. Paths are those of the system, without its root. */
#ifndef NEWROOT_CUTOVER_PARTS_H
#define NEWROOT_CUTOVER_PARTS_H

#include "base/limits.h"
#include "os/service_record.h"
#include "cutover/cutover.h"

/* What is taken away stays under its name with this behind it, for undo. */
#define AFTER_CUTOVER ".cutover"

/* What a cutover is in the middle of, or must remember for undo; one a line. Gone when there is nothing. */
#define CUTOVER_STATE "/var/lib/newroot/cutover"

struct cutover_work {
	const struct cutover *options;
	struct arena arena;
	struct service_records records;
	const char **state; /* lines of CUTOVER_STATE, in order */
	size_t state_count;
	const char *step; /* the action at hand, as events name it */
	size_t ops;       /* what it had to do so far */
	/* The last lines of the last command. */
	const char *words[CHILD_TAIL_LINES];
	size_t word_count;
};

/*
 * The action at hand has something to do, told by these words to whoever watches. False in a dry run: leave it. An
 * action without any such call has nothing to do.
 */
bool cutover_op(struct cutover_work *work, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* What a person should know besides. */
void cutover_note(struct cutover_work *work, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void cutover_line(struct cutover_work *work, const char *indent, const char *line);

/* files.c. Errors: ERR_CUTOVER. */
const char *cutover_path(struct cutover_work *work, const char *path); /* with the root (arena) */
bool cutover_exists(struct cutover_work *work, const char *path);      /* links are not followed */
const char *cutover_link(struct cutover_work *work,
			 const char *path); /* where it points, or NULL */
/* The whole file (arena); NULL when there is none. */
int cutover_read(struct cutover_work *work, const char *path, const char **text, struct err *err);
int cutover_write(struct cutover_work *work, const char *path, const char *text, struct err *err);
int cutover_rename(struct cutover_work *work, const char *from, const char *to, struct err *err);
int cutover_symlink(struct cutover_work *work, const char *path, const char *to, struct err *err);
int cutover_unlink(struct cutover_work *work, const char *path, struct err *err);
/* A folder of files; it may be missing. */
int cutover_remove_folder(struct cutover_work *work, const char *path, struct err *err);

/* state.c: the file is up to date when these return. */
int cutover_state_read(struct cutover_work *work, struct err *err);
bool cutover_state_has(const struct cutover_work *work, const char *line);
int cutover_state_add(struct cutover_work *work, const char *line, struct err *err);
int cutover_state_remove(struct cutover_work *work, const char *line, struct err *err);

/* command.c */
/* Where the program is (arena); NULL: nowhere. */
const char *cutover_program(struct cutover_work *work, const char *name);
/*
 * Run a program that changes something, away from this terminal: it may leave a daemon behind. What it says
 * is in the log, in work->words and in a note to the service. Returns its exit status. -1: it could not be run, or was
 * killed, or its time was over.
 */
int cutover_command(struct cutover_work *work, const char *const *argv, unsigned limit_s,
		    struct err *err);
/* The same for one that must end with 0: 0 or -1. */
int cutover_must(struct cutover_work *work, const char *const *argv, unsigned limit_s,
		 struct err *err);
/* Ask a program that changes nothing, in dry runs as well: did it end with 0? `answer` may be NULL. */
bool cutover_ask(struct cutover_work *work, const char *const *argv, char *answer, size_t size);

/* init.c: the init system that runs. */
struct cutover_init {
	const char *name;
	const char *evidence[4]; /* one of these exists; none given: any other system */
	const char *program;     /* starts and stops; where there is none, /etc/init.d/NAME does */
	bool verb_first;
	/* Is what is wanted by this runlevel, target or unit running now? */
	bool (*is_active)(struct cutover_work *work, const char *level);
	const char *reload; /* word for `program` after its links have changed; NULL: none */
};
const struct cutover_init *cutover_init(struct cutover_work *work);

/* wanted.c: what the disabled services of the record start by, now that it is back. */
struct cutover_wanted {
	struct {
		const char *name;  /* as the init system calls it: "cron", "cron.service" */
		const char *level; /* what wants it: "default", "multi-user.target", "2" */
		const char *order; /* of System V: "S15cron", "" else */
	} * item;
	size_t count;
};
/* In the order of the boot, where links tell, else that of the record. */
void cutover_wanted(struct cutover_work *work, struct cutover_wanted *wanted);

/* The actions. Errors: ERR_CUTOVER. */
/* Errors also: ERR_CUTOVER_WRITABLE, ERR_CUTOVER_BEHIND, those of databases and their tunnel. */
int cutover_database_promote(struct cutover_work *work, struct err *err); /* database.c */
int cutover_database_forget(struct cutover_work *work, struct err *err);
int cutover_quarantine_lift(struct cutover_work *work, struct err *err); /* quarantine.c */
int cutover_quarantine_load(struct cutover_work *work, struct err *err);
int cutover_links_restore(struct cutover_work *work, struct err *err); /* links.c */
int cutover_links_disable(struct cutover_work *work, struct err *err);
int cutover_marker_remove(struct cutover_work *work, struct err *err); /* marker.c */
int cutover_marker_restore(struct cutover_work *work, struct err *err);
int cutover_services_start(struct cutover_work *work, struct err *err); /* services.c */
int cutover_services_stop(struct cutover_work *work, struct err *err);
int cutover_puppet_run(struct cutover_work *work, struct err *err); /* puppet.c */
int cutover_puppet_forget(struct cutover_work *work, struct err *err);

#endif
