/*
 * From the document to a job and a spec for each VM. A compiled job is what the VM and its packages say under
 * "job", and what the document implies: the host name, the root archive, what the VM waits for, shared
 * filesystems, quarantine, puppet, databases, snapshots, what is fetched from the old VM. What a job says itself stays.
 */
#ifndef SERVER_MIGRATION_COMPILE_H
#define SERVER_MIGRATION_COMPILE_H

#include "job/reader.h"
#include "migration/migration.h"

/* Sums and facts of this service's own archives. */
struct migration_sums {
	/* 1: of `path`, in `sha256`; 0: it isn't there, or not known and not to be computed. -1 with the error. */
	int (*find)(void *arg, const char *path, bool compute, char sha256[65], struct err *err);
	/* 1: the facts of `path`, as JSON, malloc'ed, the caller's; 0: it isn't there. -1 with the error. */
	int (*facts)(void *arg, const char *path, char **facts, struct err *err);
	void *arg;
};

struct compile_facts;

/*
 * Fill job, spec and finals of every VM that is sound. Each job is tried by the agent's own parser; its errors have places such as
 * "/vms/2 (web1) job: /volumes/0/size". `url` is the service's own, for "archive:PATH", whose
 * sha256 is found by `sums` (NULL: no archive is there) when it is left out, and whose facts have to suit the job. 0 only
 * when nothing was refused.
 */
int migration_compile(struct migration *migration, const char *url,
		      const struct migration_sums *sums, struct arena *arena,
		      struct err_list *errors);

/* What is worked with inside. Failing to build JSON is sticky, and looked at once. */
struct compile {
	struct reader r;
	struct migration *migration;
	const char *url;
	const struct migration_sums *sums;
	struct compile_facts *facts; /* those that were asked for already */
	bool no_memory;
};

/* "/vms/2 (web1) job: PATH" */
const char *compile_place(struct compile *c, const struct migration_vm *vm, const char *path);
/* The object or list at `key`, made when it is absent; NULL when there is something else, which the job's parser refuses. */
json_t *compile_object(struct compile *c, json_t *in, const char *key);
json_t *compile_list(struct compile *c, json_t *in, const char *key);
/* Both take `value`'s reference. */
void compile_set(struct compile *c, json_t *object, const char *key, json_t *value);
void compile_append(struct compile *c, json_t *list, json_t *value);

/* Its parts, one file each. */
void compile_finals(struct compile *c, struct migration_vm *vm);    /* from the job's interfaces */
void compile_shared(struct compile *c);                             /* into servers and clients */
void compile_databases(struct compile *c, struct migration_vm *vm); /* dumps and replication */
void compile_old_vm(struct compile *c, struct migration_vm *vm); /* what is fetched until cutover */
void compile_snapshots(struct compile *c, struct migration_vm *vm); /* of volumes, by name */
void compile_sources(struct compile *c, struct migration_vm *vm);   /* "archive:PATH" into URLs */
void compile_spec(struct compile *c, struct migration_vm *vm);
void compile_check_finals(struct compile *c); /* no address twice */
void compile_check_after(struct compile *c);  /* nobody waits for himself, or for a stranger */
void compile_check_jobs(struct compile *c);   /* by the agent's parser */
/* A VM's job, parsed, by what is in its archives; errors have the job's own places. */
void compile_check_facts(struct compile *c, const struct migration_vm *vm, const struct job *job,
			 struct err_list *errors);

/* The final address of `vm` that is in one network with one of `peer`'s, else its first of a family of `peer`'s, else NULL. */
const char *compile_address(const struct migration_vm *vm, const struct migration_vm *peer);

#endif
