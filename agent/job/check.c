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

void check_unique(struct reader *r, const char *what, const struct unique *item, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		size_t first = 0;

		while (item[i].text && first < i &&
		       (!item[first].text || strcmp(item[first].text, item[i].text)))
			first++;
		if (item[i].text && first < i)
			refuse_repeated(r, what, &item[first], &item[i]);
	}
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
