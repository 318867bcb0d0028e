#include "archives/hash.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/file.h"
#include "util/limits.h"
#include "util/text.h"

int hash_begin(gnutls_hash_hd_t *hash, const char *name, struct err *err)
{
	if (gnutls_hash_init(hash, GNUTLS_DIG_SHA256) < 0)
		return err_set(err, ERR_INTERNAL, name, "can't begin to hash");
	return 0;
}

int hash_add(gnutls_hash_hd_t hash, const char *name, const void *data, size_t size,
	     struct err *err)
{
	if (gnutls_hash(hash, data, size) < 0)
		return err_set(err, ERR_INTERNAL, name, "can't hash");
	return 0;
}

void hash_end(gnutls_hash_hd_t hash, char sha256[65])
{
	unsigned char digest[32];

	gnutls_hash_deinit(hash, digest);
	text_hex(sha256, digest, sizeof(digest));
}

/* One block through: 1, the end: 0, -1 after an error. */
static int pass_block(int from, int to, const char *name, gnutls_hash_hd_t hash, char *block,
		      struct err *err)
{
	ssize_t n;

	do
		n = read(from, block, HASH_BLOCK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, ERR_IO, name, "can't read");
	if (n == 0)
		return 0;
	if (hash_add(hash, name, block, (size_t)n, err) < 0)
		return -1;
	if (to >= 0 && file_write_all(to, name, block, (size_t)n, err) < 0)
		return -1;
	return 1;
}

int hash_stream(int from, int to, const char *name, char sha256[65], struct err *err)
{
	gnutls_hash_hd_t hash;
	char *block, sum[65];
	int ret;

	if (hash_begin(&hash, name, err) < 0)
		return -1;
	block = malloc(HASH_BLOCK);
	if (block)
		while ((ret = pass_block(from, to, name, hash, block, err)) > 0)
			;
	else
		ret = err_set(err, ERR_MEMORY, name, "no memory to hash");
	hash_end(hash, sum);
	free(block);
	/* Whoever was cut off by his reader shares `sha256` with somebody who would take a part's sum for the whole's. */
	if (ret == 0)
		memcpy(sha256, sum, sizeof(sum));
	return ret;
}
