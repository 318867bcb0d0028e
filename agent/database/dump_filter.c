#include "database/dump_filter.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEY                                                                                        \
	"say \"end_mark\": false of it in databases/dumps, after having looked whether it is whole"

/* mysqldump.c, mariadb-dump: write_header(), write_footer(); without --comments they write none, and neither head nor end. */
static const struct dump_maker mysql_makers[] = {
	{"-- MySQL dump ", "-- Dump completed"},
	{"-- MariaDB dump ", "-- Dump completed"},
	{NULL, NULL},
};

/* pg_dumpall.c: main(); pg_backup_archiver.c: RestoreArchive() */
static const struct dump_maker postgresql_makers[] = {
	{"-- PostgreSQL database dump", "-- PostgreSQL database dump complete"},
	{"-- PostgreSQL database cluster dump", "-- PostgreSQL database cluster dump complete"},
	{NULL, NULL},
};

const struct dump_dialect dump_mysql = {&sql_mysql, &sql_rules_mysql, mysql_makers};
const struct dump_dialect dump_postgresql = {&sql_postgresql, &sql_rules_postgresql,
					     postgresql_makers};

/* A dump that is being read. */
struct run {
	const struct dump_filter *filter;
	struct sql_lexer lexer;
	struct sql_tables tables;
	struct sql_session session;
	struct sql_token token;
	struct sql_statement statement;
	char first[64];                 /* words of the statement */
	size_t noted;                   /* bytes of them */
	const struct dump_maker *maker; /* whose head was seen last */
	bool ended;                     /* and its end */
	bool inside;                    /* a statement for the server, not the client's first */
};

/* --- is it whole? */

static bool begins(const char *text, const char *with)
{
	return with && !strncmp(text, with, strlen(with));
}

static int refuse_cut(const struct run *run, const char *how)
{
	if (run->lexer.failed) /* it has told why */
		return -1;
	return err_set(run->lexer.err, ERR_DATABASE_LOAD, run->filter->database,
		       "%s is not whole: %s", run->filter->path, how);
}

static int take_comment(struct run *run)
{
	const char *text = run->token.text;

	if (run->maker && begins(text, run->maker->end)) {
		run->ended = true;
		return 0;
	}
	for (const struct dump_maker *maker = run->filter->of->makers; maker->head; maker++) {
		if (!begins(text, maker->head))
			continue;
		if (run->maker && !run->ended && !run->filter->no_end_mark)
			return refuse_cut(run, "another dump begins in it before it ends");
		run->maker = maker;
		run->ended = false;
	}
	return 0;
}

/* Found out before hours of loading. */
static int check_maker(const struct run *run)
{
	if (!run->statement.content || run->filter->no_end_mark || (run->maker && !run->ended))
		return 0;
	if (run->maker)
		return refuse_cut(run,
				  "it goes on behind the mark of its maker's at its end: " KEY);
	return refuse_cut(
		run,
		"whether it is cannot be known, for it has no head as of mysqldump, mariadb-dump or pg_dump, "
		"who mark its end: make it with comments, or " KEY);
}

static int check_end(const struct run *run)
{
	if (run->filter->no_end_mark || (run->maker && run->ended))
		return 0;
	return run->maker ? refuse_cut(run, "the mark of its maker's at its end is missing")
			  : refuse_cut(run, "it has neither head nor end of a maker's: " KEY);
}

/* --- a statement */

/* UTF-8, but for the bytes of it that are in no character: https://www.rfc-editor.org/rfc/rfc3629 */
static bool is_utf8(const char *text)
{
	while (*text) {
		const unsigned char first = (unsigned char)*text++;
		size_t more = first < 0x80                   ? 0
			      : first < 0xc2 || first > 0xf4 ? SIZE_MAX
			      : first < 0xe0                 ? 1
			      : first < 0xf0                 ? 2
							     : 3;

		if (more == SIZE_MAX)
			return false;
		for (; more; more--, text++)
			if (((unsigned char)*text & 0xc0) != 0x80)
				return false;
	}
	return true;
}

