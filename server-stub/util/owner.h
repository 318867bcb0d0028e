/*
 * Root works as the data folder's owner: what he does there, the service that owns it could do itself, and a link that it has put
 * there leads him nowhere. Not for threads that run already.
 */
#ifndef SERVER_UTIL_OWNER_H
#define SERVER_UTIL_OWNER_H

#include "base/err.h"

/*
 * Become who owns the open folder, with his groups. Nothing happens when that is who runs this. ERR_SERVICE_DATA, which names
 * `path`, for somebody else's folder when this isn't root.
 */
int owner_become(int folder, const char *path, struct err *err);
/* For good: there is no way back to root. */
int owner_stay(struct err *err);

/* As who runs the command, between the two: for files that he names and that are not the folder's. */
void owner_leave(void);
void owner_return(void);

#endif
