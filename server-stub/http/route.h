/* The routes: who may ask what, by one table (routes.c). docs/server.md describes each. */
#ifndef SERVER_HTTP_ROUTE_H
#define SERVER_HTTP_ROUTE_H

#include "http/request.h"

enum route_method {
	ROUTE_GET = 1, /* and HEAD */
	ROUTE_POST = 2,
};

struct route {
	unsigned method;
	const char *path; /* whole, or a beginning when it ends in '/' */
	/* Says who may ask: 0, or -1 after it has refused (reply_refuse into *ret). NULL: anyone. */
	int (*admit)(struct request *request, enum MHD_Result *ret);
	size_t body_max; /* 0: no body is read */
	enum MHD_Result (*serve)(struct request *request);
};

/* The route of a path, or NULL; `*rest` gets what follows a route that ends in '/'. */
const struct route *route_find(const char *path, const char **rest);

/* Admission. A VM: by MAC, address and token, into request->vm. A reader of archives: route_archives.c. */
int admit_vm(struct request *request, enum MHD_Result *ret);
int admit_reader(struct request *request, enum MHD_Result *ret);

enum MHD_Result route_hello(struct request *request);
enum MHD_Result route_job(struct request *request);
enum MHD_Result route_events(struct request *request);
enum MHD_Result route_archives(struct request *request);
enum MHD_Result route_boot(struct request *request);

#endif
