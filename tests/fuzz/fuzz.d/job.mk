FUZZ_job = $(patsubst agent/%,%,$(wildcard agent/job/*.c)) base/io.c base/err.c base/arena.c base/url.c base/nfs_url.c
LIBS_job = -ljansson
