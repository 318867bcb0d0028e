/* The edges of each form, beyond what tests/jobs shows by example. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "job/address.h"
#include "job/base64.h"
#include "job/form.h"
#include "job/size.h"

/* Made for this test: they open nothing. */
static const char openssh_key[] =
	"-----BEGIN OPENSSH PRIVATE KEY-----\n"
	"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
	"QyNTUxOQAAACAgZb1YkDDK5Z+mfsj4mr+JkU+ogcltjUlzWpDW1CL4/gAAAIhleyoUZXsq\n"
	"FAAAAAtzc2gtZWQyNTUxOQAAACAgZb1YkDDK5Z+mfsj4mr+JkU+ogcltjUlzWpDW1CL4/g\n"
	"AAAEB8OxaUUN8jSLkM9+qF6Isbivv/aVTMB7g61SUWzCKzdCBlvViQMMrln6Z+yPiav4mR\n"
	"T6iByW2NSXNakNbUIvj+AAAABHRlc3QB\n"
	"-----END OPENSSH PRIVATE KEY-----\n";
static const char locked_key[] = /* with a passphrase */
	"-----BEGIN OPENSSH PRIVATE KEY-----\n"
	"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABD1dkbWtB\n"
	"78LTZAekqzcFmoAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIF/fwlUbsj6B56JU\n"
	"Aj7RLqyRJkZT03Pb8U0vB00DZ9CUAAAAkOz0GQUv/6rirnB4Da6nyQP8DEQpl/YYCSjIBL\n"
	"bfDtBMNAbotYTwioY2ID0J8mf09YyMp+uVDiNysDRTJNLy8rQ9iNPc8x3Y6I3yLjxb0Br8\n"
	"2FgDlOqAzwkTPkEf/jP6ftzGiOI0Ok8ZE0saD/AvYGBr0vPeZSrFRlEOQUAlijI9sI0Yu6\n"
	"c1sO7bAhjYDfJmOQ==\n"
	"-----END OPENSSH PRIVATE KEY-----\n";
static const char ec_key[] = "-----BEGIN EC PRIVATE KEY-----\n"
			     "MHcCAQEEINpKTeVEx2i1n9W6xfiCHRgCi8PAkWm+RGvtKoYHwBqBoAoGCCqGSM49\n"
			     "AwEHoUQDQgAERyu5jsPl8Or9oT0JGsy0k+RImWsW6D5nnL2JsV4WJKTgCiSdrYxd\n"
			     "DVxdrd1VA6+GnOnc354JNlKzeYcifq8cvA==\n"
			     "-----END EC PRIVATE KEY-----\n";
static const char pkcs8_key[] = "-----BEGIN PRIVATE KEY-----\n"
				"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0rCqHMbHBa+tOuLX\n"
				"l0fDLIcUFS6hJVGdkIgX54bjCE+hRANCAAR0Y5XCCtaV2aZU/oC22WXe7wE25M2Q\n"
				"Ic1R3was5QFZq5BUpt/YBqaEzM70dfv1IMPW4q6dsLm7Re3eMfEEObCK\n"
				"-----END PRIVATE KEY-----\n";

