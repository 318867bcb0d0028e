#include "cutover/runbook.h"

#include <stddef.h>
#include <string.h>

#include "cutover/forward.h"
#include "cutover/runbook_command.h"
#include "util/text.h"

/* The two families on the old edge. */
static const struct family {
	bool v6;
	const char *option, *program, *file, *sysctl, *nft;
} families[] = {
	{false, "", "iptables", "rules", "net.ipv4.ip_forward", "ip"},
	{true, " --ipv6", "ip6tables", "rules6", "net.ipv6.conf.all.forwarding", "ip6"},
};

#define FAMILIES (sizeof(families) / sizeof(families[0]))

static size_t of_family(const struct runbook *book, const struct family *family)
{
	return forward_count(book->group, family->v6);
}

static bool always(const struct runbook *book)
{
	(void)book;
	return true;
}

static bool has_names(const struct runbook *book)
{
	for (size_t i = 0; i < book->group->public.count; i++)
		if (book->group->public.row[i].name[0])
			return true;
	return false;
}

static bool changes_dns(const struct public_row *row)
{
	return row->name[0] && strcmp(row->old, row->new) != 0;
}

static bool has_dns(const struct runbook *book)
{
	for (size_t i = 0; i < book->group->public.count; i++)
		if (changes_dns(&book->group->public.row[i]))
			return true;
	return false;
}

static bool has_forwards(const struct runbook *book)
{
	return of_family(book, &families[0]) || of_family(book, &families[1]);
}

static bool is_ready(const struct vm *vm)
{
	return vm->state == VM_COMPLETE || vm->state == VM_CUT_OVER;
}

static void print_ready(const struct runbook *book)
{
	size_t missing = 0;

	for (size_t i = 0; i < book->group->count; i++) {
		const struct vm *vm = &book->group->vm[i].vm;

		if (is_ready(vm))
			continue;
		if (!missing++)
			fprintf(book->out,
				"- [ ] **Not complete yet**, and the group is cut over only as a whole:\n");
		fprintf(book->out, "    - %s: %s\n", vm->name, vm_state_name(vm->state));
	}
	if (!missing)
		fprintf(book->out, "- [x] All its VMs are complete: %zu.\n", book->group->count);
}

static void print_replicas(const struct runbook *book)
{
	for (size_t i = 0; i < book->group->count; i++) {
		const struct vm *vm = &book->group->vm[i].vm;

		if (vm->master[0])
			fprintf(book->out,
				"- [ ] %s replicates %s without an error, and isn't behind.\n",
				vm->name, vm->master);
	}
}

/* For each VM of a kind: a box to tick, with its name in it. */
struct task {
	size_t flag; /* of struct cutover_vm: its kind */
	const char *before, *after;
};

/* What testers left is gone, and what is on the old side is fetched, so that little is left for the window. */
static const struct task fresh[] = {
	{offsetof(struct cutover_vm, resets), "On ",
	 ", as root, `newroot rescue reset --yes` and a reboot have undone what testers did, and it is complete again."},
	{offsetof(struct cutover_vm, follows), "",
	 " follows the old master, and isn't behind: `newroot cutover --dry-run` on it, as root, tells."},
	{offsetof(struct cutover_vm, syncs), "On ",
	 ", as root, `newroot sync` has run, the last time shortly before the window: what it brings then, it need not bring later."},
};
static const struct task last_writes = {
	offsetof(struct cutover_vm, follows), "The old master of ",
	" takes no writes any more: `SET GLOBAL read_only = ON` there, and no user with SUPER is left."};

/* An undo leaves the VM to catch up again, so cutover does not do it. */
static const struct task forget = {
	offsetof(struct cutover_vm, syncs), "",
	" is not undone any more: `rm /etc/newroot/sync.json` on it, as root, "
	"takes its private key away; the key's line is out of the old VM's `authorized_keys`."};

static void print_tasks(const struct runbook *book, const struct task *tasks, size_t count)
{
	for (size_t i = 0; i < book->group->count; i++) {
		const struct cutover_vm *vm = &book->group->vm[i];

		for (const struct task *task = tasks; task < tasks + count; task++)
			if (*(const bool *)((const char *)vm + task->flag))
				fprintf(book->out, "- [ ] %s%s%s\n", task->before, vm->vm.name,
					task->after);
	}
}

static void print_forward_files(const struct runbook *book)
{
	fprintf(book->out,
		"- [ ] The old edge has the forward rules as files, made for iptables by\n\n");
	runbook_block_begin(book);
	for (size_t i = 0; i < FAMILIES; i++) {
		char rest[40];

		snprintf(rest, sizeof(rest), "%s > @.%s", families[i].option, families[i].file);
		if (of_family(book, &families[i]))
			runbook_command(book, "forward", rest);
	}
	runbook_block_end(book);
	fprintf(book->out, "or, for nftables, by\n\n");
	runbook_block(book, "forward", " --nft > @.nft");
}

