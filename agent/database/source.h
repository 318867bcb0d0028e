/* The old platform's master, which this VM follows through a tunnel until cutover: databases/source of the job. */
#ifndef NEWROOT_DATABASE_SOURCE_H
#define NEWROOT_DATABASE_SOURCE_H

#include "database/database.h"
#include "database/replica.h"

/* Where the tunnel ends on this VM: chosen once, kept in the state folder. Errors: ERR_FIRST_BOOT, ERR_DATABASE_SOURCE. */
int source_port(const char *state_dir, int *port, struct err *err);

/*
 * As tunnel_open(). The key's folder is that of `who`, for two processes at once may have a tunnel; `root` stands before it, ""
 * but in tests.
 */
int source_tunnel_open(const struct job_databases *databases, const char *root, const char *who,
		       int port, struct err *err);
/* Who keeps a tunnel. */
#define SOURCE_FIRST_BOOT "databases"
#define SOURCE_CUTOVER    "cutover"

/* Once all tunnels have ended: remove what killed processes have left of their keys. */
void source_tunnel_forget(const char *root);

/*
 * Before dumps are loaded and gone: keep where in the old master's binary log they were made, as the job or one
 * of them says. Errors: ERR_DATABASE_SOURCE, none says it, or two say different things.
 */
int source_position_keep(const struct database_work *work, struct err *err);
int source_position_get(const struct database_work *work, struct master_position *position,
			struct err *err);

/* What the replica of it is called, and where this server finds its master. */
void source_replica(const struct job_databases *databases, struct database_client *client, int port,
		    struct replica *replica);

/*
 * Take what a client of database_client_open_source() answers, into `answer` of `size` bytes; while nobody does, the tunnel is waited for, for
 * DATABASE_TUNNEL_S. Errors: ERR_DATABASE_LOGIN, ERR_DATABASE_SOURCE, or why there is no tunnel.
 */
int source_ask(struct database_client *source, const char *sql, char *answer, size_t size,
	       struct err *err);

#endif
