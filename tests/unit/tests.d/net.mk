# What VMs boot from the network: boot entries, DHCP, and the thread that keeps them in line.
NET = $(wildcard server-stub/net/*.c) $(addprefix server-stub/site/,data.c settings.c) server-stub/util/file.c server-stub/util/owner.c agent/base/io.c \
	$(SERVER_STORE)

TEST_net_entries = $(NET)
CFLAGS_net_entries = $(SERVER_INCLUDE)
LIBS_net_entries = $(SERVER_STORE_LIBS)

TEST_net_dhcp = $(NET)
CFLAGS_net_dhcp = $(SERVER_INCLUDE)
LIBS_net_dhcp = $(SERVER_STORE_LIBS)

TEST_net_sync = $(NET)
CFLAGS_net_sync = $(SERVER_INCLUDE)
LIBS_net_sync = $(SERVER_STORE_LIBS)

TEST_keeper = $(sort server-stub/util/monotonic.c $(wildcard server-stub/keeper/*.c) facts/facts_json.c facts/marks.c facts/network_managers.c \
	server-stub/migration/archives_there.c $(wildcard server-stub/archives/*.c server-stub/site/*.c) $(addprefix server-stub/http/,anchors.c tls.c) agent/archive/cpio.c $(NET))
CFLAGS_keeper = $(SERVER_INCLUDE)
LIBS_keeper = $(SERVER_STORE_LIBS) -lz