/* Messages are UTF-8, whatever the dump is. */
static void make_plain(char *text)
{
	if (is_utf8(text))
		return;
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			*text = '?';
}

/* No strings: they may be secrets, or rows. */
static void note_word(struct run *run)
{
	const struct sql_token *token = &run->token;
	const char *text = token->kind == SQL_SIGN ? &token->sign : token->text;
	size_t size = token->kind == SQL_SIGN ? 1 : strlen(text);

	if (token->kind == SQL_STRING || token->kind == SQL_END ||
	    run->noted + 2 >= sizeof(run->first))
		return;
	if (size > sizeof(run->first) - 2 - run->noted)
		size = sizeof(run->first) - 2 - run->noted;
	if (run->noted)
		run->first[run->noted++] = ' ';
	memcpy(run->first + run->noted, text, size);
	run->noted += size;
	run->first[run->noted] = '\0';
	make_plain(run->first);
}

static int refuse(const struct run *run, const char *why)
{
	return err_set(run->lexer.err, ERR_DATABASE_LOAD, run->filter->database,
		       "%s, line %llu: \"%s …\" is refused in a dump of %s: %s", run->filter->path,
		       (unsigned long long)sql_lexer_line(&run->lexer), run->first,
		       run->filter->database, why);
}

static bool at_end(const struct run *run)
{
	return run->token.kind == SQL_END && sql_is_end(&run->statement, &run->token);
}

static void leave_out(struct run *run)
{
	struct dump_account *account = run->filter->account;

	if (account->left_out++)
		return;
	account->line = sql_lexer_line(&run->lexer);
	memcpy(account->first, run->first, sizeof(account->first));
}

/* To a server of MySQL some of these bytes are blanks, by its character set: a word may be two. */
static bool is_plain_word(const struct run *run)
{
	return run->token.kind != SQL_WORD || run->statement.keep ||
	       !run->lexer.dialect->delimiters || is_utf8(run->token.text);
}

static enum sql_verdict judge(struct run *run)
{
	struct sql_statement *statement = &run->statement;
	enum sql_verdict verdict;

	statement->read = run->filter->of->rules->begin;
	for (;;) {
		note_word(run);
		if (run->token.kind == SQL_COMMAND || sql_is_sign(&run->token, '\\'))
			return sql_refuse(statement, "a command for the client within a statement");
		if (!is_plain_word(run))
			return sql_refuse(statement, "a name that is not UTF-8 must be in quotes");
		verdict = statement->read(statement, &run->token);
		run->lexer.rewrite = !statement->keep;
		if (verdict != SQL_MORE)
			return verdict;
		sql_lexer_next(&run->lexer, &run->token);
		if (run->token.kind == SQL_EOF)
			return SQL_MORE;
	}
}

/*
 * A client goes on with a text as it had begun to read it: psql to the end of its line, that of MySQL to the end of all that it
 * sends at once.
 */
static int change_mode(struct run *run, const struct sql_change *change)
{
	const struct sql_mode *now = &run->session.mode, *then = &change->value.mode;
	const bool same = now->backslash == then->backslash && now->ansi == then->ansi;
	const bool mysql = run->lexer.dialect->delimiters;

	if (!same && (mysql ? run->inside || !run->token.last : !sql_lexer_line_ends(&run->lexer)))
		return refuse(run,
			      "how strings are read changes here: it must be a line of its own");
	run->lexer.backslash = then->backslash;
	run->lexer.ansi = then->ansi;
	return 0;
}

static int take_changes(struct run *run)
{
	const struct sql_statement *statement = &run->statement;

	for (size_t i = 0; i < statement->changes; i++) {
		if (statement->change[i].target == SQL_TARGET_MODE &&
		    change_mode(run, &statement->change[i]))
			return -1;
		sql_session_change(&run->session, &statement->change[i]);
	}
	if (statement->forgets || (run->lexer.assigned && !statement->sets))
		sql_session_forget(&run->session);
	return 0;
}

