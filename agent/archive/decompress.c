#include "archive/decompress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/decoder.h"
#include "base/limits.h"

static const struct decoder *const decoders[] = {
	&decoder_gzip,
	&decoder_xz,
	&decoder_bzip2,
	&decoder_zstd,
};

/* What people have, and no decoder here reads: said by its name, for libarchive takes it for a damaged tar. */
static const struct foreign {
	const char *name;
	uint8_t magic[6];
	size_t magic_size;
} foreign[] = {
	{"lzma (not xz)", {0x5d, 0, 0}, 3},
	{"lz4", {0x04, 0x22, 0x4d, 0x18}, 4},
	{"lz4 (legacy)", {0x02, 0x21, 0x4c, 0x18}, 4},
	/* RFC 8878 3.1.2: a skippable frame, which pzstd puts before each of its own. */
	{"pzstd", {0x50, 0x2a, 0x4d, 0x18}, 4},
	{"compress (.Z)", {0x1f, 0x9d}, 2},
	{"lzop", {0x89, 'L', 'Z', 'O'}, 4},
	{"lzip", {'L', 'Z', 'I', 'P'}, 4},
	{"zip", {'P', 'K', 3, 4}, 4},
	{"7z", {'7', 'z', 0xbc, 0xaf, 0x27, 0x1c}, 6},
	{"squashfs", {'h', 's', 'q', 's'}, 4},
};

#define RPM_LEAD_SIZE    96 /* obsolete, skipped */
#define RPM_HEADER_INTRO 16
#define RPM_INDEX_ENTRY  16
static const uint8_t rpm_magic[] = {0xed, 0xab, 0xee, 0xdb};
static const uint8_t rpm_header_magic[] = {0x8e, 0xad, 0xe8};

static bool begins(const struct stream *stream, const uint8_t *magic, size_t size)
{
	return stream->left >= size && !memcmp(stream->next, magic, size);
}

static uint64_t big_endian_32(const uint8_t *p)
{
	return (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
}

/* One header: an intro, `entries` index entries, `bytes` of data; the signature's is padded to `align`. */
static int skip_rpm_header(struct stream *stream, uint64_t align, struct err *err)
{
	uint64_t size;

	if (stream_fill(stream, RPM_HEADER_INTRO, err))
		return -1;
	if (stream->left < RPM_HEADER_INTRO)
		return decoder_truncated("rpm", err);
	if (!begins(stream, rpm_header_magic, sizeof(rpm_header_magic)))
		return decoder_damaged("rpm", "a header does not begin with its magic", err);
	size = RPM_HEADER_INTRO + big_endian_32(stream->next + 8) * RPM_INDEX_ENTRY +
	       big_endian_32(stream->next + 12);
	return stream_skip(stream, (size + align - 1) / align * align, err);
}

static int skip_rpm_headers(struct stream *stream, struct err *err)
{
	if (stream_skip(stream, RPM_LEAD_SIZE, err) || skip_rpm_header(stream, 8, err) ||
	    skip_rpm_header(stream, 1, err))
		return -1;
	return 0;
}

static int copy_plain(struct stream *stream, struct err *err)
{
	for (;;) {
		if (stream_fill(stream, 1, err))
			return -1;
		if (stream->left == 0)
			return 0;
		if (stream_put(stream, stream->next, stream->left, err))
			return -1;
		stream->left = 0;
	}
}

static const struct decoder *find_decoder(const struct stream *stream)
{
	for (size_t i = 0; i < sizeof(decoders) / sizeof(*decoders); i++)
		if (begins(stream, decoders[i]->magic, decoders[i]->magic_size))
			return decoders[i];
	return NULL;
}

static const struct foreign *find_foreign(const struct stream *stream)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (begins(stream, foreign[i].magic, foreign[i].magic_size))
			return &foreign[i];
	return NULL;
}

static uint64_t memory_of(const struct decoder *decoder, const struct stream *stream)
{
	return decoder->memory ? decoder->memory(stream->next, stream->left) : 0;
}

static int refuse_foreign(const struct foreign *found, struct err *err)
{
	return err_set(
		err, ERR_ARCHIVE_FORMAT, NULL,
		"it is %s, which newroot does not read: compress it with gzip, bzip2, xz or zstd",
		found->name);
}

