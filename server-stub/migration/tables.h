/* Every key of a migration document: tables.c is the whole format, read top to bottom. */
#ifndef SERVER_MIGRATION_TABLES_H
#define SERVER_MIGRATION_TABLES_H

#include "job/reader.h"

extern const struct object migration_object;    /* a struct migration */
extern const struct object migration_vm_object; /* a struct migration_vm */

extern const char *const migration_role_names[], *const migration_engine_names[];

#endif
