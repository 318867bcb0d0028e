/*
 * All that the service keeps: VMs, groups with their migration documents, boots, events, history, refusals, hashes of archives.
 * This header is the whole interface; another database is another set of files behind it.
 *
 * Functions return 0, or -1 with ERR_SERVICE_STORE (others are named). A "find" returns 1 when found, 0 when not. A
 * function that changes something does so at once, unless it is called between store_begin and
 * store_commit: then all or nothing of it is on disk once store_commit has returned 0.
 *
 * A handle may be used by several threads: each call is atomic, transactions are not. Give a
 * thread that writes in transactions a handle of its own; handles of several processes may be open.
 */
#ifndef SERVER_STORE_STORE_H
#define SERVER_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "vm/event.h"
#include "vm/principal.h"
#include "vm/vm.h"

struct store;

/* The store of a data folder, made first with `create`. `*store` is the caller's to store_close(). */
int store_open(struct store **store, const char *data_path, bool create, struct err *err);
void store_close(struct store *store);

/* Give some of what was freed back to the filesystem; not in a transaction. A store made by 0.1's first builds has none of it. */
int store_tidy(struct store *store, struct err *err);

/*
 * A consistent copy of all of it, taken while others write: an open file of mode 0600 without a name, the caller's to close, or -1.
 * `*version` is the one that store_open() goes by.
 */
int store_copy(struct store *store, const char *data_path, int *version, struct err *err);
/* The version that this program writes. A newer store is refused, an older one upgraded when it is opened. */
extern const int store_version;

/* Write something, and change nothing: ERR_SERVICE_STORE when that can't be done. */
int store_touch(struct store *store, struct err *err);

int store_begin(struct store *store, struct err *err);
/* What is read until store_rollback() is of one moment; nobody is kept from writing. */
int store_begin_reading(struct store *store, struct err *err);
int store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);
/* Whether the transaction is still there: a full disk or an I/O error may have undone all of it, and then each change is kept at once. */
bool store_in_transaction(struct store *store);
/* A part of a transaction that can be undone alone; parts don't nest. */
int store_part_begin(struct store *store, struct err *err);
int store_part_end(struct store *store, bool keep, struct err *err);

/* VMs. vm->id is set by adding. Duplicates are ERR_SERVICE_VM and name what is taken. */
enum vm_key {
	VM_BY_ID,
	VM_BY_NAME,
	VM_BY_MAC,
	VM_BY_ADDRESS,
	VM_BY_TOKEN_HASH,
};
/* `spec`: what a creator needs, as JSON; "" for a VM that no migration document describes. In a transaction. */
int store_vm_add(struct store *store, struct vm *vm, const char *job, const char *spec,
		 struct err *err);
/* With all that is kept of it. In a transaction. */
int store_vm_remove(struct store *store, int64_t id, struct err *err);
/* MACs of VMs that are gone, whose hardware may not be. */
int store_mac_retire(struct store *store, const char *mac, struct err *err);
int store_mac_each_retired(struct store *store, void (*each)(void *arg, const char *mac), void *arg,
			   struct err *err);
/* VM_BY_ID takes `id`, the others `text`. */
int store_vm_find(struct store *store, enum vm_key key, int64_t id, const char *text, struct vm *vm,
		  struct err *err);
/* In the order of names; `each` must not call the store. */
int store_vm_each(struct store *store, void (*each)(void *arg, const struct vm *vm), void *arg,
		  struct err *err);
/* Those changed after `version`, in the order of versions: vm->version of the last is the next to ask from. */
int store_vm_since(struct store *store, int64_t version,
		   void (*each)(void *arg, const struct vm *vm), void *arg, struct err *err);
/* How many VMs there are, and the newest version, which grows when one is removed, too. */
int store_vm_count(struct store *store, int64_t *count, int64_t *version, struct err *err);
/* What events and actions change: where the VM is, arming, holds, lease, times. In a transaction. */
int store_vm_save(struct store *store, const struct vm *vm, struct err *err);
/* Until when those VMs are leased that are: to all of them the same. */
int store_lease_all(struct store *store, int64_t until_ms, struct err *err);
/* What boot entries are made of: mode, parameters, token. */
int store_vm_save_boot(struct store *store, const struct vm *vm, struct err *err);
/* Its addresses on the final network. */
int store_vm_save_finals(struct store *store, const struct vm *vm, struct err *err);
/* What a migration document says: group, role, master, MAC, addresses, parameters, job, spec. In a transaction. */
int store_vm_save_import(struct store *store, const struct vm *vm, const char *job,
			 const char *spec, struct err *err);