/* To what is compressed: behind the headers of an RPM. */
static int reach_contents(struct stream *stream, struct err *err)
{
	if (stream_fill(stream, RPM_LEAD_SIZE, err))
		return -1;
	if (begins(stream, rpm_magic, sizeof(rpm_magic)) &&
	    (skip_rpm_headers(stream, err) || stream_fill(stream, RPM_LEAD_SIZE, err)))
		return -1;
	if (stream->left == 0)
		return err_set(err, ERR_ARCHIVE_TRUNCATED, NULL, "the archive is empty");
	return 0;
}

static int decode(struct stream *stream, const struct decompress_limits *limits, struct err *err)
{
	const struct decoder *decoder;
	const struct foreign *unread;

	if (reach_contents(stream, err))
		return -1;
	decoder = find_decoder(stream);
	unread = find_foreign(stream);
	if (unread)
		return refuse_foreign(unread, err);
	if (decoder && memory_of(decoder, stream) > limits->memory)
		return decoder_memory(decoder->name, memory_of(decoder, stream), limits->memory,
				      err);
	return decoder ? decoder->run(stream, limits, err) : copy_plain(stream, err);
}

static int look(struct stream *stream, struct decompress_head *head, struct err *err)
{
	const struct decoder *decoder;
	const struct foreign *unread;

	if (reach_contents(stream, err) || stream_fill(stream, STREAM_BUFFER, err))
		return -1;
	decoder = find_decoder(stream);
	unread = find_foreign(stream);
	*head = (struct decompress_head){
		.name = decoder ? decoder->name : "none",
		.readable = !unread,
		.memory = decoder ? memory_of(decoder, stream) : 0,
	};
	if (unread)
		head->name = unread->name;
	return 0;
}

int decompress_look(int in_fd, struct decompress_head *head, struct err *err)
{
	struct stream stream;
	int ret;

	*head = (struct decompress_head){0};
	if (stream_init(&stream, in_fd, -1, err))
		return -1;
	ret = look(&stream, head, err);
	stream_free(&stream);
	return ret;
}

int decompress_stream(int in_fd, int out_fd, const struct decompress_limits *limits,
		      struct err *err)
{
	struct stream stream;
	int ret;

	if (stream_init(&stream, in_fd, out_fd, err))
		return -1;
	stream.room = limits->output ? limits->output : UINT64_MAX;
	stream.moved = limits->moved;
	ret = decode(&stream, limits, err);
	stream_free(&stream);
	return ret;
}

struct decompress_limits decompress_limits_of(uint64_t machine_memory)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return (struct decompress_limits){
		.memory = machine_memory / 2,
		.threads = cpus > 0 ? (unsigned)cpus : 1,
	};
}

int decoder_truncated(const char *name, struct err *err)
{
	return err_set(err, ERR_ARCHIVE_TRUNCATED, NULL, "the %s stream ends before its end", name);
}

int decoder_damaged(const char *name, const char *why, struct err *err)
{
	return err_set(err, ERR_ARCHIVE_FORMAT, NULL, "the %s stream is damaged: %s", name, why);
}

int decoder_memory(const char *name, uint64_t wanted, uint64_t limit, struct err *err)
{
	char need[32] = "more";

	if (wanted > limit)
		snprintf(need, sizeof(need), "%llu MiB", (unsigned long long)(wanted >> 20));
	return err_set(
		err, ERR_MEMORY, NULL,
		"the %s stream needs %s to be decompressed, %llu MiB can be had: give the VM more memory, or compress with a lower level",
		name, need, (unsigned long long)(limit >> 20));
}

/* Only zeros up to the end; `*ret` is -1 for anything else. */
static void expect_padding(const char *name, struct stream *stream, int *ret, struct err *err)
{
	while (*ret == 0 && stream->left > 0) {
		for (size_t i = 0; i < stream->left; i++)
			if (stream->next[i] != 0)
				*ret = decoder_damaged(name, "something else follows its end", err);
		stream->left = 0;
		if (*ret == 0)
			*ret = stream_fill(stream, 1, err);
	}
}

bool decoder_at_end(const struct decoder *decoder, struct stream *stream, int *ret, struct err *err)
{
	*ret = stream_fill(stream, decoder->magic_size, err);
	if (*ret == 0 && begins(stream, decoder->magic, decoder->magic_size))
		return false;
	expect_padding(decoder->name, stream, ret, err);
	return true;
}
