/*
 * What an operator decided at init: service.json in the data folder, which may also be edited. Read
 * strictly: an unknown key or a bad value is ERR_SERVICE_DATA with its name.
 */
#ifndef SERVER_SITE_SETTINGS_H
#define SERVER_SITE_SETTINGS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "site/data.h"
#include "util/limits.h"
#include "vm/names.h"

#define SETTINGS_NAMES_MAX  16 /* of each kind in one certificate */
#define SETTINGS_NAME_TEXT  254
#define SETTINGS_URL_TEXT   300
#define SETTINGS_GROUP_TEXT 33

struct settings {
	char url[SETTINGS_URL_TEXT]; /* by which agents reach the service: https://NAME:PORT */
	char parameters[BOOT_PARAMETERS_MAX +
			1]; /* words for every boot entry, such as console=ttyS0 */
	char name[SETTINGS_NAMES_MAX][SETTINGS_NAME_TEXT]; /* host names of the certificate */
	size_t names;
	char address[SETTINGS_NAMES_MAX][ADDRESS_TEXT]; /* and its addresses */
	size_t addresses;

	/* The segment of configuration mode, for DHCP; all empty when DHCP is somebody else's. */
	char net_interface[IF_NAMESIZE]; /* on which this machine is in the segment */
	char net_address[ADDRESS_TEXT];  /* this machine's, IPv4 */
	unsigned net_prefix;             /* bits of the network, of 32 */
	char net_router[ADDRESS_TEXT];   /* "": VMs get no route out of it */
	/* The group that the TFTP server runs with, for which alone boot entries are; "": everybody on this machine reads them. */
	char net_group[SETTINGS_GROUP_TEXT];
};

int settings_load(struct settings *settings, const struct data *data, struct err *err);
int settings_save(const struct settings *settings, const struct data *data, struct err *err);

/* Each checks what it adds or sets (ERR_USAGE). */
int settings_add_name(struct settings *settings, const char *name, struct err *err);
int settings_add_address(struct settings *settings, const char *address, struct err *err);
int settings_set_url(struct settings *settings, const char *url, struct err *err);
int settings_set_parameters(struct settings *settings, const char *words, struct err *err);
int settings_set_net_interface(struct settings *settings, const char *name, struct err *err);
int settings_set_net_address(struct settings *settings, const char *cidr, struct err *err);
int settings_set_net_group(struct settings *settings, const char *name, struct err *err);
int settings_set_net_router(struct settings *settings, const char *address, struct err *err);
/* What they say together of the segment. */
int settings_check_net(const struct settings *settings, struct err *err);

/* Whether DHCP is this service's: then a VM's IPv4 address has to lie in the segment, and be free (ERR_USAGE). */
bool settings_has_net(const struct settings *settings);
int settings_check_vm_address(const struct settings *settings, const char *address,
			      struct err *err);

/*
 * Words for a kernel command line: printable ASCII on one line, at most BOOT_PARAMETERS_MAX bytes, without
 * the characters that some boot loader reads as its own.
 */
int boot_parameters_check(const char *words, struct err *err);

#endif
