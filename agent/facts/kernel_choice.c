#include "facts/kernel_choice.h"

#include <ctype.h>
#include <string.h>

#include "facts/kernel_version.h"

/* Other names are copies that somebody made: GRUB's and our own files would read them as several words. */
#define RELEASE_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+_~-"

bool kernel_is_release(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	size_t length = strlen(text);

	return digits > 0 && text[digits] == '.' && isdigit((unsigned char)text[digits + 1]) &&
	       length < KERNEL_RELEASE_MAX && strspn(text, RELEASE_CHARS) == length &&
	       !strstr(text, ".old");
}

bool kernel_named(const char *text, const char *release)
{
	return text && strstr(text, release);
}

/* 1: `text` names `left`, and `right` not or as a part of it; -1: the other way round; 0: it does not tell. */
static int prefer_named(const char *text, const char *left, const char *right)
{
	const bool left_named = kernel_named(text, left), right_named = kernel_named(text, right);

	if (left_named != right_named)
		return left_named ? 1 : -1;
	/* "2.6.18-164" is in the name of "kernel-2.6.18-164.el5.rpm", too. */
	return left_named ? (int)strlen(left) - (int)strlen(right) : 0;
}

int kernel_prefer(const struct kernel_wishes *wishes, const char *left, const char *right,
		  enum kernel_reason *reason)
{
	const int special = (int)kernel_version_is_special(right) - kernel_version_is_special(left);
	const struct {
		enum kernel_reason reason;
		int order;
	} rules[] = {
		{KERNEL_PACKAGE, prefer_named(wishes->package, left, right)},
		{KERNEL_SPECIAL, special},
		{KERNEL_DEFAULT, prefer_named(wishes->standard, left, right)},
		{KERNEL_VERSION, kernel_version_compare(left, right)},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (rules[i].order) {
			*reason = rules[i].reason;
			return rules[i].order;
		}
	*reason = KERNEL_SAME;
	return 0;
}