static void print_before(const struct runbook *book)
{
	print_ready(book);
	print_replicas(book);
	print_tasks(book, fresh, sizeof(fresh) / sizeof(fresh[0]));
	if (has_dns(book))
		fprintf(book->out,
			"- [ ] The TTL of the names under \"DNS\" is five minutes, for as long as the old TTL was.\n");
	fprintf(book->out, "- [ ] All of this is still so when the window begins:\n\n");
	runbook_block(book, "watch", " --once");
	if (has_names(book)) {
		fprintf(book->out,
			"- [ ] Testers have these lines in their `/etc/hosts`, and find the new system good:\n\n");
		runbook_block(book, "hosts", "");
	}
	if (has_forwards(book))
		print_forward_files(book);
}

/* "web1, web2": those that go last are stopped first. */
static void print_reverse(const struct runbook *book)
{
	for (size_t i = book->group->count; i-- > 0;)
		fprintf(book->out, "%s%s", book->group->vm[i].vm.name, i ? ", " : "");
}

static void print_window(const struct runbook *book)
{
	fprintf(book->out,
		"- [ ] Users are told. Nobody changes DNS, or the migration document, from here on.\n"
		"- [ ] What writes is stopped on the old side, in this order: ");
	print_reverse(book);
	fprintf(book->out, ".\n");
	print_tasks(book, &last_writes, 1);
	fprintf(book->out, "\n");
}

/* What has to be brought over once more, by what the VM is. */
static const char *last_data(const struct cutover_vm *vm)
{
	if (vm->follows && vm->syncs)
		return "`newroot sync` on it, as root, a last time; its databases follow the old master, "
		       "and its cutover waits for the rest before it promotes it";
	if (vm->follows)
		return "nothing; it follows the old master, and its cutover waits for the rest before it promotes it";
	if (vm->syncs)
		return "`newroot sync` on it, as root, a last time";
	if (vm->serves_nfs || !strcmp(vm->vm.role, "nfs-server"))
		return "the shared files, by your own means";
	if (vm->vm.master[0])
		return "nothing; its replication has caught up with its master";
	if (!strcmp(vm->vm.role, "db-master"))
		return "the databases, by your own means: a last dump, or replication";
	return "the files that its applications write, by your own means";
}

static void print_data(const struct runbook *book)
{
	fprintf(book->out,
		"The new VMs have what was in their archives and dumps. What was written since is brought over now:\n\n");
	for (size_t i = 0; i < book->group->count; i++)
		fprintf(book->out, "- [ ] %s: %s.\n", book->group->vm[i].vm.name,
			last_data(&book->group->vm[i]));
	fprintf(book->out, "\n");
}

/* What the job held back on the VM until now. */
static void print_held_back(const struct runbook *book, const struct cutover_vm *vm)
{
	if (vm->quarantine)
		fprintf(book->out, "    - [ ] its quarantine is lifted\n");
	if (vm->disabled[0])
		fprintf(book->out, "    - [ ] held-back services run: %s\n", vm->disabled);
	if (vm->puppet)
		fprintf(book->out, "    - [ ] puppet has run\n");
}

static void print_service(const struct runbook *book)
{
	fprintf(book->out,
		"The service tells the VMs to put themselves into service: those of a wave at once, when the wave before is cut over.\n\n");
	runbook_block(book, "cutover", " --group");
	fprintf(book->out, "They say how far they are, and the service shows it:\n\n");
	runbook_block(book, "watch", " --once");
	for (size_t i = 0; i < book->group->count; i++) {
		const struct cutover_vm *vm = &book->group->vm[i];

		fprintf(book->out, "%zu. [ ] %s%s%s%s, in wave %lld, does its work", i + 1,
			vm->vm.name, vm->vm.role[0] ? " (" : "", vm->vm.role,
			vm->vm.role[0] ? ")" : "", (long long)vm->wave);
		if (vm->vm.master[0])
			fprintf(book->out, ", with its master %s", vm->vm.master);
		fprintf(book->out, "\n");
		print_held_back(book, vm);
	}
	fprintf(book->out,
		"\nOne that fails, or refuses, says why, and those that need it wait: mend that, "
		"then `newroot-server retry NAME` has it go on. One that the service can't reach is cut "
		"over by hand, in its turn: `newroot cutover` on it, as root, then `newroot-server "
		"cutover NAME --mark`. Once a VM is cut over, the service refuses to install it anew.\n\n");
}

static void print_forward(const struct runbook *book)
{
	fprintf(book->out,
		"On the old edge, logged in by an address that isn't forwarded. With iptables:\n\n");
	runbook_block_begin(book);
	for (size_t i = 0; i < FAMILIES; i++)
		if (of_family(book, &families[i]))
			fprintf(book->out, "sysctl -w %s=1\n%s-restore --noflush %s.%s\n",
				families[i].sysctl, families[i].program, book->group->name,
				families[i].file);
	runbook_block_end(book);
	fprintf(book->out, "With nftables, after the same `sysctl`:\n\n");
	runbook_block_begin(book);
	fprintf(book->out, "nft -f %s.nft\n", book->group->name);
	runbook_block_end(book);
}

