#include "job/form.h"

#include <string.h>

#define PATTERN_MAX 256 /* bytes: far above any sensible pattern */

static bool is_at_or_below(const char *text, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(text, dir, len) && (text[len] == '/' || !text[len]);
}

/* The path goes through the shell of the old system, whose rsync may be too old to quote it. */
static bool is_old_tree(const char *text)
{
	return form_mount.fits(text) && text[1] && made_of(text, ALNUM "/._+@,:=-", 1024);
}

const struct form form_old_tree = {
	"the absolute path of a folder with data, of letters, digits and /._+@,:=-, without . or ..; "
	"not /, and not in /boot, /dev, /proc, /run or /sys",
	is_old_tree,
};

/* What belongs to the new system: its programs, its kernel, its configuration, newroot's own files. */
static bool is_of_the_system(const char *text)
{
	static const char *const below[] = {"/etc", "/lib/modules", "/usr/lib/modules",
					    "/var/lib/newroot"};
	static const char *const itself[] = {"/bin",      "/sbin",    "/lib",
					     "/lib64",    "/usr",     "/usr/bin",
					     "/usr/sbin", "/usr/lib", "/usr/lib64"};

	for (size_t i = 0; i < sizeof(below) / sizeof(*below); i++)
		if (is_at_or_below(text, below[i]))
			return true;
	for (size_t i = 0; i < sizeof(itself) / sizeof(*itself); i++)
		if (!strcmp(text, itself[i]))
			return true;
	return false;
}

static bool is_tree(const char *text)
{
	return is_old_tree(text) && !is_of_the_system(text);
}

const struct form form_tree = {
	"the absolute path of a folder with data, such as \"/srv/www\", "
	"of letters, digits and /._+@,:=-, without . or ..; "
	"not the system's own: /, /usr, /bin, /lib and the like, "
	"nor what is in /boot, /dev, /etc, /proc, /run, /sys or /var/lib/newroot",
	is_tree,
};

static bool is_exclude(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return len > 0 && len <= PATTERN_MAX && text[0] != ' ' && text[len - 1] != ' ';
}

const struct form form_exclude = {
	"a pattern of rsync, such as \"sessions/*\", or \"/cache/\" from the tree's top, "
	"at most 256 bytes without control characters, and without blanks at its ends",
	is_exclude,
};
