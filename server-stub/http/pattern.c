#include "http/pattern.h"

#include <string.h>

/* Past the segment at `path`; NULL when it is empty. */
static const char *take_segment(const char *path, struct pattern_match *match)
{
	match->name = path;
	match->name_size = strcspn(path, "/");
	return match->name_size ? path + match->name_size : NULL;
}

bool pattern_match(const char *pattern, const char *path, struct pattern_match *match)
{
	*match = (struct pattern_match){NULL, 0, ""};
	for (; *pattern; pattern++) {
		if (!strcmp(pattern, "**")) {
			match->rest = path;
			return true;
		}
		if (*pattern == '*') {
			path = take_segment(path, match);
			if (!path)
				return false;
		} else if (*pattern != *path++) {
			return false;
		}
	}
	return !*path;
}
