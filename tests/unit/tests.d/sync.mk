# Catching up: what rsync is told and what it says. The rest of it is tests/sync's, with real programs.
TEST_sync = sync/output.c sync/rsync.c sync/server_data.c installed/my_defaults.c $(SSH_SOURCES) $(JOB_SOURCES)
LIBS_sync = -ljansson
