/* token: who works with the service. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "site/sessions.h"
#include "util/text.h"

#define DAY_MS INT64_C(86400000)

static const char *role, *group, *days_text;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"role", OPTION_TEXT, &role, "ROLES",
	 "viewer, metrics, operator, creator, uploader, admin; with commas"},
	{"group", OPTION_TEXT, &group, "GROUP", "only for the VMs of this group"},
	{"days", OPTION_TEXT, &days_text, "N", "valid so long (default 365; 0: for ever)"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

struct adding {
	struct principal principal;
	char hash[TOKEN_HASH_TEXT];
};

/* One that is valid is not replaced by a slip: it is revoked first. */
static int add_to_store(struct store *store, void *arg, struct err *err)
{
	const struct adding *adding = arg;
	struct principal old;
	int found = store_principal_find(store, adding->principal.name, &old, err);

	if (found < 0)
		return -1;
	if (found && principal_is_valid(&old, adding->principal.made_ms))
		return err_set(err, ERR_USAGE, old.name,
			       "has a token that is valid; `token revoke` it first");
	return store_principal_save(store, &adding->principal, adding->hash, err);
}

static int fill(struct principal *principal, const char *name, struct err *err)
{
	long days = 365;

	if (!role)
		return err_set(err, ERR_USAGE, NULL, "--role is required");
	if (name_check(name, "name", err) < 0 || (group && name_check(group, "group", err) < 0) ||
	    roles_parse(&principal->roles, role, err) < 0 ||
	    options_number("days", days_text, 0, 36500, &days, err) < 0)
		return -1;
	if (!strcmp(name, "operator") || !strcmp(name, "creator"))
		return err_set(err, ERR_USAGE, name, "is the principal of a file, %s.token", name);
	snprintf(principal->name, sizeof(principal->name), "%s", name);
	snprintf(principal->group, sizeof(principal->group), "%s", group ? group : "");
	principal->made_ms = wall_ms();
	principal->expires_ms = days ? principal->made_ms + days * DAY_MS : 0;
	return 0;
}

static int add(struct open *open, const char *name, struct err *err)
{
	struct adding adding = {0};
	char token[TOKEN_TEXT];

	if (fill(&adding.principal, name, err) < 0 || token_new(token, err) < 0)
		return -1;
	token_hash(adding.hash, token);
	if (change_data(open, add_to_store, &adding, err) < 0)
		return -1;
	printf("%s\n", token);
	explicit_bzero(token, sizeof(token));
	return 0;
}

static int revoke_in_store(struct store *store, void *arg, struct err *err)
{
	const char *name = arg;
	int revoked = store_principal_revoke(store, name, wall_ms(), err);

	if (revoked == 0)
		return err_set(err, ERR_USAGE, name,
			       "there is no such principal, or it is revoked");
	return revoked < 0 ? -1 : 0;
}

struct ending {
	const struct data *data;
	const char *name;
};

/* One that stays is over as well, when it is used next: the list has it until then. */
static void end_session(void *arg, const struct session_row *row)
{
	const struct ending *ending = arg;

	if (!strcmp(row->who, ending->name))
		sessions_end(ending->data, row->id, NULL);
}

static int revoke(struct open *open, char *name, struct err *err)
{
	struct ending ending = {&open->data, name};

	if (change_data(open, revoke_in_store, name, err) < 0 ||
	    sessions_each(&open->data, end_session, &ending, err) < 0)
		return -1;
	printf("%s is revoked\n", name);
	return 0;
}

static void print_principal(void *arg, const struct principal *principal)
{
	const int64_t now_ms = *(const int64_t *)arg;
	char roles[ROLES_TEXT], until[TEXT_TIME_MAX];

	printf("%-20s %-24s %-16s %-8s %s\n", principal->name, roles_text(roles, principal->roles),
	       principal->group[0] ? principal->group : "-",
	       principal->revoked_ms                    ? "revoked"
	       : !principal_is_valid(principal, now_ms) ? "expired"
							: "valid",
	       principal->expires_ms ? text_time(until, principal->expires_ms) : "for ever");
}

static int list(struct open *open, struct err *err)
{
	int64_t now_ms = wall_ms();

	printf("%-20s %-24s %-16s %-8s %s\n", "NAME", "ROLES", "GROUP", "STATE", "UNTIL (UTC)");
	printf("%-20s %-24s %-16s %-8s %s\n", "operator", "admin", "-", "valid", "operator.token");
	printf("%-20s %-24s %-16s %-8s %s\n", "creator", "creator", "-", "valid", "creator.token");
	return store_principal_each(open->store, print_principal, &now_ms, err);
}

static int dispatch(struct open *open, char **operands, size_t count, struct err *err)
{
	const char *verb = operands[0];

	if (!strcmp(verb, "list") && count == 1)
		return list(open, err);
	if (!strcmp(verb, "add") && count == 2)
		return add(open, operands[1], err);
	if (!strcmp(verb, "revoke") && count == 2)
		return revoke(open, operands[1], err);
	return err_set(
		err, ERR_USAGE, verb,
		"is not accepted so; `token add NAME`, `token list` and `token revoke NAME` are");
}

static int run(char **operands, size_t count, struct err *err)
{
	struct open open;
	int ret;

	if (open_data(&open, err) < 0)
		return -1;
	ret = dispatch(&open, operands, count, err);
	close_data(&open);
	return ret;
}

const struct command cmd_token = {
	.name = "token",
	.operands = "add NAME|list|revoke NAME",
	.operands_min = 1,
	.operands_max = 2,
	.summary = "Who works with the service: names, roles, and a token that is printed once",
	.options = options,
	.run = run,
};
