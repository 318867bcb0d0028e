# Unit tests run under ASan and UBSan on the build machine, against Debian's own libraries.
# A file in unit/tests.d says `TEST_name = sources` and `LIBS_name = -l…`.
# Sources are named below agent/, or from the top when they lie elsewhere.
source_path = $(foreach s,$(1),$(if $(wildcard $(s)),$(s),$(if $(filter build/%,$(s)),$(s),agent/$(s))))
san_objects = $(patsubst %.c,build/san/%.o,$(call source_path,$(1)))
include $(sort $(wildcard tests/unit/tests.d/*.mk))
include $(sort $(wildcard tests/fuzz/fuzz.d/*.mk))

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_NAMES := $(sort $(patsubst TEST_%,%,$(filter TEST_%,$(.VARIABLES))))
FUZZ_NAMES := $(sort $(patsubst FUZZ_%,%,$(filter FUZZ_%,$(.VARIABLES))))
UNIT_BINS := $(UNIT_NAMES:%=build/unit/%_test)
FUZZ_BINS := $(FUZZ_NAMES:%=build/fuzz/%_fuzz)
AGENT_HEADERS := $(wildcard agent/*.h agent/*/*.h agent/*/*.def server-stub/*.h server-stub/*/*.h)

# Each source is compiled once, whichever programs link it.
build/san/%.o: %.c | build/sysroot.ready
	$(call say,SAN,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(DEFS) -I. $(if $(filter server-stub/%,$<),-Iserver-stub) -isystem build/sysroot/src $(WARN) -g -O1 $(SANITIZE) -MMD -MP -c -o $@ $<

# What stands below everything need not be named: what a test has of its own wins over it.
build/san/base.a: $(patsubst %,build/san/agent/base/%.o,arena err file io nfs_url options url)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

define unit_program
build/unit/$(1)_test: tests/unit/$(1)_test.c $(call san_objects,$(TEST_$(1))) build/san/base.a | build/sysroot.ready
	$$(call say,UNIT,$$@)
	@mkdir -p build/unit
	$$(Q)$$(CC) $$(DEFS) -I. $$(WARN) -g -O1 $$(SANITIZE) $$(CFLAGS_$(1)) -MMD -MP -MF $$@.d -o $$@ $$(filter %.c %.o,$$^) build/san/base.a -lcmocka $$(LIBS_$(1))
endef
define fuzz_program
build/fuzz/$(1)_fuzz: tests/fuzz/$(1)_fuzz.c $(call source_path,$(FUZZ_$(1))) $$(AGENT_HEADERS) | build/sysroot.ready
	$$(call say,FUZZ,$$@)
	@mkdir -p build/fuzz
	$$(Q)clang $$(DEFS) -I. $$(WARN) -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $$(CFLAGS_$(1)) -o $$@ $$(filter %.c,$$^) $$(LIBS_$(1))
endef
$(foreach t,$(UNIT_NAMES),$(eval $(call unit_program,$(t))))
$(foreach t,$(FUZZ_NAMES),$(eval $(call fuzz_program,$(t))))

-include $(UNIT_BINS:%=%.d) $(shell find build/san -name '*.d' 2>/dev/null)

PYTEST := /usr/bin/python3 -B -m pytest -p no:cacheprovider -c tests/pytest.ini

## make test       everything, as CI does: unit, fuzz (short), service, whole VMs
test: all unit-programs build/load
	$(Q)$(PYTEST) --numprocesses 4 --dist loadfile --ignore tests/soak tests

## make unit       unit tests and short fuzz runs only
unit: unit-programs
	$(Q)$(PYTEST) tests/unit tests/fuzz

## make lint       formatting, clang-tidy, shellcheck and spelling only
lint: build/sysroot.ready
	$(Q)$(PYTEST) --numprocesses 2 --dist loadfile tests/checks

## make qemu T=name  one whole-VM case (or all of them)
qemu: all
	$(Q)$(PYTEST) tests/qemu -s $(if $(T),-k '$(T)')

## make qemu-shell  a laboratory that stays up: the service, a creator, one VM, and a shell
qemu-shell: all
	$(Q)/usr/bin/python3 -B tests/qemu/shell.py

## make fuzz       fuzz every parser for FUZZ_SECONDS (default 600) each
fuzz: $(FUZZ_BINS) build/server-san/newroot-server
	$(Q)FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600) $(PYTEST) tests/fuzz tests/server/test_fuzz_requests.py

## make soak       what takes too long for `make test`: a second build from nothing, boots with many disks, long fuzzing, load
soak: all unit-programs build/load build/server-san/newroot-server
	$(Q)FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600) $(PYTEST) tests/soak tests/fuzz tests/server/test_fuzz_requests.py tests/load

## make bench      sizes, seconds a step, unpacking against wget | tar and curl | bsdtar, least memory; importing 10,000 VMs
bench: all
	$(Q)/usr/bin/python3 -B tests/qemu/bench.py
	$(Q)/usr/bin/python3 -B tests/load/imports.py

## make load       figures of the service while 100, 1,000 and 5,000 VMs report at once
load: all build/load
	$(Q)/usr/bin/python3 -B tests/load/run.py

# For a service whose clocks are moved: tests/server/clocks.py.
build/shifted_clock.so: tests/server/shifted_clock.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(DEFS) $(WARN) -O1 -fPIC -shared -o $@ $<

unit-programs: $(UNIT_BINS) $(FUZZ_BINS) build/shifted_clock.so

include tests/load/load.mk
include tests/old_systems/old_systems.mk

.PHONY: test unit lint qemu qemu-shell fuzz soak bench load unit-programs
