/* The plan for people: one table a kind of thing, every size also in bytes. */
#include <stdio.h>

#include "plan/columns.h"
#include "plan/parts.h"

static const char *const table_names[] = {
	[TABLE_AUTO] = "none",
	[TABLE_MSDOS] = "msdos",
	[TABLE_GPT] = "gpt",
};

static const char *const role_names[] = {
	[PART_BIOS_GRUB] = "GRUB's core image",
	[PART_BOOT] = "/boot",
	[PART_PV] = "PV",
};

static const char *bytes_cell(const struct plan *plan, uint64_t bytes)
{
	return arena_printf(plan->arena, "%ju", (uintmax_t)bytes);
}

static const char *size_cell(const struct plan *plan, uint64_t bytes)
{
	char text[32];

	return arena_strdup(plan->arena, size_text(bytes, text));
}

static void print_disks(const struct plan *plan, FILE *out)
{
	struct columns columns = {
		.arena = plan->arena,
		.heads = {"<DISK", "BYTES", "SIZE", "SECTOR", "<TABLE", "<SERIAL", "<MODEL",
			  "<PLACE"},
	};

	for (size_t i = 0; i < plan->disk_count; i++) {
		const struct disk *disk = plan->disks[i].disk;

		columns_add(&columns, (const char *[]){disk->path, bytes_cell(plan, disk->size),
						       size_cell(plan, disk->size),
						       bytes_cell(plan, disk->logical_sector),
						       table_names[plan->disks[i].table],
						       disk->serial, disk->model, disk->location});
	}
	fputs("\nEverything on these disks is erased:\n", out);
	columns_print(&columns, out);
}

static void print_other_disks(const struct plan *plan, FILE *out)
{
	const struct machine *machine = plan->machine;
	struct columns columns = {
		.arena = plan->arena,
		.heads = {"<DISK", "BYTES", "SIZE", "<SERIAL", "<MODEL", "<PLACE", "<WHY"},
	};

	if (plan->disk_count == machine->disk_count)
		return;
	for (size_t i = 0; i < machine->disk_count; i++) {
		const struct disk *disk = &machine->disks[i];
		const char *reason = plan_disk_is_no_other(disk);

		if (!plan_has_disk(plan, disk))
			columns_add(&columns,
				    (const char *[]){disk->path, bytes_cell(plan, disk->size),
						     size_cell(plan, disk->size), disk->serial,
						     disk->model, disk->location,
						     reason ? reason : "not in the job"});
	}
	fputs("\nThese disks are left alone:\n", out);
	columns_print(&columns, out);
}

static void print_partitions(const struct plan *plan, FILE *out)
{
	const struct plan_disk *disk = &plan->disks[0];
	struct columns columns = {
		.arena = plan->arena,
		.heads = {"<PARTITION", "START", "BYTES", "SIZE", "<USE"},
	};

	for (size_t i = 0; i < disk->partition_count; i++) {
		const struct plan_partition *partition = &disk->partitions[i];

		columns_add(&columns,
			    (const char *[]){partition->path, bytes_cell(plan, partition->start),
					     bytes_cell(plan, partition->size),
					     size_cell(plan, partition->size),
					     role_names[partition->role]});
	}
	fprintf(out, "\nPartitions of %s:\n", disk->disk->path);
	columns_print(&columns, out);
}

static void print_pvs(const struct plan *plan, FILE *out)
{
	struct columns columns = {.arena = plan->arena, .heads = {"<PV", "BYTES", "EXTENTS"}};

	for (size_t i = 0; i < plan->pv_count; i++)
		columns_add(&columns,
			    (const char *[]){plan->pvs[i].path, bytes_cell(plan, plan->pvs[i].size),
					     bytes_cell(plan, plan->pvs[i].extents)});
	fprintf(out, "\nVG %s, extents of 4 MiB:\n", plan->vg);
	columns_print(&columns, out);
}

static const char *asked_cell(const struct plan *plan, const struct job_size *size)
{
	char text[32];

	if (size->kind == SIZE_REST)
		return "rest";
	if (size->kind == SIZE_PERCENT)
		return arena_printf(plan->arena, "%g %%", size->hundredths / 100.0);
	return arena_strdup(plan->arena, size_text(size->bytes, text));
}

