#include "archive/named.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "archive/acl.h"
#include "archive/metadata.h"

/* Does an ACL of the entry name accounts without numbers? */
static bool wants_accounts(struct archive_entry *entry, struct err *err)
{
	struct acl_value value;

	if (!(archive_entry_acl_types(entry) & ARCHIVE_ENTRY_ACL_TYPE_POSIX1E))
		return false;
	return acl_encode(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, NULL, &value, err) == ACL_NAMED ||
	       acl_encode(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, NULL, &value, err) == ACL_NAMED;
}

int named_remember(struct named_acls *named, struct archive_entry *entry, const char *path,
		   struct err *err)
{
	struct archive_entry *kept;

	if (archive_entry_hardlink(entry) || !wants_accounts(entry, err))
		return 0;
	if (named->count == EXTRACT_NAMED_ACLS_MAX)
		return err_set(
			err, ERR_ARCHIVE_ENTRY, NULL,
			"more than %d ACLs name accounts: pack with tar --numeric-owner or --xattrs",
			EXTRACT_NAMED_ACLS_MAX);
	kept = archive_entry_clone(entry);
	if (!kept)
		return err_set(err, ERR_MEMORY, NULL, "no memory for an entry");
	archive_entry_copy_pathname(kept, path);
	named->entry[named->count++] = kept;
	return 0;
}

/* By name: to open a device may wake what is behind it, or fail when there is nothing. */
static int set_named_acl(struct archive_entry *entry, int type, const char *key,
			 const struct accounts *accounts, struct err *err)
{
	const char *path = archive_entry_pathname(entry);
	struct acl_value value;
	enum acl_result result = acl_encode(entry, type, accounts, &value, err);

	if (result == ACL_ENCODED && lsetxattr(*path ? path : ".", key, value.bytes, value.size, 0))
		return metadata_fail(key, "cannot set the ACL", err);
	return result == ACL_FAILED ? -1 : 0;
}

static int apply_one(struct archive_entry *entry, const struct accounts *accounts, struct err *err)
{
	if (!set_named_acl(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, XATTR_ACL_ACCESS, accounts, err) &&
	    !set_named_acl(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, XATTR_ACL_DEFAULT, accounts, err))
		return 0;
	if (err)
		snprintf(err->where, sizeof(err->where), "%s", archive_entry_pathname(entry));
	return -1;
}

/* With everything in place, etc/passwd is too. */
int named_apply(const struct named_acls *named, int root_fd, int accounts_fd, struct err *err)
{
	struct accounts accounts;
	int ret = 0;

	if (named->count == 0)
		return 0;
	if (fchdir(root_fd))
		return err_sys(err, ERR_IO, "/", "cannot enter the destination");
	if (accounts_read(&accounts, accounts_fd, err))
		return -1;
	for (size_t i = 0; i < named->count && ret == 0; i++)
		ret = apply_one(named->entry[i], &accounts, err);
	accounts_free(&accounts);
	return ret;
}

void named_free(struct named_acls *named)
{
	for (size_t i = 0; i < named->count; i++)
		archive_entry_free(named->entry[i]);
	named->count = 0;
}
