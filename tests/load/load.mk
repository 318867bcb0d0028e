# The load generator: against the machine's own libraries, as the service.
build/load: $(wildcard tests/load/*.c tests/load/*.h) | build/packages.ready
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(DEFS) $(WARN) -O2 -o $@ $(filter %.c,$^) -lgnutls -ljansson
