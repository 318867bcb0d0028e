/* ca rotate begin, state, finish, undo: another CA in place of the site's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/certificates_print.h"
#include "cmd/command.h"
#include "cmd/open.h"
#include "site/ca.h"
#include "site/rotation.h"
#include "site/site_image.h"
#include "util/text.h"

static bool force;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"force", OPTION_FLAG, &force, NULL,
	 "finish although VMs would lose their contact for good"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* VMs that keep anchors, and those of them that have others than the site has now. */
struct census {
	char id[CA_ANCHORS_ID];
	FILE *out; /* NULL: they are only counted */
	size_t count, lacking;
	char first[VM_NAME_MAX + 1]; /* of those that lack something */
};

static void print_lacking(FILE *out, const struct trust_row *row)
{
	char seen[TEXT_TIME_MAX];

	fprintf(out, "  %-30s %-18s %s, heard %s\n", row->name, vm_state_name(row->state),
		row->anchors[0] ? "has other anchors" : "never said what it has",
		row->seen_ms ? text_time(seen, row->seen_ms) : "never");
}

static void count_vm(void *arg, const struct trust_row *row)
{
	struct census *census = arg;

	if (!vm_state_keeps_anchors(row->state, row->before))
		return;
	census->count++;
	if (!strcmp(row->anchors, census->id))
		return;
	if (!census->lacking++)
		snprintf(census->first, sizeof(census->first), "%s", row->name);
	if (census->out)
		print_lacking(census->out, row);
}

static int take_census(const struct open *open, struct census *census, FILE *out, struct err *err)
{
	*census = (struct census){.out = out};
	if (ca_anchors(&open->data, census->id, NULL, err) < 0)
		return -1;
	return store_trust_each(open->store, count_vm, census, err);
}

static int tell_state(const struct open *open, struct err *err)
{
	static const char *const texts[] = {
		[ROTATION_NONE] = "no change of the CA was begun",
		[ROTATION_BEGUN] = "begun: the old CA signs, VMs learn the new one's anchor",
		[ROTATION_FINISHING] =
			"almost finished: the new CA signs; `ca rotate finish` drops the old anchor",
	};
	struct census census;
	enum rotation rotation;

	if (rotation_state(&open->data, &rotation, err) < 0)
		return -1;
	printf("%-12s %s\n", "change", texts[rotation]);
	if (rotation == ROTATION_NONE)
		return 0;
	if (take_census(open, &census, stdout, err) < 0)
		return -1;
	printf("%zu of %zu VMs that are being installed or stand by know both anchors\n",
	       census.count - census.lacking, census.count);
	return 0;
}

static int state(struct open *open, struct err *err)
{
	if (tell_state(open, err) < 0)
		return -1;
	return certificates_print(&open->data, err);
}

static int begin(struct open *open, struct err *err)
{
	if (rotation_begin(&open->data, err) < 0 || site_image_write(&open->data, err) < 0)
		return -1;
	printf("begun: VMs learn the new CA's anchor with their next report; ca.pem has both\n"
	       "Give ca.pem to browsers and programs. `ca rotate state` shows which VMs are to come; then `ca rotate finish`.\n");
	return 0;
}

static int undo(struct open *open, struct err *err)
{
	if (rotation_undo(&open->data, err) < 0 || site_image_write(&open->data, err) < 0)
		return -1;
	printf("undone: the old CA stays, VMs drop the other anchor with their next report\n");
	return 0;
}

static int check_census(const struct open *open, struct err *err)
{
	struct census census;
	enum rotation rotation;

	if (rotation_state(&open->data, &rotation, err) < 0)
		return -1;
	if (force || rotation != ROTATION_BEGUN)
		return 0;
	if (take_census(open, &census, stderr, err) < 0)
		return -1;
	if (!census.lacking)
		return 0;
	return err_set(
		err, ERR_SERVICE_ROTATION, census.first,
		"%zu of %zu VMs that are being installed or stand by have not told yet that they know the new CA, and would lose their contact; "
		"wait for them, or give --force",
		census.lacking, census.count);
}

static int finish(struct open *open, struct err *err)
{
	if (check_census(open, err) < 0 || rotation_finish(&open->data, &open->settings, err) < 0 ||
	    site_image_write(&open->data, err) < 0)
		return -1;
	printf("finished: the new CA signs, and is the only anchor of ca.pem and of the site image\n");
	return 0;
}

static const struct verb {
	const char *name;
	int (*run)(struct open *open, struct err *err);
	bool changes;
} verbs[] = {
	{"begin", begin, true},
	{"state", state, false},
	{"finish", finish, true},
	{"undo", undo, true},
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int run_locked(struct open *open, const struct verb *verb, struct err *err)
{
	int lock = pem_lock(&open->data, err);
	int ret;

	if (lock < 0)
		return -1;
	ret = verb->run(open, err);
	if (ret == 0 && verb->changes)
		ret = note_command(open->store, 0, err);
	close(lock);
	if (ret == 0 && verb->changes)
		tell_command();
	return ret;
}

static int run(char **operands, size_t count, struct err *err)
{
	struct open open;
	size_t i = 0;
	int ret;

	(void)count;
	while (i < VERBS && strcmp(operands[1], verbs[i].name) != 0)
		i++;
	if (strcmp(operands[0], "rotate") != 0 || i == VERBS)
		return err_set(
			err, ERR_USAGE, operands[0],
			"is not accepted so; `ca rotate begin`, `state`, `finish` and `undo` are");
	if (open_data(&open, err) < 0)
		return -1;
	ret = run_locked(&open, &verbs[i], err);
	close_data(&open);
	return ret;
}

const struct command cmd_ca = {
	.name = "ca",
	.operands = "rotate begin|state|finish|undo",
	.operands_min = 2,
	.operands_max = 2,
	.summary =
		"Put another CA in place of the site's, in steps that no VM loses its contact by",
	.options = options,
	.run = run,
};