static const struct {
	const struct form *form;
	const char *text;
	bool fits;
} forms[] = {
	{&form_lv_name, "a", true},
	{&form_lv_name, "a-b.c+d_e", true},
	{&form_lv_name, ".", false},
	{&form_lv_name, "...", true},
	{&form_lv_name, "", false},
	{&form_lv_name, "pvmove0", false},
	{&form_lv_name, "xpvmove", true},
	{&form_lv_name, "x_rimage_0", false},
	{&form_vg_name, "snapshot", true},
	{&form_vg_name, "null", false},
	{&form_label, "/", true},
	{&form_label, "0123456789abcdef", true},
	{&form_label, "0123456789abcdefg", false},
	{&form_device, "/dev/sda", true},
	{&form_device, "/dev/disk/by-id/wwn-0x5000c500a1b2c3d4", true},
	{&form_device, "/dev/", false},
	{&form_device, "/dev/../etc", false},
	{&form_device, "/dev//sda", false},
	{&form_device, "/dev/sda/", false},
	{&form_disk_id, "with blank", true},
	{&form_disk_id, " x", false},
	{&form_mount, "/", true},
	{&form_mount, "/a", true},
	{&form_mount, "/...", true},
	{&form_mount, "/a/.", false},
	{&form_mount, "//", false},
	{&form_mount, "", false},
	{&form_mount, "/bootstrap", true},
	{&form_mount, "/boot/efi", false},
	{&form_mount, "/development", true},
	{&form_mount, "/run", false},
	{&form_mount, "/a#b", false},
	{&form_archive_target, "/boot", true},
	{&form_archive_target, "/a b", true},
	{&form_archive_target, "/a\nb", false},
	{&form_archive_target, "/.hidden", true},
	{&form_archive_target, "/..hidden", true},
	{&form_file_path, "/", false},
	{&form_host_key,
	 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICBlvViQMMrln6Z+yPiav4mRT6iByW2NSXNakNbUIvj+ test",
	 true},
	{&form_host_key,
	 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICBlvViQMMrln6Z+yPiav4mRT6iByW2NSXNakNbUIvj+", true},
	{&form_host_key, "ssh-rsa AAAA", false},
	{&form_host_key,
	 "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA==", false},
	{&form_private_key, openssh_key, true},
	{&form_private_key, ec_key, true},
	{&form_private_key, pkcs8_key, true},
	{&form_private_key, "", true},
	{&form_private_key, locked_key, false},
	{&form_private_key,
	 "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMII=\n-----END RSA PRIVATE KEY-----",
	 false},
	{&form_private_key, "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----",
	 true},
	{&form_private_key, "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----",
	 false},
	{&form_private_key,
	 "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\nx", false},
	{&form_private_key,
	 "-----BEGIN RSA PRIVATE KEY-----\r\nMIIB\r\n-----END RSA PRIVATE KEY-----", false},
	{&form_private_key, "-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----",
	 false},
	{&form_private_key, "-----BEGIN DSA PRIVATE KEY-----\nMIIB\n-----END DSA PRIVATE KEY-----",
	 false},
	{&form_private_key, "-----BEGIN RSA PRIVATE KEY-----\nMIIB", false},
	{&form_private_key, "/root/.ssh/id_rsa", false},
	{&form_ssh_user, "root", true},
	{&form_ssh_user, "-oProxyCommand=x", false},
	{&form_ssh_user, "a b", false},
	{&form_key_file, "/root/.ssh/id_ed25519", true},
	{&form_key_file, "/root/a key", false},
	{&form_key_file, "/root/%h", false},
	{&form_key_file, ".ssh/id", false},
	{&form_network, "10.80.0.0/24", true},
	{&form_network, "10.80.0.12", true},
	{&form_network, "fd00::/64", true},
	{&form_network, "fd00::7", true},
	{&form_network, "10.80.0.12/32", true},
	{&form_network, "10.80.0.12/24", false},
	{&form_network, "0.0.0.0", false},
	{&form_network, "::/0", false},
	{&form_nfs_source, "nas:/", true},
	{&form_nfs_source, "nas.example.org:/srv/a:/b", true},
	{&form_nfs_source, "[fd00::11]:/srv", true},
	{&form_nfs_source, "[10.80.0.11]:/srv", false},
	{&form_nfs_source, "[fd00::11:/srv", false},
	{&form_nfs_source, "nas:srv", false},
	{&form_nfs_source, ":/srv", false},
	{&form_nfs_source, "10.80.0.256:/srv", false},
	{&form_nfs_source, "nas:/a b", false},
	{&form_nfs_source, "nas:/a#b", false},
	{&form_export_options, "rw,anonuid=33", true},
	{&form_export_options, "rw,", false},
	{&form_export_options, "rw)", false},
	{&form_service, "getty@tty1.service", true},
	{&form_service, "dev-disk-by\\x2duuid.swap", false},
	{&form_service, "../cron", false},
	{&form_service, "-v", false},
	{&form_certname, "web1.example.org", true},
	{&form_certname, "Web1", false},
	{&form_certname, ".", false},
	{&form_owner, "0", true},
	{&form_owner, "4294967294", true},
	{&form_owner, "4294967295", false},
	{&form_owner, "99999999999", false},
	{&form_owner, "www-data", true},
	{&form_owner, "-x", false},
	{&form_owner, "", false},
	{&form_mount_options, "a,b=c:d", true},
	{&form_mount_options, ",a", false},
	{&form_mount_options, "a,", false},
	{&form_mount_options, "a,,b", false},
	{&form_url, "https://h/x", true},
	{&form_url, "https://h:1/x", true},
	{&form_url, "https://h:65535/x", true},
	{&form_url, "https://h:65536/x", false},
	{&form_url, "https://h:0/x", false},
	{&form_url, "https://h:/x", false},
	{&form_url, "https://10.0.2.2:8443/x?y=z", true},
	{&form_url, "https://10.0.2.256/x", false},
	{&form_url, "https://[::1]/x", true},
	{&form_url, "https://[::1]:443/x", true},
	{&form_url, "https://[10.0.0.1]/x", false},
	{&form_url, "https://[::1/x", false},
	{&form_url, "https://[]/x", false},
	{&form_url, "https://[/x", false},
	{&form_url, "https://::1/x", false},
	{&form_url, "https://h?x", false},
	{&form_url, "https://h/%2", false},
	{&form_url, "https://h/%2f", true},
	{&form_url, "HTTPS://h/x", false},
	{&form_url, "https://-h/x", false},
	{&form_url, "https://u@h/x", false},
	{&form_url, "https://h/u@x", true},
	{&form_url, "https://h/a[1].tar", false},
	{&form_url, "https://h/a%5b1%5D.tar", true},
	{&form_url, "https://h:0443/x", false},
	{&form_url, "https://h_1/x", false},
	{&form_url, "https://h/x#y", false},
	{&form_url, "nfs://h/a[1].tar", false},
	{&form_url, "https://h/\xc3\xbc", false},
	{&form_url, "nfs://h/x", true},
	{&form_url, "nfs://h/a/b.tar?vers=3", true},
	{&form_url, "nfs://[::1]:2049/x?vers=4", true},
	{&form_url, "nfs://h//x", true},
	{&form_url, "nfs://h/a%20b", true},
	{&form_url, "nfs://h/..x", true},
	{&form_url, "nfs://h/a/../x", true},
	{&form_url, "nfs://h/a?b/c", false},
	{&form_url, "nfs://h/", false},
	{&form_url, "nfs://h/a/", false},
	{&form_url, "nfs://h/a/.", false},
	{&form_url, "nfs://h/a/..?vers=3", false},
	{&form_url, "nfs://h/?vers=3", false},
	{&form_url, "nfs://h/x?", false},
	{&form_url, "nfs://h/x?vers=2", false},
	{&form_url, "nfs://h/x?vers=3&y", false},
	{&form_url, "nfs://h/%00", false},
	{&form_url, "nfs://h/a%2fb", false},
	{&form_url, "nfs://h/a%7Fb", false},
	{&form_url, "nfs:///x", false},
	{&form_url, "nfs:h:/x", false},
	{&form_url, "nfs://u@h/x", false},
	{&form_hostname, "a", true},
	{&form_hostname, "3com", true},
	{&form_hostname, "42", true},
	{&form_hostname, "a..b", false},
	{&form_hostname, ".a", false},
	{&form_hostname, "a.", false},
	{&form_hostname, "a.7", false},
	{&form_hostname, "a.7z", true},
	{&form_interface, "eth0", true},
	{&form_interface, "0eth", false},
	{&form_interface, "", false},
	{&form_address, "::", false},
	{&form_address, "::1", true},
	{&form_address, "1.2.3.04", false},
	{&form_address, "1.2.3", false},
	{&form_cidr, "10.0.0.1/8", true},
	{&form_cidr, "10.0.0.1/08", false},
	{&form_cidr, "10.0.0.1/", false},
	{&form_cidr, "10.0.0.1/8/8", false},
	{&form_cidr, "10.0.0.1/0", false},
	{&form_cidr, "10.0.0.0/31", true},
	{&form_cidr, "10.0.0.255/32", true},
	{&form_cidr, "fd00::/64", false},
	{&form_cidr, "fd00::ffff:ffff:ffff:ffff/64", true},
	{&form_cidr, "fd00::1/129", false},
	{&form_route, "10.0.0.0/8", true},
	{&form_route, "10.0.0.1/32", true},
	{&form_route, "::/0", false},
	{&form_mac, "52:54:00:12:34:5", false},
	{&form_mac, "52:54:00:12:34:56:78", false},
	{&form_mac, "00:00:00:00:00:00", false},
	{&form_mac, "", false},
	{&form_module, "e1000e", true},
	{&form_module, "a.ko", false},
	{&form_command_line, "", true},
	{&form_command_line, "  a=b  quiet ", true},
	{&form_command_line, "xroot=1 rooty nonroot=", true},
	{&form_command_line, "a ro", false},
	{&form_command_line, "a rw=1 roo", true},
	{&form_command_line, "a\nb", false},
	{&form_root_options, "ro", true},
	{&form_root_options, "", false},
	{&form_console, "tty0", true},
	{&form_console, "tty63", true},
	{&form_console, "tty64", false},
	{&form_console, "tty", false},
	{&form_console, "tty0,9600", false},
	{&form_console, "ttyS3,57600e7", true},
	{&form_console, "ttyS0,", false},
	{&form_console, "ttyS0,9600n8r", false},
	{&form_console, "hvc0", true},
	{&form_ssh_key, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==", true},
	{&form_ssh_key, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== a comment", true},
	{&form_ssh_key, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA", false},
	{&form_ssh_key, "ssh-ed25519", false},
	{&form_ssh_key, "ssh-dss AAAAB3NzaC1kc3MAAAAA", false},
	{&form_ssh_key, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\nx", false},
	{&form_ssh_key, "no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==", false},
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].form->fits(forms[i].text) != forms[i].fits)
			fail_msg("\"%s\" as %s: %d", forms[i].text, forms[i].form->accepted,
				 !forms[i].fits);
}

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		bool good;
		struct job_size size;
	} rows[] = {
		{"8GiB", true, {SIZE_BYTES, 8ull << 30, 0}},
		{"8 GiB", true, {SIZE_BYTES, 8ull << 30, 0}},
		{"1.5MiB", true, {SIZE_BYTES, 1572864, 0}},
		{"0.001KiB", true, {SIZE_BYTES, 1, 0}},
		{"1kB", true, {SIZE_BYTES, 1000, 0}},
		{"2TB", true, {SIZE_BYTES, 2000000000000, 0}},
		{"8191PiB", true, {SIZE_BYTES, 8191ull << 50, 0}},
		{"8192PiB", false, {0}},
		{"999999999999999PiB", false, {0}},
		{"1000000000000000kB", false, {0}},
		{"5%", true, {SIZE_PERCENT, 0, 500}},
		{"0.01%", true, {SIZE_PERCENT, 0, 1}},
		{"100%", true, {SIZE_PERCENT, 0, 10000}},
		{"100.01%", false, {0}},
		{"0.001%", false, {0}},
		{"5 %", false, {0}},
		{"5%%", false, {0}},
		{"rest", true, {SIZE_REST, 0, 0}},
		{"Rest", false, {0}},
		{"", false, {0}},
		{"GiB", false, {0}},
		{"1.GiB", false, {0}},
		{".5GiB", false, {0}},
		{"1.2345GiB", false, {0}},
		{"08GiB", false, {0}},
		{"+8GiB", false, {0}},
		{" 8GiB", false, {0}},
		{"8  GiB", false, {0}},
		{"8GiB ", false, {0}},
		{"8KB", false, {0}},
		{"8", false, {0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct job_size size = {0};

		if (size_parse(rows[i].text, &size) != rows[i].good ||
		    size.kind != rows[i].size.kind || size.bytes != rows[i].size.bytes ||
		    size.hundredths != rows[i].size.hundredths)
			fail_msg("\"%s\"", rows[i].text);
	}
}

static void test_seconds(void **state)
{
	uint32_t seconds;

	(void)state;
	assert_true(size_parse_seconds("0s", &seconds) && seconds == 0);
	assert_true(size_parse_seconds("2min", &seconds) && seconds == 120);
	assert_false(size_parse_seconds("3", &seconds));
	assert_false(size_parse_seconds("1.5s", &seconds));
	assert_false(size_parse_seconds("99999999999s", &seconds));
}

static void test_base64(void **state)
{
	static const struct {
		const char *text, *bytes;
	} rows[] = {
		/* RFC 4648, section 10 */
		{"", ""},
		{"Zg==", "f"},
		{"Zm8=", "fo"},
		{"Zm9v", "foo"},
		{"Zm9vYg==", "foob"},
		{"Zm9vYmE=", "fooba"},
		{"Zm9vYmFy", "foobar"},
		{"Zg=", NULL},
		{"Zg", NULL},
		{"Zh==", NULL},
		{"Zm9=", NULL},
		{"Zm 9", NULL},
		{"Zg==Zg==", NULL},
		{"====", NULL},
		{"Z===", NULL},
		{"Zm9v\n", NULL},
		{"=", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = 0;
		unsigned char *bytes = base64_decode(rows[i].text, strlen(rows[i].text), &size);

		if (!rows[i].bytes != !bytes)
			fail_msg("\"%s\"", rows[i].text);
		if (bytes)
			assert_string_equal((char *)bytes, rows[i].bytes);
		if (bytes)
			assert_int_equal(size, strlen(rows[i].bytes));
		free(bytes);
	}
}

static void test_networks(void **state)
{
	static const char *const networks[] = {"10.80.0.0/24", "10.80.1.0/24", "10.80.2.7"};
	struct address own, other;

	(void)state;
	assert_true(address_parse_prefix("10.0.17.5/20", &own));
	assert_true(address_parse_host("10.0.31.254", &other) && address_in(&other, &own));
	assert_true(address_parse_host("10.0.32.1", &other) && !address_in(&other, &own));
	assert_true(address_parse_host("fd00::1", &other) && !address_in(&other, &own));
	assert_true(address_parse_host("fe80::1", &other) && address_is_link_local(&other));
	assert_true(address_parse_host("10.80.1.9", &own));
	assert_false(address_in_any(&own, networks, 1));
	assert_true(address_in_any(&own, networks, 2));
	assert_true(address_parse_host("10.80.2.7", &own) && address_in_any(&own, networks, 3));
	assert_false(address_in_any(&own, NULL, 0));
	assert_true(address_parse_host("fec0::1", &other) && !address_is_link_local(&other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),    cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_seconds),  cmocka_unit_test(test_base64),
		cmocka_unit_test(test_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
