#include "job/check.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"

#define XFS_MIN      MIB(300) /* mkfs.xfs refuses less: "Filesystem must be larger than 300MB." */
#define DM_NAME_MAX  127      /* <linux/dm-ioctl.h>: DM_NAME_LEN 128 with the NUL */
#define DM_LAYER_MAX 5        /* "-real", which a snapshot adds */
#define WHOLE        10000    /* hundredths of a percent */

void init_disk(void *to)
{
	struct job_disk *disk = to;

	disk->order = -1;
}

void check_disk(struct reader *r, const struct value *v, void *to)
{
	const struct job_disk *disk = to;
	char least[32], most[32];

	if (json_object_size(v->json) == 0)
		reader_refuse(
			r, ERR_JOB_VALUE, v->path,
			"an empty object is refused: it could be any disk; accepted is at least one of order, min_size, max_size, serial, wwn and device");
	if (disk->max_size && disk->min_size > disk->max_size)
		reader_refuse(
			r, ERR_JOB_CONFLICT, path_to(r, v->path, "max_size"),
			"%s is refused: min_size is %s; accepted is a max_size of at least min_size",
			size_text(disk->max_size, most), size_text(disk->min_size, least));
}

/* The same property on two disks means the same disk twice. */
static void check_unique_disks(struct reader *r, const struct job_disk **disk, size_t count)
{
	struct unique *item = arena_array(r->arena, count, sizeof(*item));
	static const char *const keys[] = {"order", "serial", "wwn", "device"};

	for (size_t key = 0; key < sizeof(keys) / sizeof(keys[0]); key++) {
		for (size_t i = 0; i < count; i++) {
			const char *const texts[] = {
				disk[i]->order < 0 ? NULL
						   : arena_printf(r->arena, "%d", disk[i]->order),
				disk[i]->serial,
				disk[i]->wwn,
				disk[i]->device,
			};
			item[i].text = texts[key];
			item[i].path = path_to(r, disk[i]->json_path, keys[key]);
		}
		check_unique(r, keys[key], item, count);
	}
}

void check_disks(struct reader *r, const struct value *v, void *to)
{
	const struct job_disks *disks = to;
	const struct job_disk **all = arena_array(r->arena, disks->other_count + 1, sizeof(*all));
	size_t count = 0;

	(void)v;
	if (disks->boot.json_path)
		all[count++] = &disks->boot;
	for (size_t i = 0; i < disks->other_count; i++)
		if (disks->others[i].json_path)
			all[count++] = &disks->others[i];
	check_unique_disks(r, all, count);
}

/* XFS_FSLABEL_MAX 12, ext2's s_volume_name 16, swap's volume_name 16 with a NUL (mkswap(8)). */
static size_t label_limit(enum fs_type fs)
{
	switch (fs) {
	case FS_XFS:
		return 12;
	case FS_SWAP:
		return 15;
	default:
		return 16;
	}
}

static void check_label(struct reader *r, const struct job_volume *volume)
{
	size_t most = label_limit(volume->fs);

	if (volume->label && strlen(volume->label) > most)
		reader_refuse(r, ERR_JOB_VALUE, path_to(r, volume->json_path, "label"),
			      "\"%s\" is refused: a label of %s has at most %zu characters",
			      volume->label, fs_type_name(volume->fs), most);
}

void check_volume(struct reader *r, const struct value *v, void *to)
{
	struct job_volume *volume = to;
	char size[32];

	if (!volume->mount_options && !json_object_get(v->json, "mount_options"))
		volume->mount_options = volume->fs == FS_SWAP ? "sw" : "defaults";
	check_label(r, volume);
	if (volume->fs == FS_SWAP && volume->mount)
		reader_refuse(r, ERR_JOB_CONFLICT, path_to(r, v->path, "mount"),
			      "\"%s\" is refused: swap has no mount point; leave the key out",
			      volume->mount);
	if (volume->fs == FS_SWAP && json_object_get(v->json, "snapshot"))
		reader_refuse(
			r, ERR_JOB_CONFLICT, path_to(r, v->path, "snapshot"),
			"a snapshot of swap is refused: there is nothing to go back to; leave the key out");
	if (refused_below(r, path_to(r, v->path, "fs")) || volume->fs != FS_XFS)
		return;
	if (volume->size.kind == SIZE_BYTES && volume->size.bytes && volume->size.bytes < XFS_MIN)
		reader_refuse(
			r, ERR_JOB_CONFLICT, path_to(r, v->path, "size"),
			"%s is refused: XFS needs at least 300 MiB; make it larger or choose ext3 or ext4",
			size_text(volume->size.bytes, size));
}

