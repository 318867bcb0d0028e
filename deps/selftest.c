/*
 * One static program with every library that the agent is linked with, to see that they link, run, and are what the
 * agent counts on. Exits 0, or says what is wrong.
 */
#include <archive.h>
#include <archive_entry.h>
#include <bearssl.h>
#include <blkid/blkid.h>
#include <isa-l/igzip_lib.h>
#include <jansson.h>
#include <libdevmapper.h>
#include <libfdisk/libfdisk.h>
#include <locale.h>
#include <lvm2cmd.h>
#include <lzma.h>
#include <nettle/sha2.h>
#include <picohttpparser.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define CHECK(condition) check(condition, #condition, __LINE__)

static void check(bool holds, const char *condition, int line)
{
	if (holds)
		return;
	fprintf(stderr, "deps/selftest.c:%d: not so: %s\n", line, condition);
	exit(1);
}

static void test_sha256(void)
{
	static const uint8_t abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea};
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, 3, (const uint8_t *)"abc");
	sha256_digest(&ctx, sizeof digest, digest);
	CHECK(memcmp(digest, abc, sizeof abc) == 0);
}

static void test_inflate(void)
{
	unsigned char packed[64];
	char plain[64] = "";
	struct inflate_state state;
	uLongf size = sizeof packed;

	CHECK(compress(packed, &size, (const Bytef *)"inflated", 9) == Z_OK);
	isal_inflate_init(&state);
	state.crc_flag = ISAL_ZLIB;
	state.next_in = packed;
	state.avail_in = (uint32_t)size;
	state.next_out = (uint8_t *)plain;
	state.avail_out = sizeof plain;
	CHECK(isal_inflate(&state) == ISAL_DECOMP_OK);
	CHECK(strcmp(plain, "inflated") == 0);
}

/* A name beyond ASCII and an ACL, through a pax archive in memory. */
static void test_archive(void)
{
	const int access = ARCHIVE_ENTRY_ACL_TYPE_ACCESS;
	static char buffer[32768];
	struct archive_entry *entry = archive_entry_new();
	struct archive *a = archive_write_new();
	size_t used = 0;

	CHECK(archive_write_set_format_pax(a) == ARCHIVE_OK);
	CHECK(archive_write_open_memory(a, buffer, sizeof buffer, &used) == ARCHIVE_OK);
	archive_entry_set_pathname(entry, "f\303\274r/alle");
	archive_entry_set_mode(entry, S_IFREG | 0644);
	archive_entry_acl_add_entry(entry, access, 7, ARCHIVE_ENTRY_ACL_USER, 42, "someone");
	CHECK(archive_write_header(a, entry) == ARCHIVE_OK);
	CHECK(archive_write_free(a) == ARCHIVE_OK);
	archive_entry_free(entry);

	a = archive_read_new();
	archive_read_support_format_tar(a);
	archive_read_support_format_cpio(a);
	archive_read_support_filter_rpm(a);
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	CHECK(archive_read_open_memory(a, buffer, used) == ARCHIVE_OK);
	CHECK(archive_read_next_header(a, &entry) == ARCHIVE_OK);
	CHECK(strcmp(archive_entry_pathname(entry), "f\303\274r/alle") == 0);
	CHECK(archive_entry_acl_count(entry, access) == 4);
	archive_read_free(a);
}

static void test_write_disk(void)
{
	struct archive *disk = archive_write_disk_new();

	CHECK(archive_write_disk_set_options(disk, ARCHIVE_EXTRACT_ACL | ARCHIVE_EXTRACT_XATTR) ==
	      ARCHIVE_OK);
	archive_write_free(disk);
}

static void test_http(void)
{
	static const char response[] = "HTTP/1.1 206 Partial\r\nETag: \"x\"\r\n\r\n";
	struct phr_header headers[4];
	size_t count = 4, msg_len;
	int minor, status;
	const char *msg;

	CHECK(phr_parse_response(response, sizeof response - 1, &minor, &status, &msg, &msg_len,
				 headers, &count, 0) > 0);
	CHECK(status == 206 && count == 1);
}

static void test_tls(void)
{
	static br_ssl_client_context client;
	static br_x509_minimal_context x509;
	static unsigned char buffer[BR_SSL_BUFSIZE_BIDI];

	br_ssl_client_init_full(&client, &x509, NULL, 0);
	br_ssl_engine_set_buffer(&client.eng, buffer, sizeof buffer, 1);
	CHECK(br_ssl_client_reset(&client, "service.example", 0) == 1);
	CHECK(br_ssl_engine_current_state(&client.eng) & BR_SSL_SENDREC);
}

static void test_disks(void)
{
	struct fdisk_context *fdisk = fdisk_new_context();
	blkid_probe probe = blkid_new_probe();

	CHECK(fdisk && probe);
	CHECK(blkid_known_fstype("xfs") && blkid_known_fstype("ext3"));
	CHECK(fdisk_get_label(fdisk, "gpt") && fdisk_get_label(fdisk, "dos"));
	fdisk_unref_context(fdisk);
	blkid_free_probe(probe);
}

static int lvm_lines;

static void lvm_says(int level, const char *file, int line, int errnum, const char *message)
{
	(void)file;
	(void)line;
	(void)errnum;
	if (level == LVM2_LOG_PRINT && strstr(message, "LVM version"))
		lvm_lines++;
}

static void test_lvm(void)
{
	void *lvm;

	lvm2_log_fn(lvm_says);
	lvm = lvm2_init();
	CHECK(lvm);
	lvm2_run(lvm, "version");
	lvm2_exit(lvm);
	CHECK(lvm_lines == 1);
	CHECK(printf("standard output survived lvm\n") > 0 && fflush(stdout) == 0);
}

static void test_json(void)
{
	json_t *value = json_loads("{\"newroot\": 1}", JSON_REJECT_DUPLICATES, NULL);

	CHECK(json_integer_value(json_object_get(value, "newroot")) == 1);
	json_decref(value);
}

int main(void)
{
	CHECK(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	test_sha256();
	test_inflate();
	test_archive();
	test_write_disk();
	test_http();
	test_tls();
	test_disks();
	test_json();
	test_lvm();
	CHECK(ZSTD_versionNumber() > 0 && lzma_version_number() > 0);
	return 0;
}
