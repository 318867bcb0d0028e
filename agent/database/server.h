/* This VM's database server: that it runs, and which one it is. */
#ifndef NEWROOT_DATABASE_SERVER_H
#define NEWROOT_DATABASE_SERVER_H

#include "database/client.h"

/*
 * Wait until it answers; start its service when nobody does. Errors: ERR_DATABASE_SERVER, ERR_DATABASE_LOGIN.
 */
int database_server_wait(struct database_client *client, struct err *err);

struct database_version {
	bool mariadb;
	unsigned number; /* 8.0.22 is 80022 */
};

/* MySQL and MariaDB. "10.11.6-MariaDB-0+deb12u1-log" */
int database_server_version(struct database_client *client, struct database_version *version,
			    struct err *err);
struct database_version database_version_parse(const char *text);

#endif
