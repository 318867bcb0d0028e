/* Which cipher suites a connection offers, the fastest first. */
#ifndef NEWROOT_SERVICE_SUITES_H
#define NEWROOT_SERVICE_SUITES_H

#include <bearssl.h>

/*
 * Offer AES-GCM and ChaCha20-Poly1305 with ephemeral keys, in the order of their speed here: it is measured
 * once a process, in a millisecond or two. AES instructions tell little: emulated ones are slower than ChaCha20.
 */
void suites_set(br_ssl_engine_context *engine);

#endif
