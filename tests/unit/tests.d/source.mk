# The old platform's master: heads of dumps. The whole of it is in tests/database, with real servers and a real sshd.
TEST_dump_head = database/dump_head.c base/child.c base/child_stage.c base/tail.c base/log.c base/io.c base/err.c \
	$(addprefix archive/,stream.c decompress.c decoder_gzip.c decoder_bzip2.c decoder_xz.c decoder_zstd.c)
LIBS_dump_head = -lisal -lbz2 -llzma -lzstd
# The life between first boot and cutover, with a world of its own; with real servers it is in tests/database.
TEST_attend = attend/attend.c installed/installed_report.c base/random.c base/io.c base/arena.c base/err.c base/log.c $(SCRATCH)
# What a replica says of itself.
TEST_config_block = database/config_block.c base/io.c base/err.c $(SCRATCH)
TEST_statements = database/statements.c
TEST_replica = database/replica.c database/statements.c database/row.c base/arena.c base/err.c
# What of a dump reaches its server.
DUMP_FILTER = $(addprefix database/,dump_filter.c sql_lexer.c sql_window.c sql_client.c sql_comments.c sql_quotes.c \
	sql_session.c sql_tables.c sql_rules.c sql_rules_mysql.c sql_names_mysql.c sql_objects_mysql.c sql_program_mysql.c sql_set_mysql.c \
	sql_rules_postgresql.c)
TEST_dump_filter = $(DUMP_FILTER) base/io.c base/err.c
TEST_dump_filter_alike = $(TEST_dump_filter)
TEST_dump_filter_postgresql = $(TEST_dump_filter)
