#include "ssh/tunnel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "installed/watch.h"
#include "ssh/tunnel_keeper.h"

#define LISTENING 0x0A /* TCP_LISTEN in /proc/net/tcp */

static struct {
	pid_t keeper; /* 0: none */
	int news;
	bool up, was_up;
	int64_t cut_ms;
	struct err err; /* why it is not up */
	struct ssh ssh;
	struct arena arena;
} tunnel;

/* "   0: 0100007F:33FA 00000000:0000 0A …": the address as the machine has it in memory. */
bool tunnel_listens(int port)
{
	FILE *table = fopen("/proc/net/tcp", "re");
	char line[256];
	unsigned address, at, state;
	bool found = false;

	while (table && !found && fgets(line, sizeof(line), table))
		found = sscanf(line, " %*d: %x:%x %*x:%*x %x", &address, &at, &state) == 3 &&
			state == LISTENING && at == (unsigned)port &&
			(address == 0x0100007F || address == 0);
	if (table)
		fclose(table);
	return found;
}

static int start_keeper(const struct tunnel_way *way, struct err *err)
{
	const pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return err_sys(err, ERR_SSH, tunnel.ssh.where, "no pipe for the tunnel's keeper");
	tunnel.keeper = fork();
	if (tunnel.keeper == 0)
		tunnel_keep(&tunnel.ssh, way, ends[1], parent);
	close(ends[1]);
	if (tunnel.keeper < 0) {
		tunnel.keeper = 0;
		close(ends[0]);
		return err_sys(err, ERR_SSH, tunnel.ssh.where, "cannot fork the tunnel's keeper");
	}
	tunnel.news = ends[0];
	return 0;
}

/* Killed by somebody: it is nobody's tunnel then. */
static void check_keeper(void)
{
	if (!tunnel.keeper || waitpid(tunnel.keeper, NULL, WNOHANG) == 0)
		return;
	tunnel.keeper = 0;
	close(tunnel.news);
	tunnel_close();
	err_set(&tunnel.err, ERR_SSH, NULL, "the tunnel's keeper has died");
}

int tunnel_open(const struct tunnel_way *way, struct err *err)
{
	check_keeper();
	if (tunnel.keeper)
		return 0;
	if (ssh_open(&tunnel.ssh, way->ssh, way->folder, &tunnel.arena, err) == 0) {
		err_set(&tunnel.err, ERR_SSH_CONNECT, tunnel.ssh.where,
			"ssh to %s has not come through yet", tunnel.ssh.where);
		if (start_keeper(way, err) == 0)
			return 0;
	}
	tunnel_close();
	return -1;
}

static void is_up(void)
{
	if (tunnel.was_up)
		watch_note("the tunnel to %s is back after %lld s", tunnel.ssh.where,
			   (long long)(clock_ms() - tunnel.cut_ms) / 1000);
	else
		watch_note("the tunnel to %s is up", tunnel.ssh.where);
	tunnel.up = tunnel.was_up = true;
	tunnel.err = (struct err)ERR_INIT;
}

static void is_down(const struct tunnel_news *news)
{
	if (news->event == TUNNEL_CUT) {
		tunnel.cut_ms = clock_ms();
		watch_note("the tunnel is cut, and will be opened again: %.400s", news->err.msg);
	} else if (strcmp(tunnel.err.msg, news->err.msg) != 0) {
		watch_note("the tunnel does not come up, and is tried again: %.400s",
			   news->err.msg);
	}
	tunnel.up = false;
	tunnel.err = news->err;
}

bool tunnel_look(void)
{
	struct tunnel_news news;

	while (tunnel.keeper && read(tunnel.news, &news, sizeof(news)) == (ssize_t)sizeof(news)) {
		if (news.event == TUNNEL_UP)
			is_up();
		else
			is_down(&news);
	}
	check_keeper();
	return tunnel.up;
}

bool tunnel_kept(void)
{
	return tunnel.keeper > 0;
}

int tunnel_check(struct err *err)
{
	if (tunnel_look())
		return 0;
	if (tunnel.err.code != ERR_NONE)
		return err_keep(err, &tunnel.err);
	return err_set(err, ERR_SSH, NULL, "there is no tunnel");
}

void tunnel_close(void)
{
	if (tunnel.keeper) {
		kill(tunnel.keeper, SIGTERM);
		while (waitpid(tunnel.keeper, NULL, 0) < 0 && errno == EINTR)
			;
		close(tunnel.news);
	}
	ssh_close(&tunnel.ssh);
	arena_free(&tunnel.arena);
	memset(&tunnel, 0, sizeof(tunnel));
}
