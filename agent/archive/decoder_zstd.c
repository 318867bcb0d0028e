#include "archive/decoder.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "base/limits.h"

#define WINDOW_LOG_MIN 20 /* 1 MiB: below every default of zstd */
#define WINDOW_LOG_MAX 31 /* zstd --ultra --long=31 */

static int window_log(uint64_t memory)
{
	int log = WINDOW_LOG_MIN;

	while (log < WINDOW_LOG_MAX && (uint64_t)2 << log <= memory)
		log++;
	return log;
}

static int decode(ZSTD_DCtx *zstd, struct stream *stream, uint64_t limit, struct err *err)
{
	size_t code = 0;

	for (;;) {
		ZSTD_inBuffer in;
		ZSTD_outBuffer out = {stream->out, STREAM_BUFFER, 0};

		if (stream_fill(stream, 1, err))
			return -1;
		/* 0: the last frame is complete and flushed. */
		if (stream->left == 0 && code == 0)
			return 0;
		in = (ZSTD_inBuffer){stream->next, stream->left, 0};
		code = ZSTD_decompressStream(zstd, &out, &in);
		if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge)
			return decoder_memory("zstd", 0, limit, err);
		if (ZSTD_isError(code))
			return decoder_damaged("zstd", ZSTD_getErrorName(code), err);
		if (stream->left == 0 && out.pos == 0)
			return decoder_truncated("zstd", err);
		stream->next += in.pos;
		stream->left -= in.pos;
		if (stream_flush(stream, out.pos, err))
			return -1;
	}
}

static int run(struct stream *stream, const struct decompress_limits *limits, struct err *err)
{
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	int ret;

	if (!zstd || ZSTD_isError(ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax,
							 window_log(limits->memory)))) {
		ZSTD_freeDCtx(zstd);
		return err_set(err, ERR_MEMORY, NULL, "no memory for the zstd decoder");
	}
	ret = decode(zstd, stream, limits->memory, err);
	ZSTD_freeDCtx(zstd);
	return ret;
}

const struct decoder decoder_zstd = {"zstd", {0x28, 0xb5, 0x2f, 0xfd}, 4, run};
