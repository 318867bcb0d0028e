#include <string.h>

#include "store/sqlite.h"

static void copy_text(char *to, size_t size, sqlite3_stmt *stmt, int column)
{
	strncpy(to, sql_text(stmt, column), size - 1);
	to[size - 1] = '\0';
}

#define COPY(field, column) copy_text(vm->field, sizeof(vm->field), stmt, column)

/* In the order of VM_COLUMNS. */
static void read_vm(struct vm *vm, sqlite3_stmt *stmt)
{
	memset(vm, 0, sizeof(*vm));
	vm->id = sqlite3_column_int64(stmt, 0);
	COPY(name, 1);
	COPY(group, 2);
	COPY(role, 3);
	COPY(master, 4);
	vm->imported = sqlite3_column_int(stmt, 5);
	COPY(mac, 6);
	COPY(address, 7);
	COPY(finals, 8);
	COPY(token, 9);
	COPY(token_hash, 10);
	COPY(mode, 11);
	COPY(parameters, 12);
	vm->state = vm_state_by_name(sql_text(stmt, 13));
	vm->before = vm_state_by_name(sql_text(stmt, 14));
	COPY(step, 15);
	COPY(progress.item, 16);
	vm->progress.done = sqlite3_column_int64(stmt, 17);
	vm->progress.total = sqlite3_column_int64(stmt, 18);
	vm->progress.rate = sqlite3_column_int64(stmt, 19);
	COPY(waiting, 20);
	COPY(error, 21);
	COPY(again_boot, 22);
	vm->armed = sqlite3_column_int(stmt, 23);
	COPY(handed_to, 24);
	vm->hold = sqlite3_column_int(stmt, 25);
	vm->group_hold = sqlite3_column_int(stmt, 26);
	vm->holding = sqlite3_column_int(stmt, 27);
	COPY(hold_step, 28);
	COPY(held_by, 29);
	COPY(lease_by, 30);
	vm->lease_until_ms = sqlite3_column_int64(stmt, 31);
	vm->added_ms = sqlite3_column_int64(stmt, 32);
	vm->changed_ms = sqlite3_column_int64(stmt, 33);
	vm->seen_ms = sqlite3_column_int64(stmt, 34);
	vm->version = sqlite3_column_int64(stmt, 35);
	vm->anew = sqlite3_column_int(stmt, 36);
	vm->cutover_ms = sqlite3_column_int64(stmt, 37);
	vm->cutover_wave = sqlite3_column_int64(stmt, 38);
	COPY(cutover_after, 39);
	vm->secretless = sqlite3_column_int(stmt, 40);
	vm->claimed_ms = sqlite3_column_int64(stmt, 41);
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

static int save_texts(struct store *store, int64_t id, const char *job, const char *spec,
		      struct err *err)
{
	return sql_run(store, SQL_VM_TEXT, err, "itt", id, job, spec);
}

static int insert_vm(struct store *store, struct vm *vm, const char *job, const char *spec,
		     struct err *err)
{
	if (vm->group[0] && sql_run(store, SQL_GROUP_ADD, err, "t", vm->group) < 0)
		return -1;
	if (sql_run(store, SQL_VM_ADD, err, "ttttittttttttiii", vm->name, vm->group, vm->role,
		    vm->master, (int64_t)vm->imported, vm->mac, vm->address, vm->finals, vm->token,
		    vm->token_hash, vm->mode, vm->parameters, vm_state_name(vm->state),
		    (int64_t)vm->armed, vm->added_ms, vm->changed_ms) < 0)
		return -1;
	vm->id = sqlite3_last_insert_rowid(store->db);
	return save_texts(store, vm->id, job, spec, err);
}

int store_vm_add(struct store *store, struct vm *vm, const char *job, const char *spec,
		 struct err *err)
{
	struct err failed = ERR_INIT;

	if (insert_vm(store, vm, job, spec, &failed) == 0)
		return 0;
	/* Looked for only when there is one: among 10,000 that are added there is none. */
	return refuse_duplicate(store, vm, err) < 0 ? -1 : err_keep(err, &failed);
}

int store_vm_remove(struct store *store, int64_t id, struct err *err)
{
	if (sql_run(store, SQL_VM_LET_GO, err, "i", id) < 0)
		return -1;
	return sql_run(store, SQL_VM_REMOVE, err, "i", id);
}

int store_mac_retire(struct store *store, const char *mac, struct err *err)
{
	return sql_run(store, SQL_MAC_RETIRE, err, "t", mac);
}

int store_mac_each_retired(struct store *store, void (*each)(void *arg, const char *mac), void *arg,
			   struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_MAC_RETIRED, err, "");
	int ret;

	if (!stmt)
		return -1;
	while ((ret = sql_step(store, stmt, err)) > 0)
		each(arg, sql_text(stmt, 0));
	return sql_done(store, stmt, ret);
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
	};

	if (key == VM_BY_ID)
		return sql_use(store, finder[key], err, "i", id);
	return sql_use(store, finder[key], err, "t", text);
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

