#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "job/job.h"

#define TIB(n) ((uint64_t)(n) << 40)

#define VOLUMES "\"volumes\": [{\"name\": \"root\", \"size\": \"8GiB\", \"mount\": \"/\"}]"
#define ARCHIVES                                                                                   \
	"\"archives\": [{\"to\": \"/\", \"url\": \"https://h.example/r.tar\", \"sha256\": "        \
	"\"none\"}]"
#define JOB(more) "{\"newroot\": 1, " VOLUMES ", " ARCHIVES more "}"

static struct arena arena;
static struct err_list errors;
static struct job job;

static int parse(const char *text)
{
	return job_parse(&job, text, strlen(text), &arena, &errors);
}

static int teardown(void **state)
{
	(void)state;
	err_list_free(&errors);
	arena_free(&arena);
	return 0;
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse(JOB("")), 0);
	assert_int_equal(job.disks.boot.order, 0);
	assert_true(job.disks.all_others);
	assert_int_equal(job.table, TABLE_AUTO);
	assert_int_equal(job.boot.size, MIB(512));
	assert_int_equal(job.boot.fs, FS_EXT3);
	assert_string_equal(job.boot.label, "boot");
	assert_string_equal(job.vg, "local");
	assert_int_equal(job.reserve.kind, SIZE_PERCENT);
	assert_int_equal(job.reserve.hundredths, 500);
	assert_int_equal(job.profile, PROFILE_AUTO);
	assert_int_equal(job.volumes[0].fs, FS_XFS);
	assert_string_equal(job.volumes[0].mount_options, "defaults");
	assert_null(job.volumes[0].label);
	assert_false(job.archives[0].source.has_sha256);
	assert_false(job.kernel.given);
	assert_string_equal(job.kernel.command_line, "");
	assert_string_equal(job.root_options, "ro");
	assert_int_equal(job.consoles.count, 2);
	assert_string_equal(job.consoles.item[1], "ttyS0,115200");
	assert_int_equal(job.boot_timeout_s, 3);
	assert_false(job.network.given);
	assert_true(job.first_boot);
	assert_int_equal(job.finish, FINISH_REBOOT);
}

/* Every member of the struct, from the job that has every key. */
static void test_full_storage(void **state)
{
	(void)state;
	assert_int_equal(job_read(&job, "tests/jobs/good/full.json", &arena, &errors), 0);
	assert_int_equal(job.text[0], '{');
	assert_int_equal(strlen(job.text), job.text_size);
	assert_int_equal(job.disks.boot.order, 0);
	assert_int_equal(job.disks.boot.min_size, GIB(16));
	assert_int_equal(job.disks.boot.max_size, TIB(2));
	assert_false(job.disks.all_others);
	assert_int_equal(job.disks.other_count, 3);
	assert_int_equal(job.disks.others[0].order, -1);
	assert_string_equal(job.disks.others[0].serial, "QM00003");
	assert_string_equal(job.disks.others[1].wwn, "naa.5000c500a1b2c3d4");
	assert_string_equal(job.disks.others[2].json_path, "/disks/others/2");
	assert_int_equal(job.table, TABLE_GPT);
	assert_int_equal(job.boot.fs, FS_EXT4);
	assert_int_equal(job.profile, PROFILE_3_10);
	assert_int_equal(job.volume_count, 5);
	assert_int_equal(job.volumes[0].fs, FS_EXT4);
	assert_string_equal(job.volumes[0].mkfs_options.item[1], "1");
	assert_string_equal(job.volumes[0].mount_options, "noatime,errors=remount-ro");
	assert_int_equal(job.volumes[2].size.hundredths, 1250);
	assert_int_equal(job.volumes[3].size.kind, SIZE_REST);
	assert_null(job.volumes[3].mount);
	assert_int_equal(job.volumes[4].size.bytes, GIB(3) / 2);
	assert_string_equal(job.volumes[4].json_path, "/volumes/4");
}

