/* nfs:// URLs: taken apart, decoded, refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/nfs_url.h"

static void good_urls_are_taken_apart(void **state)
{
	static const struct {
		const char *text, *host, *folder, *file;
		unsigned port, version;
	} rows[] = {
		{"nfs://nas/a", "nas", "/", "a", 0, 0},
		{"nfs://NAS.example:2050/srv/old/root.tar.gz?vers=3", "nas.example", "/srv/old",
		 "root.tar.gz", 2050, 3},
		{"nfs://10.0.0.1/srv/a.tar?vers=4", "10.0.0.1", "/srv", "a.tar", 0, 4},
		{"nfs://[fd00::1]:1/x/y", "fd00::1", "/x", "y", 1, 0},
		{"nfs://nas//srv//a", "nas", "//srv/", "a", 0, 0},
		{"nfs://nas/old%20vms/%c3%bc%25.tar", "nas", "/old vms", "\xc3\xbc%.tar", 0, 0},
		{"nfs://nas/a:b/c=d,e", "nas", "/a:b", "c=d,e", 0, 0},
		{"nfs://nas/...", "nas", "/", "...", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		struct nfs_url url;

		print_message("%s\n", rows[i].text);
		assert_int_equal(nfs_url_parse(&url, rows[i].text, &err), 0);
		assert_string_equal(url.server.host, rows[i].host);
		assert_string_equal(url.folder, rows[i].folder);
		assert_string_equal(url.file, rows[i].file);
		assert_int_equal(url.server.port, rows[i].port);
		assert_int_equal(url.version, rows[i].version);
	}
}

static void bad_urls_are_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"https://nas/a", "only nfs://"},
		{"nfs:/nas/a", "only nfs://"},
		{"nfs:///a", "host has 0 bytes"},
		{"nfs://me@nas/a", "user name or password"},
		{"nfs://nas:0/a", "port"},
		{"nfs://nas", "name of a file"},
		{"nfs://nas/srv/", "name of a file"},
		{"nfs://nas/srv/.", "name of a file"},
		{"nfs://nas/srv/..", "name of a file"},
		{"nfs://nas/srv/?vers=3", "name of a file"},
		{"nfs://nas/a?vers=2", "\"?vers=2\" is refused"},
		{"nfs://nas/a?", "\"?\" is refused"},
		{"nfs://nas?vers=3", "name of a file"},
		{"nfs://nas/a%00b", "control character"},
		{"nfs://nas/a%2Fb", "control character"},
		{"nfs://nas/a%7fb", "control character"},
		{"nfs://nas/a%2", "must be written as"},
		{"nfs://nas/a b", "must be written as"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		struct nfs_url url;

		print_message("%s\n", rows[i].text);
		assert_int_equal(nfs_url_parse(&url, rows[i].text, &err), -1);
		assert_int_equal(err.code, ERR_URL);
		assert_non_null(strstr(err.msg, rows[i].message));
	}
}

/* "/xx…/f" and "/f…f". */
static int parse_long(size_t folder, size_t file)
{
	char text[URL_BYTES_MAX + 1] = "nfs://nas/";
	struct err err = ERR_INIT;
	struct nfs_url url;
	size_t used = strlen(text);
	int ret;

	memset(text + used, 'x', folder);
	text[used + folder] = '/';
	memset(text + used + folder + 1, 'f', file);
	ret = nfs_url_parse(&url, text, &err);
	assert_true(ret == 0 || strstr(err.msg, "too long"));
	return ret;
}

static void long_paths_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse_long(NFS_FOLDER_MAX - 2, NAME_MAX), 0);
	assert_int_equal(parse_long(NFS_FOLDER_MAX - 1, 1), -1);
	assert_int_equal(parse_long(1, NAME_MAX + 1), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_urls_are_taken_apart),
		cmocka_unit_test(bad_urls_are_refused),
		cmocka_unit_test(long_paths_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
