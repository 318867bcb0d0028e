#include "vm/principal.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	enum role role;
	unsigned is_also; /* what else it may do */
} roles[] = {
	{"viewer", ROLE_VIEWER, ROLE_UPLOADER},
	{"metrics", ROLE_METRICS, 0},
	{"operator", ROLE_OPERATOR, ROLE_VIEWER | ROLE_METRICS | ROLE_UPLOADER},
	{"creator", ROLE_CREATOR, 0},
	{"uploader", ROLE_UPLOADER, 0},
	{"admin", ROLE_ADMIN, ~0u},
};

#define ROLES (sizeof(roles) / sizeof(roles[0]))

bool principal_may(const struct principal *principal, unsigned wanted)
{
	unsigned may = 0;

	for (size_t i = 0; i < ROLES; i++)
		if (principal->roles & roles[i].role)
			may |= roles[i].role | roles[i].is_also;
	return may & wanted;
}

bool principal_is_valid(const struct principal *principal, int64_t now_ms)
{
	return !principal->revoked_ms && (!principal->expires_ms || principal->expires_ms > now_ms);
}

static unsigned role_of(const char *name, size_t size)
{
	for (size_t i = 0; i < ROLES; i++)
		if (strlen(roles[i].name) == size && !strncmp(roles[i].name, name, size))
			return roles[i].role;
	return 0;
}

int roles_parse(unsigned *parsed, const char *text, struct err *err)
{
	*parsed = 0;
	while (true) {
		const size_t size = strcspn(text, ",");
		const unsigned role = role_of(text, size);

		if (!role)
			return err_set(
				err, ERR_USAGE, "role",
				"'%.*s' is none; viewer, metrics, operator, creator, uploader and admin are accepted, with commas between several",
				size < 40 ? (int)size : 40, text);
		*parsed |= role;
		if (!text[size])
			return 0;
		text += size + 1;
	}
}

const char *roles_text(char text[ROLES_TEXT], unsigned wanted)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < ROLES; i++)
		if (wanted & roles[i].role)
			used += (size_t)snprintf(text + used, ROLES_TEXT - used, "%s%s",
						 used ? "," : "", roles[i].name);
	return text;
}
