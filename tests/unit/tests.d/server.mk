# The service: what stands below its HTTP part. Requests are tested whole, in tests/server.
SERVER_VM := $(addprefix server-stub/vm/,event.c state.c names.c reach.c secrets_in.c principal.c token.c vm.c) server-stub/util/text.c server-stub/util/monotonic.c agent/base/err.c
SERVER_STORE := $(wildcard server-stub/store/*.c) server-stub/util/log.c $(addprefix server-stub/course/,follow.c intake.c course.c action.c lease.c handout.c may_read.c) server-stub/archives/archive_url.c \
	$(addprefix server-stub/cutover/,group.c migrating.c order.c public.c) server-stub/vm/finals.c server-stub/util/terminal_text.c server-stub/util/printable.c $(SERVER_VM)
SERVER_INCLUDE := -Iserver-stub
SERVER_STORE_LIBS := -lsqlite3 -ljansson -lgnutls -lpthread

TEST_server_state = server-stub/vm/state.c
CFLAGS_server_state = $(SERVER_INCLUDE)

TEST_server_range = server-stub/http/range.c
CFLAGS_server_range = $(SERVER_INCLUDE)

TEST_server_pattern = server-stub/http/pattern.c
CFLAGS_server_pattern = $(SERVER_INCLUDE)

TEST_server_connections = server-stub/http/connections.c server-stub/vm/names.c server-stub/util/text.c agent/base/err.c
CFLAGS_server_connections = $(SERVER_INCLUDE)
LIBS_server_connections = -lpthread

TEST_server_query = $(addprefix server-stub/http/,query.c unescape.c)
CFLAGS_server_query = $(SERVER_INCLUDE)

TEST_server_body = server-stub/http/body.c agent/base/err.c
CFLAGS_server_body = $(SERVER_INCLUDE)
LIBS_server_body = -ljansson

TEST_server_events = $(SERVER_VM)
CFLAGS_server_events = $(SERVER_INCLUDE)
LIBS_server_events = -ljansson -lgnutls

TEST_server_identity = server-stub/vm/identity.c $(SERVER_VM)
CFLAGS_server_identity = $(SERVER_INCLUDE)
LIBS_server_identity = -ljansson -lgnutls

TEST_server_store = $(SERVER_STORE)
CFLAGS_server_store = $(SERVER_INCLUDE)
LIBS_server_store = $(SERVER_STORE_LIBS)

TEST_server_store_caps = $(SERVER_STORE)
CFLAGS_server_store_caps = $(SERVER_INCLUDE)
LIBS_server_store_caps = $(SERVER_STORE_LIBS)

TEST_server_intake = $(SERVER_STORE)
CFLAGS_server_intake = $(SERVER_INCLUDE)
LIBS_server_intake = $(SERVER_STORE_LIBS)

TEST_server_course = $(SERVER_STORE)
CFLAGS_server_course = $(SERVER_INCLUDE)
LIBS_server_course = $(SERVER_STORE_LIBS)

TEST_server_boots = $(SERVER_STORE)
CFLAGS_server_boots = $(SERVER_INCLUDE)
LIBS_server_boots = $(SERVER_STORE_LIBS)

TEST_server_lease = $(SERVER_STORE)
CFLAGS_server_lease = $(SERVER_INCLUDE)
LIBS_server_lease = $(SERVER_STORE_LIBS)

TEST_server_error_hold = $(SERVER_STORE)
CFLAGS_server_error_hold = $(SERVER_INCLUDE)
LIBS_server_error_hold = $(SERVER_STORE_LIBS)

TEST_server_cutover_order = $(SERVER_STORE)
CFLAGS_server_cutover_order = $(SERVER_INCLUDE)
LIBS_server_cutover_order = $(SERVER_STORE_LIBS)

TEST_server_writer = $(SERVER_STORE)
CFLAGS_server_writer = $(SERVER_INCLUDE)
LIBS_server_writer = $(SERVER_STORE_LIBS)

TEST_server_archives = $(wildcard server-stub/archives/*.c) facts/facts_json.c facts/marks.c facts/network_managers.c server-stub/util/file.c server-stub/util/owner.c agent/base/io.c $(SERVER_STORE)
CFLAGS_server_archives = $(SERVER_INCLUDE)
LIBS_server_archives = $(SERVER_STORE_LIBS)

TEST_server_site = $(addprefix server-stub/site/,data.c settings.c site_image.c) server-stub/util/file.c server-stub/util/owner.c \
	agent/base/io.c agent/archive/cpio.c $(SERVER_VM)
CFLAGS_server_site = $(SERVER_INCLUDE)
LIBS_server_site = -ljansson -lgnutls -lz

TEST_server_options = server-stub/cmd/command.c agent/base/err.c
CFLAGS_server_options = $(SERVER_INCLUDE)

unit-programs: build/server-san/newroot-server
