#include "database/load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "archive/decompress.h"
#include "base/clock.h"
#include "base/io.h"
#include "database/dump_head.h"
#include "database/marks.h"
#include "database/server.h"

#define DROP_PATIENCE_S 120 /* for the last statement of a load that was killed */

static int ask_number(const struct database_load *load, const char *database, const char *format,
		      uint64_t *number, struct err *err)
{
	char answer[DATABASE_ANSWER_MAX];
	const char *sql = arena_printf(load->client->arena, format, load->database);

	if (database_ask(load->client, database, sql, answer, err))
		return -1;
	if (sscanf(answer, "%" SCNu64, number) != 1)
		return err_set(err, ERR_DATABASE_SERVER, load->database,
			       "a number was asked for, the answer is \"%.100s\"", answer);
	return 0;
}

/* What was there before newroot is not newroot's to be mixed with a dump. */
static int check_empty(const struct database_load *load, struct err *err)
{
	uint64_t tables;

	if (ask_number(load, load->database, load->client->engine->tables, &tables, err))
		return -1;
	if (tables)
		return err_set(
			err, ERR_DATABASE_LOAD, load->database,
			"the database %s has %" PRIu64
			" tables already, which newroot did not load: drop it, or leave its dump out",
			load->database, tables);
	return 0;
}

/* PostgreSQL refuses while somebody is connected: the process of a client that was killed. */
static int drop(const struct database_load *load, struct err *err)
{
	const char *sql =
		arena_printf(load->client->arena, load->client->engine->drop, load->database);
	const int64_t deadline = clock_ms() + DROP_PATIENCE_S * 1000;

	for (;;) {
		struct err last = ERR_INIT;

		if (database_ask(load->client, NULL, sql, NULL, &last) == 0)
			return 0;
		if (!strstr(last.msg, "accessed by other users") || clock_ms() >= deadline)
			return err_keep(err, &last);
		sleep(1);
	}
}

/* An empty database that is ours from now on. */
static int prepare(const struct database_load *load, struct err *err)
{
	const struct database_kind *engine = load->client->engine;
	const bool half = marks_get(load->state_dir, load->database) == MARK_LOADING;
	uint64_t exists;

	if (!strcmp(load->database, engine->system))
		return marks_set(load->state_dir, load->database, MARK_LOADING, err);
	if (half && drop(load, err))
		return -1;
	if (ask_number(load, NULL, engine->exists, &exists, err) ||
	    (exists && check_empty(load, err)) ||
	    marks_set(load->state_dir, load->database, MARK_LOADING, err))
		return -1;
	if (exists)
		return 0;
	return database_ask(load->client, NULL,
			    arena_printf(load->client->arena, engine->create, load->database), NULL,
			    err);
}

static int read_stage(void *arg, struct err *err)
{
	static char piece[STREAM_BUFFER];
	const struct database_load *load = arg;
	int fd = open(load->dump, O_RDONLY | O_CLOEXEC);
	uint64_t done = 0;
	struct stat st;
	ssize_t got;

	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, ERR_DATABASE_LOAD, load->dump, "cannot open the dump %s",
			       load->dump);
	while ((got = read_all(fd, piece, STREAM_BUFFER)) > 0) {
		if (write_all(STDOUT_FILENO, piece, (size_t)got))
			return err_sys(err, ERR_DATABASE_LOAD, load->dump,
				       "cannot pass the dump on");
		done += (uint64_t)got;
		child_progress(done, (uint64_t)st.st_size);
	}
	return got < 0 ? err_sys(err, ERR_IO, load->dump, "cannot read %s", load->dump) : 0;
}

static int decompress_stage(void *arg, struct err *err)
{
	const struct database_load *load = arg;
	struct sysinfo info = {.mem_unit = 1};
	struct decompress_limits limits;

	sysinfo(&info);
	limits = decompress_limits_of((uint64_t)info.totalram * info.mem_unit);
	if (decompress_stream(STDIN_FILENO, STDOUT_FILENO, &limits, err))
		return err && err->sys == EPIPE ? -1 : err_prefix(err, "%s", load->dump);
	return 0;
}

