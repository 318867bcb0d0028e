/*
 * md_create DEVICE: a RAID 1 of this one device as /dev/md0, with metadata 0.90. The in-memory system has no mdadm.
 * The calls are those of linux/raid/md_u.h.
 */
#include <fcntl.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define ACTIVE_AND_IN_SYNC 6 /* MD_DISK_ACTIVE and MD_DISK_SYNC of linux/raid/md_p.h, as bits */
#define CLEAN              1

int main(int argc, char **argv)
{
	mdu_array_info_t array = {.minor_version = 90,
				  .level = 1,
				  .nr_disks = 1,
				  .raid_disks = 1,
				  .active_disks = 1,
				  .working_disks = 1,
				  .state = CLEAN};
	mdu_disk_info_t disk = {.state = ACTIVE_AND_IN_SYNC};
	struct stat device;
	int fd;

	if (argc != 2 || stat(argv[1], &device) ||
	    mknod("/dev/md0", S_IFBLK | 0600, makedev(MD_MAJOR, 0)))
		return perror("md_create"), 1;
	disk.major = (int)major(device.st_rdev);
	disk.minor = (int)minor(device.st_rdev);
	fd = open("/dev/md0", O_RDWR);
	if (fd < 0 || ioctl(fd, SET_ARRAY_INFO, &array) || ioctl(fd, ADD_NEW_DISK, &disk) ||
	    ioctl(fd, RUN_ARRAY, NULL))
		return perror("md_create"), 1;
	return 0;
}
