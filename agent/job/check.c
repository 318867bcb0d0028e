#include "job/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "job/quote.h"

static void refuse_repeated(struct reader *r, const char *what, const struct unique *first,
			    const struct unique *again)
{
	json_t *text = json_string(again->text);

	reader_refuse(r, ERR_JOB_DUPLICATE, again->path,
		      "%s is refused: %s has it already; every %s may occur once",
		      text ? quote(r->arena, text) : "the value", first->path, what);
	json_decref(text);
}

/* Equal texts beside each other, in the order that they came in. */
static int by_text(const void *a, const void *b)
{
	const struct unique *const *one = a, *const *other = b;
	const int order = strcmp((*one)->text, (*other)->text);

	return order ? order : (*one > *other) - (*one < *other);
}

static size_t sort_texts(const struct unique **sorted, const struct unique *item, size_t count)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (item[i].text)
			sorted[used++] = &item[i];
	qsort(sorted, used, sizeof(*sorted), by_text);
	return used;
}

void check_unique(struct reader *r, const char *what, const struct unique *item, size_t count)
{
	/* The second: of each item, the first one that has its text; NULL: it is that itself. */
	const struct unique **sorted = arena_array(r->arena, count + 1, sizeof(*sorted));
	const struct unique **first = arena_array(r->arena, count + 1, sizeof(*first));
	const size_t used = sort_texts(sorted, item, count);

	for (size_t i = 1; i < used; i++) {
		const struct unique *before = sorted[i - 1];

		if (!strcmp(before->text, sorted[i]->text))
			first[sorted[i] - item] =
				first[before - item] ? first[before - item] : before;
	}
	for (size_t i = 0; i < count; i++)
		if (first[i])
			refuse_repeated(r, what, first[i], &item[i]);
}

void check_job(struct reader *r, const struct value *v, void *to)
{
	struct job *job = to;

	check_volumes(r, job);
	check_archives(r, job);
	check_files(r, job);
	check_nfs(r, job);
	check_migrating(r, v, job);
	check_job_databases(r, job);
	check_job_sync(r, job);
	check_after(r, job);
}