static void pass_on(void *unused, const char *item, uint64_t done, uint64_t total)
{
	(void)unused;
	(void)item;
	child_progress(done, total);
}

/* What is advised for an installation's archives does not help here. */
static int blame_packing(const struct database_load *load, struct err *err)
{
	const struct err cause = *err;

	return err_set(err, ERR_DATABASE_LOAD, load->database, "%s", cause.msg);
}

/* Its last words go on to this child's parent, for the error event; which of them is the error, it says itself. */
static int fail(const struct database_load *load, struct err *err)
{
	const char *const *lines;
	const size_t count = child_last_words(&lines);
	const char *error = NULL;

	if (err->code == ERR_ARCHIVE_TRUNCATED || err->code == ERR_ARCHIVE_FORMAT)
		return blame_packing(load, err);
	for (size_t i = 0; i < count; i++) {
		fprintf(stderr, "%s\n", lines[i]);
		if (!error && (strstr(lines[i], "ERROR") || strstr(lines[i], "error:")))
			error = lines[i];
	}
	if (error && err->code == ERR_DATABASE_LOAD)
		return err_set(err, ERR_DATABASE_LOAD, load->database, "%s is not loaded: %s",
			       load->dump, error);
	return -1;
}

/* --- the pipeline */

/* What the filter must know of the server, which is asked before. */
struct pipeline {
	const struct database_load *load;
	struct dump_filter filter;
	bool archive;     /* in a format of its server's own */
	unsigned version; /* of the server, as its own number */
};

static int load_stage(void *arg, struct err *err)
{
	const struct pipeline *pipeline = arg;

	return database_exec_load(pipeline->load->client, pipeline->load->database, err);
}

static int unpack_stage(void *arg, struct err *err)
{
	const struct pipeline *pipeline = arg;

	return database_exec_unpack(pipeline->load->client, pipeline->version, err);
}

/* Clients before have no --binary-mode. */
#define BINARY_MODE_SINCE 50603

static int ask_mysql(struct database_client *client, struct dump_filter *filter, struct err *err)
{
	struct database_version version;
	char answer[DATABASE_ANSWER_MAX], *charset = answer;
	const char *mode;

	if (database_server_version(client, &version, err) ||
	    database_ask(client, NULL, "SELECT @@sql_mode, @@character_set_client;\n", answer, err))
		return -1;
	mode = strsep(&charset, "\t");
	filter->version = version.number;
	filter->mariadb = version.mariadb;
	filter->no_nul = version.number < BINARY_MODE_SINCE;
	charset = charset ? charset : answer;
	charset[strcspn(charset, "\n")] = '\0';
	if (!sql_mode_read(mode, &filter->mode) || !sql_charset_is_plain(charset))
		return err_set(
			err, ERR_DATABASE_SERVER, NULL,
			"the server's sql_mode is \"%.200s\", and it takes what clients send for %.40s: "
			"with these a dump cannot be told from other statements; configure it for utf8",
			mode, charset);
	return 0;
}

static int ask_postgresql(struct database_client *client, struct dump_filter *filter,
			  const char *database, struct err *err)
{
	char answer[DATABASE_ANSWER_MAX], *encoding = answer;
	const char *strings;

	if (database_ask(client, database,
			 "SHOW standard_conforming_strings;\nSHOW client_encoding;\n", answer, err))
		return -1;
	strings = strsep(&encoding, "\n");
	encoding = encoding ? encoding : answer;
	encoding[strcspn(encoding, "\n")] = '\0';
	filter->mode.backslash = strcmp(strings, "on") != 0;
	filter->no_nul = true; /* psql reads lines as text */
	if (!sql_encoding_is_plain(encoding))
		return err_set(
			err, ERR_DATABASE_SERVER, database,
			"the database takes what clients send for %.40s, in which a dump cannot be told from other statements; "
			"give it another client_encoding",
			encoding);
	return 0;
}

