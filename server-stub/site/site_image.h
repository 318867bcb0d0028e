/*
 * The site image: a gzipped cpio, loaded beside the initrd, that tells one initrd which site it is at.
 * etc/newroot/site/ in it holds ca.pem, authorized_keys and defaults; it is reproducible.
 */
#ifndef SERVER_SITE_SITE_IMAGE_H
#define SERVER_SITE_SITE_IMAGE_H

#include "base/err.h"
#include "site/data.h"
#include "site/settings.h"

/* Write the sources: site/defaults from the settings. */
int site_write_defaults(const struct data *data, const struct settings *settings, struct err *err);
/*
 * Replace site/authorized_keys by the public keys of these files (ERR_USAGE for what isn't one,
 * and for a private key given by mistake). No files: no keys.
 */
int site_write_keys(const struct data *data, char *const *files, size_t count, struct err *err);

/* Make boot/site.img from ca.pem and site/. */
int site_image_write(const struct data *data, struct err *err);

#endif
