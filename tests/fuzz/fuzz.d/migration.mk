# The migration document, from its bytes to the jobs.
FUZZ_migration = $(MIGRATION_SOURCES)
CFLAGS_migration = $(MIGRATION_INCLUDE)
LIBS_migration = -ljansson $(ARCHIVE_LIBS)
