# The lives of an installed system as on an old kernel: real programs, linked with musl as the agent is, under a tracer.
build/old/kernel: tests/old_systems/old_kernel.c tests/old_systems/old_calls.inc | build/packages.ready
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(DEFS) $(WARN) -O2 -o $@ $<

OLD_OBJS := $(filter-out build/agent/main.o,$(AGENT_OBJS))
OLD_DRIVERS := build/old/database/driver build/old/database/life build/old/transport/driver
$(OLD_DRIVERS): build/old/%: tests/%.c $(OLD_OBJS) deps/agent-libs
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(DEFS) $(WARN) $(AGENT_CFLAGS) -static -Wl,--gc-sections -s -o $@ $< $(OLD_OBJS) $$(cat deps/agent-libs)

build/old/probe: tests/old_systems/probe.c build/sysroot.ready
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(DEFS) $(WARN) $(AGENT_CFLAGS) -static -o $@ $<

unit-programs: build/old/kernel build/old/probe $(OLD_DRIVERS)