static int each_vm(struct store *store, sqlite3_stmt *stmt,
		   void (*each)(void *arg, const struct vm *vm), void *arg, struct err *err)
{
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

int store_vm_each(struct store *store, void (*each)(void *arg, const struct vm *vm), void *arg,
		  struct err *err)
{
	return each_vm(store, sql_use(store, SQL_VM_ALL, err, ""), each, arg, err);
}

int store_vm_since(struct store *store, int64_t version,
		   void (*each)(void *arg, const struct vm *vm), void *arg, struct err *err)
{
	return each_vm(store, sql_use(store, SQL_VM_SINCE, err, "i", version), each, arg, err);
}

int store_vm_count(struct store *store, int64_t *count, int64_t *version, struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_VM_COUNT, err, "");
	int ret;

	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	*count = ret > 0 ? sqlite3_column_int64(stmt, 0) : 0;
	*version = ret > 0 ? sqlite3_column_int64(stmt, 1) : 0;
	return sql_done(store, stmt, ret < 0 ? -1 : 0);
}

/* Whether the VM holds its group, or goes before others of it, has changed: what is known of its peers is then old. */
static int touch_group(struct store *store, const struct vm *vm, struct err *err)
{
	struct vm old = {0};
	int found = store_vm_find(store, VM_BY_ID, vm->id, NULL, &old, err);

	if (found <= 0 || !vm->group[0] ||
	    (old.holding == vm->holding && old.cutover_ms == vm->cutover_ms))
		return found < 0 ? -1 : 0;
	return sql_run(store, SQL_GROUP_TOUCH, err, "t", vm->group);
}

int store_vm_save(struct store *store, const struct vm *vm, struct err *err)
{
	if (touch_group(store, vm, err) < 0)
		return -1;
	return sql_run(store, SQL_VM_SAVE, err, "ttttiiitttitiittiiiiiiii",
		       vm_state_name(vm->state), vm_state_name(vm->before), vm->step,
		       vm->progress.item, vm->progress.done, vm->progress.total, vm->progress.rate,
		       vm->waiting, vm->error, vm->again_boot, (int64_t)vm->armed, vm->handed_to,
		       (int64_t)vm->hold, (int64_t)vm->holding, vm->hold_step, vm->lease_by,
		       vm->lease_until_ms, vm->changed_ms, vm->seen_ms, (int64_t)vm->anew,
		       vm->cutover_ms, vm->cutover_wave, vm->claimed_ms, vm->id);
}

int store_lease_all(struct store *store, int64_t until_ms, struct err *err)
{
	return sql_run(store, SQL_LEASE_ALL, err, "i", until_ms);
}

int store_vm_save_boot(struct store *store, const struct vm *vm, struct err *err)
{
	return sql_run(store, SQL_VM_SAVE_BOOT, err, "tttti", vm->mode, vm->parameters, vm->token,
		       vm->token_hash, vm->id);
}

int store_vm_save_finals(struct store *store, const struct vm *vm, struct err *err)
{
	return sql_run(store, SQL_VM_SAVE_FINALS, err, "ti", vm->finals, vm->id);
}

int store_vm_save_import(struct store *store, const struct vm *vm, const char *job,
			 const char *spec, struct err *err)
{
	if (vm->group[0] && sql_run(store, SQL_GROUP_ADD, err, "t", vm->group) < 0)
		return -1;
	if (sql_run(store, SQL_VM_SAVE_IMPORT, err, "ttttttti", vm->group, vm->role, vm->master,
		    vm->mac, vm->address, vm->finals, vm->parameters, vm->id) < 0)
		return -1;
	return save_texts(store, vm->id, job, spec, err);
}

/* A text of a VM that is too long to be read with every row. */
static int read_long(struct store *store, enum statement which, int64_t id, char **text,
		     struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, which, err, "i", id);
	int ret;

	*text = NULL;
	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret > 0 && !(*text = strdup(sql_text(stmt, 0))))
		ret = err_set(err, ERR_MEMORY, "store", "no memory for what it keeps of a VM");
	else if (ret == 0)
		ret = err_set(err, ERR_SERVICE_VM, "VM", "it is gone");
	return sql_done(store, stmt, ret < 0 ? -1 : 0);
}

int store_vm_job(struct store *store, int64_t id, char **job, struct err *err)
{
	return read_long(store, SQL_VM_JOB, id, job, err);
}

int store_vm_spec(struct store *store, int64_t id, char **spec, struct err *err)
{
	return read_long(store, SQL_VM_SPEC, id, spec, err);
}

int store_vm_given(struct store *store, int64_t id, char **given, struct err *err)
{
	return read_long(store, SQL_VM_GIVEN, id, given, err);
}

int store_vm_save_given(struct store *store, int64_t id, const char *given, struct err *err)
{
	return sql_run(store, SQL_VM_SAVE_GIVEN, err, "ti", given, id);
}

int store_vm_save_secretless(struct store *store, int64_t id, const char *job, struct err *err)
{
	if (sql_run(store, SQL_VM_SAVE_JOB, err, "ti", job, id) < 0)
		return -1;
	return sql_run(store, SQL_VM_SECRETLESS, err, "i", id);
}