static void test_full_contents(void **state)
{
	const struct job_interface *eth0, *eth1;

	(void)state;
	assert_int_equal(job_read(&job, "tests/jobs/good/full.json", &arena, &errors), 0);
	assert_string_equal(job.archives[1].to, "/var/lib/mysql");
	assert_string_equal(job.archives[0].source.path, "/archives/0");
	assert_true(job.archives[0].source.has_sha256);
	assert_int_equal(job.archives[0].source.sha256[0], 0x9f);
	assert_int_equal(job.archives[0].source.sha256[31], 0x08);
	assert_true(job.kernel.given);
	assert_string_equal(job.kernel.modules.item[0], "megaraid_sas");
	assert_string_equal(job.root_options, "rw");
	assert_int_equal(job.boot_timeout_s, 60);
	assert_true(job.network.given);
	eth0 = &job.network.interfaces[0];
	eth1 = &job.network.interfaces[1];
	assert_int_equal(eth0->addresses.count, 3);
	assert_string_equal(eth0->gateways.item[1], "fe80::1");
	assert_string_equal(eth0->routes[0].via, "10.0.0.254");
	assert_int_equal(eth0->route_count, 2);
	assert_int_equal(eth0->mtu, 9000);
	assert_string_equal(eth1->mac, "52:54:00:ab:cd:ef");
	assert_true(eth1->dhcp);
	assert_string_equal(job.network.hosts[0].names.item[1], "db2");
	assert_int_equal(job.ssh_keys.count, 1);
	assert_int_equal(job.files[1].size, 4);
	assert_memory_equal(job.files[1].content, "\0\1\2\3", 5);
	assert_int_equal(job.files[1].mode, 0600);
	assert_string_equal(job.files[1].group, "27");
	assert_int_equal(job.files[2].mode, 04755);
	assert_string_equal(job.files[0].owner, "root");
	assert_false(job.first_boot);
	assert_int_equal(job.finish, FINISH_POWEROFF);
}

static void test_moved(void **state)
{
	(void)state;
	assert_int_equal(job_read(&job, "tests/jobs/good/moved.json", &arena, &errors), 0);
	assert_int_equal(job.nfs.export_count, 2);
	assert_string_equal(job.nfs.exports[0].path, "/srv/media");
	assert_string_equal(job.nfs.exports[0].clients.item[1], "10.80.1.0/24");
	assert_null(job.nfs.exports[0].options);
	assert_string_equal(job.nfs.exports[1].options, "ro,all_squash,anonuid=33");
	assert_int_equal(job.nfs.mount_count, 3);
	assert_string_equal(job.nfs.mounts[1].from, "[fd00::11]:/srv/mail");
	assert_string_equal(job.nfs.mounts[1].to, "/var/mail");
	assert_true(job.quarantine.given);
	assert_int_equal(job.quarantine.allow.count, 3);
	assert_int_equal(job.services.disable.count, 5);
	assert_string_equal(job.services.enable.item[0], "rpcbind");
	assert_true(job.puppet.given && job.puppet.held);
	assert_string_equal(job.puppet.certname, "web1.example.org");
	assert_true(job.migrating);
}

/* The marker comes with what waits for cutover. */
static void test_migrating(void **state)
{
	static const struct {
		const char *text;
		bool migrating;
	} rows[] = {
		{JOB(""), false},
		{JOB(", \"migrating\": true"), true},
		{JOB(", \"nfs\": {}"), false},
		{JOB(", \"quarantine\": {\"allow\": []}"), true},
		{JOB(", \"services\": {}"), true},
		{JOB(", \"puppet\": {}"), true},
		{JOB(", \"puppet\": {}, \"migrating\": false"), false},
		{JOB(", \"services\": {\"enable\": [\"x\"]}, \"migrating\": false"), false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(parse(rows[i].text), 0);
		assert_int_equal(job.migrating, rows[i].migrating);
	}
}

static void test_kernel_without_package(void **state)
{
	(void)state;
	assert_int_equal(parse(JOB(", \"kernel\": {\"command_line\": \"quiet\"}")), 0);
	assert_false(job.kernel.given);
	assert_string_equal(job.kernel.command_line, "quiet");
}

static void test_swap_options(void **state)
{
	(void)state;
	assert_int_equal(
		parse("{\"newroot\": 1, \"volumes\": ["
		      "{\"name\": \"root\", \"size\": \"8GiB\", \"mount\": \"/\"},"
		      "{\"name\": \"swap\", \"size\": \"1GiB\", \"fs\": \"swap\"}], " ARCHIVES "}"),
		0);
	assert_string_equal(job.volumes[1].mount_options, "sw");
}

static void test_unreadable_file(void **state)
{
	(void)state;
	assert_int_equal(job_read(&job, "tests/jobs/no-such-file.json", &arena, &errors), -1);
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.item[0].code, ERR_IO);
	assert_string_equal(errors.item[0].where, "tests/jobs/no-such-file.json");
}

