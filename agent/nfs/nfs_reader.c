#include "nfs/nfs_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "nfs/nfs_error.h"
#include "nfs/nfs_mount.h"
#include "service/wait.h"

/* An end by signal takes the kernel this long at most: its client sleeps for a second between two attempts. */
#define END_MS 5000

/* A link may lead to another file of its folder; one that leads out would be followed on this machine. */
static int open_beneath(int folder, const char *file)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	/* EAGAIN: a rename elsewhere raced with the path (openat2(2)). */
	do
		fd = (int)syscall(SYS_openat2, folder, file, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN);
	return fd;
}

/* errno, of an attempt to open or to read. */
static int failed(const char *what, struct err *err)
{
	switch (errno) {
	case ENOENT:
		return err_set(err, ERR_ARCHIVE_MISSING, NULL, "there is no such file");
	case EXDEV:
		return err_set(err, ERR_NFS, NULL,
			       "it is a link that leads out of its folder; name the file itself");
	case EACCES:
	case EPERM:
		return err_sys(
			err, ERR_NFS, NULL,
			"the server does not let root of this VM read it; let everybody read it, or export with no_root_squash");
	default:
		return err_sys(err, nfs_code(errno), NULL, "%s", what);
	}
}

static int open_file(const struct nfs_reader *reader, struct nfs_file *file, struct err *err)
{
	int folder = nfs_mount(reader->url, reader->limits, err);
	struct stat st;
	int fd;

	if (folder < 0)
		return -1;
	fd = open_beneath(folder, reader->url->file);
	close(folder);
	if (fd < 0 || fstat(fd, &st)) {
		failed("cannot open it", err);
	} else if (S_ISREG(st.st_mode)) {
		*file = (struct nfs_file){.size = (uint64_t)st.st_size, .time = st.st_mtim};
		return fd;
	} else {
		err_set(err, ERR_ARCHIVE_MISSING, NULL, "it is no regular file");
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static int send_from(int fd, uint64_t from, uint64_t size, struct err *err)
{
	char *piece = malloc(FETCH_PIECE);
	ssize_t got;
	int ret = 0;

	if (!piece)
		return err_set(err, ERR_MEMORY, NULL, "no memory for a buffer");
	while (from < size && ret == 0) {
		got = pread(fd, piece, FETCH_PIECE, (off_t)from);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			ret = failed("cannot read it", err);
		else if (got == 0)
			ret = err_set(err, ERR_ARCHIVE_CHANGED, NULL,
				      "it became shorter while it was read");
		else if (write_all(STDOUT_FILENO, piece, (size_t)got))
			ret = err_sys(err, ERR_IO, NULL, "its reader went away");
		else
			from += (uint64_t)got;
	}
	free(piece);
	return ret;
}

/* In the process: the file's facts and its bytes go to stdout. */
static int reader_main(void *arg, struct err *err)
{
	const struct nfs_reader *reader = arg;
	struct nfs_file file;
	int ret = 0, fd = open_file(reader, &file, err);

	if (fd < 0)
		return -1;
	if (write_all(STDOUT_FILENO, &file, sizeof(file)))
		ret = err_sys(err, ERR_IO, NULL, "its reader went away");
	/* Larger requests ahead: an archive is read once, from its begin to its end. */
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	if (ret == 0 && !reader->look)
		ret = send_from(fd, reader->from, file.size, err);
	close(fd);
	return ret;
}

/* The stream ended: with an error that the process told, or without. */
static int end_of_stream(struct nfs_reader *reader, struct err *err)
{
	struct message message;
	ssize_t got = read_all(reader->stage.control, &message, sizeof(message));

	if (got == 0)
		return 0;
	if (got != (ssize_t)sizeof(message))
		return err_set(err, ERR_CHILD_DIED, NULL, "the process that read it has died");
	*err = message.err;
	return -1;
}

/* The kernel has the same limit, and its error says more than ours: it gets the chance. */
static uint64_t silence_ms(const struct net_limits *limits)
{
	return (uint64_t)limits->stall_ms + limits->stall_ms / 8;
}

static ssize_t read_within(struct nfs_reader *reader, void *to, size_t size, uint64_t limit_ms,
			   struct err *err)
{
	ssize_t got;
	int ready = wait_fd(reader->data, POLLIN, wait_now() + limit_ms, err);

	if (ready < 0)
		return -1;
	if (ready == 0)
		return err_set(err, ERR_NET_TIMEOUT, NULL, "the server said nothing for %u s",
			       (unsigned)(limit_ms / 1000));
	do
		got = read(reader->data, to, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(err, ERR_IO, NULL, "cannot read from the process that reads it");
	return got > 0 ? got : end_of_stream(reader, err);
}

int nfs_reader_start(struct nfs_reader *reader, struct nfs_file *file, struct err *err)
{
	/* Each address may be tried, and the kernel has its own time for what is behind it. */
	const uint64_t limit_ms = (uint64_t)NET_ADDRESSES_MAX * reader->limits->connect_ms +
				  silence_ms(reader->limits);
	const struct child child = {.name = "nfs", .fn = reader_main, .arg = reader};
	ssize_t got;

	reader->data = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (reader->data < 0)
		return err_sys(err, ERR_IO, "/dev/null", "cannot open");
	if (stage_start(&reader->stage, &child, &reader->data, false, err)) {
		stage_close(&reader->data);
		return -1;
	}
	/* Less than PIPE_BUF, so it comes whole. */
	got = read_within(reader, file, sizeof(*file), limit_ms, err);
	if (got == (ssize_t)sizeof(*file))
		return 0;
	if (got >= 0)
		err_set(err, ERR_CHILD_DIED, NULL, "the process that reads it has died");
	nfs_reader_stop(reader);
	return -1;
}

ssize_t nfs_reader_read(struct nfs_reader *reader, void *to, size_t size, struct err *err)
{
	return read_within(reader, to, size, silence_ms(reader->limits), err);
}

void nfs_reader_stop(struct nfs_reader *reader)
{
	const uint64_t deadline = wait_now() + END_MS;

	kill(reader->stage.pid, SIGKILL);
	stage_close(&reader->data);
	stage_close(&reader->stage.words);
	/* One that the kernel doesn't let go yet is left to init; this process ends soon as well. */
	while (waitpid(reader->stage.pid, NULL, WNOHANG) == 0 && wait_now() < deadline)
		poll(NULL, 0, 10);
	stage_close(&reader->stage.control);
}
