/* The keeper's side of a tunnel; for this folder only. */
#ifndef NEWROOT_SSH_TUNNEL_KEEPER_H
#define NEWROOT_SSH_TUNNEL_KEEPER_H

#include "ssh/ssh.h"
#include "ssh/tunnel.h"

enum tunnel_event {
	TUNNEL_UP,
	TUNNEL_CUT,    /* it was up */
	TUNNEL_FAILED, /* it did not come up */
};

/* What the keeper tells through its pipe: shorter than PIPE_BUF, so that each is read in one piece. */
struct tunnel_news {
	enum tunnel_event event;
	struct err err; /* TUNNEL_CUT, TUNNEL_FAILED */
};

/* Life of the keeper, a forked child of `parent`; ends by SIGTERM or with its parent. */
_Noreturn void tunnel_keep(const struct ssh *ssh, const struct tunnel_way *way, int news,
			   int parent);

#endif
