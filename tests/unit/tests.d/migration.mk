# The migration document: what it says, what it becomes, and what it waits for.
MIGRATION_INCLUDE := -Iserver-stub
MIGRATION_SOURCES := $(filter-out %/archives_there.c %/import.c %/import_plan.c %/import_apply.c %/import_holds.c %/import_print.c,$(wildcard server-stub/migration/*.c)) \
	$(addprefix server-stub/archives/,archive_open.c archive_url.c) server-stub/site/settings.c server-stub/util/file.c server-stub/util/owner.c server-stub/vm/names.c \
	$(sort $(patsubst agent/%,%,$(wildcard agent/job/*.c))) base/arena.c base/err.c base/file.c base/io.c base/nfs_url.c base/url.c \
	facts/judge.c facts/marks.c facts/facts_json.c facts/network_choice.c facts/network_managers.c $(ARCHIVE_DECODERS)

TEST_migration_archives = server-stub/migration/archives_there.c $(addprefix server-stub/archives/,archive_open.c archive_url.c) agent/base/err.c \
	tests/unit/scratch.c
CFLAGS_migration_archives = $(MIGRATION_INCLUDE)
LIBS_migration_archives = -ljansson

TEST_migration_documents = $(MIGRATION_SOURCES)
CFLAGS_migration_documents = $(MIGRATION_INCLUDE)
LIBS_migration_documents = -ljansson $(ARCHIVE_LIBS)

TEST_migration_assign = $(MIGRATION_SOURCES)
CFLAGS_migration_assign = $(MIGRATION_INCLUDE)
LIBS_migration_assign = -ljansson $(ARCHIVE_LIBS)

TEST_migration_difference = server-stub/migration/difference.c job/quote.c base/arena.c base/err.c
CFLAGS_migration_difference = $(MIGRATION_INCLUDE)
LIBS_migration_difference = -ljansson
