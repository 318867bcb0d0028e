#include "vm/finals.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "vm/names.h"

static void add(char finals[VM_FINALS_MAX + 1], const char *text)
{
	const size_t used = strlen(finals), size = text ? strcspn(text, "/") : 0;
	char host[ADDRESS_TEXT], address[ADDRESS_TEXT];

	if (size == 0 || size >= sizeof(host))
		return;
	memcpy(host, text, size);
	host[size] = '\0';
	if (address_parse(address, host, NULL) == 0 && used + 1 + strlen(address) <= VM_FINALS_MAX)
		snprintf(finals + used, VM_FINALS_MAX + 1 - used, "%s%s", used ? " " : "", address);
}

int finals_of_job(char finals[VM_FINALS_MAX + 1], const char *job, struct err *err)
{
	json_t *root = json_loads(job, 0, NULL), *interface, *address;
	size_t i, j;

	finals[0] = '\0';
	if (!root)
		return err_set(err, ERR_MEMORY, "job", "no memory for its addresses");
	json_array_foreach(json_object_get(json_object_get(root, "network"), "interfaces"), i,
			   interface)
	{
		json_array_foreach(json_object_get(interface, "addresses"), j, address)
		{
			add(finals, json_string_value(address));
		}
	}
	json_decref(root);
	return 0;
}
