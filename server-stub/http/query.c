#include "http/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool query_number(const char *text, int64_t min, int64_t max, int64_t *value)
{
	long long number;
	char *end;

	if (!text)
		return true;
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || *end || number < min || number > max)
		return false;
	*value = number;
	return true;
}

bool query_event_id(const char *text, char boot[BOOT_UUID_TEXT], int64_t *seq)
{
	const size_t size = strcspn(text, ":");

	if (size != BOOT_UUID_TEXT - 1 || !text[size])
		return false;
	memcpy(boot, text, size);
	boot[size] = '\0';
	return query_number(text + size + 1, 0, EVENT_SEQ_MAX, seq);
}
