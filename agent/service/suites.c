#include "service/suites.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define RECORD 16384
#define ROUNDS 3 /* the best counts: others may have been interrupted */

#define AES_SUITES                                                                                 \
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,      \
		BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,                                        \
		BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
#define CHACHA_SUITES                                                                              \
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,                                          \
		BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256

static const uint16_t aes_first[] = {AES_SUITES, CHACHA_SUITES};
static const uint16_t chacha_first[] = {CHACHA_SUITES, AES_SUITES};

/* Keys don't matter for the speed. */
static const uint8_t key[32], iv[12];
static uint8_t record[RECORD];

static void run_gcm(void)
{
	br_aes_x86ni_ctr_keys keys;
	uint8_t h[16] = {1}, y[16] = {0};

	br_aes_x86ni_ctr_init(&keys, key, 16);
	br_aes_x86ni_ctr_run(&keys, iv, 1, record, RECORD);
	br_ghash_pclmul_get()(y, h, record, RECORD);
}

static void run_chapol(br_chacha20_run chacha)
{
	uint8_t tag[16];

	br_poly1305_ctmul_run(key, iv, record, RECORD, NULL, 0, tag, chacha, 1);
}

static void run_chacha_sse2(void)
{
	run_chapol(br_chacha20_sse2_get());
}

static void run_chacha_plain(void)
{
	run_chapol(br_chacha20_ct_run);
}

/* Nanoseconds of processor time for one record. */
static uint64_t cost(bool available, void (*run)(void))
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; available && i < ROUNDS; i++) {
		struct timespec from, to;
		uint64_t ns;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		run();
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		ns = (uint64_t)(to.tv_sec - from.tv_sec) * 1000000000 +
		     (uint64_t)(to.tv_nsec - from.tv_nsec);
		best = ns < best ? ns : best;
	}
	return best;
}

void suites_set(br_ssl_engine_context *engine)
{
	static struct {
		uint64_t gcm, sse2, plain;
	} costs;
	const size_t count = sizeof(aes_first) / sizeof(*aes_first);
	bool aes;

	if (!costs.plain) {
		costs.gcm = cost(br_aes_x86ni_ctr_get_vtable() && br_ghash_pclmul_get(), run_gcm);
		costs.sse2 = cost(br_chacha20_sse2_get(), run_chacha_sse2);
		costs.plain = cost(true, run_chacha_plain);
	}
	aes = costs.gcm < costs.sse2 && costs.gcm < costs.plain;
	br_ssl_engine_set_suites(engine, aes ? aes_first : chacha_first, count);
	br_ssl_engine_set_default_aes_gcm(engine);
	br_ssl_engine_set_default_chapol(engine);
	br_ssl_engine_set_chacha20(engine, costs.sse2 < costs.plain ? br_chacha20_sse2_get()
								    : br_chacha20_ct_run);
}
