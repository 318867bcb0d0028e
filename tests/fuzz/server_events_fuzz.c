/* Bodies of events: parsed or refused with a place, never more than was sent. */
#include <stdlib.h>
#include <string.h>

#include "vm/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event_list list;
	struct err err = ERR_INIT;

	if (events_parse(&list, (const char *)data, size, &err) == 0) {
		if (!list.count || strlen(list.boot) != BOOT_UUID_TEXT - 1)
			abort();
		for (size_t i = 0; i < list.count; i++)
			if (list.item[i].seq < 1 || !list.item[i].type || !list.item[i].body)
				abort();
	} else if (err.code != ERR_SERVICE_BODY || !err.where[0]) {
		abort();
	}
	events_free(&list);
	return 0;
}
