/* How many extents every LV gets. */
#include <stdio.h>
#include <string.h>

#include "plan/parts.h"

#define HUNDREDTHS_OF_ALL 10000 /* 100 % */

/*
 * A snapshot on disk (drivers/md/dm-snap-persistent.c): chunks of LVM's default 4 KiB; a header, then exceptions of 16 bytes,
 * a chunk of them before each 256 chunks of data, and one that ends them.
 */
#define CHUNKS_PER_EXTENT (EXTENT_SIZE / 4096)
#define CHUNKS_PER_AREA   (4096 / 16)

static uint64_t extents_for(uint64_t bytes)
{
	return bytes / EXTENT_SIZE + (bytes % EXTENT_SIZE != 0);
}

static uint64_t share_of(uint64_t extents, uint32_t hundredths)
{
	return extents * hundredths / HUNDREDTHS_OF_ALL;
}

/* Extents of sizes that don't depend on the others; 0 for `rest`. */
static uint64_t own_extents(const struct plan *plan, const struct job_size *size)
{
	if (size->kind == SIZE_BYTES)
		return extents_for(size->bytes);
	return size->kind == SIZE_PERCENT ? share_of(plan->extents, size->hundredths) : 0;
}

/* A snapshot that has room for all of its origin: lvcreate(8) makes none larger. */
static uint64_t snapshot_most(uint64_t origin)
{
	uint64_t chunks = origin * CHUNKS_PER_EXTENT;
	uint64_t all = 1 + chunks + (chunks + CHUNKS_PER_AREA) / CHUNKS_PER_AREA;

	return (all + CHUNKS_PER_EXTENT - 1) / CHUNKS_PER_EXTENT;
}

/* Of a volume of `origin` extents. Percent are rounded up: at least that much may be changed. */
static uint64_t snapshot_extents(const struct job_volume *volume, uint64_t origin)
{
	const struct job_size *size = &volume->snapshot;
	uint64_t extents = extents_for(size->bytes), most = snapshot_most(origin);

	if (size->hundredths)
		extents = (origin * size->hundredths + HUNDREDTHS_OF_ALL - 1) / HUNDREDTHS_OF_ALL;
	return extents < most ? extents : most;
}

/* The most that a volume may have when it and its snapshot share `available`; 0: no room. */
static uint64_t rest_extents(const struct job_volume *volume, uint64_t available)
{
	uint64_t least = 0, most = available;

	while (least < most) {
		uint64_t middle = least + (most - least + 1) / 2;

		if (middle + snapshot_extents(volume, middle) <= available)
			least = middle;
		else
			most = middle - 1;
	}
	return least;
}

/* A reserve in percent is rounded up: at least that much stays free. */
static uint64_t reserve_extents(const struct plan *plan)
{
	const struct job_size *size = &plan->job->reserve;
	uint64_t extents = own_extents(plan, size);

	if (size->kind == SIZE_PERCENT &&
	    extents * HUNDREDTHS_OF_ALL < plan->extents * size->hundredths)
		extents++;
	return extents;
}

/* "root 2048 + swap 256": what the volumes ask for, for the message. */
static void list_needs(char *buf, size_t size, const struct plan *plan)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < plan->lv_count && used < size; i++) {
		const struct plan_lv *lv = &plan->lvs[i];

		if (lv->volume->size.kind == SIZE_REST)
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s %ju + ", lv->volume->name,
					 (uintmax_t)lv->extents);
		if (lv->snapshot && used < size)
			used += (size_t)snprintf(buf + used, size - used, "%s %ju + ", lv->snapshot,
						 (uintmax_t)lv->snapshot_extents);
	}
}

static int refuse_sum(const struct plan *plan, uint64_t fixed, uint64_t reserve,
		      struct err_list *errors)
{
	struct err err = ERR_INIT;
	uint64_t needed = fixed + reserve, missing = needed - plan->extents;
	char needs[300];

