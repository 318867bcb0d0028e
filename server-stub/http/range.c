#include "http/range.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Digits at `*text`, which moves past them. False without a digit or beyond 64 bits. */
static bool take_number(const char **text, uint64_t *value)
{
	const char *start = *text;

	*value = 0;
	for (; **text >= '0' && **text <= '9'; (*text)++)
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, (uint64_t)(**text - '0'), value))
			return false;
	return *text != start;
}

static enum range_kind suffix(const char *text, uint64_t size, struct range *range)
{
	uint64_t length;

	if (!take_number(&text, &length) || *text)
		return RANGE_WHOLE;
	if (length == 0 || size == 0)
		return RANGE_UNSATISFIABLE;
	range->length = length < size ? length : size;
	range->first = size - range->length;
	return RANGE_PART;
}

enum range_kind range_parse(const char *header, uint64_t size, struct range *range)
{
	static const char unit[] = "bytes=";
	uint64_t first, last = UINT64_MAX;

	if (!header || strncasecmp(header, unit, strlen(unit)))
		return RANGE_WHOLE;
	header += strlen(unit);
	if (*header == '-')
		return suffix(header + 1, size, range);
	if (!take_number(&header, &first) || *header++ != '-')
		return RANGE_WHOLE;
	if (*header && (!take_number(&header, &last) || *header || last < first))
		return RANGE_WHOLE;
	if (first >= size)
		return RANGE_UNSATISFIABLE;
	range->first = first;
	range->length = (last < size ? last + 1 : size) - first;
	return RANGE_PART;
}
