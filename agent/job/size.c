#include "job/size.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"

#define THOUSANDTHS 1000 /* three digits after the point are read exactly */
#define DIGITS_MAX  15   /* of the whole part, so that thousandths fit in 64 bits */

static const struct {
	const char *name;
	uint64_t bytes;
} units[] = {
	{"PiB", GIB(1) << 20}, {"TiB", GIB(1) << 10}, {"GiB", GIB(1)},
	{"MiB", MIB(1)},       {"KiB", KIB(1)},       {"PB", 1000000000000000},
	{"TB", 1000000000000}, {"GB", 1000000000},    {"MB", 1000000},
	{"kB", 1000},
};
#define UNIT_COUNT   (sizeof(units) / sizeof(units[0]))
#define BINARY_UNITS 5 /* the first ones */

/*
 * "12.5" as 12500, and where it ends; NULL when it is no number, has a needless 0 before it, or more
 * than `decimals` (at most 3) digits behind the point.
 */
static const char *parse_number(const char *text, size_t decimals, uint64_t *thousandths)
{
	size_t whole = strspn(text, "0123456789");
	uint64_t value = 0, scale = THOUSANDTHS / 10;

	if (whole < 1 || whole > DIGITS_MAX || (whole > 1 && *text == '0'))
		return NULL;
	for (; whole; whole--)
		value = value * 10 + (uint64_t)(*text++ - '0');
	value *= THOUSANDTHS;
	if (*text == '.') {
		size_t digits = strspn(++text, "0123456789");

		if (digits < 1 || digits > decimals)
			return NULL;
		for (; digits; digits--, scale /= 10)
			value += (uint64_t)(*text++ - '0') * scale;
	}
	*thousandths = value;
	return text;
}

bool size_parse_bytes(const char *text, uint64_t *bytes)
{
	uint64_t thousandths;
	size_t i = 0;

	text = parse_number(text, 3, &thousandths);
	if (!text)
		return false;
	text += *text == ' ';
	while (i < UNIT_COUNT && strcmp(text, units[i].name))
		i++;
	if (i == UNIT_COUNT)
		return false;
	/* 128 bits: thousandths of a PiB times its bytes exceed 64. */
	*bytes = (uint64_t)((unsigned __int128)thousandths * units[i].bytes / THOUSANDTHS);
	return (unsigned __int128)thousandths * units[i].bytes / THOUSANDTHS <= INT64_MAX;
}

static bool parse_percent(const char *text, uint32_t *hundredths)
{
	uint64_t thousandths;

	text = parse_number(text, 2, &thousandths);
	if (!text || strcmp(text, "%") || thousandths > 100 * THOUSANDTHS)
		return false;
	*hundredths = (uint32_t)(thousandths / 10);
	return true;
}

bool size_parse(const char *text, struct job_size *size)
{
	struct job_size result = {.kind = SIZE_BYTES};
	bool good = true;

	if (!strcmp(text, "rest"))
		result.kind = SIZE_REST;
	else if (strchr(text, '%')) {
		result.kind = SIZE_PERCENT;
		good = parse_percent(text, &result.hundredths);
	} else {
		good = size_parse_bytes(text, &result.bytes);
	}
	if (good)
		*size = result;
	return good;
}

bool size_parse_seconds(const char *text, uint32_t *seconds)
{
	uint64_t thousandths;

	text = parse_number(text, 0, &thousandths);
	if (!text || thousandths > (uint64_t)UINT32_MAX)
		return false;
	*seconds = (uint32_t)(thousandths / THOUSANDTHS);
	if (!strcmp(text, "min"))
		*seconds *= 60;
	return !strcmp(text, "s") || !strcmp(text, "min");
}

const char *size_text(uint64_t bytes, char *buf)
{
	for (size_t i = 0; i < BINARY_UNITS; i++) {
		/* Five digits at most: more are easier read in a larger unit, rounded. */
		if (bytes && bytes % units[i].bytes == 0 && bytes / units[i].bytes < 100000) {
			snprintf(buf, 32, "%" PRIu64 " %s", bytes / units[i].bytes, units[i].name);
			return buf;
		}
	}
	for (size_t i = 0; i < BINARY_UNITS; i++) {
		uint64_t unit = units[i].bytes;

		if (bytes >= 100000 && bytes >= unit) {
			snprintf(buf, 32, "%" PRIu64 ".%02" PRIu64 " %s", bytes / unit,
				 bytes % unit * 100 / unit, units[i].name);
			return buf;
		}
	}
	snprintf(buf, 32, "%" PRIu64 " bytes", bytes);
	return buf;
}
