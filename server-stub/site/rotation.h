/*
 * Another CA in place of the site's: begun, it is introduced to VMs as a second trust anchor while the old one signs on; finished, it
 * signs, and the old one is no anchor any more. Each step is one file that is replaced: after a crash the same call goes on.
 * Whoever calls holds pem_lock(), and makes the site image anew. Errors: ERR_SERVICE_ROTATION: not now; those of site/ca.h.
 */
#ifndef SERVER_SITE_ROTATION_H
#define SERVER_SITE_ROTATION_H

#include "base/err.h"
#include "site/data.h"
#include "site/settings.h"

enum rotation {
	ROTATION_NONE,
	ROTATION_BEGUN,     /* two anchors; the old one signs */
	ROTATION_FINISHING, /* two anchors; the new one signs: what is left is to drop the old one */
};

int rotation_state(const struct data *data, enum rotation *rotation, struct err *err);

int rotation_begin(const struct data *data, struct err *err);
int rotation_undo(const struct data *data, struct err *err);
int rotation_finish(const struct data *data, const struct settings *settings, struct err *err);

#endif
