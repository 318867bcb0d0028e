/*
 * The data folder: everything the service keeps, and all it serves from. docs/server.md shows the
 * layout. The folders are held open, and files are reached from them by their plain names.
 */
#ifndef SERVER_SITE_DATA_H
#define SERVER_SITE_DATA_H

#include <limits.h>

#include "base/err.h"

#define DATA_DEFAULT "/var/lib/newroot"

#define DATA_SETTINGS       "service.json" /* written last by init: a folder with it is initialised */
#define DATA_CA_KEY         "ca.key"
#define DATA_CA_CERT        "ca.pem"
#define DATA_CA_NEXT_KEY    "ca-next.key" /* of the CA that is being introduced */
#define DATA_KEY            "server.key"
#define DATA_CERT           "server.pem"
#define DATA_OPERATOR_TOKEN "operator.token"
#define DATA_CREATOR_TOKEN  "creator.token"
#define DATA_SAMPLE_JOB     "sample-job.json"
#define DATA_SSH_KEYS       "authorized_keys" /* in site/ */
#define DATA_DEFAULTS       "defaults"        /* in site/ */
#define DATA_SITE_IMAGE     "site.img"        /* in boot/ */
#define DATA_IPXE_START     "start.ipxe"      /* in boot/ipxe/: what DHCP names to iPXE */
#define DATA_DHCP_HOSTS     "dhcp-hosts"      /* in net/ */
#define DATA_DHCPD_HOSTS    "dhcpd-hosts"     /* in net/ */
#define DATA_DNSMASQ        "dnsmasq.conf"    /* in net/ */
#define DATA_DHCPD          "dhcpd.conf"      /* in net/ */
#define DATA_SEGMENT        "segment"         /* in net/: for net-up */
#define DATA_DNSMASQ_PID    "dnsmasq.pid"     /* in net/ */

/* Folders of boot entries below boot/, one for each boot loader. */
enum { DATA_PXELINUX, DATA_IPXE, DATA_GRUB, DATA_LOADERS };

struct data {
	char path[PATH_MAX];
	int root;
	int site;     /* what the site image is made of */
	int archives; /* served below /v1/archives/ */
	int boot;     /* TFTP root; plain files served below /v1/boot/ */
	int entries[DATA_LOADERS];
	int net; /* what DHCP servers read */
};

/*
 * Whoever opens a data folder works as its owner from then on (util/owner.h); a folder of somebody else's is ERR_SERVICE_DATA.
 */

/* Make the folder, when it isn't there, and give it to `user` (ERR_USAGE: there is none of that name). */
int data_give(const char *path, const char *user, struct err *err);
/* Make the folders of a data folder that isn't initialised yet (ERR_SERVICE_DATA), and open them. */
int data_create(struct data *data, const char *path, struct err *err);
/* Open an initialised one (ERR_SERVICE_DATA). */
int data_open(struct data *data, const char *path, struct err *err);
void data_close(struct data *data);

#endif
