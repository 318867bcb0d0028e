#include "job/form.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND_LINE_MAX 1024 /* of COMMAND_LINE_SIZE 2048 on x86; root= and consoles need room */
#define MODULE_MAX       55   /* MODULE_NAME_LEN: 64 - sizeof(unsigned long), with the NUL */

static bool is_module(const char *text)
{
	return made_of(text, ALNUM "_-", MODULE_MAX);
}

const struct form form_module = {
	"a kernel module's name without path and .ko, such as \"virtio_net\"",
	is_module,
};

/* What other keys of the job say must not be said twice. */
static bool is_ours(const char *word, size_t len)
{
	static const char *const words[] = {"ro", "rw"};
	static const char *const prefixes[] = {"root=", "console="};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (len == strlen(words[i]) && !strncmp(word, words[i], len))
			return true;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(word, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

/* GRUB's script language gives these a meaning (GRUB manual, "Quoting"). */
static bool is_command_line(const char *text)
{
	if (!*text)
		return true;
	if (!is_printable(text, true, COMMAND_LINE_MAX) || strpbrk(text, "\"'\\$`;&|<>{}#"))
		return false;
	while (*(text += strspn(text, " "))) {
		size_t len = strcspn(text, " ");

		if (is_ours(text, len))
			return false;
		text += len;
	}
	return true;
}

const struct form form_command_line = {
	"kernel parameters, at most 1024 characters, without \"'\\$`;&|<>{}# and without root=, ro and rw (see root_options) and console= (see consoles)",
	is_command_line,
};

static bool is_root_options(const char *text)
{
	return !strcmp(text, "ro") || !strcmp(text, "rw");
}

const struct form form_root_options = {"\"ro\" or \"rw\"", is_root_options};

static size_t skip(const char *text, const char *chars)
{
	return strspn(text, chars);
}

/* "115200", "9600n8": kernel, Documentation/admin-guide/serial-console.rst. */
static bool is_speed(const char *text)
{
	size_t digits = skip(text, DIGITS);

	if (digits < 3 || digits > 7 || text[0] == '0')
		return false;
	text += digits;
	text += skip(text, "noe") > 0;
	text += skip(text, "5678") > 0;
	return !*text;
}

static bool is_console(const char *text)
{
	static const char *const kinds[] = {"ttyS", "tty", "hvc"};
	size_t kind = 0, digits;

	while (kind < 3 && strncmp(text, kinds[kind], strlen(kinds[kind])))
		kind++;
	if (kind == 3)
		return false;
	text += strlen(kinds[kind]);
	digits = skip(text, DIGITS);
	if (digits < 1 || digits > 2 || atoi(text) > 63)
		return false;
	text += digits;
	return !*text || (kind == 0 && *text == ',' && is_speed(text + 1));
}

const struct form form_console = {
	"a console: \"tty0\", \"ttyS0\", \"ttyS0,115200\" or \"hvc0\"",
	is_console,
};

static bool is_schema(const char *text)
{
	return is_printable(text, false, 2048);
}

const struct form form_schema = {"the address of docs/job.schema.json, for editors", is_schema};
