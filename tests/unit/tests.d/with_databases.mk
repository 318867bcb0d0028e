# The first boot's databases: what needs no server, and the whole of it against servers that tests/database starts.
TEST_service_start = $(OS_TREE) installed/service_start.c
TEST_pipeline = $(OS_TREE) steps/pipeline.c base/child.c base/child_stage.c base/tail.c base/log.c \
	$(addprefix archive/,input.c stream.c decompress.c decoder_gzip.c decoder_bzip2.c decoder_xz.c decoder_zstd.c xfs_push.c) \
	$(addprefix facts/,marks.c facts_json.c facts_read.c boot_files.c kernel_choice.c kernel_default.c kernel_version.c network_managers.c)
LIBS_pipeline = -larchive -ljansson -lisal -lbz2 -llzma -lzstd
TEST_database = database/server.c database/marks.c base/arena.c base/err.c base/io.c
DATABASE_DRIVER := $(addprefix agent/,$(patsubst %.def,,$(filter-out tests/% build/%,$(TRANSPORT)))) \
	$(addprefix agent/,$(filter-out base/io.c base/err.c base/arena.c,$(JOB_SOURCES))) agent/base/arena.c agent/base/file.c \
	$(addprefix agent/base/,child.c child_stage.c tail.c) \
	$(addprefix agent/service/,report.c reporter.c spool.c event.c) \
	$(addprefix agent/archive/,decompress.c stream.c decoder_gzip.c decoder_xz.c decoder_bzip2.c decoder_zstd.c) \
	$(addprefix agent/target/,first_boot.c first_boot_steps.c clock_check.c turn.c peers.c quarantine_check.c hooks.c) \
	agent/os/text.c agent/sync/server_data.c $(wildcard agent/database/*.c agent/installed/*.c agent/ssh/*.c) $(PICOHTTP)
build/database/driver: $(call san_objects,tests/database/driver.c $(DATABASE_DRIVER))
	$(call say,UNIT,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(TRANSPORT_LIBS) -lisal -lbz2 -llzma -lzstd
unit-programs: build/database/driver
# What comes behind it: the tunnel is kept, and cutover promotes.
DATABASE_LIFE := $(filter-out agent/base/% agent/tests/% agent/os/text.c,$(addprefix agent/,$(OS_TREE) $(OS_DIALECTS) os/puppet_files.c os/service_record.c os/services.c))
build/database/life: $(call san_objects,tests/database/life.c $(wildcard agent/attend/*.c agent/cutover/*.c) $(DATABASE_LIFE) $(DATABASE_DRIVER))
	$(call say,UNIT,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(TRANSPORT_LIBS) -lisal -lbz2 -llzma -lzstd
unit-programs: build/database/life
# The filter of dumps alone, whose statements are compared with those of real clients and servers.
build/database/filter: tests/database/filter.c $(call source_path,$(TEST_dump_filter)) $(wildcard agent/database/*.h)
	$(call say,UNIT,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(DEFS) -I. $(WARN) -O2 -o $@ $(filter %.c,$^)
unit-programs: build/database/filter
