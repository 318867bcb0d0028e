#include "http/login.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "site/secrets.h"
#include "util/limits.h"
#include "util/log.h"
#include "util/text.h"

struct session {
	char hash[TOKEN_HASH_TEXT];
	struct principal who; /* as it began; what that may now is asked again each time */
	int64_t until;        /* 0: free */
	int64_t used;
	char id[SESSION_ID_TEXT];
	bool listed; /* else its file could not be written, and says nothing */
};

/* The failures of one address in its current minute. */
struct failures {
	char peer[ADDRESS_TEXT];
	int64_t since;
	unsigned count;
};

const struct login_file login_files[LOGIN_ROLES] = {
	[LOGIN_OPERATOR] = {"operator", DATA_OPERATOR_TOKEN, ROLE_ADMIN},
	[LOGIN_CREATOR] = {"creator", DATA_CREATOR_TOKEN, ROLE_CREATOR},
};

struct login {
	const struct data *data;
	pthread_mutex_t lock; /* of all that follows */
	char hash[LOGIN_ROLES][TOKEN_HASH_TEXT];
	int64_t token[LOGIN_ROLES]; /* counts up with each new one */
	struct session session[LOGIN_SESSIONS_MAX];
	struct failures failures[LOGIN_ADDRESSES_MAX];
};

/* Seconds; a clock that is set neither ends sessions nor prolongs them. */
static int64_t now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_BOOTTIME, &at);
	return at.tv_sec + 1;
}

static int read_hash(const struct data *data, const char *name, char hash[TOKEN_HASH_TEXT],
		     struct err *err)
{
	char token[TOKEN_TEXT];

	if (secret_read(data, name, token, err) < 0)
		return -1;
	token_hash(hash, token);
	explicit_bzero(token, sizeof(token));
	return 0;
}

static void end_one(struct login *login, struct session *session)
{
	if (session->listed)
		sessions_end(login->data, session->id, NULL);
	memset(session, 0, sizeof(*session));
}

static void end_sessions_of(struct login *login, enum login_role role)
{
	for (size_t i = 0; i < LOGIN_SESSIONS_MAX; i++) {
		struct session *session = &login->session[i];

		if (session->who.of_file && !strcmp(session->who.name, login_files[role].name))
			end_one(login, session);
	}
}

int login_reload(struct login *login, const struct data *data, bool changed[LOGIN_ROLES],
		 struct err *err)
{
	char hash[LOGIN_ROLES][TOKEN_HASH_TEXT];

	for (enum login_role role = 0; role < LOGIN_ROLES; role++)
		if (read_hash(data, login_files[role].file, hash[role], err) < 0)
			return -1;
	pthread_mutex_lock(&login->lock);
	for (enum login_role role = 0; role < LOGIN_ROLES; role++) {
		changed[role] = strcmp(login->hash[role], hash[role]) != 0;
		login->token[role] += changed[role];
		if (changed[role])
			end_sessions_of(login, role);
	}
	memcpy(login->hash, hash, sizeof(hash));
	pthread_mutex_unlock(&login->lock);
	return 0;
}

int login_new(struct login **login, const struct data *data, struct err *err)
{
	struct login *made = calloc(1, sizeof(*made));
	bool changed[LOGIN_ROLES];

	if (!made)
		return err_set(err, ERR_MEMORY, "login", "no memory");
	made->data = data;
	pthread_mutex_init(&made->lock, NULL);
	if (sessions_begin(data, err) < 0 || login_reload(made, data, changed, err) < 0) {
		login_free(made);
		return -1;
	}
	*login = made;
	return 0;
}

void login_free(struct login *login)
{
	if (!login)
		return;
	for (size_t i = 0; i < LOGIN_SESSIONS_MAX; i++)
		end_one(login, &login->session[i]);
	pthread_mutex_destroy(&login->lock);
	free(login);
}

/* Under the lock. */
static void be_file(const struct login *login, enum login_role role, struct principal *who)
{
	*who = (struct principal){
		.roles = login_files[role].roles,
		.made_ms = login->token[role],
		.of_file = true,
	};
	snprintf(who->name, sizeof(who->name), "%s", login_files[role].name);
}

void login_principal(struct login *login, enum login_role role, struct principal *who)
{
	pthread_mutex_lock(&login->lock);
	be_file(login, role, who);
	pthread_mutex_unlock(&login->lock);
}

bool login_token(struct login *login, enum login_role role, const char *token,
		 struct principal *who)
{
	bool matches;

	if (!token[0])
		return false;
	pthread_mutex_lock(&login->lock);
	matches = token_matches(login->hash[role], token);
	if (matches)
		be_file(login, role, who);
	pthread_mutex_unlock(&login->lock);
	return matches;
}

static bool is_over(const struct login *login, const struct session *session, int64_t at)
{
	return session->until <= at || session->used + LOGIN_IDLE_SECONDS <= at ||
	       (session->listed && !sessions_is(login->data, session->id));
}

/* Also those that nobody asks for any more. Under the lock. */
static void end_what_is_over(struct login *login, int64_t at)
{
	for (size_t i = 0; i < LOGIN_SESSIONS_MAX; i++)
		if (login->session[i].until && is_over(login, &login->session[i], at))
			end_one(login, &login->session[i]);
}

