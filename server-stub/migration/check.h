/* Rules between the values of a migration document, as job/check.h has them of a job. */
#ifndef SERVER_MIGRATION_CHECK_H
#define SERVER_MIGRATION_CHECK_H

#include "migration/migration.h"
#include "job/reader.h"

/* Objects; `to` is the struct, `v` its JSON. */
void migration_check_source(struct reader *r, const struct value *v, void *to);
void migration_check_public(struct reader *r, const struct value *v, void *to);
void migration_check_shared(struct reader *r, const struct value *v, void *to);
void migration_check_vm(struct reader *r, const struct value *v, void *to);
void migration_check_migration(struct reader *r, const struct value *v, void *to);

/* Its part of packages: check_packages.c */
void migration_check_packages(struct reader *r, const struct migration *migration);

/* A VM as it is with its packages: is anything missing? merge.c */
void migration_check_machine(struct reader *r, const struct migration_vm *vm);

#endif
