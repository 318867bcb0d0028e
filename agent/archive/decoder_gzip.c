#include "archive/decoder.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include "base/limits.h"

static const char *reason(int code)
{
	switch (code) {
	case ISAL_INVALID_BLOCK:
		return "a block's header is wrong";
	case ISAL_INVALID_SYMBOL:
		return "a symbol is wrong";
	case ISAL_INVALID_LOOKBACK:
		return "a distance is wrong";
	case ISAL_INVALID_WRAPPER:
		return "the header is wrong";
	case ISAL_UNSUPPORTED_METHOD:
		return "its method is not deflate";
	case ISAL_INCORRECT_CHECKSUM:
		return "the checksum is wrong";
	default:
		return "the decoder gave up";
	}
}

static int inflate_member(struct inflate_state *state, struct stream *stream, struct err *err)
{
	isal_inflate_reset(state);
	state->crc_flag = ISAL_GZIP;
	do {
		int code;

		if (stream_fill(stream, 1, err))
			return -1;
		state->next_in = (uint8_t *)stream->next;
		state->avail_in = (uint32_t)stream->left;
		state->next_out = stream->out;
		state->avail_out = STREAM_BUFFER;
		code = isal_inflate(state);
		if (code < 0)
			return decoder_damaged("gzip", reason(code), err);
		stream->next = state->next_in;
		stream->left = state->avail_in;
		if (stream_flush(stream, STREAM_BUFFER - state->avail_out, err))
			return -1;
		if (state->avail_out == STREAM_BUFFER && stream->left == 0 && stream->ended &&
		    state->block_state != ISAL_BLOCK_FINISH)
			return decoder_truncated("gzip", err);
	} while (state->block_state != ISAL_BLOCK_FINISH);
	return 0;
}

static int run(struct stream *stream, const struct decompress_limits *limits, struct err *err)
{
	struct inflate_state *state = malloc(sizeof(*state));
	int ret;

	(void)limits; /* deflate's window is 32 KiB, always */
	if (!state)
		return err_set(err, ERR_MEMORY, NULL, "no memory for the gzip decoder");
	isal_inflate_init(state);
	do
		ret = inflate_member(state, stream, err);
	while (ret == 0 && !decoder_at_end(&decoder_gzip, stream, &ret, err));
	free(state);
	return ret;
}

const struct decoder decoder_gzip = {"gzip", {0x1f, 0x8b}, 2, run, NULL};
