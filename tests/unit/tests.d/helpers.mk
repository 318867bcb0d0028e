# What stands beside serve on the command line: watch, hosts, forward, runbook.
TEST_server_terminal_text = server-stub/util/terminal_text.c server-stub/util/printable.c
CFLAGS_server_terminal_text = $(SERVER_INCLUDE)

TEST_server_cutover = $(addprefix server-stub/cutover/,migrating.c order.c public.c) server-stub/vm/names.c $(JOB_SOURCES)
CFLAGS_server_cutover = $(SERVER_INCLUDE)
LIBS_server_cutover = -ljansson

TEST_server_watch = $(addprefix server-stub/watch/,feed.c sheet.c view.c remarks.c steps.c) $(SERVER_STORE)
CFLAGS_server_watch = $(SERVER_INCLUDE)
LIBS_server_watch = $(SERVER_STORE_LIBS)
