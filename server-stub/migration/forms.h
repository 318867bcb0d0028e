/* What texts of a migration document look like, beside those that a job has too (job/form.h). */
#ifndef SERVER_MIGRATION_FORMS_H
#define SERVER_MIGRATION_FORMS_H

#include "job/form.h"

extern const struct form form_group_name; /* of VMs, groups and packages */
extern const struct form form_label_text, form_parameters, form_ipv4, form_document_schema;

/* A URL as in a job, or "archive:PATH": one of the service's own archives. */
extern const struct form form_source;
#define SOURCE_SCHEME "archive:"
bool is_own_archive(const char *source); /* NULL: false */

#endif
