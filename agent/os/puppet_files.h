/* Where puppet of every version keeps what decides between its agent and a manifest of the machine's own. */
#ifndef NEWROOT_OS_PUPPET_FILES_H
#define NEWROOT_OS_PUPPET_FILES_H

#include <stdbool.h>

/* Each ends with NULL. */
extern const char *const puppet_configs[];   /* puppet.conf */
extern const char *const puppet_manifests[]; /* the production environment's site.pp */

/* `config`: a puppet.conf, or NULL. */
bool puppet_names_server(const char *config);

#endif
