#include "job/form.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PATH_LIMIT 1024 /* far below PATH_MAX, with room for the mount point before it */
#define NAME_LIMIT 255  /* NAME_MAX of every filesystem we make */

/* Absolute, without "." and "..", "//" or a "/" at the end. */
static bool is_normal_path(const char *text)
{
	const char *part = text;

	if (text[0] != '/' || strlen(text) > PATH_LIMIT)
		return false;
	if (!text[1])
		return true;
	while (*part) {
		size_t len = strcspn(++part, "/");

		if (len == 0 || len > NAME_LIMIT || !strncmp(part, ".", len) ||
		    !strncmp(part, "..", len))
			return false;
		part += len;
	}
	return true;
}

static bool is_at_or_below(const char *text, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(text, dir, len) && (text[len] == '/' || !text[len]);
}

/* The kernel's own filesystems cover these: what is put there would never be seen again. */
static bool is_covered(const char *text)
{
	static const char *const dirs[] = {"/dev", "/proc", "/run", "/sys"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (is_at_or_below(text, dirs[i]))
			return true;
	return false;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

/* fstab, and the init scripts that read it, see words. */
static bool is_mount(const char *text)
{
	return is_normal_path(text) && is_printable(text, false, PATH_LIMIT) &&
	       !strpbrk(text, "\"'\\#") && !is_covered(text) && !is_at_or_below(text, "/boot");
}

const struct form form_mount = {
	"an absolute path without blanks, . or .., such as \"/data\"; not /boot (it has its own partition) and not in /dev, /proc, /run or /sys",
	is_mount,
};

static bool is_archive_target(const char *text)
{
	return is_normal_path(text) && !has_control(text) && !is_covered(text);
}

const struct form form_archive_target = {
	"an absolute path without . or .. or // or a / at its end, not in /dev, /proc, /run or /sys",
	is_archive_target,
};

static bool is_file_path(const char *text)
{
	return is_archive_target(text) && text[1];
}

const struct form form_file_path = {
	"the absolute path of a file without . or .. or // or a / at its end, not in /dev, /proc, /run or /sys",
	is_file_path,
};

/* useradd(8): 32 characters; or a number, (uid_t)-1 left out, which means "do not change". */
static bool is_owner(const char *text)
{
	if (strspn(text, DIGITS) == strlen(text))
		return made_of(text, DIGITS, 10) && strtoull(text, NULL, 10) < UINT32_MAX;
	return made_of(text, ALNUM "_.-", 32) && text[0] != '-' && text[0] != '.';
}

const struct form form_owner = {
	"a name of the new system (letters, digits and _.-, at most 32) or a number up to 4294967294",
	is_owner,
};
