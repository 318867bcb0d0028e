# The service: what it reads from the network by itself. Flags are those of the unit tests of the same names.
FUZZ_server_events = server-stub/vm/event.c server-stub/vm/state.c agent/base/err.c
FUZZ_server_range = server-stub/http/range.c
