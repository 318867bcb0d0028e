/* A network manager that newroot does not know would go on by itself: it is refused, beside another, too. */
#include "tests/unit/managers_fixture.h"
#include "os/managers.h"

#define MERGED_SYSTEMD "/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd"

struct other_case {
	const char *entries[9];
	struct job_services services;
	const char *message; /* NULL: one is found */
};

static const struct other_case others[] = {
	{{MERGED_SYSTEMD, STARTS("connman")}, {0}, "ConnMan starts at boot"},
	{{MERGED_SYSTEMD, STARTS("systemd-networkd"), STARTS("dhcpcd")},
	 {0},
	 "name its service (dhcpcd, or dhcpcd@INTERFACE) in /services/disable"},
	{{MERGED_SYSTEMD, STARTS("systemd-networkd"), STARTS("dhcpcd")},
	 {.given = true, .disable = LIST("dhcpcd")},
	 NULL},
	/* An instance for each interface. */
	{{MERGED_SYSTEMD, STARTS("systemd-networkd"),
	  WANTS "netctl@old.service>/usr/lib/systemd/system/netctl@.service"},
	 {0},
	 "netctl starts at boot"},
	{{MERGED_SYSTEMD, STARTS("systemd-networkd"),
	  WANTS "netctl@old.service>/usr/lib/systemd/system/netctl@.service"},
	 {.given = true, .disable = LIST("netctl@old")},
	 NULL},
	/* A file alone starts nothing. */
	{{MERGED_SYSTEMD, "/etc/network/interfaces=auto lo\n", UNIT("networking")},
	 {0},
	 "services that /services/enable of the job could switch on: networking"},
	{{MERGED_SYSTEMD, "/etc/network/interfaces=auto lo\n", UNIT("networking")},
	 {.given = true, .enable = LIST("networking")},
	 NULL},
	{{MERGED_SYSTEMD, "/sbin/ifup", "/etc/sysconfig/network/config=x"}, {0}, "switch on: none"},
	{{"/sbin/openrc-run", "/etc/init.d/network", "/etc/conf.d/network=x",
	  "/etc/runlevels/boot/network>/etc/init.d/network"},
	 {0},
	 "OpenRC's own network script starts"},
	/* SLES 11: links of its own places, files that wicked would read, and nobody who writes them. */
	{{"/etc/inittab=x", "/etc/init.d/network", "/etc/init.d/rc3.d/S05network>../network",
	  "/etc/sysconfig/network/ifcfg-eth0=x"},
	 {0},
	 "nothing that newroot knows"},
	{{"/etc/inittab=x", "/etc/init.d/networking", "/etc/network/interfaces=x",
	  "/etc/rcS.d/S40networking>../init.d/networking"},
	 {0},
	 NULL},
	/* The script of a masked unit stays masked. */
	{{MERGED_SYSTEMD, STARTS("systemd-networkd"),
	  "/etc/systemd/system/connman.service>/dev/null", "/etc/init.d/connman",
	  "/etc/rc3.d/S10connman>../init.d/connman"},
	 {0},
	 NULL},
	/* Vendors' links start, too; so does an alias. */
	{{MERGED_SYSTEMD, UNIT("connman"),
	  "/usr/lib/systemd/system/multi-user.target.wants/connman.service>../connman.service"},
	 {0},
	 "ConnMan starts at boot"},
	{{MERGED_SYSTEMD, UNIT("dhcpcd"),
	  "/etc/systemd/system/dhcp.service>/usr/lib/systemd/system/dhcpcd.service"},
	 {0},
	 "dhcpcd starts at boot"},
};

static void other_is_refused(const struct other_case *c, size_t row)
{
	struct err err = ERR_INIT;
	struct changes changes;
	struct tree tree;
	bool found;

	tree_make(&tree, c->entries);
	changes = list_for(&tree);
	found = managers_find(&changes, init_of(&tree), &c->services, &err);
	if (found != !c->message ||
	    (!found && (err.code != ERR_CONFIGURE || !strstr(err.msg, c->message))))
		fail_msg("row %zu: %s", row, err.msg);
	facts_agree(c->entries, init_of(&tree), &c->services, &err);
	tree_free(&tree);
}

static void others_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		other_is_refused(&others[i], i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
