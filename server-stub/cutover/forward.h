/*
 * Rules for the old edge: whatever still comes to an old public address goes on to the new one, and the
 * answers come back the same way. Each form is loaded at once or not at all.
 */
#ifndef SERVER_CUTOVER_FORWARD_H
#define SERVER_CUTOVER_FORWARD_H

#include <stdint.h>
#include <stdio.h>

#include "cutover/group.h"

/*
 * Whether rules can be made of the group's addresses. Errors: ERR_SERVICE_PUBLIC when an old one has two new
 * ones, or one of another family, which no NAT does.
 */
int forward_check(const struct cutover_group *group, struct err *err);

/* How many old addresses of the family move. */
size_t forward_count(const struct cutover_group *group, bool v6);

/* For iptables-restore, or with `v6` for ip6tables-restore. */
void forward_print_iptables(FILE *out, const struct cutover_group *group, bool v6, int64_t now_ms);

/* For nft -f: both families, in tables of their own. */
void forward_print_nft(FILE *out, const struct cutover_group *group, int64_t now_ms);

/* What all forms begin with: comments on whose rules these are, and what they do. */
void forward_print_head(FILE *out, const struct cutover_group *group, int64_t now_ms);

#endif
