JOB_SOURCES := $(patsubst agent/%,%,$(wildcard agent/job/*.c)) base/io.c base/err.c base/arena.c base/nfs_url.c base/url.c
TEST_job = $(JOB_SOURCES)
LIBS_job = -ljansson
TEST_job_form = $(JOB_SOURCES)
LIBS_job_form = -ljansson
TEST_job_jobs = $(JOB_SOURCES)
LIBS_job_jobs = -ljansson
