#include <stdlib.h>
#include <string.h>

#include "http/budget.h"
#include "http/connections.h"
#include "http/reply.h"
#include "http/route.h"
#include "util/log.h"
#include "util/text.h"
#include "vm/identity.h"

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

	return store_refusal_add(store, refused->vm, refused->address, refused->reason, clock_ms(),
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
		return 0;
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
	int found;

	if (request->token[0]) {
		token_hash(hash, request->token);
		return store_vm_find(store, VM_BY_TOKEN_HASH, 0, hash, vm, err);
	}
	found = store_vm_find(store, VM_BY_ADDRESS, 0, request->peer, vm, err);
	return found ? found : store_vm_find(store, VM_ANONYMOUS, 0, NULL, vm, err);
}

int admit_reader(struct request *request, enum MHD_Result *ret)
{
	struct err err = ERR_INIT;
	struct vm vm;
	int found = find_reader(request, &vm, &err);

	if (found > 0)
		return judge(request, &vm, ret);
	*ret = found < 0 ? reply_error(request, &err)
			 : reply_refuse(request, REFUSE_READER,
					"archives are for VMs; neither token nor address is one's");
	return -1;
}
