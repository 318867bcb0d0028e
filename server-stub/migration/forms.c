#include "migration/forms.h"

#include <arpa/inet.h>
#include <string.h>

#include "archives/archive.h"
#include "site/settings.h"
#include "vm/names.h"

#define LABEL_TEXT_MAX 255 /* what a person still reads in a table */

static bool is_vm_name(const char *text)
{
	return name_check(text, "name", NULL) == 0;
}

const struct form form_group_name = {
	"1 to 63 letters, digits, \".\", \"_\" and \"-\", beginning with a letter or digit",
	is_vm_name,
};

static bool is_label_text(const char *text)
{
	size_t size = strlen(text);

	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return size > 0 && size <= LABEL_TEXT_MAX;
}

const struct form form_label_text = {
	"1 to 255 bytes of text without control characters, as the creator calls it",
	is_label_text,
};

static bool is_parameters(const char *text)
{
	return boot_parameters_check(text, NULL) == 0;
}

const struct form form_parameters = {
	"kernel parameters for the boot entry: printable ASCII on one line, at most 1024 bytes, without '\"\\$&|, which mean something to a boot loader",
	is_parameters,
};

static bool is_ipv4(const char *text)
{
	struct in_addr address;

	return inet_pton(AF_INET, text, &address) == 1 && address.s_addr != 0;
}

const struct form form_ipv4 = {"an IPv4 address, such as \"10.77.0.20\"", is_ipv4};

static bool is_schema_address(const char *text)
{
	return is_printable(text, false, 2048);
}

const struct form form_document_schema = {
	"the address of docs/migration.schema.json, for editors",
	is_schema_address,
};

bool is_own_archive(const char *source)
{
	return source && !strncmp(source, SOURCE_SCHEME, strlen(SOURCE_SCHEME));
}

static bool is_source(const char *text)
{
	if (!is_own_archive(text))
		return form_url.fits(text);
	return archive_path_ok(text + strlen(SOURCE_SCHEME));
}

const struct form form_source = {
	"\"https://HOST[:PORT]/PATH\", at most 2048 characters, without user name, password or #; "
	"\"nfs://SERVER[:PORT]/FOLDER/FILE\"; "
	"or \"archive:PATH\", a file below the service's own archives/",
	is_source,
};
