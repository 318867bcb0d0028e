#include "archive/decoder.h"

#include <lzma.h>

#include "base/limits.h"

static int explain(lzma_ret code, lzma_stream *xz, uint64_t limit, struct err *err)
{
	switch (code) {
	case LZMA_MEM_ERROR:
		return err_set(err, ERR_MEMORY, NULL, "no memory for the xz decoder");
	case LZMA_MEMLIMIT_ERROR:
		return decoder_memory("xz", lzma_memusage(xz), limit, err);
	case LZMA_FORMAT_ERROR:
		return decoder_damaged("xz", "something else follows its end", err);
	case LZMA_OPTIONS_ERROR:
		return decoder_damaged("xz", "it uses unknown options", err);
	case LZMA_BUF_ERROR:
		return decoder_truncated("xz", err);
	default:
		return decoder_damaged("xz", "its data or check is wrong", err);
	}
}

static int decode(lzma_stream *xz, struct stream *stream, uint64_t limit, struct err *err)
{
	lzma_ret code;

	do {
		if (stream_fill(stream, 1, err))
			return -1;
		xz->next_in = stream->next;
		xz->avail_in = stream->left;
		xz->next_out = stream->out;
		xz->avail_out = STREAM_BUFFER;
		code = lzma_code(xz, stream->ended && stream->left == 0 ? LZMA_FINISH : LZMA_RUN);
		stream->next = xz->next_in;
		stream->left = xz->avail_in;
		if (stream_flush(stream, STREAM_BUFFER - xz->avail_out, err))
			return -1;
	} while (code == LZMA_OK);
	return code == LZMA_STREAM_END ? 0 : explain(code, xz, limit, err);
}

/* Threads help where the stream has blocks (xz -T); past the soft limit it decodes with one thread. */
static int run(struct stream *stream, const struct decompress_limits *limits, struct err *err)
{
	lzma_stream xz = LZMA_STREAM_INIT;
	const lzma_mt options = {
		.flags = LZMA_CONCATENATED,
		.threads = limits->threads,
		.timeout = 0,
		.memlimit_threading = limits->memory / 2,
		.memlimit_stop = limits->memory,
	};
	lzma_ret code = lzma_stream_decoder_mt(&xz, &options);
	int ret;

	ret = code == LZMA_OK ? decode(&xz, stream, limits->memory, err)
			      : explain(code, &xz, limits->memory, err);
	lzma_end(&xz);
	return ret;
}

/* What one thread takes for the first block, as its header says. */
static uint64_t block_memory(const uint8_t *head, size_t size)
{
	lzma_filter filters[LZMA_FILTERS_MAX + 1] = {{.id = LZMA_VLI_UNKNOWN}};
	lzma_block block = {.filters = filters};
	lzma_stream_flags flags;
	uint64_t memory;

	if (size <= LZMA_STREAM_HEADER_SIZE || lzma_stream_header_decode(&flags, head) != LZMA_OK ||
	    head[LZMA_STREAM_HEADER_SIZE] == 0)
		return 0;
	block.check = flags.check;
	block.header_size = lzma_block_header_size_decode(head[LZMA_STREAM_HEADER_SIZE]);
	if (LZMA_STREAM_HEADER_SIZE + block.header_size > size ||
	    lzma_block_header_decode(&block, NULL, head + LZMA_STREAM_HEADER_SIZE) != LZMA_OK)
		return 0;
	memory = lzma_raw_decoder_memusage(filters);
	lzma_filters_free(filters, NULL);
	return memory == UINT64_MAX ? 0 : memory;
}

const struct decoder decoder_xz = {"xz", {0xfd, '7', 'z', 'X', 'Z', 0}, 6, run, block_memory};
