# Archives, the kernel's modules, the slim initrd and its boot life.
ARCHIVE_DECODERS := archive/decompress.c archive/stream.c archive/decoder_gzip.c archive/decoder_xz.c \
	archive/decoder_bzip2.c archive/decoder_zstd.c base/err.c
ARCHIVE_LIBS := -lisal -llzma -lbz2 -lzstd
SCRATCH := tests/unit/scratch.c

TEST_decompress = $(ARCHIVE_DECODERS) $(SCRATCH)
LIBS_decompress = $(ARCHIVE_LIBS)
TEST_extract = archive/extract.c archive/input.c archive/place.c archive/tree.c archive/metadata.c archive/acl.c \
	archive/named.c archive/accounts.c archive/stream.c base/err.c $(SCRATCH)
LIBS_extract = -larchive
