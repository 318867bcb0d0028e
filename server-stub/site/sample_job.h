/* sample-job.json: a job to start from, with this service's URL in it. */
#ifndef SERVER_SITE_SAMPLE_JOB_H
#define SERVER_SITE_SAMPLE_JOB_H

#include "base/err.h"
#include "site/data.h"
#include "site/settings.h"

int sample_job_write(const struct data *data, const struct settings *settings, struct err *err);

#endif