static void test_empty(void **state)
{
	(void)state;
	assert_int_equal(parse(""), -1);
	assert_int_equal(errors.item[0].code, ERR_JOB_SYNTAX);
	assert_int_equal(job_parse(&job, "{}\0{}", 5, &arena, &errors), -1);
}

static void test_too_large(void **state)
{
	size_t size = JOB_BYTES_MAX + 1;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', size);
	assert_int_equal(job_parse(&job, text, size, &arena, &errors), -1);
	assert_int_equal(errors.item[0].code, ERR_JOB_LIMIT);
	free(text);
}

/* A job of nothing but errors: the list is capped, the rest counted, and it takes no time. */
static void test_many_errors(void **state)
{
	size_t keys = JOB_BYTES_MAX / 8 - 1;
	char *text = malloc(JOB_BYTES_MAX), *at = text;

	(void)state;
	assert_non_null(text);
	*at++ = '{';
	for (size_t i = 0; i < keys; i++, at += 7)
		memcpy(at, "\"qq\":1,", 7);
	at[-1] = '}';
	assert_int_equal(job_parse(&job, text, (size_t)(at - text), &arena, &errors), -1);
	assert_int_equal(errors.count, ERR_LIST_MAX);
	assert_true(errors.dropped >= keys - ERR_LIST_MAX - 1);
	free(text);
}

static void test_list_cap(void **state)
{
	char text[8192] = "{\"newroot\": 1, \"volumes\": [0";
	size_t used = strlen(text);

	(void)state;
	for (size_t i = 0; i < JOB_LIST_MAX; i++, used += 2)
		memcpy(text + used, ",0", 3);
	memcpy(text + used, "], " ARCHIVES "}", sizeof("], " ARCHIVES "}"));
	assert_int_equal(parse(text), -1);
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.item[0].code, ERR_JOB_LIMIT);
	assert_string_equal(errors.item[0].where, "/volumes");
}

/* What is quoted goes to a console and to the service: no password, no control characters. */
static void test_quoting(void **state)
{
	static const char *const secrets[] = {"hunter2", "MIIEpA", "PRIVATE"};

	(void)state;
	parse(JOB(
		", \"vg\": \"\\u001b[31m\\u009b\", \"table\": \"https://u:hunter2@h/\", "
		"\"ssh_keys\": [\"-----BEGIN PRIVATE KEY-----\\nMIIEpA\"], \"\\u001b\\u00fc\": 1, \"finish\": "
		"\"0123456789012345678901234567890123456789012345678901234567890123456789"
		"0123456789\", \"files\": [{\"path\": \"/a\", \"content_base64\": \"hunter2\"}]"));
	assert_int_equal(errors.count, 6);
	for (size_t i = 0; i < errors.count; i++) {
		const struct err *err = &errors.item[i];

		for (size_t s = 0; s < sizeof(secrets) / sizeof(secrets[0]); s++)
			assert_null(strstr(err->msg, secrets[s]));
		for (const char *c = err->msg; *c; c++)
			assert_in_range(*c, ' ', '~');
		for (const char *c = err->where; *c; c++)
			assert_in_range(*c, ' ', '~');
	}
}

static void test_suggestions(void **state)
{
	static const struct {
		const char *text, *suggestion;
	} rows[] = {
		{JOB(", \"netwrok\": {}"), "\"network\"?"},
		{JOB(", \"archive\": []"), "\"archives\"?"},
		{JOB(", \"boot-timeout\": \"3s\""), "\"boot_timeout\"?"},
		{JOB(", \"boot\": {\"filesystem\": \"ext3\"}"), "\"fs\"?"},
		{JOB(", \"disks\": {\"boot\": {\"order\": 0, \"path\": \"/dev/sda\"}}"),
		 "\"device\"?"},
		{JOB(", \"cat\": 1"), "accepted are newroot"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i].text), -1);
		assert_int_equal(errors.count, 1);
		assert_int_equal(errors.item[0].code, ERR_JOB_UNKNOWN_KEY);
		assert_non_null(strstr(errors.item[0].msg, rows[i].suggestion));
		err_list_free(&errors);
	}
}

