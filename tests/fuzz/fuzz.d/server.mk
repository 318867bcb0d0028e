# The service: what it reads from the network by itself. Flags of the first two are those of the unit tests of the same names.
FUZZ_server_events = server-stub/vm/event.c server-stub/vm/state.c agent/base/err.c
FUZZ_server_range = server-stub/http/range.c
FUZZ_server_request = $(addprefix server-stub/http/,pattern.c query.c unescape.c body.c) agent/base/err.c agent/base/url.c
CFLAGS_server_request = -Iserver-stub
LIBS_server_request = -ljansson
