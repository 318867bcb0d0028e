/*
 * Who works with the service: a name with roles, known by a token. Two are files of the data folder, `operator` and `creator`;
 * the others are in the store (`newroot-server token`).
 */
#ifndef SERVER_VM_PRINCIPAL_H
#define SERVER_VM_PRINCIPAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "util/limits.h"

enum role {
	ROLE_VIEWER = 1,    /* sees VMs, groups, events and archives */
	ROLE_METRICS = 2,   /* reads /metrics, and nothing else */
	ROLE_OPERATOR = 4,  /* a viewer that acts on VMs and groups */
	ROLE_CREATOR = 8,   /* makes and moves VMs */
	ROLE_UPLOADER = 16, /* sees which archives there are */
	ROLE_ADMIN = 32,    /* all of it */
};

#define ROLES_TEXT 80

struct principal {
	char name[VM_NAME_MAX + 1];
	unsigned roles;              /* of enum role */
	char group[VM_NAME_MAX + 1]; /* only for the VMs of this group; "": for all */
	int64_t made_ms; /* another principal of the name has another; of a file: which token it is */
	int64_t expires_ms, revoked_ms; /* 0: never */
	bool of_file;                   /* operator.token or creator.token */
};

/* Whether one of the roles may do what `wanted` may, any of which will do. */
bool principal_may(const struct principal *principal, unsigned wanted);
bool principal_is_valid(const struct principal *principal, int64_t now_ms);

/* "viewer,metrics" into roles and back. ERR_USAGE names what is none. */
int roles_parse(unsigned *parsed, const char *text, struct err *err);
const char *roles_text(char text[ROLES_TEXT], unsigned wanted);

#endif
