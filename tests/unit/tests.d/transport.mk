# The transport: agent/service. TRANSPORT is all that stands below fetch.h and service.h.
PICOHTTP := build/sysroot/src/picohttpparser.c
$(PICOHTTP): build/sysroot.ready ;
TRANSPORT := $(addprefix service/,wait.c connect.c clock.c cert.c trust.c tls_text.c x509.c suites.c tls.c http.c \
	http_head.c retry.c connection.c anchors.c exchange.c text.c service.c fetch.c sink.c) base/url.c base/random.c base/arena.c base/file.c base/io.c base/err.c base/log.c $(PICOHTTP)
TRANSPORT_LIBS := -lbearssl -lnettle -ljansson

# Faults are injected by a server (tests/transport), against this program.
build/transport/driver: $(call san_objects,tests/transport/driver.c $(TRANSPORT))
	$(call say,UNIT,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(TRANSPORT_LIBS)
unit-programs: build/transport/driver

TEST_wait = service/wait.c base/err.c
CFLAGS_wait = -Wl,--wrap=ppoll
TEST_url = base/url.c base/err.c
TEST_cert = service/cert.c tests/unit/der_writer.c
TEST_http = service/http.c service/http_head.c base/err.c $(PICOHTTP)
CFLAGS_http = -isystem build/sysroot/src
TEST_spool = service/spool.c service/event.c service/text.c base/err.c
LIBS_spool = -ljansson
CFLAGS_spool = -Wl,--wrap=fsync
TEST_report = service/report.c service/reporter.c service/spool.c service/event.c service/text.c service/retry.c \
	service/wait.c base/random.c base/io.c base/err.c base/log.c
LIBS_report = -ljansson
TEST_fetch = service/fetch.c service/sink.c service/retry.c service/wait.c base/random.c base/io.c base/err.c base/log.c tests/unit/fake_exchange.c
LIBS_fetch = -lnettle
CFLAGS_fetch = -isystem build/sysroot/src
TEST_service = service/service.c service/anchors.c service/fetch.c service/sink.c service/retry.c service/wait.c base/url.c service/trust.c \
	service/tls_text.c service/x509.c service/cert.c service/clock.c service/text.c base/random.c base/arena.c base/file.c base/io.c base/err.c base/log.c \
	tests/unit/fake_exchange.c
LIBS_service = $(TRANSPORT_LIBS)
CFLAGS_service = -isystem build/sysroot/src
# NFS: a folder stands in for a mounted one.
TEST_nfs_url = base/nfs_url.c base/url.c base/err.c
TEST_nfs_fetch = nfs/nfs_fetch.c nfs/nfs_reader.c base/nfs_url.c nfs/nfs_error.c service/sink.c service/retry.c service/wait.c \
	base/url.c base/child_stage.c base/random.c base/io.c base/err.c base/log.c tests/unit/scratch.c
LIBS_nfs_fetch = -lnettle
CFLAGS_nfs_fetch = -Wl,--wrap=pread
TEST_contact = steps/contact.c steps/fetch.c steps/refuse.c steps/disk_errors.c service/clock.c service/retry.c service/wait.c base/random.c base/log.c \
	$(JOB_SOURCES)
LIBS_contact = -ljansson
