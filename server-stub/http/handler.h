/* MHD's callbacks: they take a request from its first header to its answer, by way of the routes. */
#ifndef SERVER_HTTP_HANDLER_H
#define SERVER_HTTP_HANDLER_H

#include <microhttpd.h>
#include <stddef.h>

/* `cls` is the struct service. */
enum MHD_Result handler_request(void *cls, struct MHD_Connection *connection, const char *url,
				const char *method, const char *version, const char *upload,
				size_t *upload_size, void **state);
void handler_completed(void *cls, struct MHD_Connection *connection, void **state,
		       enum MHD_RequestTerminationCode why);

/* unescape() */
size_t handler_unescape(void *cls, struct MHD_Connection *connection, char *text);

#endif
