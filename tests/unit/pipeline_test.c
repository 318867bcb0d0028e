/* A dump on its way into the new system, which has its root directory at /newroot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/extract.h"
#include "steps/pipeline.h"
#include "steps/source.h"
#include "tests/unit/os_tree.h"

#define CONTENT "not unpacked: \x1f\x8b"

static bool fetch_fails, unpacks;
static char noted[512];

bool source_needs_service(const struct job_source *source)
{
	(void)source;
	return true;
}

int source_stream(const struct context *ctx, const struct job_source *source, int out_fd,
		  struct err *err)
{
	(void)ctx;
	child_progress(sizeof(CONTENT) - 1, sizeof(CONTENT) - 1);
	if (write(out_fd, CONTENT, sizeof(CONTENT) - 1) != sizeof(CONTENT) - 1)
		return err_sys(err, ERR_IO, source->url, "cannot write");
	return fetch_fails ? err_set(err, ERR_ARCHIVE_HASH, source->url, "another hash") : 0;
}

/* What an archive of a NAS would give; nothing is unpacked here. */
int extract_stream(int in_fd, int root_fd, const struct extract_options *options,
		   struct extract_totals *totals, struct err *err)
{
	char piece[64];

	(void)root_fd;
	(void)options;
	*totals = (struct extract_totals){.entries = 2,
					  .bytes = 7,
					  .left_out = 3,
					  .left_out_name = "system.nfs4_acl",
					  .left_out_of = "a b/100% c"};
	while (read(in_fd, piece, sizeof(piece)) > 0)
		continue;
	return unpacks ? 0 : err_set(err, ERR_INTERNAL, NULL, "not wanted");
}

static int save(const char *to, struct err *err)
{
	const struct job_source source = {.url = "https://s/shop.sql.gz", .path = "/x"};
	const struct pipeline pipeline = {.item = "the dump", .to = to, .source = &source};
	struct context ctx = {.service = (struct service *)&ctx};

	return pipeline_save(&ctx, &pipeline, err);
}

static int holds(const char *path, const char *content)
{
	char found[64] = "";
	struct stat st;
	FILE *file = fopen(path, "re");

	if (!file || fstat(fileno(file), &st) || (st.st_mode & 07777) != 0600 || st.st_uid)
		return -1;
	found[fread(found, 1, sizeof(found) - 1, file)] = '\0';
	fclose(file);
	return strcmp(found, content) ? -1 : 0;
}

/* Its folders are made; a link in their place leads where it leads in the new system. */
static int copies(void)
{
	struct err err = ERR_INIT;

	return save("/var/lib/newroot/dumps/01-shop.dump", &err) ||
			       holds("/newroot/var/lib/newroot/dumps/01-shop.dump", CONTENT) ||
			       save("/dumps/01-shop.dump", &err) ||
			       holds("/newroot/srv/dumps/01-shop.dump", CONTENT) ||
			       access("/srv/dumps/01-shop.dump", F_OK) == 0 ||
			       save("/srv/dumps/01-shop.dump", &err)
		       ? -1
		       : 0;
}

static int follows_no_link(void)
{
	struct err err = ERR_INIT;

	return save("/srv/dumps/trap", &err) && err.code == ERR_IO ? 0 : -1;
}

static int fails_with_the_fetch(void)
{
	struct err err = ERR_INIT;

	fetch_fails = true;
	return save("/srv/dumps/01-shop.dump", &err) && err.code == ERR_ARCHIVE_HASH &&
			       strstr(err.msg, "copy the dump")
		       ? 0
		       : -1;
}

__attribute__((format(printf, 1, 2))) static void take_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(noted, sizeof(noted), fmt, ap);
	va_end(ap);
}

static int notes_what_was_left_out(void)
{
	const struct job_source source = {.url = "https://s/root.tar", .path = "/x"};
	const struct pipeline pipeline = {.item = "/data", .to = "/srv/data", .source = &source};
	struct context ctx = {.service = (struct service *)&ctx, .note = take_note};
	struct err err = ERR_INIT;

	unpacks = true;
	return pipeline_run(&ctx, &pipeline, &err) == 0 && ctx.bytes == 7 &&
			       strstr(noted, "unpack /data: 3 extended attributes") &&
			       strstr(noted, "'system.nfs4_acl' of /a b/100% c") &&
			       !strchr(noted, '\n')
		       ? 0
		       : -1;
}

static void in_a_new_root(void **state)
{
	static const char *const entries[] = {"/newroot/srv/dumps/.keep=x",
					      "/newroot/dumps>/srv/dumps",
					      "/newroot/srv/dumps/trap>/etc/passwd",
					      "/srv/.keep=x",
					      "/dev/null=x",
					      NULL};
	int (*const *check)(void) = *state;
	struct tree tree;
	int status;
	pid_t pid;

	tree_make(&tree, entries);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (chroot(tree.root) || chdir("/"))
			_exit(77);
		_exit((*check)() ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	tree_free(&tree);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(); /* only root may change its root directory */
	assert_int_equal(status, 0);
}

#define IN_A_NEW_ROOT(check)                                                                       \
	{                                                                                          \
#check, in_a_new_root, NULL, NULL, (void *)&(int (*[])(void))                      \
		{                                                                                  \
			check                                                                      \
		}                                                                                  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_NEW_ROOT(copies),
		IN_A_NEW_ROOT(follows_no_link),
		IN_A_NEW_ROOT(fails_with_the_fetch),
		IN_A_NEW_ROOT(notes_what_was_left_out),
	};

	return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
