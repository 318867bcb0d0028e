/*
 * The kernel's command line as the slim initrd's /init reads it (kernel-parameters.rst, bootparam(7)): which root, how
 * mounted, which init. What is for others is left alone.
 */
#ifndef NEWROOT_BOOT_LINE_H
#define NEWROOT_BOOT_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct boot_line {
	const char *
		root; /* root=: "/dev/local/root", "UUID=…", "LABEL=…", "/dev/sda2"; NULL: not given */
	const char *type;    /* rootfstype=; NULL: probe */
	const char *options; /* rootflags=; NULL: none */
	const char *init;    /* init=; NULL: look for one */
	bool writable;       /* the last of ro (default) and rw */
	bool quiet;
	bool wait;          /* rootwait: for ever */
	bool shell;         /* newroot.shell: a shell before the root is mounted */
	unsigned delay_s;   /* rootdelay=: how long to wait for the root at least; 0: not given */
	unsigned panic_s;   /* panic=: reboot so long after a failure; 0: never */
	const char **words; /* all of them, NULL-terminated: parameters of modules */
};

/*
 * Parse `text`, one line with words that may be quoted; it is copied into the arena. Later words win.
 * Errors: ERR_BOOT for a number that is none.
 */
int boot_line_parse(struct boot_line *line, const char *text, struct arena *arena, struct err *err);

/* The parameters for module `name` among the words: "debug=1 mode=2" of "name.debug=1 name.mode=2". */
char *boot_line_module_options(const struct boot_line *line, const char *name, struct arena *arena);

/* Mount options of rootflags=: those that are flags of mount(2) go to `flags`, the rest, joined, is returned. */
char *boot_line_mount_options(const char *options, unsigned long *flags, struct arena *arena);

#endif
