/* What a new system cannot do is refused, before it boots without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "moved_scene.h"

static void must_fail(const char *const *tree_entries, const struct job *job, const char *message)
{
	struct params params = {0};
	struct job copy = *job;
	const struct context ctx = {.params = &params, .job = &copy, .note = note};
	struct tree tree;
	struct changes changes;
	struct err err = ERR_INIT;

	tree_make(&tree, tree_entries);
	changes = list_for(&tree);
	assert_int_equal(
		moved_render(&changes, &ctx, detect_init(&tree.target, &tree.arena, &err), &err),
		-1);
	assert_int_equal(err.code, ERR_CONFIGURE);
	if (!strstr(err.msg, message))
		fail_msg("\"%s\" lacks \"%s\"", err.msg, message);
	tree_free(&tree);
}

/* What the new system cannot do is told, before it boots without it. */
static void what_cannot_be_is_refused(void **state)
{
	static const char *const bare[] = {"/sbin/openrc-run", NULL};
	static const char *const no_v6[] = {"/sbin/openrc-run", "/sbin/iptables-restore", NULL};
	static const char *const no_link[] = {"/sbin/openrc-run", "/etc/init.d/cron",
					      "/etc/runlevels/default/cron=#!/sbin/openrc-run\n",
					      NULL};
	const struct job server = {.nfs = {exports, 1, NULL, 0}};
	const struct job client = {.nfs = {NULL, 0, mounts, 1}};
	const struct job quarantine = {.quarantine = {.given = true}};
	const struct job services = {.services = {true, LIST("cron"), {0}}};

	(void)state;
	must_fail(bare, &server, "none of the services nfs-server, nfs-kernel-server and nfs");
	must_fail(bare, &client, "no mount.nfs");
	must_fail(bare, &quarantine, "neither iptables-restore nor nft");
	must_fail(no_v6, &quarantine, "neither ip6tables-restore nor nft, so IPv6 would stay open");
	must_fail(no_link, &services, "is no symlink");
}

/* Before anything is erased. */
static void a_name_without_an_address_is_refused(void **state)
{
	struct job job = {.sync = {.given = true, .ssh = {.host = "no host", .json_path = "/x"}}};
	struct arena arena = {0};
	struct err_list errors = {0};
	const struct context ctx = {.job = &job, .arena = &arena};

	(void)state;
	moved_check(&ctx, &errors);
	assert_int_equal(errors.count, 0); /* nothing is closed */
	job.quarantine.given = true;
	moved_check(&ctx, &errors);
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.item[0].code, ERR_NET_RESOLVE);
	assert_string_equal(errors.item[0].where, "/x");
	err_list_free(&errors);
	arena_free(&arena);
}

#define RELEASE      "2.6.18-164.el5"
#define FOLDER       "/lib/modules/" RELEASE "/"
#define MODULE(name) "kernel/net/" name ".ko:\n"
#define LEGACY       "/sbin/iptables-restore"
#define NFT_LINK     "/sbin/iptables-restore>xtables-nft-multi"

/* A kernel that cannot load the rules is refused: they would be missing without a word. */
static void the_kernel_must_have_it(void **state)
{
	static const struct {
		const char *tool, *dep, *builtin;
		const char *message; /* NULL: it is taken */
	} rows[] = {
		{LEGACY, MODULE("iptable_mangle") MODULE("ip6table_mangle") MODULE("xt_tcpudp"),
		 "x.ko\n", NULL},
		{LEGACY, MODULE("iptable_mangle") MODULE("ipv6") MODULE("xt_tcpudp"), "x.ko\n",
		 "no ip6table_mangle (CONFIG_IP6_NF_MANGLE)"},
		/* Without IPv6 there is nothing to close. */
		{LEGACY, MODULE("iptable_mangle") MODULE("xt_tcpudp"), "x.ko\n", NULL},
		{NFT_LINK, MODULE("iptable_mangle") MODULE("nf_tables"),
		 "kernel/net/xt_tcpudp.ko\n", "no nft_compat"},
		{"/sbin/nft", MODULE("nf_tables") MODULE("nft_limit") MODULE("nft_log"),
		 "kernel/net/nft_ct.ko\n", NULL},
		{"/sbin/nft", MODULE("nf_tables"), "x.ko\n", "no nft_ct"},
	};
	struct params params = {0};
	struct job job = {.quarantine = {.given = true}};
	const struct context ctx = {
		.params = &params, .job = &job, .note = note, .kernel_release = RELEASE};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char dep[256], builtin[256];
		const char *const entries[] = {"/sbin/xtables-nft-multi",
					       rows[i].tool,
					       "/sbin/ip6tables-restore",
					       dep,
					       builtin,
					       NULL};
		struct tree tree;
		struct changes changes;
		struct err err = ERR_INIT;
		int ret;

		snprintf(dep, sizeof(dep), FOLDER "modules.dep=%s", rows[i].dep);
		snprintf(builtin, sizeof(builtin), FOLDER "modules.builtin=%s", rows[i].builtin);
		tree_make(&tree, entries);
		changes = list_for(&tree);
		ret = moved_render(&changes, &ctx, &init_openrc, &err);
		if (ret != -!!rows[i].message ||
		    (rows[i].message && !strstr(err.msg, rows[i].message)))
			fail_msg("row %zu: %s", i, err.msg);
		tree_free(&tree);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(a_name_without_an_address_is_refused),
		cmocka_unit_test(the_kernel_must_have_it),
	};

	return cmocka_run_group_tests_name("configure_refused", tests, NULL, NULL);
}
