#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "job/job.h"
#include "job/names.h"

const char *const fs_type_names[] = {
	[FS_XFS] = "xfs",   [FS_EXT2] = "ext2", [FS_EXT3] = "ext3",
	[FS_EXT4] = "ext4", [FS_SWAP] = "swap",
};
const char *const table_type_names[] = {
	[TABLE_AUTO] = "auto",
	[TABLE_MSDOS] = "msdos",
	[TABLE_GPT] = "gpt",
};
const char *const fs_profile_names[] = {
	[PROFILE_AUTO] = "auto",
	[PROFILE_2_6_18] = "2.6.18",
	[PROFILE_3_10] = "3.10",
	[PROFILE_MODERN] = "modern",
};
const char *const verify_before_names[] = {
	[VERIFY_FACTS] = "facts",
	[VERIFY_FULL] = "full",
};
const char *const clock_wish_names[] = {
	[CLOCK_SET] = "set",
	[CLOCK_REPORT] = "report",
};
const char *const finish_action_names[] = {
	[FINISH_REBOOT] = "reboot",
	[FINISH_POWEROFF] = "poweroff",
	[FINISH_WAIT] = "wait",
};

const char *fs_type_name(enum fs_type fs)
{
	return fs_type_names[fs];
}

const char *fs_profile_name(enum fs_profile profile)
{
	return fs_profile_names[profile];
}

const char *clock_wish_name(enum clock_wish wish)
{
	return clock_wish_names[wish];
}

const char *finish_action_name(enum finish_action action)
{
	return finish_action_names[action];
}

/* "2.6.18-164.el5" as 2006: major * 1000 + minor; -1 when it starts otherwise. */
static long version_number(const char *version)
{
	char *end;
	long major = strtol(version, &end, 10);

	if (end == version || *end != '.' || major < 0 || major > 99)
		return -1;
	version = end + 1;
	return major * 1000 + strtol(version, &end, 10) % 1000;
}

/* RHEL 7 and its kin call all of theirs 3.10.0-N; kernel.org's are 3.10.N. */
static bool is_rhel_7(const char *version)
{
	return !strncmp(version, "3.10.0-", strlen("3.10.0-"));
}

/*
 * modern is what mkfs.xfs 6.1 and mke2fs 1.47 make by themselves: bigtime and inobtcount need 5.10.
 * 3.10 mounts XFS with checksums (v5), as RHEL 7's kernel does; kernel.org's refuses its file types in
 * directories (ftype) until 3.12, and calls v5 experimental until 3.15.
 */
enum fs_profile profile_of_version(const char *version)
{
	long number = version_number(version);

	if (number < 0 || number >= 5010)
		return PROFILE_MODERN;
	return number >= 3016 || is_rhel_7(version) ? PROFILE_3_10 : PROFILE_2_6_18;
}

/* The last part of a URL's path: "…/kernel-2.6.18-164.el5.x86_64.rpm?x" → "kernel-…". */
static const char *file_name(const char *url)
{
	const char *name = url;

	for (const char *at = url; *at && *at != '?'; at++)
		if (*at == '/')
			name = at + 1;
	return name;
}

enum fs_profile job_profile(const struct job *job)
{
	if (job->profile != PROFILE_AUTO)
		return job->profile;
	if (!job->kernel.given)
		return PROFILE_MODERN;
	for (const char *at = file_name(job->kernel.source.url); *at && *at != '?'; at++)
		if ((*at == '-' || *at == '_') && version_number(at + 1) >= 0)
			return profile_of_version(at + 1);
	return PROFILE_MODERN;
}
