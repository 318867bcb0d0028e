# What stands beside serve on the command line: watch, hosts, forward, runbook.
TEST_server_terminal_text = server-stub/util/terminal_text.c
CFLAGS_server_terminal_text = $(SERVER_INCLUDE)
