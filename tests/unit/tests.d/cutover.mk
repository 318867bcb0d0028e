# The cutover of an installed system; cutover_scene.c stands for the service, the system's programs and its database,
# which is in tests/database.
CUTOVER_SOURCES = $(patsubst agent/%,%,$(filter-out %/database.c,$(wildcard agent/cutover/*.c))) installed/first_boot_config.c installed/installed_report.c installed/quarantine_lock.c \
	base/child.c base/child_stage.c base/tail.c base/log.c base/random.c tests/unit/cutover_scene.c tests/unit/cutover_layouts.c \
	$(OS_TREE) $(OS_DIALECTS) os/puppet_files.c os/service_record.c os/services.c $(JOB_SOURCES)

TEST_cutover = $(CUTOVER_SOURCES)
LIBS_cutover = -ljansson

TEST_cutover_trouble = $(CUTOVER_SOURCES)
LIBS_cutover_trouble = -ljansson

TEST_cutover_report = $(CUTOVER_SOURCES)
LIBS_cutover_report = -ljansson

TEST_cutover_puppet = $(CUTOVER_SOURCES)
LIBS_cutover_puppet = -ljansson
