#include "steps/mkfs_try.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "steps/mkfs.h"

#define WORDS_SIZE 4096 /* a maker's complaint comes first, its whole usage behind it */
#define TOLD_MAX   240  /* of them: the complaint, in a message */

/* Makers complain on stderr, and tell what they would make on stdout: both are wanted, in their order. */
static int run_maker(void *arg, struct err *err)
{
	const char **argv = arg;

	if (dup2(STDOUT_FILENO, STDERR_FILENO) >= 0)
		/* exec keeps the words as they are. */
		execvp(argv[0], (char *const *)argv);
	return err_sys(err, ERR_IO, argv[0], "cannot start %s", argv[0]);
}

/* Lines become one, without blank ones; the usage behind them tells everything but what was wrong. */
static void join_lines(char *words)
{
	char *out = words, *line;

	for (char *rest = words; (line = strsep(&rest, "\n"));) {
		size_t size = strlen(line);

		if (!strncmp(line, "Usage", strlen("Usage")))
			break;
		if (!size)
			continue;
		if (out != words)
			*out++ = ' ';
		memmove(out, line, size);
		out += size;
	}
	*out = '\0';
}

/* "Only show": -N of mkfs.xfs, -n of mke2fs; behind the maker's name, before any word of the job's. */
static const char **command(const struct plan_fs *fs, enum fs_profile profile, const char *file,
			    struct arena *arena)
{
	/* In the arena: the command line points into it. */
	struct plan_fs *on_file = arena_alloc(arena, sizeof(*on_file));
	const char *const *argv;
	const char **tried;
	size_t count = 0;

	*on_file = *fs;
	on_file->device = file;
	argv = mkfs_argv(on_file, profile, arena);
	while (argv[count])
		count++;
	tried = arena_array(arena, count + 2, sizeof(*tried));
	tried[0] = argv[0];
	tried[1] = fs->type == FS_XFS ? "-N" : "-n";
	memcpy(&tried[2], &argv[1], (count - 1) * sizeof(*tried));
	return tried;
}

static int try_on(int fd, const struct plan_fs *fs, enum fs_profile profile, const char *where,
		  const struct child_watch *watch, struct err *err)
{
	struct arena arena = {0};
	const char **argv =
		command(fs, profile, arena_printf(&arena, "/proc/self/fd/%d", fd), &arena);
	char words[WORDS_SIZE] = "";
	const struct child child = {.name = argv[0],
				    .fn = run_maker,
				    .arg = argv,
				    .out = words,
				    .out_size = sizeof(words)};
	struct err own = ERR_INIT;
	int ret = child_run(&child, watch, &own);

	if (ret && own.code == ERR_CHILD_FAILED) {
		join_lines(words);
		err_set(err, ERR_JOB_VALUE, where,
			"%s refuses these options for %s: %.*s; accepted is what it takes beside newroot's own options",
			argv[0], fs->device, TOLD_MAX, words);
	} else if (ret) {
		err_keep(err, &own);
	}
	arena_free(&arena);
	return ret;
}

int mkfs_try(const struct plan_fs *fs, enum fs_profile profile, const char *where,
	     const struct child_watch *watch, struct err *err)
{
	int fd = memfd_create("mkfs", 0); /* the maker inherits it */
	int ret;

	if (fd < 0 || ftruncate(fd, (off_t)fs->size))
		ret = err_sys(err, ERR_IO, fs->device, "cannot make a file to try mkfs on");
	else
		ret = try_on(fd, fs, profile, where, watch, err);
	if (fd >= 0)
		close(fd);
	return ret;
}
