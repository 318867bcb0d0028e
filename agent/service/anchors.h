/*
 * Trust anchors that change while programs run: the service may tell others, over a connection that the present ones vouch for. They
 * are kept in the file that the present ones came from, and every program reads that anew when it has changed.
 */
#ifndef NEWROOT_SERVICE_ANCHORS_H
#define NEWROOT_SERVICE_ANCHORS_H

#include "service/service.h"

/* Remember the file that the anchors are to be read from next. ERR_MEMORY. */
int anchors_begin(struct service *service, const char *ca_file, struct err *err);

/* Read the file anew if it is another than was read last; what can't be read changes nothing. No connection may be open. */
void anchors_follow(struct service *service);

/*
 * Put `pem` in the place of the anchors that there are. 1: done, the connection is closed; 0: they are the same. Errors: ERR_TLS,
 * not certificates; ERR_IO, they could not be kept: the present ones stay.
 */
int anchors_learn(struct service *service, const char *pem, struct err *err);

/*
 * Tell the service that this VM has the anchors of this trust_id(), whatever this program itself has: those that the system begins
 * with that is being installed.
 */
void anchors_tell(struct service *service, const char *id);

#endif
