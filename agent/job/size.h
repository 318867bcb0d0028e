/* Sizes and times as people write them: a number and a unit. */
#ifndef NEWROOT_JOB_SIZE_H
#define NEWROOT_JOB_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "job/job.h"

/* "8GiB", "1.5 GiB", "100MB" (decimal), below 8 EiB, rounded down to whole bytes. */
bool size_parse_bytes(const char *text, uint64_t *bytes);
/* The same, or "5%", "12.25%" (at most 100), or "rest". */
bool size_parse(const char *text, struct job_size *size);
/* "30s", "2min". */
bool size_parse_seconds(const char *text, uint32_t *seconds);

#endif
