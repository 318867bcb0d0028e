#include "machine/params.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"

#define PREFIX "newroot."
#define PARAMS_BYTES_MAX                                                                           \
	8192 /* COMMAND_LINE_SIZE is 2048 on x86; the site's defaults come on top */

static const char *const modes[] = {
	[MODE_INSTALL] = "install",
	[MODE_RESCUE] = "rescue",
	[MODE_PLAN] = "plan",
	[MODE_WAIT] = "wait",
};
#define MODE_COUNT (sizeof(modes) / sizeof(*modes))

const char *run_mode_name(enum run_mode mode)
{
	return modes[mode];
}

static int set_url(struct params *params, const char *value, struct arena *arena, struct err *err)
{
	if (!*value)
		return err_set(err, ERR_MACHINE_BOOT_PARAM, PREFIX "url",
			       "the value is empty; accepted is the service's https:// URL");
	params->url = arena_strdup(arena, value);
	return 0;
}

static int set_token(struct params *params, const char *value, struct arena *arena, struct err *err)
{
	if (!*value)
		return err_set(
			err, ERR_MACHINE_BOOT_PARAM, PREFIX "token",
			"the value is empty; leave the parameter out when there is no token");
	params->token = arena_strdup(arena, value);
	return 0;
}

static int set_pin(struct params *params, const char *value, struct arena *arena, struct err *err)
{
	if (strncmp(value, "sha256:", 7) || strlen(value) != 7 + 64)
		return err_set(
			err, ERR_MACHINE_BOOT_PARAM, PREFIX "pin",
			"'%.80s' is not a pin; accepted is sha256: and 64 hexadecimal digits",
			value);
	params->pin = arena_strdup(arena, value);
	return 0;
}

static int set_mode(struct params *params, const char *value, struct arena *arena, struct err *err)
{
	(void)arena;
	for (size_t i = 0; i < MODE_COUNT; i++) {
		if (!strcmp(value, modes[i])) {
			params->mode = (enum run_mode)i;
			return 0;
		}
	}
	return err_set(err, ERR_MACHINE_BOOT_PARAM, PREFIX "mode",
		       "'%.40s' is not a mode; accepted are install, rescue, plan, wait", value);
}

/* pxelinux writes the hardware type (01 for Ethernet) and six bytes, joined by hyphens. */
static int set_bootif(struct params *params, const char *value, struct arena *arena,
		      struct err *err)
{
	size_t len = strlen(value);
	bool good = len == 20 && !strncmp(value, "01-", 3);
	char *mac;

	for (size_t i = 3; good && i < len; i++)
		good = i % 3 == 2 ? value[i] == '-' : isxdigit((unsigned char)value[i]) != 0;
	if (!good)
		return err_set(err, ERR_MACHINE_BOOT_PARAM, "BOOTIF",
			       "'%.40s' is not accepted; pxelinux writes 01-aa-bb-cc-dd-ee-ff",
			       value);
	mac = arena_strdup(arena, value + 3);
	for (char *c = mac; *c; c++)
		*c = *c == '-' ? ':' : (char)tolower((unsigned char)*c);
	params->mac = mac;
	return 0;
}

static const struct {
	const char *key;
	int (*set)(struct params *params, const char *value, struct arena *arena, struct err *err);
} table[] = {
	{PREFIX "url", set_url},   {PREFIX "token", set_token}, {PREFIX "pin", set_pin},
	{PREFIX "mode", set_mode}, {"BOOTIF", set_bootif},
};

/* A misspelt newroot.mode would install instead of rescuing, so an unknown key is refused. */
static int take_word(struct params *params, char *word, struct arena *arena, struct err *err)
{
	char *equals = strchr(word, '=');

	if (equals)
		*equals = '\0';
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(word, table[i].key))
			return table[i].set(params, equals ? equals + 1 : "", arena, err);
	if (!strncmp(word, PREFIX, strlen(PREFIX)))
		return err_set(
			err, ERR_MACHINE_BOOT_PARAM, word,
			"there is no such boot parameter; accepted are newroot.url, newroot.token, newroot.pin, newroot.mode");
	return 0;
}

int params_read(struct params *params, const char *path, struct arena *arena, struct err *err)
{
	char *rest = file_text(AT_FDCWD, path, PARAMS_BYTES_MAX, arena, NULL), *word;

	*params = (struct params){0};
	if (!rest)
		return err_sys(err, ERR_MACHINE_BOOT_PARAM, path,
			       "cannot read the boot parameters, at most %d bytes",
			       PARAMS_BYTES_MAX);
	while ((word = strtok_r(rest, " \t\r\n", &rest)))
		if (take_word(params, word, arena, err) < 0)
			return -1;
	return 0;
}
