/*
 * That it is this VM's own server which answers: a socket may be a proxy's or a tunnel's, and a file of the moved system
 * may have led a client to another machine. Whoever listens on the socket must run in the folder of data that the server says
 * it has. For struct database_kind. Errors: ERR_DATABASE_SERVER.
 */
#ifndef NEWROOT_DATABASE_SERVER_PROOF_H
#define NEWROOT_DATABASE_SERVER_PROOF_H

#include "database/client.h"

int server_proof_mysql(const struct database_client *client, const char *answer, struct err *err);
int server_proof_postgresql(const struct database_client *client, const char *answer,
			    struct err *err);

#endif
