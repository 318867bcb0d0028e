#include "database/server_proof.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sync/server_data.h"

#define INIT_PID 1 /* it listens for a server that systemd starts by its socket */

/* Of lines "datadir<tab>/var/lib/mysql/", in the arena; "" when it is not told. */
static const char *variable(const struct database_client *client, const char *answer,
			    const char *name)
{
	const size_t size = strlen(name);

	for (const char *line = answer; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, size) && line[size] == '\t')
			return arena_printf(client->arena, "%.*s",
					    (int)strcspn(line + size + 1, "\n"), line + size + 1);
	}
	return "";
}

/* Who has called listen(2), socket(7): SO_PEERCRED; 0 when nobody does. */
static pid_t listener_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct ucred who = {.pid = 0};
	socklen_t size = sizeof(who);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		return 0;
	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s", path) >=
		    (int)sizeof(address.sun_path) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size))
		who.pid = 0;
	close(fd);
	return who.pid;
}

static bool runs_in(pid_t pid, const char *folder)
{
	struct stat here, there;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
	return stat(path, &here) == 0 && stat(folder, &there) == 0 && here.st_dev == there.st_dev &&
	       here.st_ino == there.st_ino;
}

/* One that runs as nobody's superuser does not tell its folder: then it is at least a database server. */
static bool is_own(pid_t pid, const char *data)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", (int)pid);
	return pid == INIT_PID ||
	       (pid && (*data ? runs_in(pid, data) : server_data_is_server(text)));
}

static int refuse(const char *path, const char *data, const char *more, struct err *err)
{
	return err_set(
		err, ERR_DATABASE_SERVER, path,
		"the server that answers is not this VM's: it has its data in %s%s, but whoever listens on %s here does not run there: "
		"give the server's socket as databases/login/socket",
		*data ? data : "a folder that it did not tell", more, path);
}

int server_proof_mysql(const struct database_client *client, const char *answer, struct err *err)
{
	const char *data = variable(client, answer, "datadir");
	const char *told = variable(client, answer, "socket");
	const char *path = client->socket ? client->socket : told;

	if (*path != '/')
		path = arena_printf(client->arena, "%s/%s", data, path);
	if (*data && is_own(listener_of(path), data))
		return 0;
	return refuse(path, data,
		      arena_printf(client->arena, ", is called %s (server_id %s)",
				   variable(client, answer, "hostname"),
				   variable(client, answer, "server_id")),
		      err);
}

/* "/run/postgresql, /tmp", or nothing for the folder that was chosen when the server was built. */
static const char *first_folder(const struct database_client *client, const char *answer)
{
	static const char *const names[] = {"unix_socket_directories", "unix_socket_directory"};
	static const char *const built[] = {"/var/run/postgresql", "/tmp"};
	const char *told = "";

	for (size_t i = 0; i < 2 && !*told; i++)
		told = variable(client, answer, names[i]);
	if (*told)
		return arena_printf(client->arena, "%.*s", (int)strcspn(told, ","), told);
	return access(built[0], F_OK) ? built[1] : built[0];
}

int server_proof_postgresql(const struct database_client *client, const char *answer,
			    struct err *err)
{
	const char *data = variable(client, answer, "data_directory");
	const char *path = client->socket;

	if (!path)
		path = arena_printf(client->arena, "%s/.s.PGSQL.%s", first_folder(client, answer),
				    variable(client, answer, "port"));
	return is_own(listener_of(path), data) ? 0 : refuse(path, data, "", err);
}
