#include "facts/kernel_version.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define DIGITS  "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Two runs of digits, of any length. */
static int compare_numbers(const char *left, size_t left_len, const char *right, size_t right_len)
{
	while (left_len > 1 && *left == '0')
		left++, left_len--;
	while (right_len > 1 && *right == '0')
		right++, right_len--;
	if (left_len != right_len)
		return left_len < right_len ? -1 : 1;
	return strncmp(left, right, left_len);
}

static int compare_words(const char *left, size_t left_len, const char *right, size_t right_len)
{
	int order = strncmp(left, right, left_len < right_len ? left_len : right_len);

	return order ? order : (int)(left_len > right_len) - (int)(left_len < right_len);
}

/* One run of digits or of letters of each; both are passed over. */
static int compare_runs(const char **left, const char **right)
{
	const char *a = *left, *b = *right;
	bool number = isdigit((unsigned char)*a), other = isdigit((unsigned char)*b);
	size_t a_len = strspn(a, number ? DIGITS : LETTERS),
	       b_len = strspn(b, other ? DIGITS : LETTERS);

	*left += a_len;
	*right += b_len;
	if (number != other)
		return number ? 1 : -1;
	return number ? compare_numbers(a, a_len, b, b_len) : compare_words(a, a_len, b, b_len);
}

int kernel_version_compare(const char *left, const char *right)
{
	for (;;) {
		int order;

		left += strcspn(left, DIGITS LETTERS "~");
		right += strcspn(right, DIGITS LETTERS "~");
		if (*left == '~' || *right == '~') {
			if (*left != *right)
				return *left == '~' ? -1 : 1;
			left++, right++;
			continue;
		}
		if (!*left || !*right)
			return (int)(*left != '\0') - (int)(*right != '\0');
		order = compare_runs(&left, &right);
		if (order)
			return order;
	}
}

bool kernel_version_is_special(const char *release)
{
	static const char *const words[] = {"rc",   "debug",  "dbg",    "kdump", "xen",
					    "xenU", "old",    "bak",    "orig",  "save",
					    "copy", "backup", "rpmsave"};

	for (release += strcspn(release, LETTERS); *release; release += strcspn(release, LETTERS)) {
		size_t length = strspn(release, LETTERS);

		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (strlen(words[i]) == length && !strncmp(words[i], release, length))
				return true;
		release += length;
	}
	return false;
}
