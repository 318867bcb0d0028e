#include "archive/acl.h"

#include <archive.h>
#include <endian.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "archive/metadata.h"

static const struct {
	int from;
	uint16_t tag;
	bool named;
} tags[] = {
	{ARCHIVE_ENTRY_ACL_USER_OBJ, ACL_USER_OBJ, false},
	{ARCHIVE_ENTRY_ACL_USER, ACL_USER, true},
	{ARCHIVE_ENTRY_ACL_GROUP_OBJ, ACL_GROUP_OBJ, false},
	{ARCHIVE_ENTRY_ACL_GROUP, ACL_GROUP, true},
	{ARCHIVE_ENTRY_ACL_MASK, ACL_MASK, false},
	{ARCHIVE_ENTRY_ACL_OTHER, ACL_OTHER, false},
};

static bool has_xattr(struct archive_entry *entry, const char *wanted)
{
	const char *key;
	const void *value;
	size_t size;

	archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &key, &value, &size) == ARCHIVE_OK)
		if (!strcmp(key, wanted))
			return true;
	return false;
}

/* The kernel wants the tags in rising order; those of one kind by their number. */
static int by_tag(const void *a, const void *b)
{
	const struct posix_acl_xattr_entry *x = a, *y = b;
	uint32_t i = le32toh(x->e_id), j = le32toh(y->e_id);

	if (x->e_tag != y->e_tag)
		return le16toh(x->e_tag) < le16toh(y->e_tag) ? -1 : 1;
	return i < j ? -1 : i > j;
}

/* A user's or group's number: its own, or that of the account of its name. */
static int64_t number(int tag, int id, const char *name, const struct accounts *accounts)
{
	if (id >= 0)
		return id;
	if (!accounts || !name)
		return -1;
	return accounts_find(tag == ARCHIVE_ENTRY_ACL_USER ? accounts->users : accounts->groups,
			     name);
}

static int unknown_name(const char *name, struct err *err)
{
	return err_set(
		err, ERR_ARCHIVE_ENTRY, NULL,
		"its ACL names '%s', which is no account of the new system: pack with tar --numeric-owner or --xattrs",
		name ? name : "");
}

/* One entry of the ACL into the kernel's form. */
static enum acl_result encode_one(const struct accounts *accounts, int permissions, int tag, int id,
				  const char *name, struct posix_acl_xattr_entry *out,
				  struct err *err)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		int64_t found = ACL_UNDEFINED_ID;

		if (tags[i].from != tag)
			continue;
		if (tags[i].named)
			found = number(tag, id, name, accounts);
		if (found < 0 && tags[i].named)
			return accounts ? (enum acl_result)unknown_name(name, err) : ACL_NAMED;
		*out = (struct posix_acl_xattr_entry){
			.e_tag = htole16(tags[i].tag),
			.e_perm = htole16((uint16_t)(permissions & 7)),
			.e_id = htole32((uint32_t)found),
		};
		return ACL_ENCODED;
	}
	return (enum acl_result)err_set(err, ERR_ARCHIVE_ENTRY, NULL,
					"its ACL has an entry of the unknown kind %d", tag);
}

enum acl_result acl_encode(struct archive_entry *entry, int type, const struct accounts *accounts,
			   struct acl_value *value, struct err *err)
{
	struct posix_acl_xattr_entry list[ACL_ENTRIES_MAX];
	const struct posix_acl_xattr_header header = {htole32(POSIX_ACL_XATTR_VERSION)};
	int kind, permissions, tag, id;
	const char *name;
	size_t count = 0;

	if (archive_entry_acl_reset(entry, type) == 0 ||
	    has_xattr(entry,
		      type == ARCHIVE_ENTRY_ACL_TYPE_ACCESS ? XATTR_ACL_ACCESS : XATTR_ACL_DEFAULT))
		return ACL_NONE;
	while (archive_entry_acl_next(entry, type, &kind, &permissions, &tag, &id, &name) ==
	       ARCHIVE_OK) {
		enum acl_result result;

		if (count == ACL_ENTRIES_MAX)
			return (enum acl_result)err_set(err, ERR_ARCHIVE_ENTRY, NULL,
							"its ACL has more than %d entries",
							ACL_ENTRIES_MAX);
		result = encode_one(accounts, permissions, tag, id, name, &list[count++], err);
		if (result != ACL_ENCODED)
			return result;
	}
	qsort(list, count, sizeof(*list), by_tag);
	value->size = sizeof(header) + count * sizeof(*list);
	memcpy(value->bytes, &header, sizeof(header));
	memcpy(value->bytes + sizeof(header), list, count * sizeof(*list));
	return ACL_ENCODED;
}
