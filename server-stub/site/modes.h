/* Who may read what the data folder keeps secret: keys, tokens, the store, archives. */
#ifndef SERVER_SITE_MODES_H
#define SERVER_SITE_MODES_H

#include "site/data.h"

/*
 * Look at all of it, once, when the service starts. What others could read is closed to them, and told in the log with what may
 * have to be made anew. ERR_SERVICE_DATA: something belongs to another user, is a link, or can't be closed; or others may
 * put files into the data folder.
 */
int modes_check(const struct data *data, struct err *err);

#endif
