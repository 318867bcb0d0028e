/*
 * small_files COUNT: unpack an archive of so many small files into /newroot, as the step unpack does, by the agent's own
 * processes; but the archive is made here instead of fetched. Says how long it took, and the least memory that was
 * free or could have been freed at once meanwhile.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "steps/pipeline.h"
#include "steps/source.h"

#define FILES_OF_A_FOLDER 500
#define BLOCK             512
#define CONTENTS_MAX      (3 * BLOCK)
#define SAMPLE_EVERY      50 /* entries */

static struct {
	long least_kb;
} * shared;
static int meminfo_fd;

/* ustar (POSIX.1-1988, pax(1)). */
static size_t write_header(char *block, char type, size_t size)
{
	unsigned sum = 0;

	snprintf(block + 100, 8, "%07o", type == '5' ? 0755 : 0644);
	snprintf(block + 108, 8, "%07o", 0);
	snprintf(block + 116, 8, "%07o", 0);
	snprintf(block + 124, 12, "%011zo", size);
	snprintf(block + 136, 12, "%011o", 1600000000);
	memset(block + 148, ' ', 8);
	block[156] = type;
	snprintf(block + 257, 6, "ustar");
	block[263] = block[264] = '0';
	for (int i = 0; i < BLOCK; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	return BLOCK;
}

/* The number of a file as its entry: the first one of a folder brings the folder. */
static size_t write_entry(char *out, long number)
{
	long folder = number / FILES_OF_A_FOLDER;
	size_t used = 0, size = (size_t)(number * 7919 % CONTENTS_MAX);

	if (number % FILES_OF_A_FOLDER == 0) {
		memset(out, 0, BLOCK);
		snprintf(out, 100, "small/%ld/", folder);
		used = write_header(out, '5', 0);
	}
	memset(out + used, 0, BLOCK);
	snprintf(out + used, 100, "small/%ld/%ld", folder, number);
	used += write_header(out + used, '0', size);
	memset(out + used, 'x', CONTENTS_MAX);
	return used + (size + BLOCK - 1) / BLOCK * BLOCK;
}

bool source_needs_service(const struct job_source *source)
{
	(void)source;
	return false;
}

/* In place of the one in agent/steps/source.c. */
int source_stream(const struct context *ctx, const struct job_source *source, int out_fd,
		  struct err *err)
{
	long count = atol(source->path);
	char piece[2 * BLOCK + CONTENTS_MAX];

	(void)ctx;
	for (long i = 0; i < count; i++)
		if (write_all(out_fd, piece, write_entry(piece, i)))
			return err_sys(err, ERR_IO, NULL, "cannot write the archive");
	memset(piece, 0, 2 * BLOCK);
	return write_all(out_fd, piece, 2 * BLOCK) ? err_sys(err, ERR_IO, NULL, "no end") : 0;
}

static long value_of(const char *meminfo, const char *name)
{
	const char *found = strstr(meminfo, name);

	return found ? atol(found + strlen(name)) : 0;
}

static void sample(void *ctx, const char *path, mode_t mode)
{
	static unsigned entries;
	char text[4096];
	ssize_t got;
	long kb;

	(void)ctx;
	(void)path;
	(void)mode;
	if (entries++ % SAMPLE_EVERY || (got = pread(meminfo_fd, text, sizeof(text) - 1, 0)) < 0)
		return;
	text[got] = '\0';
	kb = value_of(text, "MemFree:") + value_of(text, "Active(file):") +
	     value_of(text, "Inactive(file):") - value_of(text, "Dirty:") -
	     value_of(text, "Writeback:");
	if (kb < shared->least_kb)
		shared->least_kb = kb;
}

__attribute__((format(printf, 1, 2))) static void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

int main(int argc, char **argv)
{
	struct arena arena = {0};
	struct err err = ERR_INIT;
	struct context ctx = {.arena = &arena, .note = note};
	int64_t began = clock_ms();
	int ret;

	meminfo_fd = open("/proc/meminfo", O_RDONLY);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (argc != 2 || shared == MAP_FAILED || meminfo_fd < 0)
		return 2;
	shared->least_kb = LONG_MAX;
	ctx.machine.memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	ret = pipeline_run(&ctx,
			   &(struct pipeline){.item = "small files",
					      .to = "/",
					      .source = &(struct job_source){.path = argv[1]},
					      .seen = sample},
			   &err);
	printf("%s: %s files in %" PRId64 " ms, least memory %ld kB\n", ret ? err.msg : "unpacked",
	       argv[1], clock_ms() - began, shared->least_kb);
	return ret ? 1 : 0;
}
