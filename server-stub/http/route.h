/* The routes: who may ask what, by one table (routes.def). docs/openapi.json describes each. */
#ifndef SERVER_HTTP_ROUTE_H
#define SERVER_HTTP_ROUTE_H

#include "http/pattern.h"
#include "http/request.h"

enum route_method {
	ROUTE_GET = 1, /* and HEAD */
	ROUTE_POST = 2,
};

struct route {
	unsigned method;
	const char *path; /* a pattern */
	/* Says who may ask: 0, or -1 after it has refused (reply_refuse into *ret). NULL: anyone. */
	int (*admit)(struct request *request, enum MHD_Result *ret);
	size_t body_max; /* 0: no body is read */
	enum MHD_Result (*serve)(struct request *request);
};

/* The route of a method (0: one that no route has) and a path, or NULL; `*methods` gets all that the path takes. */
const struct route *route_find(unsigned method, const char *path, struct pattern_match *match,
			       unsigned *methods);

/* Rows by their place in the table: for what is counted by route. NULL beyond the last. */
size_t route_index(const struct route *route);
const struct route *route_at(size_t index);

/* Admission. A VM: by MAC, address and token, into request->vm. A reader of archives: route_archives.c. */
int admit_vm(struct request *request, enum MHD_Result *ret);
int admit_reader(struct request *request, enum MHD_Result *ret);
/* Principals with the role, by the session that POST /v1/login began, or their token: into request->who. */
int admit_viewer(struct request *request, enum MHD_Result *ret);
int admit_operator(struct request *request, enum MHD_Result *ret);
int admit_metrics(struct request *request, enum MHD_Result *ret);
int admit_uploader(struct request *request, enum MHD_Result *ret);
int admit_creator(struct request *request, enum MHD_Result *ret);

/* The principal whose token it is: 1; 0: nobody's, or no longer; -1: an error of the store. */
int principal_of_token(struct request *request, const char *token, struct err *err);
/*
 * Whether the principal is still the one that `who` (name, made_ms, of_file) was, and valid: 1, and `who` as he is now; 0: he was
 * revoked, is over, or another has the name or the token; -1: an error of the store.
 */
int principal_again(struct service *service, struct store *store, struct principal *who,
		    struct err *err);
/* Nobody's token was shown: noted in the audit, within bounds. 0, or -1 after a refusal (429): it was done too often from there. */
int admit_wrong_token(struct request *request, enum MHD_Result *ret);
/* Whether the principal may see the VMs of this group. */
bool principal_sees(const struct principal *who, const char *group);

#define PRINCIPAL_WHO_TEXT (VM_NAME_MAX + ADDRESS_TEXT + 20)
/* For a VM's history: "the operator at 10.0.0.5", "alice at 10.0.0.5". */
const char *principal_who(const struct request *request, char text[PRINCIPAL_WHO_TEXT]);

#define LOGIN_COOKIE "newroot_session"

enum MHD_Result route_hello(struct request *request);
enum MHD_Result route_job(struct request *request);
enum MHD_Result route_events(struct request *request);
enum MHD_Result route_peer(struct request *request);
enum MHD_Result route_archives(struct request *request);
enum MHD_Result route_facts(struct request *request);
enum MHD_Result route_plan(struct request *request);
enum MHD_Result route_boot(struct request *request);

enum MHD_Result route_login(struct request *request);
enum MHD_Result route_logout(struct request *request);
enum MHD_Result route_me(struct request *request);
enum MHD_Result route_sessions(struct request *request);
enum MHD_Result route_session_end(struct request *request);
enum MHD_Result route_certificates(struct request *request);
enum MHD_Result route_groups(struct request *request);
enum MHD_Result route_archive_list(struct request *request);
enum MHD_Result route_vms(struct request *request);
enum MHD_Result route_vm(struct request *request);
enum MHD_Result route_vm_events(struct request *request);
enum MHD_Result route_vm_log(struct request *request);
enum MHD_Result route_stream(struct request *request);
enum MHD_Result route_vm_action(struct request *request);
enum MHD_Result route_group_action(struct request *request);

enum MHD_Result route_needs(struct request *request);
enum MHD_Result route_needs_report(struct request *request);

enum MHD_Result route_page(struct request *request);
enum MHD_Result route_health(struct request *request);
enum MHD_Result route_metrics(struct request *request);

#endif
