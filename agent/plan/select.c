/* Which disks of the machine the job means. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "plan/parts.h"

/* Text that grows in a buffer and is cut at its end: for messages. */
struct text {
	char *buf;
	size_t size, used;
};

__attribute__((format(printf, 2, 3))) static void text_add(struct text *text, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text->buf + text->used, text->size - text->used, fmt, ap);
	va_end(ap);
	if (len > 0)
		text->used += (size_t)len;
	if (text->used >= text->size)
		text->used = text->size - 1;
}

/* Tools write one WWN in several forms: naa.5000c5…, 0x5000c5…, wwn-0x5000c5…, eui.0025…. */
static const char *bare_wwn(const char *wwn)
{
	static const char *const prefixes[] = {"wwn-", "naa.", "eui.", "0x"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strncasecmp(wwn, prefixes[i], strlen(prefixes[i])))
			wwn += strlen(prefixes[i]);
	return wwn;
}

/* "0x" alone would be that of every disk without one. */
static bool has_wwn(const struct disk *disk, const char *wanted)
{
	return *disk->wwn && !strcasecmp(bare_wwn(wanted), bare_wwn(disk->wwn));
}

static bool matches(const struct job_disk *wanted, const struct disk *disk, size_t order)
{
	return (wanted->order < 0 || (size_t)wanted->order == order) &&
	       (!wanted->min_size || disk->size >= wanted->min_size) &&
	       (!wanted->max_size || disk->size <= wanted->max_size) &&
	       (!wanted->serial || !strcmp(wanted->serial, disk->serial)) &&
	       (!wanted->wwn || has_wwn(disk, wanted->wwn)) &&
	       (!wanted->device || !strcmp(wanted->device, disk->counted_path));
}

static void describe_wanted(struct text *text, const struct job_disk *wanted)
{
	char size[32];

	if (wanted->order >= 0)
		text_add(text, " number %d", wanted->order);
	if (wanted->device)
		text_add(text, " %s", wanted->device);
	if (wanted->serial)
		text_add(text, " with serial '%s'", wanted->serial);
	if (wanted->wwn)
		text_add(text, " with wwn '%s'", wanted->wwn);
	if (wanted->min_size)
		text_add(text, " of at least %s", size_text(wanted->min_size, size));
	if (wanted->max_size)
		text_add(text, " of at most %s", size_text(wanted->max_size, size));
}

static void describe_present(struct text *text, const struct machine *machine)
{
	char size[32];

	for (size_t i = 0; i < machine->disk_count; i++) {
		const struct disk *disk = &machine->disks[i];

		text_add(text, "%s %zu: %s, %s", i ? ";" : "", i, disk->counted_path,
			 size_text(disk->size, size));
		if (*disk->serial)
			text_add(text, ", serial '%s'", disk->serial);
		if (*disk->wwn)
			text_add(text, ", wwn '%s'", disk->wwn);
	}
}

static bool has_disk(const struct machine *machine, const struct controller *controller)
{
	for (size_t i = 0; i < machine->disk_count; i++)
		if (strstr(machine->disks[i].location, controller->pci))
			return true;
	return false;
}

/* A disk that is missed may hang on one of them; appended to a message. */
static void describe_empty(struct text *text, const struct machine *machine)
{
	const char *between = "; controllers without a disk: ";

	for (size_t i = 0; i < machine->controller_count; i++) {
		const struct controller *controller = &machine->controllers[i];

		if (has_disk(machine, controller))
			continue;
		text_add(text, "%s%s (PCI ID %04x:%04x, %s%s)", between, controller->pci,
			 controller->vendor, controller->device,
			 *controller->driver ? "driver " : "no driver", controller->driver);
		between = ", ";
	}
}

static void no_disk_at_all(const struct machine *machine, struct err_list *errors)
{
	struct err err = ERR_INIT;
	char empty[400] = "";

	describe_empty(&(struct text){empty, sizeof(empty), 0}, machine);
	err_set(&err, ERR_MACHINE_DISK, NULL,
		"this machine has no disk; accepted are SCSI, ATA, virtio, NVMe and Xen disks%s",
		empty);
	err_list_add(errors, &err);
}

static void take(struct plan *plan, const struct disk *disk, struct err_list *errors)
{
	struct err err = ERR_INIT;

	plan->disks[plan->disk_count++].disk = disk;
	if (!disk->read_only)
		return;
	err_set(&err, ERR_MACHINE_DISK, disk->path,
		"the disk is read only; make it writable, or name the disks to use in the job");
	err_list_add(errors, &err);
}

static int no_such_disk(const struct plan *plan, const struct job_disk *wanted,
			const struct disk *twice, struct err_list *errors)
{
	struct err err = ERR_INIT;
	char asked[256] = "", present[400] = "";
	struct text asked_text = {asked, sizeof(asked), 0};
	struct text present_text = {present, sizeof(present), 0};

	describe_wanted(&asked_text, wanted);
	describe_present(&present_text, plan->machine);
	describe_empty(&present_text, plan->machine);
	if (twice)
		err_set(&err, ERR_MACHINE_DISK, wanted->json_path,
			"the disk%s is %s, which the job uses already; every disk may be used once",
			asked, twice->path);
	else
		err_set(&err, ERR_MACHINE_DISK, wanted->json_path,
			"this machine has no disk%s; it has%s", asked, present);
	err_list_add(errors, &err);
	return -1;
}

/* The first disk in the order of their locations that matches and is still free. */
static int take_wanted(struct plan *plan, const struct job_disk *wanted, struct err_list *errors)
{
	const struct disk *twice = NULL;

	for (size_t i = 0; i < plan->machine->disk_count; i++) {
		const struct disk *disk = &plan->machine->disks[i];

		if (!matches(wanted, disk, i))
			continue;
		if (!plan_has_disk(plan, disk)) {
			take(plan, disk, errors);
			return 0;
		}
		twice = disk;
	}
	return no_such_disk(plan, wanted, twice, errors);
}

const char *plan_disk_is_no_other(const struct disk *disk)
{
	if (disk->read_only)
		return "read only";
	return strstr(disk->location, "/usb") ? "on USB" : NULL;
}

static void take_all_others(struct plan *plan, struct err_list *errors)
{
	for (size_t i = 0; i < plan->machine->disk_count; i++) {
		const struct disk *disk = &plan->machine->disks[i];

		if (!plan_has_disk(plan, disk) && !plan_disk_is_no_other(disk))
			take(plan, disk, errors);
	}
}

int plan_select(struct plan *plan, struct err_list *errors)
{
	const struct job_disks *wanted = &plan->job->disks;
	int ret;

	if (plan->machine->disk_count == 0) {
		no_disk_at_all(plan->machine, errors);
		return -1;
	}
	plan->disks = arena_array(plan->arena, plan->machine->disk_count, sizeof(*plan->disks));
	ret = take_wanted(plan, &wanted->boot, errors);
	if (wanted->all_others && ret == 0)
		take_all_others(plan, errors);
	for (size_t i = 0; !wanted->all_others && i < wanted->other_count; i++)
		if (take_wanted(plan, &wanted->others[i], errors) < 0)
			ret = -1;
	return ret;
}
