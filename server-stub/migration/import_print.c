#include <stdio.h>

#include "migration/import.h"

static const struct {
	const char *word; /* before the VM's name */
	const char *noun; /* in the summary */
} fates[] = {
	[FATE_ADD] = {"add", "added"},
	[FATE_REPLACE] = {"change", "changed"},
	[FATE_LATER] = {"later", "changed for later"},
	[FATE_SAME] = {"same", "unchanged"},
	[FATE_REMOVE] = {"remove", "removed"},
	[FATE_KEEP] = {"keep", "kept"},
};

#define FATES (sizeof(fates) / sizeof(fates[0]))

static void print_summary(const struct import *import)
{
	const char *between = "";

	printf("group %s: ", import->migration.group);
	for (size_t f = 0; f < FATES; f++) {
		size_t count = 0;

		for (size_t i = 0; i < import->row_count; i++)
			count += import->row[i].fate == f;
		if (count)
			printf("%s%zu %s", between, count, fates[f].noun);
		if (count)
			between = ", ";
	}
	putchar('\n');
}

/* What becomes of the VM, after its name. */
static void print_course(const struct import_row *row)
{
	const char *state = row->known ? vm_state_name(row->known->vm.state) : "";

	switch (row->fate) {
	case FATE_ADD:
		printf("%s %s, %s", row->wanted->mac, row->wanted->address,
		       vm_state_name(row->missing ? VM_WAITING : VM_NEEDS_CREATING));
		break;
	case FATE_REPLACE:
		printf("%s: it gets the new job", state);
		break;
	case FATE_LATER:
		printf("%s: it goes on as it is; the new job is handed out at the next `retry` or `arm` from the beginning",
		       state);
		break;
	case FATE_SAME:
		printf("%s", state);
		break;
	case FATE_REMOVE:
		printf("%s: no longer in the document, and not created yet", state);
		break;
	case FATE_KEEP:
		printf("%s: no longer in the document; `cancel` and `remove` it by hand", state);
		break;
	}
	if (row->missing)
		printf(" (%s)", row->missing);
	putchar('\n');
}

static void print_row(const struct import_row *row)
{
	printf("%-7s %-16s ", fates[row->fate].word,
	       row->known ? row->known->vm.name : row->wanted->name);
	print_course(row);
	for (const struct change *change = row->changes; change; change = change->next)
		printf("        %s: %s -> %s\n", change->path,
		       change->old ? change->old : "nothing",
		       change->now ? change->now : "nothing");
}

void import_print(const struct import *import)
{
	print_summary(import);
	for (size_t i = 0; i < import->row_count; i++)
		print_row(&import->row[i]);
}