static int let_through(struct run *run, enum sql_flow flow)
{
	sql_lexer_flow(&run->lexer, flow);
	if (!at_end(run))
		sql_lexer_skip(&run->lexer, &run->token);
	if (run->token.kind == SQL_EOF)
		return refuse_cut(run, "it ends within a statement");
	if (flow == SQL_WRITE && take_changes(run))
		return -1;
	run->inside = !run->token.last;
	if (run->statement.copy && !sql_lexer_copy(&run->lexer))
		return refuse_cut(run, "it ends within the rows of a table");
	return 0;
}

static int take_statement(struct run *run)
{
	switch (judge(run)) {
	case SQL_PASS:
		return check_maker(run) ? -1 : let_through(run, SQL_WRITE);
	case SQL_LEAVE_OUT:
		if (run->inside)
			return refuse(run,
				      "it is not for this server, and within another statement");
		leave_out(run);
		return let_through(run, SQL_DROP);
	case SQL_REFUSE:
		return refuse(run, run->statement.why);
	case SQL_MORE:
	default:
		return refuse_cut(run, "it ends within a statement");
	}
}

static int take_command(struct run *run)
{
	const enum sql_verdict verdict =
		run->filter->of->rules->command(&run->statement, &run->token);

	snprintf(run->first, sizeof(run->first), "%.60s", run->token.text);
	make_plain(run->first);
	if (verdict == SQL_REFUSE)
		return refuse(run, run->statement.why);
	sql_lexer_flow(&run->lexer, verdict == SQL_PASS ? SQL_WRITE : SQL_DROP);
	return 0;
}

static int take_one(struct run *run)
{
	switch (run->token.kind) {
	case SQL_COMMENT:
		sql_lexer_flow(&run->lexer, SQL_WRITE);
		return take_comment(run);
	case SQL_COMMAND:
		return take_command(run);
	default:
		return take_statement(run);
	}
}

/* --- the whole */

static bool next(struct run *run)
{
	sql_lexer_flow(&run->lexer, SQL_HOLD);
	run->lexer.rewrite = true;
	run->lexer.assigned = false;
	*run->first = '\0';
	run->noted = 0;
	sql_statement_begin(&run->statement, run->filter->database, run->filter->system,
			    &run->tables, &run->session);
	sql_lexer_next(&run->lexer, &run->token);
	return run->token.kind != SQL_EOF;
}

static int run_all(struct run *run)
{
	int ret = 0;

	while (ret == 0 && !run->lexer.failed && next(run))
		ret = take_one(run);
	if (ret == 0 && !run->lexer.failed)
		ret = check_end(run);
	if (ret == 0)
		sql_lexer_flow(&run->lexer, SQL_WRITE);
	run->filter->account->tables = run->tables.count;
	return sql_lexer_finish(&run->lexer) || ret ? -1 : 0;
}

int dump_filter_run(const struct dump_filter *filter, int in, int out, struct err *err)
{
	struct err failed = ERR_INIT;
	struct run run = {
		.filter = filter,
		.session = {.mode = filter->mode, .initial = filter->mode},
		.lexer = {.dialect = filter->of->dialect,
			  .in = in,
			  .out = out,
			  .version = filter->version,
			  .mariadb = filter->mariadb,
			  .backslash = filter->mode.backslash,
			  .ansi = filter->mode.ansi,
			  .no_nul = filter->no_nul,
			  .err = &failed},
	};
	int ret = sql_lexer_open(&run.lexer) ? -1 : run_all(&run);

	sql_lexer_close(&run.lexer);
	sql_tables_free(&run.tables);
	sql_session_free(&run.session);
	if (ret == 0)
		return 0;
	if (failed.code == ERR_DATABASE_LOAD && !strstr(failed.msg, filter->path))
		err_prefix(&failed, "%s", filter->path);
	return err_keep(err, &failed);
}

int dump_filter_main(void *arg, struct err *err)
{
	return dump_filter_run(arg, STDIN_FILENO, STDOUT_FILENO, err);
}
