#include "base/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEVEL_WARNING 4    /* <linux/kern_levels.h> */
#define RECORD_BYTES  8192 /* the kernel's own limit of a record */
#define LINE_BYTES    240

static char ring[KMSG_LINES][LINE_BYTES];
static const char *ordered[KMSG_LINES];

/* A record is "priority,sequence,microseconds,flags;text\n…"; keep the text of what matters. */
static size_t take_record(char *record, const char *part, size_t count)
{
	char *text = strchr(record, ';');
	int level = atoi(record) & 7;

	if (!text || level > LEVEL_WARNING)
		return count;
	text++;
	text[strcspn(text, "\n")] = '\0';
	if (!strstr(text, part))
		return count;
	snprintf(ring[count % KMSG_LINES], LINE_BYTES, "%s", text);
	return count + 1;
}

size_t kmsg_tail(const char *part, const char *const **lines)
{
	char record[RECORD_BYTES + 1];
	size_t count = 0, kept;
	ssize_t got;
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	*lines = ordered;
	if (fd < 0)
		return 0;
	/* EPIPE: the record was overwritten while we read; the next read goes on after it. */
	while ((got = read(fd, record, RECORD_BYTES)) > 0 || (got < 0 && errno == EPIPE)) {
		if (got <= 0)
			continue;
		record[got] = '\0';
		count = take_record(record, part, count);
	}
	close(fd);
	kept = count < KMSG_LINES ? count : KMSG_LINES;
	for (size_t i = 0; i < kept; i++)
		ordered[i] = ring[(count - kept + i) % KMSG_LINES];
	return kept;
}
