#include "vm/vm_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

/* Words between spaces. */
static json_t *list_json(const char *words)
{
	json_t *array = json_array();

	while (*words) {
		size_t size = strcspn(words, " ");

		json_array_append_new(array, json_stringn(words, size));
		words += size + strspn(words + size, " ");
	}
	return array;
}

static json_t *progress_json(const struct progress *progress)
{
	if (!progress->item[0])
		return json_null();
	return json_pack("{s:s, s:I, s:I, s:I}", "item", progress->item, "done",
			 (json_int_t)progress->done, "total", (json_int_t)progress->total, "rate",
			 (json_int_t)progress->rate);
}

static json_t *lease_json(const struct vm *vm)
{
	if (!vm->lease_by[0])
		return json_null();
	return json_pack("{s:s, s:I}", "by", vm->lease_by, "until_ms",
			 (json_int_t)vm_lease_end_ms(vm));
}

static json_t *cutover_json(const struct vm *vm)
{
	if (!vm->cutover_ms)
		return json_null();
	return json_pack("{s:I, s:I, s:s?}", "ordered_ms", (json_int_t)vm->cutover_ms, "wave",
			 (json_int_t)vm->cutover_wave, "after", or_null(vm->cutover_after));
}

static json_t *error_json(const struct vm *vm)
{
	if (!vm->error[0])
		return json_null();
	return json_pack("{s:s, s:s?}", "text", vm->error, "help", vm_error_help(vm));
}

/* Where it is, apart from who it is: one pack of all would be unreadable. */
static json_t *course_json(const struct vm *vm)
{
	char held[VM_HELD_TEXT];

	return json_pack(
		"{s:s, s:s?, s:s?, s:o, s:s?, s:b, s:s?, s:o, s:b, s:o, s:o, s:b, s:I, s:I, s:I, s:I}",
		"state", vm_state_name(vm->state), "before",
		vm->before < VM_STATES ? vm_state_name(vm->before) : NULL, "step",
		or_null(vm->step), "progress", progress_json(&vm->progress), "waiting",
		or_null(vm->waiting), "hold", vm_held(vm), "held", vm_held_why(vm, held), "error",
		error_json(vm), "armed", vm->armed, "lease", lease_json(vm), "cutover",
		cutover_json(vm), "claims_cutover", vm->claimed_ms != 0, "added_ms",
		(json_int_t)vm->added_ms, "changed_ms", (json_int_t)vm->changed_ms, "seen_ms",
		(json_int_t)vm->seen_ms, "version", (json_int_t)vm->version);
}

json_t *vm_json(const struct vm *vm)
{
	json_t *object = json_pack(
		"{s:s, s:s?, s:s?, s:s?, s:b, s:s, s:s?, s:o, s:s, s:b}", "name", vm->name, "group",
		or_null(vm->group), "role", or_null(vm->role), "master", or_null(vm->master),
		"imported", vm->imported, "mac", vm->mac, "address", or_null(vm->address), "finals",
		list_json(vm->finals), "mode", vm->mode, "token", vm->token_hash[0] != '\0');

	json_object_update_new(object, course_json(vm));
	return object;
}

int print_json(const json_t *value, struct err *err)
{
	char *text = value ? json_dumps(value, JSON_INDENT(2) | JSON_ENSURE_ASCII) : NULL;

	if (!text)
		return err_set(err, ERR_MEMORY, "json", "no memory");
	puts(text);
	free(text);
	return 0;
}