	list_needs(needs, sizeof(needs), plan);
	err_set(&err, ERR_MACHINE_SPACE, "/volumes",
		"%sreserve %ju = %ju extents of 4 MiB (%ju bytes) are asked for, but VG %s on %zu disk%s has %ju (%ju bytes): %ju extents (%ju bytes) too many",
		needs, (uintmax_t)reserve, (uintmax_t)needed, (uintmax_t)(needed * EXTENT_SIZE),
		plan->vg, plan->disk_count, plan->disk_count == 1 ? "" : "s",
		(uintmax_t)plan->extents, (uintmax_t)(plan->extents * EXTENT_SIZE),
		(uintmax_t)missing, (uintmax_t)(missing * EXTENT_SIZE));
	err_list_add(errors, &err);
	return -1;
}

static int refuse_second_rest(const struct job_volume *volume, const struct job_volume *first,
			      struct err_list *errors)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_JOB_CONFLICT, volume->json_path,
		"volume %s wants the rest, which volume %s has already; one volume may say \"rest\"",
		volume->name, first->name);
	err_list_add(errors, &err);
	return -1;
}

static int refuse_no_rest(const struct plan *plan, const struct job_volume *volume,
			  struct err_list *errors)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_MACHINE_SPACE, volume->json_path,
		"volume %s wants the rest of VG %s, but the other volumes and the reserve use all %ju extents of 4 MiB (%ju bytes)",
		volume->name, plan->vg, (uintmax_t)plan->extents,
		(uintmax_t)(plan->extents * EXTENT_SIZE));
	err_list_add(errors, &err);
	return -1;
}

static void add_lvs(struct plan *plan)
{
	const struct job *job = plan->job;

	plan->lvs = arena_array(plan->arena, job->volume_count, sizeof(*plan->lvs));
	plan->lv_count = job->volume_count;
	for (size_t i = 0; i < job->volume_count; i++) {
		struct plan_lv *lv = &plan->lvs[i];

		lv->volume = &job->volumes[i];
		lv->path = arena_printf(plan->arena, "/dev/%s/%s", plan->vg, lv->volume->name);
		lv->extents = own_extents(plan, &lv->volume->size);
		lv->snapshot = job_snapshot_name(lv->volume, plan->arena);
		if (lv->snapshot)
			lv->snapshot_extents = snapshot_extents(lv->volume, lv->extents);
	}
}

/* All that the reserve and the other volumes with their snapshots leave. */
static int deal_out_rest(struct plan *plan, struct plan_lv *rest, uint64_t available,
			 struct err_list *errors)
{
	rest->extents = available;
	if (rest->snapshot) {
		rest->extents = rest_extents(rest->volume, available);
		rest->snapshot_extents = snapshot_extents(rest->volume, rest->extents);
	}
	return rest->extents ? 0 : refuse_no_rest(plan, rest->volume, errors);
}

int plan_size_volumes(struct plan *plan, struct err_list *errors)
{
	struct plan_lv *rest = NULL;
	uint64_t reserve = reserve_extents(plan), fixed = 0;

	add_lvs(plan);
	for (size_t i = 0; i < plan->lv_count; i++) {
		struct plan_lv *lv = &plan->lvs[i];

		if (lv->volume->size.kind != SIZE_REST) {
			fixed += lv->extents + lv->snapshot_extents;
			continue;
		}
		if (rest)
			return refuse_second_rest(lv->volume, rest->volume, errors);
		rest = lv;
	}
	if (fixed + reserve > plan->extents)
		return refuse_sum(plan, fixed, reserve, errors);
	if (rest) {
		if (deal_out_rest(plan, rest, plan->extents - reserve - fixed, errors) < 0)
			return -1;
		fixed += rest->extents + rest->snapshot_extents;
	}
	plan->free_extents = plan->extents - fixed;
	return 0;
}

uint64_t plan_snapshot_extents(const struct plan *plan)
{
	uint64_t extents = 0;

	for (size_t i = 0; i < plan->lv_count; i++)
		extents += plan->lvs[i].snapshot_extents;
	return extents;
}

size_t plan_snapshot_count(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->lv_count; i++)
		count += plan->lvs[i].snapshot != NULL;
	return count;
}
