# What other machines' servers and programs say of databases. Libraries of dump_head are those of the unit test.
FUZZ_dump_head = $(TEST_dump_head)
FUZZ_database_row = database/row.c
FUZZ_dump_filter = $(TEST_dump_filter)
