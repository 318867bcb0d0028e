#include "cutover/runbook_command.h"

#include <string.h>

#include "site/data.h"

void runbook_block_begin(const struct runbook *book)
{
	fprintf(book->out, "```sh\n");
}

void runbook_block_end(const struct runbook *book)
{
	fprintf(book->out, "```\n\n");
}

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-"

static void print_quoted(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++)
		if (*text == '\'')
			fprintf(out, "'\\''");
		else
			fputc(*text, out);
	fputc('\'', out);
}

/* As a shell takes it, whatever is in the path. */
static void print_data_option(const struct runbook *book)
{
	const char *path = book->data_path;

	if (!strcmp(path, DATA_DEFAULT))
		return;
	fprintf(book->out, " --data ");
	if (path[strspn(path, PLAIN)])
		print_quoted(book->out, path);
	else
		fputs(path, book->out);
}

void runbook_command(const struct runbook *book, const char *verb, const char *rest)
{
	fprintf(book->out, "newroot-server %s %s", verb, book->group->name);
	print_data_option(book);
	for (; *rest; rest++)
		if (*rest == '@')
			fputs(book->group->name, book->out);
		else
			fputc(*rest, book->out);
	fputc('\n', book->out);
}

void runbook_block(const struct runbook *book, const char *verb, const char *rest)
{
	runbook_block_begin(book);
	runbook_command(book, verb, rest);
	runbook_block_end(book);
}
