#include "job/form.h"

#include <stdlib.h>
#include <string.h>

#include "job/base64.h"

#define USER_MAX     32   /* useradd(8) */
#define KEY_FILE_MAX 1024 /* far below PATH_MAX */
#define KEY_BYTES_MAX                                                                              \
	16384 /* an RSA key of 16384 bits, the largest that OpenSSH makes, has 13 KB */

static bool is_ssh_user(const char *text)
{
	return made_of(text, ALNUM "_.-", USER_MAX) && text[0] != '-' && text[0] != '.';
}

const struct form form_ssh_user = {
	"a user's name: letters, digits and _.-, at most 32",
	is_ssh_user,
};

/* rsync splits the command line of ssh at blanks; ssh replaces %. */
static bool is_key_file(const char *text)
{
	return form_file_path.fits(text) && is_printable(text, false, KEY_FILE_MAX) &&
	       !strpbrk(text, "\"'\\%#");
}

const struct form form_key_file = {
	"the absolute path of a private key's file in the new system, such as \"/root/.ssh/id_ed25519\", without blanks, quotes and %",
	is_key_file,
};

/* The base64 lines from `text` to `end`, without their ends; the caller's to free. */
static unsigned char *decode(const char *text, const char *end, size_t *size)
{
	char *joined = malloc((size_t)(end - text) + 1);
	unsigned char *bytes;
	size_t len = 0;

	if (!joined)
		return NULL;
	for (; text < end; text++)
		if (*text != '\n')
			joined[len++] = *text;
	bytes = base64_decode(joined, len, size);
	free(joined);
	return bytes;
}

/* OpenSSH's PROTOCOL.key: the name of the cipher comes first; "none" has no passphrase. */
static bool is_open_openssh_key(const unsigned char *bytes, size_t size)
{
	static const unsigned char head[] = "openssh-key-v1\0\0\0\0\4none";

	return size > sizeof(head) && !memcmp(bytes, head, sizeof(head) - 1);
}

static bool is_open_key(const char *kind, const char *text, const char *end)
{
	size_t size = 0;
	unsigned char *bytes = decode(text, end, &size);
	/* The others are one ASN.1 sequence. */
	bool result =
		bytes && size > 0 &&
		(!strcmp(kind, "OPENSSH ") ? is_open_openssh_key(bytes, size) : bytes[0] == 0x30);

	free(bytes);
	return result;
}

static const char *skip(const char *text, const char *word)
{
	size_t len = strlen(word);

	return text && !strncmp(text, word, len) ? text + len : NULL;
}

static bool is_key_of_kind(const char *text, const char *kind)
{
	const char *body = skip(skip(skip(text, "-----BEGIN "), kind), "PRIVATE KEY-----\n");
	const char *end = body ? strstr(body, "-----END ") : NULL;
	const char *rest = skip(skip(skip(end, "-----END "), kind), "PRIVATE KEY-----");

	return rest && (!*rest || !strcmp(rest, "\n")) && is_open_key(kind, body, end);
}

/* One with a passphrase has lines of its own, or another name, and nobody could type it. Empty: it was removed. */
static bool is_private_key(const char *text)
{
	static const char *const kinds[] = {"OPENSSH ", "RSA ", "EC ", ""};

	if (!*text)
		return true;
	for (size_t i = 0; strlen(text) <= KEY_BYTES_MAX && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (is_key_of_kind(text, kinds[i]))
			return true;
	return false;
}

const struct form form_private_key = {
	"the whole text of a private key without a passphrase, as ssh-keygen writes it, with \\n between its lines (OpenSSH's form or PEM)",
	is_private_key,
};
