#include "job/form.h"

#include <stdlib.h>
#include <string.h>

#include "job/base64.h"

#define LINE_LIMIT 8192 /* sshd(8): longest line of authorized_keys */

/* A public key is its type's name with a 32-bit length before it (RFC 4253, 6.6), then the numbers. */
static bool is_blob_of(const char *blob, size_t len, const char *type, size_t type_len)
{
	unsigned char *bytes;
	size_t size = 0;
	bool result;

	bytes = base64_decode(blob, len, &size);
	if (!bytes)
		return false;
	result = size > type_len + 4 && !bytes[0] && !bytes[1] && !bytes[2] &&
		 bytes[3] == type_len && !memcmp(bytes + 4, type, type_len);
	free(bytes);
	return result;
}

/* One line: a type of `types` (ends with NULL), its base64, and maybe more. */
static bool is_key_of(const char *text, const char *const *types)
{
	size_t type_len = strcspn(text, " ");

	if (strlen(text) > LINE_LIMIT || strpbrk(text, "\n\r\t") || !text[type_len])
		return false;
	for (; *types; types++) {
		const char *blob = text + type_len + 1;

		if (strlen(*types) == type_len && !strncmp(text, *types, type_len))
			return is_blob_of(blob, strcspn(blob, " "), *types, type_len);
	}
	return false;
}

/* sshd(8), AUTHORIZED_KEYS FILE FORMAT; options before the key are left out on purpose. */
static bool is_ssh_key(const char *text)
{
	static const char *const types[] = {
		"ssh-ed25519",
		"ecdsa-sha2-nistp256",
		"ecdsa-sha2-nistp384",
		"ecdsa-sha2-nistp521",
		"sk-ssh-ed25519@openssh.com",
		"sk-ecdsa-sha2-nistp256@openssh.com",
		"ssh-rsa",
		NULL,
	};

	return is_key_of(text, types);
}

const struct form form_ssh_key = {
	"one line of a public key file: type, base64, comment (ssh-ed25519, ecdsa-sha2-nistp256 or ssh-rsa)",
	is_ssh_key,
};

/* What sshd shows; its name for the algorithm is the same word. */
static bool is_host_key(const char *text)
{
	static const char *const types[] = {
		"ssh-ed25519",
		"ecdsa-sha2-nistp256",
		"ecdsa-sha2-nistp384",
		"ecdsa-sha2-nistp521",
		"ssh-rsa",
		NULL,
	};

	return is_key_of(text, types);
}

const struct form form_host_key = {
	"the server's public key, as /etc/ssh/ssh_host_*_key.pub there has it: type and base64 (ssh-ed25519, ecdsa-sha2-nistp256 or ssh-rsa)",
	is_host_key,
};
