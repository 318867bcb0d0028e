#include "archive/decoder.h"

#include <bzlib.h>

#include "base/limits.h"

static int explain(int code, struct err *err)
{
	if (code == BZ_MEM_ERROR)
		return err_set(err, ERR_MEMORY, NULL, "no memory for the bzip2 decoder");
	return decoder_damaged(
		"bzip2", code == BZ_DATA_ERROR ? "a checksum is wrong" : "it is no bzip2", err);
}

static int decode_member(bz_stream *bz, struct stream *stream, struct err *err)
{
	int code;

	do {
		if (stream_fill(stream, 1, err))
			return -1;
		bz->next_in = (char *)stream->next;
		bz->avail_in = (unsigned)stream->left;
		bz->next_out = (char *)stream->out;
		bz->avail_out = STREAM_BUFFER;
		code = BZ2_bzDecompress(bz);
		stream->next = (const uint8_t *)bz->next_in;
		stream->left = bz->avail_in;
		if (code != BZ_OK && code != BZ_STREAM_END)
			return explain(code, err);
		if (stream_flush(stream, STREAM_BUFFER - bz->avail_out, err))
			return -1;
		if (code == BZ_OK && bz->avail_out == STREAM_BUFFER && stream->left == 0 &&
		    stream->ended)
			return decoder_truncated("bzip2", err);
	} while (code != BZ_STREAM_END);
	return 0;
}

static int run(struct stream *stream, const struct decompress_limits *limits, struct err *err)
{
	int ret;

	(void)limits; /* never more than 4 MiB */
	do {
		bz_stream bz = {0};
		int code = BZ2_bzDecompressInit(&bz, 0, 0);

		if (code != BZ_OK)
			return explain(code, err);
		ret = decode_member(&bz, stream, err);
		BZ2_bzDecompressEnd(&bz);
	} while (ret == 0 && !decoder_at_end(&decoder_bzip2, stream, &ret, err));
	return ret;
}

const struct decoder decoder_bzip2 = {"bzip2", {'B', 'Z', 'h'}, 3, run, NULL};
