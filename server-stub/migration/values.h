/* How values that only a migration document has are read, as those of job/values.h. */
#ifndef SERVER_MIGRATION_VALUES_H
#define SERVER_MIGRATION_VALUES_H

#include "job/reader.h"

/* clang-format off */
void read_document_version(struct reader *r, const struct value *v, void *to); /* stores nothing */
void read_mac_range(struct reader *r, const struct value *v, void *to);        /* struct migration_range */
void read_address_range(struct reader *r, const struct value *v, void *to);    /* struct migration_range */
void read_mebibytes(struct reader *r, const struct value *v, void *to);        /* uint64_t, bytes; min, max */
void read_disk_sizes(struct reader *r, const struct value *v, void *to);       /* struct migration_sizes; min, max */
void read_packages(struct reader *r, const struct value *v, void *to);         /* struct migration; object */

/* Checked, and left where they are: the job gets them as they came. */
void read_hash(struct reader *r, const struct value *v, void *to);
void read_truth(struct reader *r, const struct value *v, void *to);
void read_unused_list(struct reader *r, const struct value *v, void *to); /* form */
void read_unused_size(struct reader *r, const struct value *v, void *to);
void read_any_object(struct reader *r, const struct value *v, void *to);

#endif
