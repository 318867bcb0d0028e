#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/open.h"
#include "cmd/command.h"
#include "net/boot_entries.h"
#include "util/file.h"
#include "util/text.h"

static const char *mac, *address, *job_file, *group;
static const char *token = "auto", *mode = "install", *parameters = "";

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"mac", OPTION_TEXT, &mac, "MAC", "of the NIC it boots from; required"},
	{"address", OPTION_TEXT, &address, "ADDR",
	 "in configuration mode: requests must come from it"},
	{"job", OPTION_TEXT, &job_file, "FILE", "its job, a JSON object; required"},
	{"token", OPTION_TEXT, &token, "auto|none", "a secret in its boot entry (default auto)"},
	{"group", OPTION_TEXT, &group, "GROUP", "VMs that are held together"},
	{"mode", OPTION_TEXT, &mode, "MODE", "install (default), rescue, plan or wait"},
	{"parameters", OPTION_TEXT, &parameters, "WORDS", "more kernel parameters for it"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* The job's own rules are `newroot check`'s; what is handed out has at least to be a JSON object. */
static int read_job(char **text, struct err *err)
{
	json_error_t error;
	json_t *root;
	size_t size;
	int ret = 0;

	if (file_read(AT_FDCWD, job_file, JOB_TEXT_MAX, text, &size, err) < 0)
		return -1;
	root = json_loadb(*text, size, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		ret = err_set(err, ERR_JOB_SYNTAX, job_file, "line %d column %d: %s", error.line,
			      error.column, error.text);
	else if (!json_is_object(root))
		ret = err_set(err, ERR_JOB_TYPE, job_file, "must be a JSON object");
	json_decref(root);
	if (ret < 0)
		free(*text);
	return ret;
}

static int fill_token(struct vm *vm, struct err *err)
{
	if (!strcmp(token, "none"))
		return 0;
	if (strcmp(token, "auto"))
		return err_set(err, ERR_USAGE, "token", "'%.40s' is not auto or none", token);
	if (token_new(vm->token, err) < 0)
		return -1;
	token_hash(vm->token_hash, vm->token);
	return 0;
}

static int fill_vm(struct vm *vm, const char *name, struct err *err)
{
	memset(vm, 0, sizeof(*vm));
	if (!mac || !job_file)
		return err_set(err, ERR_USAGE, NULL, "--mac and --job are required");
	if (name_check(name, "name", err) < 0 || (group && name_check(group, "group", err) < 0) ||
	    mac_parse(vm->mac, mac, err) < 0 ||
	    (address && address_parse(vm->address, address, err) < 0) ||
	    boot_mode_check(mode, err) < 0 || boot_parameters_check(parameters, err) < 0 ||
	    fill_token(vm, err) < 0)
		return -1;
	snprintf(vm->name, sizeof(vm->name), "%s", name);
	snprintf(vm->group, sizeof(vm->group), "%s", group ? group : "");
	snprintf(vm->mode, sizeof(vm->mode), "%s", mode);
	snprintf(vm->parameters, sizeof(vm->parameters), "%s", parameters);
	vm->added_ms = vm->changed_ms = wall_ms();
	vm->state = VM_CREATED;
	vm->armed = true;
	return 0;
}

struct adding {
	struct vm *vm;
	const char *job;
};

static int add_to_store(struct store *store, void *arg, struct err *err)
{
	const struct adding *adding = arg;

	return store_vm_add(store, adding->vm, adding->job, "", err);
}

static int add_vm(struct vm *vm, const char *job, struct err *err)
{
	struct adding adding = {vm, job};
	struct open open;
	int ret;

	if (open_data(&open, err) < 0)
		return -1;
	ret = settings_check_vm_address(&open.settings, vm->address, err);
	if (ret == 0)
		ret = change_data(&open, add_to_store, &adding, err);
	close_data(&open);
	return ret;
}

static int run(char **operands, size_t count, struct err *err)
{
	struct vm vm;
	char *job;
	int ret;

	(void)count;
	if (fill_vm(&vm, operands[0], err) < 0 || read_job(&job, err) < 0)
		return -1;
	ret = add_vm(&vm, job, err);
	free(job);
	if (ret == 0)
		printf("%s %s added\n", vm.name, vm.mac);
	return ret;
}

const struct command cmd_add = {
	.name = "add",
	.operands = "NAME",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Add a VM and write its boot entries",
	.options = options,
	.run = run,
};