static void add_snapshot(struct columns *columns, const struct plan *plan, const struct plan_lv *lv)
{
	uint64_t size = lv->snapshot_extents * EXTENT_SIZE;

	columns_add(columns,
		    (const char *[]){
			    arena_printf(plan->arena, "/dev/%s/%s", plan->vg, lv->snapshot),
			    bytes_cell(plan, size),
			    size_cell(plan, size),
			    bytes_cell(plan, lv->snapshot_extents),
			    arena_printf(plan->arena, "snapshot, %s",
					 asked_cell(plan, &lv->volume->snapshot)),
		    });
}

static void print_lvs(const struct plan *plan, FILE *out)
{
	struct columns columns = {
		.arena = plan->arena,
		.heads = {"<LV", "BYTES", "SIZE", "EXTENTS", "<ASKED FOR"},
	};
	uint64_t left = plan->free_extents * EXTENT_SIZE;

	for (size_t i = 0; i < plan->lv_count; i++) {
		const struct plan_lv *lv = &plan->lvs[i];
		uint64_t size = lv->extents * EXTENT_SIZE;

		columns_add(&columns,
			    (const char *[]){lv->path, bytes_cell(plan, size),
					     size_cell(plan, size), bytes_cell(plan, lv->extents),
					     asked_cell(plan, &lv->volume->size)});
		if (lv->snapshot)
			add_snapshot(&columns, plan, lv);
	}
	columns_add(&columns,
		    (const char *[]){"kept free", bytes_cell(plan, left), size_cell(plan, left),
				     bytes_cell(plan, plan->free_extents),
				     asked_cell(plan, &plan->job->reserve)});
	fprintf(out, "\nLVs of VG %s, %ju extents:\n", plan->vg, (uintmax_t)plan->extents);
	columns_print(&columns, out);
}

static void print_filesystems(const struct plan *plan, FILE *out)
{
	struct columns columns = {
		.arena = plan->arena,
		.heads = {"<DEVICE", "<TYPE", "BYTES", "<MOUNT", "<LABEL", "<UUID", "<OPTIONS"},
	};

	for (size_t i = 0; i < plan->fs_count; i++) {
		const struct plan_fs *fs = &plan->filesystems[i];

		columns_add(&columns, (const char *[]){fs->device, fs_type_name(fs->type),
						       bytes_cell(plan, fs->size), fs->mount,
						       fs->label, fs->uuid, fs->options});
	}
	fprintf(out, "\nFilesystems, as a kernel of profile %s can mount them:\n",
		fs_profile_name(plan->profile));
	columns_print(&columns, out);
}

static void print_archives(const struct plan *plan, FILE *out)
{
	struct columns columns = {.arena = plan->arena, .heads = {"<TO", "<HASH", "<SOURCE"}};
	const struct job_kernel *kernel = &plan->job->kernel;
	const struct job_databases *databases = &plan->job->databases;

	for (size_t i = 0; i < plan->archive_count; i++) {
		const struct job_archive *archive = plan->archives[i];

		columns_add(&columns, (const char *[]){archive->to,
						       archive->source.has_sha256 ? "sha256" : "",
						       archive->source.url});
	}
	for (size_t i = 0; i < databases->dump_count; i++)
		columns_add(&columns,
			    (const char *[]){job_dump_path(databases, i, plan->arena),
					     databases->dumps[i].source.has_sha256 ? "sha256" : "",
					     databases->dumps[i].source.url});
	if (kernel->given)
		columns_add(&columns,
			    (const char *[]){"kernel", kernel->source.has_sha256 ? "sha256" : "",
					     kernel->source.url});
	if (!columns.rows)
		return;
	fputs("\nUnpacked in this order:\n", out);
	columns_print(&columns, out);
}

int plan_print(const struct plan *plan, FILE *out)
{
	fprintf(out, "Plan: %zu disk%s, BIOS boot from %s.\n", plan->disk_count,
		plan->disk_count == 1 ? "" : "s", plan->disks[0].disk->path);
	print_disks(plan, out);
	print_other_disks(plan, out);
	print_partitions(plan, out);
	print_pvs(plan, out);
	print_lvs(plan, out);
	print_filesystems(plan, out);
	print_archives(plan, out);
	plan_print_kernels(plan, out);
	return fflush(out) || ferror(out) ? -1 : 0;
}
