#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "site/ca.h"
#include "site/sample_job.h"
#include "site/secrets.h"
#include "site/site_image.h"
#include "store/store.h"

static struct option_list names, addresses, ssh_keys;
static const char *url;
static const char *user, *net_interface, *net_address, *net_router, *net_group;
/* Not quiet, the kernel would print its command line, with the token, on the serial line. */
static const char *parameters = "quiet";

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"name", OPTION_LIST, &names, "NAME", "host name for the certificate; may be repeated"},
	{"address", OPTION_LIST, &addresses, "ADDR",
	 "address for the certificate; may be repeated"},
	{"url", OPTION_TEXT, &url, "URL", "newroot.url of the site (default https://FIRST:8443)"},
	{"ssh-key", OPTION_LIST, &ssh_keys, "FILE",
	 "public key for logins to the in-memory system; may be repeated"},
	{"parameters", OPTION_TEXT, &parameters, "WORDS",
	 "kernel parameters of all boot entries (default quiet)"},
	{"user", OPTION_TEXT, &user, "NAME", "who owns it, and the service runs as"},
	{"net-interface", OPTION_TEXT, &net_interface, "NAME",
	 "interface of this machine in configuration mode, for DHCP"},
	{"net-address", OPTION_TEXT, &net_address, "ADDR/LENGTH",
	 "this machine's IPv4 address there"},
	{"net-router", OPTION_TEXT, &net_router, "ADDR", "a way out of it (default none)"},
	{"net-group", OPTION_TEXT, &net_group, "GROUP",
	 "of the TFTP server: boot entries, which carry tokens, are for it alone"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* The first address, else the first name: what agents most likely reach. */
static int default_url(struct settings *settings, struct err *err)
{
	char text[SETTINGS_URL_TEXT];

	if (settings->addresses && strchr(settings->address[0], ':'))
		snprintf(text, sizeof(text), "https://[%s]:8443", settings->address[0]);
	else
		snprintf(text, sizeof(text), "https://%s:8443",
			 settings->addresses ? settings->address[0] : settings->name[0]);
	return settings_set_url(settings, text, err);
}

static int fill_net(struct settings *settings, struct err *err)
{
	if (net_interface && settings_set_net_interface(settings, net_interface, err) < 0)
		return -1;
	if (net_address && settings_set_net_address(settings, net_address, err) < 0)
		return -1;
	if (net_router && settings_set_net_router(settings, net_router, err) < 0)
		return -1;
	if (net_group && settings_set_net_group(settings, net_group, err) < 0)
		return -1;
	return settings_check_net(settings, err);
}

static int fill_settings(struct settings *settings, struct err *err)
{
	memset(settings, 0, sizeof(*settings));
	if (add_names(settings, &names, &addresses, err) < 0)
		return -1;
	if (!settings->names && !settings->addresses)
		return err_set(err, ERR_USAGE, NULL,
			       "say by --name or --address how agents reach the service");
	if (settings_set_parameters(settings, parameters, err) < 0 || fill_net(settings, err) < 0)
		return -1;
	return url ? settings_set_url(settings, url, err) : default_url(settings, err);
}

/* The store, and what VMs boot from while nobody has added any. */
static int make_store(const struct data *data, const struct settings *settings, struct err *err)
{
	struct store *store;
	struct net *net;
	int ret;

	if (store_open(&store, data->path, true, err) < 0)
		return -1;
	ret = net_new(&net, data, settings, err);
	if (ret == 0)
		ret = net_sync(net, store, NULL, err);
	if (ret == 0)
		ret = note_command(store, 0, err);
	net_free(net);
	store_close(store);
	return ret;
}

/* service.json comes last: until it is there, init can be run again. */
static int fill_data(const struct data *data, const struct settings *settings, struct err *err)
{
	if (make_store(data, settings, err) < 0 || ca_create(data, err) < 0 ||
	    ca_issue(data, settings, CERT_DAYS_DEFAULT, true, err) < 0 ||
	    secret_make(data, DATA_OPERATOR_TOKEN, err) < 0 ||
	    secret_make(data, DATA_CREATOR_TOKEN, err) < 0 ||
	    site_write_defaults(data, settings, err) < 0 ||
	    site_write_keys(data, ssh_keys.item, ssh_keys.count, err) < 0 ||
	    site_image_write(data, err) < 0 || sample_job_write(data, settings, err) < 0)
		return -1;
	return settings_save(settings, data, err);
}

static int run(char **operands, size_t count, struct err *err)
{
	struct settings settings;
	char pin[CA_PIN_TEXT];
	struct data data;
	int ret;

	(void)operands, (void)count;
	if (fill_settings(&settings, err) < 0 ||
	    (user && data_give(command_data_path, user, err) < 0) ||
	    data_create(&data, command_data_path, err) < 0)
		return -1;
	ret = fill_data(&data, &settings, err);
	if (ret == 0)
		ret = ca_pin(&data, pin, err);
	if (ret == 0)
		printf("%s is ready for %s\npin %s\n"
		       "Put vmlinuz and initrd.img into its boot/, archives into its archives/.\n"
		       "Then `newroot-server import` brings a group of VMs, or `add` one (sample-job.json shows a job).\n",
		       data.path, settings.url, pin);
	data_close(&data);
	return ret;
}

const struct command cmd_init = {
	.name = "init",
	.operands = "",
	.summary = "Make a data folder: store, certificates, site image, boot entries",
	.options = options,
	.run = run,
};
