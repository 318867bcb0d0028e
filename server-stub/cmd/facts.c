#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "archive/decompress.h"
#include "archives/hash.h"
#include "base/child.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "facts/facts_read.h"

/* ioprio_set(2): only when nobody else wants the disk. */
#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_IDLE        (3 << 13)
#define NICE               19
#define NOBODY             65534
#define SHA256_TEXT        65
/* A reader needs its decoder's memory and some more for libraries. */
#define READER_MEMORY MIB(256)
/* Seconds of the CPU: a start, and one for each so many bytes of the file; xz takes a fifth of that. */
#define READER_CPU_S     600
#define READER_CPU_BYTES MIB(1)

struct reading {
	int fd;
	uint64_t size;
	struct decompress_head head;
	struct decompress_limits limits;
	char *sha256; /* shared with the child that takes it */
};

static int limit(int what, uint64_t max, struct err *err)
{
	const struct rlimit bound = {max, max};

	return setrlimit((__rlimit_resource_t)what, &bound)
		       ? err_sys(err, ERR_CHILD_FAILED, NULL, "can't limit the reader")
		       : 0;
}

/* What reads a file of others has nothing but its pipes, and no more than it needs. */
static int confine(const struct reading *reading, struct err *err)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(reading->fd);
	if (limit(RLIMIT_CORE, 0, err) || limit(RLIMIT_FSIZE, 0, err) ||
	    limit(RLIMIT_CPU, READER_CPU_S + reading->size / READER_CPU_BYTES, err))
		return -1;
#ifndef __SANITIZE_ADDRESS__ /* whose shadow takes terabytes of addresses */
	if (limit(RLIMIT_AS, reading->limits.memory + READER_MEMORY, err))
		return -1;
#endif
	if (geteuid() == 0 && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			       setresuid(NOBODY, NOBODY, NOBODY)))
		return err_sys(err, ERR_CHILD_FAILED, NULL, "can't give root's rights up");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return err_sys(err, ERR_CHILD_FAILED, NULL, "can't give rights up");
	return 0;
}

static int hash_stage(void *arg, struct err *err)
{
	const struct reading *reading = arg;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return hash_stream(reading->fd, STDOUT_FILENO, "the archive", reading->sha256, err);
}

static int decompress_stage(void *arg, struct err *err)
{
	const struct reading *reading = arg;

	return confine(reading, err)
		       ? -1
		       : decompress_stream(STDIN_FILENO, STDOUT_FILENO, &reading->limits, err);
}

static int read_stage(void *arg, struct err *err)
{
	struct reading *reading = arg;
	struct facts facts;

	return confine(reading, err) || facts_read(STDIN_FILENO, &facts, err)
		       ? -1
		       : facts_write(STDOUT_FILENO, &facts, err);
}

static void fail(struct facts *facts, const struct err *err)
{
	facts->whole = false;
	facts->code = err->code;
	snprintf(facts->error, sizeof(facts->error), "%.500s", err->msg);
}

/* What was wrong is a fact as well. */
static void read_file(struct reading *reading, struct facts *facts)
{
	static char out[FACTS_BYTES_MAX + 1];
	const struct child children[] = {
		{.name = "read", .fn = hash_stage, .arg = reading},
		{.name = "decompress", .fn = decompress_stage, .arg = reading},
		{.name = "list",
		 .fn = read_stage,
		 .arg = reading,
		 .out = out,
		 .out_size = sizeof(out)},
	};
	struct err err = ERR_INIT;

	if (child_pipeline(children, sizeof(children) / sizeof(*children), NULL, &err) ||
	    facts_parse(facts, out, strlen(out), &err))
		fail(facts, &err);
	facts->compression = reading->head.readable ? reading->head.name : NULL;
	facts->memory = reading->head.memory;
}

/* A stream that is given up takes the one that hashes along: then the sum is taken alone. */
static int take_sum(const struct reading *reading, const char *file, struct err *err)
{
	if (reading->sha256[0])
		return 0;
	if (lseek(reading->fd, 0, SEEK_SET) < 0)
		return err_sys(err, ERR_IO, file, "can't read it once more");
	return hash_stream(reading->fd, -1, file, reading->sha256, err);
}

static int print(const struct reading *reading, const struct facts *facts, struct err *err)
{
	json_t *object = facts_json(facts);
	char *text = NULL;

	if (object && json_object_set_new(object, "sha256", json_string(reading->sha256)) == 0)
		text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (!text)
		return err_set(err, ERR_MEMORY, "facts", "no memory to print them");
	puts(text);
	free(text);
	return 0;
}

/* Where the one who looks has too little memory, nothing is said of the machine that is to unpack it. */
static struct decompress_limits limits_here(void)
{
	struct decompress_limits limits = decompress_limits_of((uint64_t)sysconf(_SC_PHYS_PAGES) *
							       (uint64_t)sysconf(_SC_PAGESIZE));

	limits.threads = 1;
	return limits;
}

static int look(struct reading *reading, const char *file, struct facts *facts, struct err *err)
{
	struct err seen = ERR_INIT;

	memset(facts, 0, sizeof(*facts));
	reading->limits = limits_here();
	if (decompress_look(reading->fd, &reading->head, &seen)) {
		fail(facts, &seen);
		return 0;
	}
	if (lseek(reading->fd, 0, SEEK_SET) < 0)
		return err_sys(err, ERR_IO, file, "can't read it from its beginning");
	read_file(reading, facts);
	return 0;
}

static int open_file(struct reading *reading, const char *file, struct err *err)
{
	struct stat st;

	reading->fd = strcmp(file, "-") ? open(file, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	if (reading->fd < 0 || fstat(reading->fd, &st))
		return err_sys(err, ERR_SERVICE_FILE, file, "can't open");
	reading->size = (uint64_t)st.st_size;
	if (S_ISREG(st.st_mode) && lseek(reading->fd, 0, SEEK_SET) == 0)
		return 0;
	return err_set(err, ERR_SERVICE_FILE, file, "is no regular file, which alone is accepted");
}

static void give_way(void)
{
	if (setpriority(PRIO_PROCESS, 0, NICE) == 0)
		syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_IDLE);
}

static int run(char **operands, size_t count, struct err *err)
{
	struct reading reading = {.fd = -1};
	struct facts facts;
	int ret = -1;

	(void)count;
	reading.sha256 =
		mmap(NULL, SHA256_TEXT, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reading.sha256 == MAP_FAILED)
		return err_sys(err, ERR_MEMORY, operands[0], "no memory for its sum");
	give_way();
	if (open_file(&reading, operands[0], err) == 0 &&
	    look(&reading, operands[0], &facts, err) == 0 &&
	    take_sum(&reading, operands[0], err) == 0)
		ret = print(&reading, &facts, err);
	if (reading.fd >= 0)
		close(reading.fd);
	munmap(reading.sha256, SHA256_TEXT);
	return ret;
}

static const struct option_row options[] = {
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

const struct command cmd_facts = {
	.name = "facts",
	.operands = "FILE",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Read an archive to its end, and print what is in it, as JSON",
	.options = options,
	.run = run,
};
