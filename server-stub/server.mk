# newroot-server: against the machine's own libraries. Included by the top Makefile.

# The error type, reading and writing, children, the cpio writer, what reads archives and their facts, and the job with its
# reader are the agent's own.
SERVER_SRCS := $(sort $(wildcard server-stub/*.c server-stub/*/*.c)) \
	$(sort $(wildcard agent/job/*.c agent/facts/*.c)) $(addprefix agent/base/,arena.c child.c child_stage.c err.c file.c io.c log.c nfs_url.c options.c tail.c url.c) \
	$(addprefix agent/archive/,cpio.c decoder_bzip2.c decoder_gzip.c decoder_xz.c decoder_zstd.c decompress.c input.c stream.c)
SERVER_OBJS := $(SERVER_SRCS:%.c=build/server/%.o)
SERVER_LIBS := -lmicrohttpd -lgnutls -ljansson -lsqlite3 -larchive -lisal -llzma -lbz2 -lzstd -lz -lpthread
SERVER_HARDEN := -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2

build/newroot-server: $(SERVER_OBJS)
	$(call say,LINK,$@)
	$(Q)$(CC) -pie -Wl,-z,relro,-z,now -o $@ $^ $(SERVER_LIBS)

$(SERVER_OBJS): build/server/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(DEFS) -Iserver-stub $(WARN) $(CFLAGS) $(SERVER_HARDEN) -MMD -MP -c -o $@ $<

# The same under the sanitizers: tests/server runs both.
build/server-san/newroot-server: $(SERVER_SRCS:%.c=build/san/%.o)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(SERVER_LIBS)

# The operator's page is part of the program: the assembler reads its files.
build/server/server-stub/page/page_files.o build/san/server-stub/page/page_files.o: $(wildcard $(addprefix server-stub/page/,*.html *.css *.js *.svg))

-include $(SERVER_OBJS:.o=.d)
