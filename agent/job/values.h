/*
 * How single values are read: functions for `struct field`, named after what they store.
 * After the type come the members of the field that each looks at.
 */
#ifndef NEWROOT_JOB_VALUES_H
#define NEWROOT_JOB_VALUES_H

#include "job/reader.h"

/* clang-format off */
void read_text(struct reader *r, const struct value *v, void *to);    /* const char *; form */
void read_texts(struct reader *r, const struct value *v, void *to);   /* struct strings; form, max */
void read_mac(struct reader *r, const struct value *v, void *to);     /* const char *, lower case; form */
void read_bool(struct reader *r, const struct value *v, void *to);    /* bool */
void read_whole(struct reader *r, const struct value *v, void *to);   /* int or uint32_t; min, max */
void read_offset(struct reader *r, const struct value *v, void *to);  /* uint64_t; min, max */
void read_enum(struct reader *r, const struct value *v, void *to);    /* an enum; names, min, max */
void read_bytes(struct reader *r, const struct value *v, void *to);   /* uint64_t; min, max */
void read_size(struct reader *r, const struct value *v, void *to);    /* struct job_size, not 0 */
void read_share(struct reader *r, const struct value *v, void *to);   /* struct job_size: bytes or %, above 0 */
void read_reserve(struct reader *r, const struct value *v, void *to); /* struct job_size, not rest */
void read_seconds(struct reader *r, const struct value *v, void *to); /* uint32_t; max */
void read_sha256(struct reader *r, const struct value *v, void *to);  /* struct job_source */
void read_content(struct reader *r, const struct value *v, void *to); /* struct job_file */
void read_base64(struct reader *r, const struct value *v, void *to);  /* struct job_file */
void read_mode(struct reader *r, const struct value *v, void *to);    /* mode_t */
void read_others(struct reader *r, const struct value *v, void *to);  /* struct job_disks; object */
void read_unused(struct reader *r, const struct value *v, void *to);  /* stores nothing; form */
void read_version(struct reader *r, const struct value *v, void *to); /* stores nothing */

#endif
