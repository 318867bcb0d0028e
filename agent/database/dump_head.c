#include "database/dump_head.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "archive/decompress.h"
#include "base/child.h"
#include "base/io.h"
#include "base/limits.h"

#define COMMENT "-- "

/* The statement has had two names. */
static const struct words {
	const char *begin, *file, *offset;
} words[] = {
	{"CHANGE MASTER TO", "MASTER_LOG_FILE='", "MASTER_LOG_POS="},
	{"CHANGE REPLICATION SOURCE TO", "SOURCE_LOG_FILE='", "SOURCE_LOG_POS="},
};

/* What a database consists of: the head is before it. */
static const char *const contents[] = {"CREATE ", "DROP ", "INSERT ", "LOCK ", "DELIMITER "};

static bool begins(const char *line, size_t size, const char *with)
{
	const size_t length = strlen(with);

	return size >= length && !strncasecmp(line, with, length);
}

/* The next line of the head, without its newline. False: the head is over. */
static bool next_line(const char **rest, const char *end, const char **line, size_t *size)
{
	const char *stop;

	if (*rest >= end)
		return false;
	stop = memchr(*rest, '\n', (size_t)(end - *rest));
	*line = *rest;
	*size = (size_t)((stop ? stop : end) - *rest);
	*rest = stop ? stop + 1 : end;
	for (size_t i = 0; i < sizeof(contents) / sizeof(*contents); i++)
		if (begins(*line, *size, contents[i]))
			return false;
	return true;
}

static const struct words *statement(const char *line, size_t size)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (begins(line, size, words[i].begin))
			return &words[i];
	return NULL;
}

/* One that ends with the text may be the beginning of a longer one. */
static bool read_offset(const char *text, unsigned long long *offset)
{
	char *end;

	errno = 0;
	*offset = strtoull(text, &end, 10);
	return isdigit((unsigned char)*text) && !errno && *end;
}

/* "CHANGE … MASTER_LOG_FILE='binlog.000001', MASTER_LOG_POS=595;" */
static bool read_position(const struct words *word, const char *line, size_t size,
			  struct master_position *position)
{
	char text[1024];
	const char *file, *offset;
	char quote;

	*position = (struct master_position){.position = 0};
	snprintf(text, sizeof(text), "%.*s", (int)size, line);
	file = strstr(text, word->file);
	offset = strstr(text, word->offset);
	return file && offset &&
	       sscanf(file + strlen(word->file), MASTER_FILE_FORM "%c", position->file, &quote) ==
		       2 &&
	       quote == '\'' && read_offset(offset + strlen(word->offset), &position->position);
}

int dump_head_parse(struct dump_head *head, const char *text, size_t size, struct err *err)
{
	const char *rest = text, *line;
	size_t length;

	*head = (struct dump_head){.found = false};
	while (next_line(&rest, text + size, &line, &length)) {
		const bool comment = begins(line, length, COMMENT);
		const size_t skip = comment ? strlen(COMMENT) : 0;
		const struct words *word = statement(line + skip, length - skip);
		struct master_position position;

		if (!word || !read_position(word, line + skip, length - skip, &position))
			continue;
		if (head->found && !master_position_is(&head->position, &position))
			return err_set(
				err, ERR_DATABASE_SOURCE, NULL,
				"the dump tells two places in a binary log, %s:%llu and %s:%llu: give the right one as databases/source/position",
				head->position.file, head->position.position, position.file,
				position.position);
		head->found = true;
		head->position = position;
	}
	return 0;
}

/* --- of a file: as much as is needed, of a dump that may be huge */

static int unpack_stage(void *arg, struct err *err)
{
	const char *path = arg;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct sysinfo info = {.mem_unit = 1};
	struct decompress_limits limits;
	struct err failed = ERR_INIT;

	if (fd < 0)
		return err_sys(err, ERR_DATABASE_LOAD, path, "cannot open the dump %s", path);
	sysinfo(&info);
	limits = decompress_limits_of((uint64_t)info.totalram * info.mem_unit);
	if (decompress_stream(fd, STDOUT_FILENO, &limits, &failed) == 0 || failed.sys == EPIPE)
		return 0;
	err_prefix(&failed, "%s", path);
	return err_keep(err, &failed);
}

static int take_stage(void *unused, struct err *err)
{
	char *text = malloc(DUMP_HEAD_MAX);
	ssize_t size = text ? read_all(STDIN_FILENO, text, DUMP_HEAD_MAX) : -1;

	(void)unused;
	if (size < 0 || write_all(STDOUT_FILENO, text, (size_t)size))
		return err_sys(err, ERR_IO, NULL, "cannot pass on the head of a dump");
	return 0;
}

int dump_head_text(const char *path, char *text, struct err *err)
{
	const struct child stages[] = {
		{.name = path, .fn = unpack_stage, .arg = (void *)path},
		{.name = "head of a dump",
		 .fn = take_stage,
		 .out = text,
		 .out_size = DUMP_HEAD_MAX + 1},
	};

	*text = '\0';
	return child_pipeline(stages, sizeof(stages) / sizeof(*stages), NULL, err);
}

int dump_head_read(struct dump_head *head, const char *path, struct err *err)
{
	char *text = malloc(DUMP_HEAD_MAX + 1);
	int ret;

	if (!text)
		return err_set(err, ERR_MEMORY, path, "no memory for the head of a dump");
	ret = dump_head_text(path, text, err);
	if (ret == 0 && dump_head_parse(head, text, strlen(text), err))
		ret = err_prefix(err, "%s", path);
	free(text);
	return ret;
}