/* A refused value must not make rules about absence accuse the job a second time. */
static void test_no_second_accusation(void **state)
{
	(void)state;
	parse("{\"newroot\": 1, \"volumes\": [{\"name\": \"root\", \"size\": \"8GiB\", \"mount\": \"//\"}], "
	      "\"archives\": [{\"to\": \"x\", \"url\": \"https://h.example/r\", \"sha256\": \"none\"}]}");
	assert_int_equal(errors.count, 2);
	assert_string_equal(errors.item[0].where, "/volumes/0/mount");
	assert_string_equal(errors.item[1].where, "/archives/0/to");
}

static void test_size_text(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{0, "0 bytes"},
		{123, "123 bytes"},
		{KIB(1), "1 KiB"},
		{MIB(512), "512 MiB"},
		{GIB(8), "8 GiB"},
		{GIB(20) - MIB(513), "19967 MiB"},
		{TIB(3), "3 TiB"},
		{99999, "99999 bytes"},
		{100001, "97.65 KiB"},
		{GIB(8) + 1, "8.00 GiB"},
		{GIB(9) + 512, "9.00 GiB"},
		{UINT64_MAX, "16383.99 PiB"},
	};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(size_text(rows[i].bytes, buf), rows[i].text);
}

static void test_profile_of_version(void **state)
{
	static const struct {
		const char *version;
		enum fs_profile profile;
	} rows[] = {
		{"2.6.18-164.el5", PROFILE_2_6_18},
		{"2.6.32-754.el6", PROFILE_2_6_18},
		{"3.9.11", PROFILE_2_6_18},
		{"3.10.0-1160.el7", PROFILE_3_10},
		{"3.10.108", PROFILE_2_6_18},
		{"3.15.1", PROFILE_2_6_18},
		{"3.16.0-4-amd64", PROFILE_3_10},
		{"4.18.0-553.el8", PROFILE_3_10},
		{"5.9.1", PROFILE_3_10},
		{"5.10.0-30-amd64", PROFILE_MODERN},
		{"6.1.0", PROFILE_MODERN},
		{"not a version", PROFILE_MODERN},
		{"", PROFILE_MODERN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(profile_of_version(rows[i].version), rows[i].profile);
}

static void test_job_profile(void **state)
{
	static const struct {
		const char *url;
		enum fs_profile profile;
	} rows[] = {
		{"https://h/kernel-2.6.18-164.el5.x86_64.rpm", PROFILE_2_6_18},
		{"https://h/9.9-x/kernel-PAE-2.6.18-8.el5.i686.rpm", PROFILE_2_6_18},
		{"https://h/kernel-3.10.0-1160.el7.x86_64.rpm?v=-9.9", PROFILE_3_10},
		{"https://h/linux-image_6.1.55-1_amd64.tar.xz", PROFILE_MODERN},
		{"https://h/kernel.rpm", PROFILE_MODERN},
	};
	struct job one = {.kernel = {.given = true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		one.kernel.source.url = rows[i].url;
		assert_int_equal(job_profile(&one), rows[i].profile);
	}
	one.profile = PROFILE_3_10;
	assert_int_equal(job_profile(&one), PROFILE_3_10);
	assert_int_equal(job_profile(&(struct job){0}), PROFILE_MODERN);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(fs_type_name(FS_SWAP), "swap");
	assert_string_equal(fs_profile_name(PROFILE_2_6_18), "2.6.18");
	assert_string_equal(finish_action_name(FINISH_POWEROFF), "poweroff");
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),
		TEST(test_full_storage),
		TEST(test_full_contents),
		TEST(test_moved),
		TEST(test_migrating),
		TEST(test_kernel_without_package),
		TEST(test_swap_options),
		TEST(test_unreadable_file),
		TEST(test_empty),
		TEST(test_too_large),
		TEST(test_many_errors),
		TEST(test_list_cap),
		TEST(test_quoting),
		TEST(test_suggestions),
		TEST(test_no_second_accusation),
		TEST(test_size_text),
		TEST(test_profile_of_version),
		TEST(test_job_profile),
		TEST(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
