#include <string.h>

#include "store/sqlite.h"

static void copy_text(char *to, size_t size, sqlite3_stmt *stmt, int column)
{
	strncpy(to, sql_text(stmt, column), size - 1);
	to[size - 1] = '\0';
}

#define COPY(field, column) copy_text(vm->field, sizeof(vm->field), stmt, column)

static void read_vm(struct vm *vm, sqlite3_stmt *stmt)
{
	memset(vm, 0, sizeof(*vm));
	vm->id = sqlite3_column_int64(stmt, 0);
	COPY(name, 1);
	COPY(mac, 2);
	COPY(address, 3);
	COPY(token, 4);
	COPY(token_hash, 5);
	COPY(group, 6);
	COPY(mode, 7);
	COPY(parameters, 8);
	vm->state = vm_state_by_name(sql_text(stmt, 9));
	COPY(step, 10);
	COPY(error, 11);
	vm->hold = sqlite3_column_int(stmt, 12);
	vm->group_hold = sqlite3_column_int(stmt, 13);
	vm->added_ms = sqlite3_column_int64(stmt, 14);
	vm->changed_ms = sqlite3_column_int64(stmt, 15);
	vm->seen_ms = sqlite3_column_int64(stmt, 16);
}

/* Say in the operator's words which value another VM has already. */
static int refuse_duplicate(struct store *store, const struct vm *vm, struct err *err)
{
	const struct {
		enum vm_key key;
		const char *what, *value;
	} unique[] = {
		{VM_BY_NAME, "name", vm->name},
		{VM_BY_MAC, "mac", vm->mac},
		{VM_BY_ADDRESS, "address", vm->address},
	};

	for (size_t i = 0; i < sizeof(unique) / sizeof(unique[0]); i++) {
		struct vm other;
		int found = unique[i].value[0] ? store_vm_find(store, unique[i].key, 0,
							       unique[i].value, &other, err)
					       : 0;

		if (found < 0)
			return -1;
		if (found)
			return err_set(err, ERR_SERVICE_VM, unique[i].what,
				       "%s is taken already, by the VM '%s'", unique[i].value,
				       other.name);
	}
	return 0;
}

static int insert_vm(struct store *store, struct vm *vm, const char *job, struct err *err)
{
	if (vm->group[0] && sql_run(store, SQL_GROUP_ADD, err, "t", vm->group) < 0)
		return -1;
	if (sql_run(store, SQL_VM_ADD, err, "ttttttttttii", vm->name, vm->mac, vm->address,
		    vm->token, vm->token_hash, vm->group, vm->mode, vm->parameters,
		    vm_state_name(vm->state), job, vm->added_ms, vm->changed_ms) < 0)
		return -1;
	vm->id = sqlite3_last_insert_rowid(store->db);
	return 0;
}

int store_vm_add(struct store *store, struct vm *vm, const char *job, struct err *err)
{
	if (store_begin(store, err) < 0)
		return -1;
	if (refuse_duplicate(store, vm, err) < 0 || insert_vm(store, vm, job, err) < 0) {
		store_rollback(store);
		return -1;
	}
	return store_commit(store, err);
}

int store_vm_remove(struct store *store, int64_t id, struct err *err)
{
	return sql_run(store, SQL_VM_REMOVE, err, "i", id);
}

static sqlite3_stmt *use_finder(struct store *store, enum vm_key key, int64_t id, const char *text,
				struct err *err)
{
	static const enum statement finder[] = {
		[VM_BY_ID] = SQL_VM_BY_ID,
		[VM_BY_NAME] = SQL_VM_BY_NAME,
		[VM_BY_MAC] = SQL_VM_BY_MAC,
		[VM_BY_ADDRESS] = SQL_VM_BY_ADDRESS,
		[VM_BY_TOKEN_HASH] = SQL_VM_BY_TOKEN_HASH,
		[VM_ANONYMOUS] = SQL_VM_ANONYMOUS,
	};

	switch (key) {
	case VM_BY_ID:
		return sql_use(store, finder[key], err, "i", id);
	case VM_ANONYMOUS:
		return sql_use(store, finder[key], err, "");
	default:
		return sql_use(store, finder[key], err, "t", text);
	}
}

int store_vm_find(struct store *store, enum vm_key key, int64_t id, const char *text, struct vm *vm,
		  struct err *err)
{
	sqlite3_stmt *stmt = use_finder(store, key, id, text, err);
	int ret;

	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret > 0)
		read_vm(vm, stmt);
	return sql_done(store, stmt, ret);
}

int store_vm_each(struct store *store, void (*each)(void *arg, const struct vm *vm), void *arg,
		  struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_VM_ALL, err, "");
	struct vm vm;
	int ret;

	if (!stmt)
		return -1;
	while ((ret = sql_step(store, stmt, err)) > 0) {
		read_vm(&vm, stmt);
		each(arg, &vm);
	}
	return sql_done(store, stmt, ret);
}

int store_vm_save(struct store *store, const struct vm *vm, struct err *err)
{
	return sql_run(store, SQL_VM_SAVE, err, "tttiii", vm_state_name(vm->state), vm->step,
		       vm->error, vm->changed_ms, vm->seen_ms, vm->id);
}

int store_vm_save_boot(struct store *store, const struct vm *vm, struct err *err)
{
	return sql_run(store, SQL_VM_SAVE_BOOT, err, "tti", vm->mode, vm->parameters, vm->id);
}

int store_vm_job(struct store *store, int64_t id, char **job, struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_VM_JOB, err, "i", id);
	int ret;

	*job = NULL;
	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret > 0 && !(*job = strdup(sql_text(stmt, 0))))
		ret = err_set(err, ERR_MEMORY, "job", "no memory for a job");
	else if (ret == 0)
		ret = err_set(err, ERR_SERVICE_VM, "job", "the VM is gone");
	return sql_done(store, stmt, ret < 0 ? -1 : 0);
}

int store_hold(struct store *store, enum hold_scope scope, const char *name, bool hold,
	       struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, scope == HOLD_VM ? SQL_VM_HOLD : SQL_GROUP_HOLD, err,
				     "it", (int64_t)hold, name);
	int ret;

	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret == 0)
		ret = sql_changes(store) > 0;
	return sql_done(store, stmt, ret);
}