static void check_one_each(struct reader *r, const struct job *job)
{
	size_t n = job->volume_count;
	struct unique *name = arena_array(r->arena, 2 * n + 1, sizeof(*name));
	struct unique *mount = arena_array(r->arena, n + 1, sizeof(*mount));
	struct unique *label = arena_array(r->arena, n + 1, sizeof(*label));

	/* The boot partition's label comes first: it may be a default, that nobody wrote. */
	label[0] = (struct unique){job->boot.label, "/boot/label"};
	for (size_t i = 0; i < n; i++) {
		const struct job_volume *volume = &job->volumes[i];
		const char *path = volume->json_path;

		if (!path)
			continue;
		name[i] = (struct unique){volume->name, path_to(r, path, "name")};
		if (volume->name)
			name[n + i] = (struct unique){job_snapshot_name(volume, r->arena),
						      path_to(r, path, "snapshot")};
		mount[i] = (struct unique){volume->mount, path_to(r, path, "mount")};
		label[i + 1] = (struct unique){volume->label, path_to(r, path, "label")};
	}
	check_unique(r, "volume's name", name, 2 * n);
	check_unique(r, "mount point", mount, n);
	check_unique(r, "label", label, n + 1);
}

static size_t doubled_hyphens(const char *name)
{
	size_t n = strlen(name);

	for (; *name; name++)
		n += *name == '-';
	return n;
}

/* Device-mapper joins VG and LV by a hyphen and doubles those within. */
static void check_dm_name(struct reader *r, const struct job *job, const char *name,
			  const char *path)
{
	if (name &&
	    doubled_hyphens(job->vg) + 1 + doubled_hyphens(name) + DM_LAYER_MAX > DM_NAME_MAX)
		reader_refuse(
			r, ERR_JOB_VALUE, path,
			"\"%s\" is refused: with the VG's name it is too long for device-mapper; accepted are %d characters together, hyphens count twice",
			name, DM_NAME_MAX - DM_LAYER_MAX - 1);
}

static void check_dm_names(struct reader *r, const struct job *job)
{
	for (size_t i = 0; job->vg && i < job->volume_count; i++) {
		const struct job_volume *volume = &job->volumes[i];

		if (!volume->name)
			continue;
		check_dm_name(r, job, volume->name, path_to(r, volume->json_path, "name"));
		check_dm_name(r, job, job_snapshot_name(volume, r->arena),
			      path_to(r, volume->json_path, "snapshot"));
	}
}

static void check_root(struct reader *r, const struct job *job)
{
	for (size_t i = 0; i < job->volume_count; i++)
		if (job->volumes[i].mount && !strcmp(job->volumes[i].mount, "/"))
			return;
	if (!refused_below(r, "/volumes"))
		reader_refuse(r, ERR_JOB_CONFLICT, "/volumes",
			      "no volume is mounted at \"/\"; accepted is exactly one");
}

/* Hundredths of a percent of the VG that a volume asks for, its snapshot counted. */
static uint64_t percent_of(const struct job_volume *volume)
{
	if (volume->size.kind != SIZE_PERCENT)
		return 0;
	return volume->size.hundredths +
	       (uint64_t)volume->size.hundredths * volume->snapshot.hundredths / WHOLE;
}

static void check_sizes(struct reader *r, const struct job *job)
{
	uint64_t percent = job->reserve.kind == SIZE_PERCENT ? job->reserve.hundredths : 0;
	const char *rest = NULL;

	for (size_t i = 0; i < job->volume_count; i++) {
		const struct job_volume *volume = &job->volumes[i];

		percent += percent_of(volume);
		if (volume->size.kind != SIZE_REST)
			continue;
		if (rest)
			reader_refuse(
				r, ERR_JOB_CONFLICT, path_to(r, volume->json_path, "size"),
				"\"rest\" is refused: %s has it already; accepted is one volume with it",
				rest);
		else
			rest = path_to(r, volume->json_path, "size");
	}
	if (percent > WHOLE || (percent == WHOLE && rest))
		reader_refuse(
			r, ERR_JOB_CONFLICT, "/volumes",
			"percentages of %" PRIu64 ".%02" PRIu64
			" %% in all are refused, reserve and snapshots counted; accepted are at most 100 %%, and less beside a volume with \"rest\"",
			percent / 100, percent % 100);
}

void check_volumes(struct reader *r, const struct job *job)
{
	check_one_each(r, job);
	check_dm_names(r, job);
	check_root(r, job);
	check_sizes(r, job);
}
