#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "database/marks.h"
#include "database/source.h"
#include "installed/watch.h"
#include "ssh/ssh.h"
#include "ssh/tunnel.h"

#define KEPT "source.port"

/* The server remembers it: another one at the next boot would be another master. */
int source_port(const char *state_dir, int *port, struct err *err)
{
	char text[MARKS_TEXT_MAX];

	if (marks_open(state_dir, err))
		return -1;
	if (marks_read(state_dir, KEPT, text) == 0 && (*port = atoi(text)) > 0)
		return 0;
	for (*port = DATABASE_TUNNEL_PORT; *port < DATABASE_TUNNEL_PORT + DATABASE_TUNNEL_PORTS;
	     ++*port)
		if (!tunnel_listens(*port)) {
			snprintf(text, sizeof(text), "%d\n", *port);
			return marks_write(state_dir, KEPT, text, err);
		}
	return err_set(err, ERR_DATABASE_SOURCE, NULL,
		       "no port from %d to %d of 127.0.0.1 is free for the tunnel",
		       DATABASE_TUNNEL_PORT, DATABASE_TUNNEL_PORT + DATABASE_TUNNEL_PORTS - 1);
}

int source_tunnel_open(const struct job_databases *databases, const char *root, const char *who,
		       int port, struct err *err)
{
	const struct job_database_source *source = &databases->source;
	char folder[256];
	const struct tunnel_way way = {
		.ssh = &source->ssh,
		.address = source->address,
		.port = source->port,
		.local_port = port,
		.folder = folder,
	};

	snprintf(folder, sizeof(folder), "%s" SSH_FOLDER "%s", root, who);
	return tunnel_open(&way, err);
}

void source_tunnel_forget(const char *root)
{
	static const char *const keepers[] = {SOURCE_FIRST_BOOT, SOURCE_CUTOVER};
	char folder[256];

	for (size_t i = 0; i < sizeof(keepers) / sizeof(*keepers); i++) {
		snprintf(folder, sizeof(folder), "%s" SSH_FOLDER "%s", root, keepers[i]);
		ssh_forget(folder);
	}
}

/* Trying again does not mend these. */
static bool is_final(enum err_code code)
{
	return code == ERR_SSH_HOST_KEY || code == ERR_SSH_LOGIN;
}

/* The first words after a cut may still find the old tunnel's end. */
int source_ask(struct database_client *source, const char *sql, char *answer, size_t size,
	       struct err *err)
{
	const int64_t deadline = clock_ms() + DATABASE_TUNNEL_S * 1000;

	for (;;) {
		struct err last = ERR_INIT, way = ERR_INIT;

		/* Another process of newroot's may keep it. */
		if (tunnel_kept() && tunnel_check(&way) && is_final(way.code))
			return err_keep(err, &way);
		if (database_ask_long(source, sql, answer, size, &last) == 0)
			return 0;
		if (source->fault == FAULT_STATEMENT) {
			last.code = ERR_DATABASE_SOURCE;
			err_prefix(&last,
				   "%s, who needs REPLICATION SLAVE and REPLICATION CLIENT there",
				   source->databases->source.user);
		}
		if (source->fault != FAULT_AWAY)
			return err_keep(err, &last);
		if (clock_ms() >= deadline) {
			last.code = ERR_DATABASE_SOURCE;
			err_prefix(&last, "nothing answers at the tunnel's other end");
			return err_keep(err, way.code == ERR_NONE ? &last : &way);
		}
		watch_pause();
	}
}
