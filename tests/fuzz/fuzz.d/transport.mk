# Everything that the transport reads from outside.
FUZZ_url = base/url.c base/nfs_url.c base/err.c
FUZZ_http = service/http.c service/http_head.c base/err.c build/sysroot/src/picohttpparser.c
CFLAGS_http = -isystem build/sysroot/src
FUZZ_cert = service/cert.c
FUZZ_trust = service/trust.c service/tls_text.c base/io.c base/err.c
LIBS_trust = -lbearssl
