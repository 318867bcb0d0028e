FUZZED_DECODERS := archive/decompress.c archive/stream.c archive/decoder_gzip.c archive/decoder_xz.c \
	archive/decoder_bzip2.c archive/decoder_zstd.c base/io.c base/err.c base/arena.c
FUZZ_modules_dep = archive/modules.c archive/module_order.c archive/modfile.c $(FUZZED_DECODERS)
LIBS_modules_dep = -lisal -llzma -lbz2 -lzstd
FUZZ_modinfo = archive/modfile.c $(FUZZED_DECODERS)
LIBS_modinfo = -lisal -llzma -lbz2 -lzstd
# LIBS_cpio is that of the unit test.
FUZZ_cpio = archive/cpio.c base/err.c
# What the service tells of an archive. LIBS_facts is that of the unit test.
FUZZ_facts = facts/facts_json.c facts/marks.c facts/network_managers.c base/err.c
