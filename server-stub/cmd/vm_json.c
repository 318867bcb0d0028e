#include "cmd/vm_json.h"

#include <stdio.h>
#include <stdlib.h>

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

json_t *vm_json(const struct vm *vm)
{
	return json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:b, s:s, s:s?, s:s?, s:b, s:I, s:I, s:I}",
			 "name", vm->name, "mac", vm->mac, "address", or_null(vm->address), "group",
			 or_null(vm->group), "mode", vm->mode, "token", vm->token_hash[0] != '\0',
			 "state", vm_state_name(vm->state), "step", or_null(vm->step), "error",
			 or_null(vm->error), "hold", vm_held(vm), "added_ms",
			 (json_int_t)vm->added_ms, "changed_ms", (json_int_t)vm->changed_ms,
			 "seen_ms", (json_int_t)vm->seen_ms);
}

int print_json(const json_t *value, struct err *err)
{
	char *text = value ? json_dumps(value, JSON_INDENT(2)) : NULL;

	if (!text)
		return err_set(err, ERR_MEMORY, "json", "no memory");
	puts(text);
	free(text);
	return 0;
}