static void print_dns(const struct runbook *book)
{
	fprintf(book->out, "| done | name | type | old | new |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < book->group->public.count; i++) {
		const struct public_row *row = &book->group->public.row[i];

		if (changes_dns(row))
			fprintf(book->out, "| [ ] | %s | %s | %s | %s |\n", row->name,
				public_is_v6(row->new) ? "AAAA" : "A",
				row->old[0] ? row->old : "none", row->new);
	}
	fprintf(book->out, "\n");
}

static void print_after(const struct runbook *book)
{
	if (has_names(book))
		fprintf(book->out,
			"- [ ] Testers have taken the lines out of their `/etc/hosts`, by the command that this prints:\n\n");
	if (has_names(book))
		runbook_block(book, "hosts", " --remove");
	fprintf(book->out,
		"- [ ] From outside, each application answers, and what is entered there is found again.\n"
		"- [ ] Mail, jobs by the clock, backups and monitoring work.\n"
		"- [ ] Whoever keeps these VMs knows that they start the kernel they were installed with: "
		"one that the package manager installs later does not boot by itself.\n");
	if (has_forwards(book))
		fprintf(book->out,
			"- [ ] The rules' packet counts on the old edge stand still, some days later: the rules are taken out.\n");
	print_tasks(book, &forget, 1);
}

static void print_undo(const struct runbook *book)
{
	fprintf(book->out, "With iptables:\n\n");
	runbook_block_begin(book);
	for (size_t i = 0; i < FAMILIES; i++)
		if (of_family(book, &families[i]))
			fprintf(book->out,
				"%s-save | grep -vF '\"newroot group %s\"' | %s-restore\n",
				families[i].program, book->group->name, families[i].program);
	runbook_block_end(book);
	fprintf(book->out, "With nftables:\n\n");
	runbook_block_begin(book);
	for (size_t i = 0; i < FAMILIES; i++)
		if (of_family(book, &families[i]))
			fprintf(book->out, "nft delete table %s newroot_%s\n", families[i].nft,
				book->group->name);
	runbook_block_end(book);
}

static void print_back(const struct runbook *book)
{
	fprintf(book->out,
		"Before users write to the new side, nothing is lost. Afterwards, what they wrote is on the new VMs alone.\n\n"
		"- [ ] One that is ordered and not cut over yet is to be so no more: `newroot-server cancel NAME`, then `retry NAME`.\n"
		"- [ ] The service hears the others again, and counts them as complete: ten minutes after its cutover a VM's word counts no more.\n\n");
	runbook_block(book, "reopen", " --group");
	fprintf(book->out,
		"- [ ] On the new VMs, as root, in this order, `newroot cutover --undo` stops what was held back, and puts the quarantine back: ");
	print_reverse(book);
	fprintf(book->out, ".\n- [ ] What was written there is copied back, or given up.\n");
	if (has_dns(book))
		fprintf(book->out, "- [ ] DNS has the old addresses again.\n");
	fprintf(book->out, "- [ ] The old side runs again, in the order of \"Into service\".\n");
	if (has_forwards(book)) {
		fprintf(book->out, "- [ ] The rules are taken out of the old edge.\n\n");
		print_undo(book);
	} else {
		fprintf(book->out, "\n");
	}
	fprintf(book->out,
		"A VM whose cutover is undone says so. A master that was promoted stays one: "
		"undoing brings its old master's changes back no more.\n");
}

static const struct section {
	const char *title;
	bool (*applies)(const struct runbook *book);
	void (*print)(const struct runbook *book);
} sections[] = {
	{"Before", always, print_before},
	{"The window begins", always, print_window},
	{"The last data", always, print_data},
	{"Into service", always, print_service},
	{"Forward on the old edge", has_forwards, print_forward},
	{"DNS", has_dns, print_dns},
	{"After", always, print_after},
};

static void print_vms(const struct runbook *book)
{
	fprintf(book->out, "| VM | role | state | new addresses |\n|---|---|---|---|\n");
	for (size_t i = 0; i < book->group->count; i++) {
		const struct vm *vm = &book->group->vm[i].vm;

		fprintf(book->out, "| %s | %s%s%s | %s | %s |\n", vm->name, vm->role,
			vm->master[0] ? " of " : "", vm->master, vm_state_name(vm->state),
			vm->finals);
	}
	fprintf(book->out, "\n");
}

void runbook_print(FILE *out, const struct cutover_group *group, const char *data_path,
		   int64_t now_ms)
{
	const struct runbook book = {.out = out, .group = group, .data_path = data_path};
	char now[TEXT_TIME_MAX];
	unsigned number = 0;

	fprintf(out,
		"# Cutover of group %s\n\nPrinted %s UTC from what the service knew then; print it anew when the group has changed.\n\n",
		group->name, text_time(now, now_ms));
	print_vms(&book);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (!sections[i].applies(&book))
			continue;
		fprintf(out, "## %u. %s\n\n", ++number, sections[i].title);
		sections[i].print(&book);
	}
	fprintf(out, "\n## Going back\n\n");
	print_back(&book);
}