/* A free one, or else the one that ends first. */
static struct session *place(struct login *login, int64_t at)
{
	struct session *place = &login->session[0];

	end_what_is_over(login, at);
	for (size_t i = 1; i < LOGIN_SESSIONS_MAX; i++)
		if (login->session[i].until < place->until)
			place = &login->session[i];
	return place;
}

/* A session that can't be listed is one all the same: a full disk keeps nobody from logging in. */
static void list(struct login *login, struct session *session, const char *from)
{
	struct session_row row = {.begun_ms = wall_ms()};
	struct err err = ERR_INIT;

	snprintf(row.id, sizeof(row.id), "%s", session->id);
	snprintf(row.who, sizeof(row.who), "%s", session->who.name);
	snprintf(row.from, sizeof(row.from), "%s", from);
	session->listed = sessions_add(login->data, &row, &err) == 0;
	if (!session->listed)
		log_warning("a session is not listed: %s: %s", err.where, err.msg);
}

int login_begin(struct login *login, const struct principal *who, const char *from,
		char session[TOKEN_TEXT], char id[SESSION_ID_TEXT], struct err *err)
{
	const int64_t at = now();
	struct session *begun;

	if (token_new(session, err) < 0)
		return -1;
	pthread_mutex_lock(&login->lock);
	begun = place(login, at);
	end_one(login, begun);
	token_hash(begun->hash, session);
	begun->who = *who;
	begun->until = at + LOGIN_SECONDS;
	begun->used = at;
	snprintf(begun->id, sizeof(begun->id), "%.*s", SESSION_ID_TEXT - 1, begun->hash);
	list(login, begun, from);
	memcpy(id, begun->id, sizeof(begun->id));
	pthread_mutex_unlock(&login->lock);
	return 0;
}

/* The session shown, while it runs; under the lock. */
static struct session *running(struct login *login, const char *shown)
{
	for (size_t i = 0; shown[0] && i < LOGIN_SESSIONS_MAX; i++) {
		struct session *session = &login->session[i];

		if (!session->until || !token_matches(session->hash, shown))
			continue;
		if (!is_over(login, session, now()))
			return session;
		end_one(login, session);
	}
	return NULL;
}

static void use(struct login *login, struct session *session)
{
	session->used = now();
	if (session->listed)
		sessions_use(login->data, session->id);
}

bool login_session(struct login *login, const char *shown, struct principal *who)
{
	struct session *session;

	pthread_mutex_lock(&login->lock);
	session = running(login, shown);
	if (session) {
		use(login, session);
		*who = session->who;
	}
	pthread_mutex_unlock(&login->lock);
	return session != NULL;
}

bool login_id(struct login *login, const char *shown, char id[SESSION_ID_TEXT])
{
	const struct session *session;

	pthread_mutex_lock(&login->lock);
	session = running(login, shown);
	if (session)
		memcpy(id, session->id, sizeof(session->id));
	pthread_mutex_unlock(&login->lock);
	return session != NULL;
}

void login_end(struct login *login, const char *session)
{
	struct session *ended;

	pthread_mutex_lock(&login->lock);
	ended = running(login, session);
	if (ended)
		end_one(login, ended);
	pthread_mutex_unlock(&login->lock);
}

unsigned login_count(struct login *login)
{
	unsigned count = 0;

	pthread_mutex_lock(&login->lock);
	end_what_is_over(login, now());
	for (size_t i = 0; i < LOGIN_SESSIONS_MAX; i++)
		count += login->session[i].until != 0;
	pthread_mutex_unlock(&login->lock);
	return count;
}

/* The address's row, or the oldest one when it has none. */
static struct failures *failures_of(struct login *login, const char *peer)
{
	struct failures *oldest = &login->failures[0];

	for (size_t i = 0; i < LOGIN_ADDRESSES_MAX; i++) {
		struct failures *row = &login->failures[i];

		if (!strcmp(row->peer, peer))
			return row;
		if (row->since < oldest->since)
			oldest = row;
	}
	return oldest;
}

static bool is_current(const struct failures *row, const char *peer, int64_t at)
{
	return !strcmp(row->peer, peer) && row->since > at - 60;
}

bool login_may_try(struct login *login, const char *peer)
{
	const struct failures *row;
	bool may;

	pthread_mutex_lock(&login->lock);
	row = failures_of(login, peer);
	may = !is_current(row, peer, now()) || row->count < LOGIN_FAILURES_PER_MINUTE;
	pthread_mutex_unlock(&login->lock);
	return may;
}

void login_failed(struct login *login, const char *peer)
{
	const int64_t at = now();
	struct failures *row;

	pthread_mutex_lock(&login->lock);
	row = failures_of(login, peer);
	if (!is_current(row, peer, at)) {
		memset(row, 0, sizeof(*row));
		strncpy(row->peer, peer, sizeof(row->peer) - 1);
		row->since = at;
	}
	row->count++;
	pthread_mutex_unlock(&login->lock);
}