/* What is wrong with its packing, the load tells. */
static int ask_archive(struct pipeline *pipeline, struct err *err)
{
	const struct database_load *load = pipeline->load;
	const char *magic = load->client->engine->archive;
	char *head = magic ? arena_alloc(load->client->arena, DUMP_HEAD_MAX + 1) : NULL;
	uint64_t version;

	if (!magic || dump_head_text(load->dump, head, NULL) ||
	    strncmp(head, magic, strlen(magic)) != 0)
		return 0;
	if (ask_number(load, NULL, load->client->engine->version, &version, err))
		return -1;
	pipeline->archive = true;
	pipeline->version = (unsigned)version;
	return 0;
}

static int open_pipeline(struct pipeline *pipeline, const struct database_load *load,
			 struct err *err)
{
	const struct database_kind *engine = load->client->engine;

	*pipeline = (struct pipeline){
		.load = load,
		.filter = {.of = engine->dump,
			   .path = load->dump,
			   .database = load->database,
			   .system = !strcmp(load->database, engine->system),
			   .no_end_mark = !load->end_mark,
			   .account = load->account},
	};
	if (engine == &database_mysql
		    ? ask_mysql(load->client, &pipeline->filter, err)
		    : ask_postgresql(load->client, &pipeline->filter, load->database, err))
		return -1;
	return ask_archive(pipeline, err);
}

static int load_dump(const struct database_load *load, struct err *err)
{
	static const struct child_watch watch = {.progress = pass_on};
	const char *name = arena_printf(load->client->arena, "the load of %s", load->database);
	struct pipeline pipeline;
	struct child children[5] = {
		{.name = load->dump,
		 .fn = read_stage,
		 .arg = (void *)load,
		 .stall_s = DATABASE_LOAD_STALL_S},
		{.name = "decompress", .fn = decompress_stage, .arg = (void *)load},
	};
	size_t count = 2;

	if (open_pipeline(&pipeline, load, err))
		return -1;
	if (pipeline.archive)
		children[count++] = (struct child){.name = "pg_restore",
						   .fn = unpack_stage,
						   .arg = &pipeline,
						   .code = ERR_DATABASE_LOAD};
	children[count++] =
		(struct child){.name = "filter", .fn = dump_filter_main, .arg = &pipeline.filter};
	children[count++] = (struct child){
		.name = name, .fn = load_stage, .arg = &pipeline, .code = ERR_DATABASE_LOAD};
	return child_pipeline(children, count, &watch, err) ? fail(load, err) : 0;
}

/* Whatever went elsewhere, or was no more than a comment to this server. */
static int check_tables(const struct database_load *load, struct err *err)
{
	uint64_t tables;

	if (ask_number(load, load->database, load->client->engine->tables, &tables, err))
		return -1;
	if (tables >= load->account->tables)
		return 0;
	return err_set(err, ERR_DATABASE_LOAD, load->database,
		       "%s makes %" PRIu64 " tables and views, but %s has %" PRIu64
		       " after its load",
		       load->dump, load->account->tables, load->database, tables);
}

static int remove_dump(const struct database_load *load, struct err *err)
{
	if (!load->keep && unlink(load->dump) && errno != ENOENT)
		return err_sys(err, ERR_DATABASE_LOAD, load->dump, "cannot remove %s", load->dump);
	return 0;
}

int database_load_main(void *arg, struct err *err)
{
	struct database_load *load = arg;

	/* What it tells its parent is the dump's progress alone. */
	load->client->watch = NULL;
	if (marks_get(load->state_dir, load->database) == MARK_LOADED)
		return remove_dump(load, err);
	if (access(load->dump, R_OK))
		return err_sys(err, ERR_DATABASE_LOAD, load->dump, "cannot read the dump of %s",
			       load->database);
	if (prepare(load, err) || load_dump(load, err) || check_tables(load, err))
		return -1;
	load->account->loaded = true;
	return 0;
}

int database_load_finish(const struct database_load *load, struct err *err)
{
	return marks_set(load->state_dir, load->database, MARK_LOADED, err) ||
			       remove_dump(load, err)
		       ? -1
		       : 0;
}
