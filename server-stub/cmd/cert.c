#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/certificates_print.h"
#include "cmd/command.h"
#include "cmd/open.h"
#include "site/ca.h"

static struct option_list names, addresses;
static const char *days_text;
static bool new_key;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"name", OPTION_LIST, &names, "NAME", "host names instead of those there are"},
	{"address", OPTION_LIST, &addresses, "ADDR", "addresses instead of those there are"},
	{"days", OPTION_TEXT, &days_text, "N",
	 "valid so long (default and most 217; negative: expired)"},
	{"new-key", OPTION_FLAG, &new_key, NULL, "with a new key: pinned keys are void then"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* Names or addresses given replace both: a certificate says what was asked for and no more. */
static int replace_names(struct settings *settings, struct err *err)
{
	if (names.count || addresses.count)
		settings->names = settings->addresses = 0;
	return add_names(settings, &names, &addresses, err);
}

static int issue(struct open *open, int days, struct err *err)
{
	int lock = pem_lock(&open->data, err);
	int ret;

	if (lock < 0)
		return -1;
	ret = ca_issue(&open->data, &open->settings, days, new_key, err);
	close(lock);
	return ret;
}

static int renew(struct open *open, int days, struct err *err)
{
	char pin[CA_PIN_TEXT];

	if (replace_names(&open->settings, err) < 0 || issue(open, days, err) < 0 ||
	    settings_save(&open->settings, &open->data, err) < 0 ||
	    ca_pin(&open->data, pin, err) < 0 || note_command(open->store, 0, err) < 0)
		return -1;
	printf("renewed for %d days, pin %s\nA running serve takes it up by itself.\n", days, pin);
	return 0;
}

static int run(char **operands, size_t count, struct err *err)
{
	const bool shows = !strcmp(operands[0], "state");
	long days = CERT_DAYS_DEFAULT;
	struct open open;
	int ret;

	(void)count;
	if (!shows && strcmp(operands[0], "renew") != 0)
		return err_set(err, ERR_USAGE, operands[0],
			       "is not accepted; `cert renew` and `cert state` are");
	if (command_number("days", days_text, 1 - CERT_BACKDATE_DAYS, CERT_DAYS_DEFAULT, &days,
			   err) < 0 ||
	    open_data(&open, err) < 0)
		return -1;
	ret = shows ? certificates_print(&open.data, err) : renew(&open, (int)days, err);
	close_data(&open);
	return ret;
}

const struct command cmd_cert = {
	.name = "cert",
	.operands = "renew|state",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Sign a new certificate with the site's CA, or show how long both are valid",
	.options = options,
	.run = run,
};