/* The job's text and the spec's, malloc'ed, the caller's to free. */
int store_vm_job(struct store *store, int64_t id, char **job, struct err *err);
int store_vm_spec(struct store *store, int64_t id, char **spec, struct err *err);
/* The job without its secrets, in its place (vm/secrets_in.h). In a transaction. */
int store_vm_save_secretless(struct store *store, int64_t id, const char *job, struct err *err);
/* What the job named that was handed out last (course/reading.h), in the same way: an import may have brought another one. */
int store_vm_given(struct store *store, int64_t id, char **given, struct err *err);
int store_vm_save_given(struct store *store, int64_t id, const char *given, struct err *err);

/*
 * The disks that a plan of this VM showed last, as the agent told them: a JSON array. A find gives them malloc'ed, the caller's
 * to free; NULL: none are known.
 */
int store_plan_save(struct store *store, int64_t vm, const char *disks, struct err *err);
int store_plan_find(struct store *store, int64_t vm, char **disks, struct err *err);
int store_plan_forget(struct store *store, int64_t vm, struct err *err);

/*
 * Which trust anchors a VM has, by the SHA-256 of their file: what its agent told last; "": it never did. `each` must not call the
 * store.
 */
struct trust_row {
	const char *name, *anchors;
	enum vm_state state, before;
	int64_t seen_ms; /* 0: never */
};
int store_trust_save(struct store *store, int64_t vm, const char *anchors, struct err *err);
/* Of all VMs, in the order of names. */
int store_trust_each(struct store *store, void (*each)(void *arg, const struct trust_row *row),
		     void *arg, struct err *err);

/* Groups: VMs that move together and hold each other. */
struct group_row {
	const char *name;
	bool hold;
	const char *document; /* the migration document it was imported from; "": none */
};
int store_group_each(struct store *store, void (*each)(void *arg, const struct group_row *row),
		     void *arg, struct err *err);
int store_group_save_document(struct store *store, const char *name, const char *document,
			      struct err *err);
/* Does nothing while VMs are in it. */
int store_group_remove(struct store *store, const char *name, struct err *err);
/* Hold all its VMs or let them go. Found: 1; unknown: 0. In a transaction. */
int store_group_hold(struct store *store, const char *name, bool hold, struct err *err);

/*
 * Boots of a VM's agent, and their events. A pass of `newroot sync` reports beside the boot that it is given in, whose first
 * boot or attending goes on: it takes nothing over from that.
 */
struct boot {
	int64_t id, vm;
	char uuid[BOOT_UUID_TEXT];
	int64_t taken;    /* highest sequence number stored */
	int64_t stored;   /* events stored: fewer than `taken` means a gap */
	int64_t first_ms; /* when the service heard of it */
	enum boot_life life;
	/* Read only. Of the VM's boots: nothing but passes of sync is newer; nothing but those and the in-memory system. */
	bool newest, newest_installed;
	bool after_job;       /* newer than the boot that has the job; true when none is known */
	int64_t job_heard_ms; /* when that one was heard of last; 0: never */
};
/*
 * Find or add. Beyond VM_BOOTS_MAX of them the oldest is trimmed: begins and ends of steps, errors and states are left of it, the
 * newest BOOT_TRIMMED_EVENTS_MAX. ERR_SERVICE_LIMIT: VM_BOOTS_PER_HOUR began within the last hour.
 */
int store_boot_open(struct store *store, int64_t vm, const char *uuid, int64_t now_ms,
		    struct boot *boot, struct err *err);
/* Trim the VM's oldest boot that is not, if it is older than this one: 1, and the bytes of bodies that went; else 0. */
int store_boot_forget_oldest(struct store *store, const struct boot *than, int64_t *freed,
			     struct err *err);
