#include <stdlib.h>
#include <string.h>

#include "course/may_read.h"
#include "http/budget.h"
#include "http/connections.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/views.h"
#include "util/log.h"
#include "util/text.h"
#include "vm/identity.h"
#include "vm/reach.h"

/* A refusal on its way into the store; nobody waits for it. */
struct refused {
	struct write write; /* first: the writer hands this back */
	int64_t vm;
	char address[ADDRESS_TEXT];
	const char *reason;
};

static int store_refused(struct write *write, struct store *store, struct err *err)
{
	struct refused *refused = (struct refused *)(void *)write;

	return store_refusal_add(store, refused->vm, refused->address, refused->reason, wall_ms(),
				 err);
}

static void free_refused(struct write *write)
{
	if (write->ret < 0)
		log_warning("a refusal was not kept: %s: %s", write->err.where, write->err.msg);
	free(write);
}

static void keep_refusal(struct request *request, const struct vm *vm, enum refusal refusal)
{
	struct service *service = request->service;
	struct refused *refused;

	/* Anybody can be refused as often as he likes: the store is not to be filled with it. */
	if (!budget_refusal(service->budgets, request->peer) ||
	    budget_disk_low(service->budgets, service->data->root, service->reserve))
		return;
	refused = calloc(1, sizeof(*refused));
	if (!refused)
		return;
	refused->write.apply = store_refused;
	refused->write.done = free_refused;
	refused->vm = vm->id;
	refused->reason = refusal_code(refusal);
	memcpy(refused->address, request->peer, sizeof(refused->address));
	writer_submit(service->writer, &refused->write);
}

/* What it had is void once it is in service. */
static int judge_reach(struct request *request, const struct vm *vm, enum MHD_Result *ret)
{
	if (!vm_is_over(vm, wall_ms()))
		return 0;
	keep_refusal(request, vm, REFUSE_REACH);
	*ret = reply_refuse(request, REFUSE_REACH, "%s is '%s', and its token void; %s", vm->name,
			    vm_state_name(vm->state), vm_reach_help(vm));
	return -1;
}

static int judge(struct request *request, const struct vm *vm, enum MHD_Result *ret)
{
	static const struct {
		enum refusal refusal;
		const char *message;
	} table[] = {
		[IDENTITY_ADDRESS] = {REFUSE_ADDRESS, "the VM has another address"},
		[IDENTITY_NO_TOKEN] = {REFUSE_NO_TOKEN, "the VM's token is missing"},
		[IDENTITY_TOKEN] = {REFUSE_TOKEN, "this is not the VM's token"},
	};
	const char *token = request->token[0] ? request->token : NULL;
	enum identity identity = identity_judge(vm, request->peer, token);

	if (identity == IDENTITY_OK) {
		/* A VM that has neither is anybody. */
		if (vm->token_hash[0] || vm->address[0])
			connections_prove(request->service->connections, request->connection,
					  WHO_VM, vm->id);
		return judge_reach(request, vm, ret);
	}
	keep_refusal(request, vm, table[identity].refusal);
	*ret = reply_refuse(request, table[identity].refusal, "%s (%s): %s", vm->name, vm->mac,
			    table[identity].message);
	return -1;
}

int admit_vm(struct request *request, enum MHD_Result *ret)
{
	const char *text = request_query(request, "mac");
	struct err err = ERR_INIT;
	char mac[MAC_TEXT];
	int found;

	if (!text || mac_parse(mac, text, &err) < 0) {
		*ret = reply_refuse(request, REFUSE_MAC, "%s", text ? err.msg : "say ?mac=MAC");
		return -1;
	}
	found = store_vm_find(request->service->store, VM_BY_MAC, 0, mac, &request->vm, &err);
	if (found < 0)
		*ret = reply_error(request, &err);
	else if (!found)
		*ret = reply_refuse(request, REFUSE_VM, "no VM with the MAC %s was added", mac);
	else
		return judge(request, &request->vm, ret);
	return -1;
}

/* The VM that a request for an archive can only be from: its token says so, or its address. */
static int find_reader(struct request *request, struct vm *vm, struct err *err)
{
	struct store *store = request->service->store;
	char hash[TOKEN_HASH_TEXT];

	if (!request->token[0])
		return store_vm_find(store, VM_BY_ADDRESS, 0, request->peer, vm, err);
	token_hash(hash, request->token);
	return store_vm_find(store, VM_BY_TOKEN_HASH, 0, hash, vm, err);
}

/* It is told what it may, and not whether there is such a file. */
static void refuse_archive(struct request *request, const struct vm *vm, enum MHD_Result *ret)
{
	if (vm_reach(vm) == REACH_NOTHING) {
		keep_refusal(request, vm, REFUSE_REACH);
		*ret = reply_refuse(
			request, REFUSE_REACH,
			"%s is '%s': archives are for a VM that may install or does its first boot; %s",
			vm->name, vm_state_name(vm->state), vm_reach_help(vm));
	} else {
		keep_refusal(request, vm, REFUSE_NOT_NAMED);
		*ret = reply_refuse(
			request, REFUSE_NOT_NAMED,
			"%s: %.200s is not what its job names for where it is ('%s'); `newroot-server job %s` shows the job",
			vm->name, request->rest, vm_state_name(vm->state), vm->name);
	}
}

static int judge_archive(struct request *request, const struct vm *vm, enum MHD_Result *ret)
{
	struct err err = ERR_INIT;
	int may = may_read(request->service->store, vm, request->rest, &err);

	if (may > 0)
		return 0;
	if (may < 0)
		*ret = reply_error(request, &err);
	else
		refuse_archive(request, vm, ret);
	return -1;
}

/* VMs that have neither token nor address: which of them asks can't be told. */
struct nameless {
	int64_t *id;
	size_t count;
	bool failed; /* no memory */
};

static void add_nameless(void *arg, const struct vm *vm)
{
	struct nameless *all = arg;
	int64_t *grown;

	if (vm->address[0] || vm->token_hash[0] || all->failed)
		return;
	grown = reallocarray(all->id, all->count + 1, sizeof(*grown));
	all->failed = !grown;
	if (!grown)
		return;
	all->id = grown;
	grown[all->count++] = vm->id;
}

/* Found is one of them that may read the archive, else any of them. */
static int find_nameless(struct request *request, struct vm *vm, struct err *err)
{
	struct store *store = views_get(request->service->views);
	struct nameless all = {0};
	int found = store_vm_each(store, add_nameless, &all, err), may = 0;

	if (found == 0 && all.failed)
		found = err_set(err, ERR_MEMORY, "VMs", "no memory for those without a token");
	for (size_t i = 0; found >= 0 && may == 0 && i < all.count; i++) {
		found = store_vm_find(store, VM_BY_ID, all.id[i], NULL, vm, err);
		may = found > 0 ? may_read(store, vm, request->rest, err) : found;
	}
	free(all.id);
	return may < 0 ? -1 : found;
}

int admit_reader(struct request *request, enum MHD_Result *ret)
{
	struct err err = ERR_INIT;
	struct vm vm;
	int found = find_reader(request, &vm, &err);

	if (found == 0 && !request->token[0])
		found = find_nameless(request, &vm, &err);
	if (found > 0)
		return judge(request, &vm, ret) < 0 ? -1 : judge_archive(request, &vm, ret);
	*ret = found < 0 ? reply_error(request, &err)
			 : reply_refuse(request, REFUSE_READER,
					"archives are for VMs; neither token nor address is one's");
	return -1;
}
