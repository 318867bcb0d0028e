/* What DHCP servers are told: golden files, and dnsmasq's own opinion of them. */
#include "tests/unit/net_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "net/dhcp.h"

/* The golden files name a data folder at /data. */
static char *generic(const struct net_fixture *f, const char *name)
{
	char *text = net_read(f->data.net, name), *at;

	assert_non_null(text);
	while ((at = strstr(text, f->path))) {
		memcpy(at, "/data", 5);
		memmove(at + 5, at + strlen(f->path), strlen(at + strlen(f->path)) + 1);
	}
	return text;
}

static void assert_golden(const struct net_fixture *f, const char *name, const char *golden)
{
	char *text = generic(f, name);

	net_compare_golden(text, golden);
	free(text);
}

static void set_net(struct net_fixture *f, const char *router)
{
	assert_int_equal(settings_set_net_interface(&f->settings, "br0", NULL), 0);
	assert_int_equal(settings_set_net_address(&f->settings, "10.77.0.1/22", NULL), 0);
	if (router)
		assert_int_equal(settings_set_net_router(&f->settings, router, NULL), 0);
}

static void write_hosts(struct net_fixture *f)
{
	static const struct dhcp_host hosts[] = {
		{"db1", "52:54:00:77:00:0b", "10.77.0.11"},
		{"1h", "52:54:00:77:00:0c", "10.77.0.12"},
		{"no.address", "52:54:00:77:00:0d", ""},
		{"six", "52:54:00:77:00:0e", "fd77::e"},
		{"ignore", "52:54:00:77:00:0f", "10.77.3.254"},
	};

	assert_int_not_equal(dhcp_write_hosts(&f->data, hosts, 5, NULL), -1);
}

static void test_golden(void **state)
{
	struct net_fixture *f = *state;

	write_hosts(f);
	assert_golden(f, DATA_DHCP_HOSTS, "dhcp-hosts");
	assert_golden(f, DATA_DHCPD_HOSTS, "dhcpd-hosts");
	set_net(f, NULL);
	assert_int_equal(dhcp_write_conf(&f->data, &f->settings, NULL), 0);
	assert_golden(f, DATA_DNSMASQ, "dnsmasq.conf");
	assert_golden(f, DATA_DHCPD, "dhcpd.conf");
	assert_golden(f, DATA_SEGMENT, "segment");
	set_net(f, "10.77.3.1");
	assert_int_equal(dhcp_write_conf(&f->data, &f->settings, NULL), 0);
	assert_golden(f, DATA_DNSMASQ, "dnsmasq-router.conf");
	assert_golden(f, DATA_DHCPD, "dhcpd-router.conf");
}

static void test_ports(void **state)
{
	static const char *const rows[][2] = {
		{"https://service.test:9443", ":9443\n"},
		{"https://service.test", ":443\n"},
		{"https://[fd77::1]:8443", ":8443\n"},
		{"https://[fd77::1]", ":443\n"},
	};
	struct net_fixture *f = *state;

	set_net(f, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char listen[40];

		snprintf(listen, sizeof(listen), "listen=10.77.0.1%s", rows[i][1]);
		assert_int_equal(settings_set_url(&f->settings, rows[i][0], NULL), 0);
		assert_int_equal(dhcp_write_conf(&f->data, &f->settings, NULL), 0);
		assert_true(net_has(f->data.net, DATA_SEGMENT, listen));
	}
}

static void test_without_a_segment(void **state)
{
	struct net_fixture *f = *state;

	assert_int_equal(dhcp_write_conf(&f->data, &f->settings, NULL), 0);
	assert_false(net_has(f->data.net, DATA_DNSMASQ, ""));
	assert_false(net_has(f->data.net, DATA_DHCPD, ""));
}

static void check_by(const struct net_fixture *f, const char *fmt)
{
	char command[300];

	snprintf(command, sizeof(command), fmt, f->path);
	assert_int_equal(system(command), 0);
}

static void test_dnsmasq_takes_it(void **state)
{
	struct net_fixture *f = *state;

	write_hosts(f);
	set_net(f, "10.77.3.1");
	assert_int_equal(dhcp_write_conf(&f->data, &f->settings, NULL), 0);
	check_by(f, "dnsmasq --test --conf-file=%s/net/dnsmasq.conf 2>/dev/null");
}

/* Where ISC's server is installed; it checks the hosts too. */
static void test_dhcpd_takes_it(void **state)
{
	struct net_fixture *f = *state;

	write_hosts(f);
	set_net(f, "10.77.3.1");
	assert_int_equal(dhcp_write_conf(&f->data, &f->settings, NULL), 0);
	check_by(
		f,
		"PATH=$PATH:/usr/sbin; ! command -v dhcpd >/dev/null || dhcpd -t -q -cf %s/net/dhcpd.conf 2>/dev/null");
}

static void test_odd_folder(void **state)
{
	struct net_fixture *f = *state;
	struct err err = ERR_INIT;
	struct data odd = f->data;

	set_net(f, NULL);
	snprintf(odd.path, sizeof(odd.path), "%s/a b", f->path);
	assert_int_equal(mkdir(odd.path, 0755), 0);
	assert_int_equal(dhcp_write_conf(&odd, &f->settings, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE_DATA);
	assert_int_equal(rmdir(odd.path), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, net_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_golden),           TEST(test_without_a_segment),
		TEST(test_dnsmasq_takes_it), TEST(test_dhcpd_takes_it),
		TEST(test_odd_folder),       TEST(test_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
