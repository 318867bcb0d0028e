/* A file as the answer: whole or a range of it, with the headers that resuming needs. */
#ifndef SERVER_HTTP_REPLY_FILE_H
#define SERVER_HTTP_REPLY_FILE_H

#include <sys/stat.h>

#include "http/request.h"

/* Takes `fd`. `sha256` may be "" when it isn't known; `counter` (or NULL) gets the bytes that are sent. */
enum MHD_Result reply_file(struct request *request, int fd, const struct stat *st,
			   const char *sha256, atomic_ullong *counter);

#endif
