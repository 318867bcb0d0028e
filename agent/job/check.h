/*
 * Rules between values: of one object, right after its members were read, and of the whole job.
 * They go to the reader's errors. Members that were refused before are 0 and must not be accused
 * a second time.
 */
#ifndef NEWROOT_JOB_CHECK_H
#define NEWROOT_JOB_CHECK_H

#include "job/job.h"
#include "job/reader.h"

/* Objects; `to` is the struct, `v` its JSON. check_storage.c */
void init_disk(void *to);
void check_disk(struct reader *r, const struct value *v, void *to);
void check_disks(struct reader *r, const struct value *v, void *to);
void check_volume(struct reader *r, const struct value *v, void *to);
/* check_network.c */
void check_interface(struct reader *r, const struct value *v, void *to);
void check_host(struct reader *r, const struct value *v, void *to);
void check_network(struct reader *r, const struct value *v, void *to);
/* check_contents.c */
void check_archive(struct reader *r, const struct value *v, void *to);
void check_dump(struct reader *r, const struct value *v, void *to);
void check_kernel(struct reader *r, const struct value *v, void *to);
void check_file(struct reader *r, const struct value *v, void *to);
/* check_moved.c */
void check_export(struct reader *r, const struct value *v, void *to);
void check_quarantine(struct reader *r, const struct value *v, void *to);
void check_services(struct reader *r, const struct value *v, void *to);
void check_puppet(struct reader *r, const struct value *v, void *to);
/* check_databases.c */
void check_database_source(struct reader *r, const struct value *v, void *to);
void check_databases_object(struct reader *r, const struct value *v, void *to);
/* check_ssh.c */
void check_ssh(struct reader *r, const struct value *v, void *to);
/* check_sync.c */
void check_tree(struct reader *r, const struct value *v, void *to);
void check_sync(struct reader *r, const struct value *v, void *to);
/* check.c */
void check_job(struct reader *r, const struct value *v, void *to);

/* Parts of check_job(). */
void check_volumes(struct reader *r, const struct job *job);  /* check_storage.c */
void check_archives(struct reader *r, const struct job *job); /* check_contents.c */
void check_files(struct reader *r, const struct job *job);
void check_after(struct reader *r, const struct job *job);
void check_nfs(struct reader *r, const struct job *job); /* check_moved.c */
void check_job_databases(struct reader *r,
			 struct job *job); /* check_databases.c: adds to `after` */
void check_job_sync(struct reader *r, const struct job *job); /* check_sync.c */
/* Sets the default of `migrating` as well. */
void check_migrating(struct reader *r, const struct value *v, struct job *job);

/* Within the quarantine, when the host is an address: names are not looked up here. check_ssh.c */
void check_ssh_reach(struct reader *r, const struct job *job, const struct job_ssh *ssh);

/* Texts of which each may occur once. */
struct unique {
	const char *text; /* NULL: not given, skipped */
	const char *path; /* of the value */
};
/* `what` as in "every volume name": refuses each later one with job.duplicate. */
void check_unique(struct reader *r, const char *what, const struct unique *item, size_t count);

#endif
