/*
 * A tunnel by ssh that stays: a port of this VM's loopback leads to a server that the other machine reaches. A keeper, a
 * process of its own, opens it again whenever it ends; it ends with this process, and ssh with it. One at a time.
 */
#ifndef NEWROOT_SSH_TUNNEL_H
#define NEWROOT_SSH_TUNNEL_H

#include <stdbool.h>

#include "base/err.h"
#include "job/job.h"

struct tunnel_way {
	const struct job_ssh *ssh;
	const char *address; /* of the server, as that machine reaches it */
	int port;
	int local_port;
	const char *folder; /* for ssh_open(); this tunnel's alone */
};

/*
 * Returns at once; it may take a while until the tunnel is up, and it may never be. One that is kept already is left as it
 * is. Errors: ERR_SSH.
 */
int tunnel_open(const struct tunnel_way *way, struct err *err);

/*
 * Take in what the keeper tells, and pass it on as notes to the service: that the tunnel is up, is cut and is back, and why
 * it does not come. To be called about once a second. True: it is up.
 */
bool tunnel_look(void);

/* Is up, and `err` as it was; or why not: -1. Errors: ERR_SSH, ERR_SSH_CONNECT, ERR_SSH_HOST_KEY, ERR_SSH_LOGIN. */
int tunnel_check(struct err *err);

/* Does this process keep one, up or not? */
bool tunnel_kept(void);

/* Ends it, and removes the key's file. May be repeated. */
void tunnel_close(void);

/* Does any process listen at this port of the loopback? It is not disturbed by the question. */
bool tunnel_listens(int port);

#endif
