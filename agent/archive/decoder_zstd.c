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

static uint64_t little_endian(const uint8_t *bytes, size_t count)
{
	uint64_t value = 0;

	while (count-- > 0)
		value = value << 8 | bytes[count];
	return value;
}

/* A frame of one segment is its own window (RFC 8878 3.1.1.1.4); `at` is where its content size stands. */
static uint64_t segment_size(const uint8_t *head, size_t at, size_t size)
{
	static const size_t widths[] = {1, 2, 4, 8};
	const unsigned flag = head[4] >> 6;

	if (at + widths[flag] > size)
		return 0;
	return little_endian(head + at, widths[flag]) + (flag == 1 ? 256 : 0);
}

/* The window of the first frame: RFC 8878 3.1.1.1.1 and 3.1.1.1.2. */
static uint64_t window(const uint8_t *head, size_t size)
{
	static const size_t id_widths[] = {0, 1, 2, 4};
	uint64_t base;

	if (size < 6)
		return 0;
	if (head[4] & 0x20)
		return segment_size(head, 5 + id_widths[head[4] & 3], size);
	base = (uint64_t)1 << (10 + (head[5] >> 3));
	return base + base / 8 * (head[5] & 7);
}

const struct decoder decoder_zstd = {"zstd", {0x28, 0xb5, 0x2f, 0xfd}, 4, run, window};