int store_boot_save(struct store *store, const struct boot *boot, struct err *err);
int store_boot_each(struct store *store, int64_t vm,
		    void (*each)(void *arg, const struct boot *boot), void *arg, struct err *err);

/* 1: added; 0: a repeat, which is left as it was first stored. */
int store_event_add(struct store *store, const struct boot *boot, const struct event *event,
		    int64_t now_ms, struct err *err);
/* Events stored for a VM, all boots together; and the bytes of their bodies, which are all read for that. */
int store_event_count(struct store *store, int64_t vm, int64_t *count, struct err *err);
int store_event_bytes(struct store *store, int64_t vm, int64_t *bytes, struct err *err);

struct event_row {
	const char *boot, *type, *step, *body;
	int64_t seq, ms, received_ms;
};
/* In the order of boots and sequence numbers. */
int store_event_each(struct store *store, int64_t vm,
		     void (*each)(void *arg, const struct event_row *row), void *arg,
		     struct err *err);

/* The newest `limit` begins and ends of steps, in the same order. */
int store_event_each_step(struct store *store, int64_t vm, int64_t limit,
			  void (*each)(void *arg, const struct event_row *row), void *arg,
			  struct err *err);

/* Those of one boot (boot.id) after a number, `limit` at most. */
int store_event_since(struct store *store, int64_t boot, int64_t seq, int64_t limit,
		      void (*each)(void *arg, const struct event_row *row), void *arg,
		      struct err *err);

/*
 * History: what became of a VM, and when. A refused transition has from == to. Of what the VM itself caused, VM_CHANGES_MAX of
 * those that moved it are kept, and as many of the others; the oldest go first. What others caused (operators, creators, imports)
 * goes by a cap of its own, so that nothing the VM does takes it away.
 */
struct change_row {
	bool by_vm; /* not read back */
	int64_t at_ms;
	const char *from, *to, *cause;
};
int store_change_add(struct store *store, int64_t vm, const struct change_row *row,
		     struct err *err);
int store_change_each(struct store *store, int64_t vm,
		      void (*each)(void *arg, const struct change_row *row), void *arg,
		      struct err *err);

/* Refused requests in the name of a VM: one row for an address and a reason, with a count. */
struct refusal_row {
	const char *address, *reason;
	int64_t first_ms, last_ms, count;
};
int store_refusal_add(struct store *store, int64_t vm, const char *address, const char *reason,
		      int64_t now_ms, struct err *err);
int store_refusal_each(struct store *store, int64_t vm,
		       void (*each)(void *arg, const struct refusal_row *row), void *arg,
		       struct err *err);

/*
 * Principals. A token is kept as its SHA-256 alone: it is random, so nobody finds it from that, and a slow hash would add nothing.
 * One that is saved again has a new token, and the old one opens nothing.
 */
int store_principal_save(struct store *store, const struct principal *principal,
			 const char *token_hash, struct err *err);
int store_principal_find(struct store *store, const char *name, struct principal *principal,
			 struct err *err);
int store_principal_by_token(struct store *store, const char *token_hash,
			     struct principal *principal, struct err *err);
/* 1: it is revoked now; 0: there is none, or it was already. */
int store_principal_revoke(struct store *store, const char *name, int64_t now_ms, struct err *err);
int store_principal_each(struct store *store,
			 void (*each)(void *arg, const struct principal *principal), void *arg,
			 struct err *err);

/* Hashes and facts of archives, valid while size, mtime and inode are the same. */
struct archive_hash {
	int64_t size, mtime_ns, inode;
	char sha256[65];
	const char *facts; /* JSON, to be saved; NULL: it wasn't read for them */
};
/* Finds only what still matches `hash`'s size, mtime_ns and inode, and fills sha256. */
int store_archive_find(struct store *store, const char *path, struct archive_hash *hash,
		       struct err *err);
/* Its facts in the same way, malloc'ed, the caller's to free; NULL: none are known. */
int store_archive_facts(struct store *store, const char *path, const struct archive_hash *hash,
			char **facts, struct err *err);
int store_archive_save(struct store *store, const char *path, const struct archive_hash *hash,
		       struct err *err);

#endif
