/*
 * Whether what a job is made of is there yet. Looked at are the service's own archives only: each
 * "url" anywhere in the job that begins with `url` and /v1/archives/. Other origins are the agent's
 * to ask.
 */
#ifndef SERVER_MIGRATION_ARCHIVES_THERE_H
#define SERVER_MIGRATION_ARCHIVES_THERE_H

#include "base/err.h"
#include <jansson.h>

#include "site/data.h"
#include "util/limits.h"

/*
 * 1: all are there; 0: one isn't, and `missing` gets its path below archives/ ("web1/root.tar.gz"). -1: ERR_JOB_SYNTAX
 * when the job isn't JSON, ERR_IO when the disk fails. `url` is the settings' one.
 */
int migration_archives_there(const char *job, const struct data *data, const char *url,
			     char missing[ARCHIVE_PATH_MAX + 1], struct err *err);

/* The same of a job that is parsed already. */
int migration_archives_there_json(const json_t *job, const struct data *data, const char *url,
				  char missing[ARCHIVE_PATH_MAX + 1], struct err *err);

/* What a VM waits for, in words: "archive web1/root.tar.gz is not there yet". A path may be of any bytes; the text is printable. */
void migration_missing_text(char text[VM_WAITING_MAX + 1], const char *path);

#endif
