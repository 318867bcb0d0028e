# The migration document: what it says, what it becomes, and what it waits for.
TEST_migration_archives = server-stub/migration/archives_there.c server-stub/archives/archive_open.c agent/base/err.c \
	tests/unit/scratch.c
CFLAGS_migration_archives = -Iserver-stub
LIBS_migration_archives = -ljansson
