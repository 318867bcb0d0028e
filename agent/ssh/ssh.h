/*
 * A login on another machine by the system's own ssh, from OpenSSH 4.3 (RHEL 5) on: it knows one host by one key, asks
 * nobody anything, and reads no configuration but this. The private key lies in a file of mode 0600 while it is open.
 */
#ifndef NEWROOT_SSH_SSH_H
#define NEWROOT_SSH_SSH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "job/job.h"

#define SSH_FOLDER "/run/newroot/ssh-" /* a name behind it makes a folder for ssh_open() */

struct ssh {
	const char *where; /* "root@10.80.0.5 port 22", for messages */
	/* What stands for the host on command lines: a word without colons, whatever the host's address. */
	const char *destination;
	const char *command; /* the program and its options as one text, as rsync's -e takes it */
	struct strings argv; /* the same as words; without the destination */
	/* For ssh_close(). */
	const char *folder;
};

/*
 * Find the program in PATH, and write identity and known_hosts into `folder`, which is made (0700), and belongs to this
 * login alone; what an earlier one left there is overwritten. It must hold no blanks. Texts are the arena's.
 * Errors: ERR_SSH (no program, no key, the files cannot be written); nothing is left then.
 */
int ssh_open(struct ssh *ssh, const struct job_ssh *login, const char *folder, struct arena *arena,
	     struct err *err);
/* Removes the files and their folder; those who use them must have ended. NULL-safe, and may be repeated. */
void ssh_close(struct ssh *ssh);
/* The same of a folder that a killed process may have left, on a system whose /run is on its disk. */
void ssh_forget(const char *folder);

/*
 * Words to run: the program, its options, further `options`, the destination and the words of a `command` there, which its
 * shell sees joined by blanks. Both lists end with NULL; either may be NULL. In the arena.
 */
const char *const *ssh_argv(const struct ssh *ssh, const char *const *options,
			    const char *const *command, struct arena *arena);

/*
 * Run `command` there and wait; its stdout goes to `out` (NULL: to the log), cut at `size`. Errors: as ssh_explain() finds
 * them, else ERR_CHILD_FAILED with its exit status and last words, or ERR_CHILD_TIMEOUT after `limit_s` of silence.
 */
int ssh_ask(const struct ssh *ssh, const char *const *command, unsigned limit_s, char *out,
	    size_t size, struct err *err);

/*
 * What ssh's last words mean: ERR_SSH_CONNECT, ERR_SSH_HOST_KEY, ERR_SSH_LOGIN, with the telling line in the message.
 * False, and `err` as it was, when none of the lines is known to be ssh's.
 */
bool ssh_explain(const struct ssh *ssh, const char *const *lines, size_t count, struct err *err);

#endif
