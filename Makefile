# newroot: `make help` lists what can be made.
VERSION := 0.1
# Validity of certificates is never judged by a clock earlier than this; fixed by the commit, so
# that building twice gives the same bytes.
BUILD_TIME := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),1700000000)

MAKEFLAGS += --no-builtin-rules -j$(shell nproc)

V ?= 0
say = @$(if $(filter 0,$(V)),printf '  %-8s %s\n' $(1) $(2);)
Q := $(if $(filter 0,$(V)),@,)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
DEFS := -std=gnu17 -D_GNU_SOURCE -Iagent -DNEWROOT_VERSION='"$(VERSION)"' -DNEWROOT_BUILD_TIME=$(BUILD_TIME)
CFLAGS := -O2 -g

help:
	@sed -n 's/^## //p' $(filter-out %.d,$(MAKEFILE_LIST))

## make            everything that is shipped: newroot, newroot-server, vmlinuz, initrd.img, sbom.json
all: build/newroot build/newroot-server build/vmlinuz build/initrd.img build/sbom.json

# --- the agent: static, musl
AGENT_SRCS := $(sort $(wildcard agent/*.c agent/*/*.c))
AGENT_OBJS := $(AGENT_SRCS:agent/%.c=build/agent/%.o)
AGENT_CFLAGS := -Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables -ffile-prefix-map=$(CURDIR)/=
MUSL_CC := build/sysroot/bin/musl-cc

build/newroot: $(AGENT_OBJS) deps/agent-libs
	$(call say,LINK,$@)
	$(Q)$(MUSL_CC) -static -Wl,--gc-sections -Wl,--build-id=none -s -o $@ $(AGENT_OBJS) $$(cat deps/agent-libs)

# The assembler reads the scripts that these carry.
$(foreach f,quarantine init_openrc init_sysv,build/agent/os/$(f).o build/san/agent/os/$(f).o): $(wildcard agent/os/scripts/*)
build/agent/%.o: agent/%.c build/sysroot.ready
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(DEFS) $(WARN) $(AGENT_CFLAGS) -MMD -MP -c -o $@ $<

# What knows the time of the build follows it.
build/agent/service/clock.o build/san/agent/service/clock.o build/unit/service_test: build/build-time
build/build-time: FORCE
	@mkdir -p build
	@echo $(BUILD_TIME) | cmp -s - $@ || echo $(BUILD_TIME) > $@
FORCE:

# --- what it stands on: Debian packages of the build machine, then third-party libraries for musl
build/packages.ready: deps/install-packages
	$(call say,PACKAGES,"what the build machine lacks")
	@mkdir -p build
	$(Q)deps/install-packages
	@touch $@

# Everything is fetched before the first compile: what cannot be had is told at once. Where the environment says what may be
# taken, each run asks again.
build/inputs: build/packages.ready deps/lock deps/fetch $(wildcard deps/lib/* deps/*/recipe) $(if $(NEWROOT_LOCKED)$(NEWROOT_SOURCES),FORCE)
	$(call say,FETCH,"what deps/lock names")
	$(Q)deps/fetch

build/sysroot.ready: build/inputs $(wildcard deps/build deps/compile deps/*/*)
	$(call say,DEPS,build/sysroot)
	$(Q)deps/build all
	@touch $@

build/sbom.json: build/sysroot.ready
	$(call say,SBOM,$@)
	$(Q)deps/sbom

build/vmlinuz: $(wildcard kernel-config/*) build/inputs
	$(call say,KERNEL,$@)
	$(Q)kernel-config/build

build/initrd.img: $(wildcard initrd/*) build/newroot build/sysroot.ready
	$(call say,INITRD,$@)
	$(Q)initrd/build

# --- the service
include server-stub/server.mk
$(SERVER_OBJS): | build/packages.ready

# --- seeing it work
## make demo       move a group of three VMs in QEMU: migration document, blank VMs, running systems; with its page
demo: all
	$(Q)/usr/bin/python3 -B tests/qemu/demo.py

# --- tests
include tests/tests.mk

## make clean      remove what was built here (the cache of third-party packages stays)
clean:
	rm -rf build

.DEFAULT_GOAL := all
.PHONY: help all demo clean FORCE
-include $(AGENT_OBJS:.o=.d)
