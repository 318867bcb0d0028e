/*
 * Who may use the routes of operators and creators: their tokens, the sessions of operators who logged
 * in to the page, and the count of failed attempts. Sessions are kept in memory: a restart ends them.
 */
#ifndef SERVER_HTTP_LOGIN_H
#define SERVER_HTTP_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "site/data.h"
#include "site/sessions.h"
#include "vm/principal.h"
#include "vm/names.h"
#include "vm/token.h"

struct login;

enum login_role { LOGIN_OPERATOR, LOGIN_CREATOR, LOGIN_ROLES };

/* The principals whose tokens are files. */
extern const struct login_file {
	const char *name, *file;
	unsigned roles;
} login_files[LOGIN_ROLES];

/* Read both tokens, made when missing. Errors: ERR_SERVICE_DATA, ERR_IO. */
int login_new(struct login **login, const struct data *data, struct err *err);
void login_free(struct login *login);
/*
 * Read the tokens again, and tell of each whether it is another: then whatever was begun with the old one is over. After an error
 * all stays as it was.
 */
int login_reload(struct login *login, const struct data *data, bool changed[LOGIN_ROLES],
		 struct err *err);

/* The principal of the role's file as it is now: another token is another principal, by its made_ms. */
void login_principal(struct login *login, enum login_role role, struct principal *who);
/*
 * The same, when this is the role's token; false: it is not, and "" is nobody's. What is compared is hashes, in constant
 * time.
 */
bool login_token(struct login *login, enum login_role role, const char *token,
		 struct principal *who);

/*
 * A session of that principal for LOGIN_SECONDS, and as long as LOGIN_IDLE_SECONDS do not pass without login_session(); with
 * LOGIN_SESSIONS_MAX of them the one that ends first goes. `id` is how it is listed (site/sessions.h).
 */
int login_begin(struct login *login, const struct principal *who, const char *from,
		char session[TOKEN_TEXT], char id[SESSION_ID_TEXT], struct err *err);
/* Whether it runs, which uses it, and who began it: `who` gets his name and made_ms. */
bool login_session(struct login *login, const char *session, struct principal *who);
void login_end(struct login *login, const char *session);
/* How the session is listed; false: it is over. */
bool login_id(struct login *login, const char *session, char id[SESSION_ID_TEXT]);
unsigned login_count(struct login *login);

/* Attempts of one address: false once LOGIN_FAILURES_PER_MINUTE of them have failed. */
bool login_may_try(struct login *login, const char *peer);
void login_failed(struct login *login, const char *peer);

#endif
