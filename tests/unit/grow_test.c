/*
 * Growing, with a real XFS and swap on loop devices and a volume group that is played here: sizes before and after, what is refused, and an
 * interruption at every place. What ext asks of its kernel is grow_ext_test.c's.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/lvm.h"
#include "grow/grow.h"
#include "tests/unit/scratch.h"

#define EXTENT    MIB(4)
#define INTERRUPT 9

/* Shared with children, which are interrupted. */
static struct fake {
	uint64_t extents, free;
	uint64_t tag;         /* extents that the tag notes; 0: there is none */
	char path[64];        /* of the loop device; "" stands for no node */
	const char *snapshot; /* NULL: none */
	bool inactive;
	unsigned step, end_at; /* at which step the process ends; 0: never */
	unsigned extended, swapped_on;
} * fake;

static struct scratch scratch;
static struct arena arena;

static void step(void)
{
	if (++fake->step == fake->end_at)
		_exit(INTERRUPT);
}

/* --- the volume group */

static void in_scratch(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void in_scratch(const char *fmt, ...)
{
	char script[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(script, sizeof(script), fmt, ap);
	va_end(ap);
	scratch_run(&scratch, script);
}

static void resize_image(uint64_t extents)
{
	fake->extents = extents;
	in_scratch("truncate -s %ju image; losetup -c %s", (uintmax_t)(extents * EXTENT),
		   fake->path);
}

static int run_command(const char *command, struct err *err)
{
	uint64_t number;
	char volume[32];

	step();
	if (sscanf(command, "lvchange --refresh %31s", volume) == 1) {
		resize_image(fake->extents);
	} else if (sscanf(command, "lvchange --addtag newroot.grow=%ju %31s", &number, volume) ==
		   2) {
		assert_int_equal(fake->tag, 0);
		fake->tag = number;
	} else if (sscanf(command, "lvchange --deltag newroot.grow=%ju %31s", &number, volume) ==
		   2) {
		assert_int_equal(fake->tag, number);
		fake->tag = 0;
	} else {
		assert_int_equal(sscanf(command, "lvextend -y -l %ju %31s", &number, volume), 2);
		if (number - fake->extents > fake->free)
			return err_set(err, ERR_LVM, "lvextend", "no room");
		fake->free -= number - fake->extents;
		fake->extended++;
		fake->extents = number; /* on the disks; then in the kernel */
		step();
		resize_image(number);
	}
	assert_string_equal(volume, "local/data");
	step();
	return 0;
}

int lvm_run(const char *const *commands, size_t count, const struct child_watch *watch,
	    struct err *err)
{
	(void)watch;
	for (size_t i = 0; i < count; i++)
		if (run_command(commands[i], err))
			return -1;
	return 0;
}

static size_t print_row(char *out, size_t size, const char *name, const char *origin)
{
	char tag[64] = "";

	if (fake->tag)
		snprintf(tag, sizeof(tag), "newroot.grow=%ju", (uintmax_t)fake->tag);
	return (size_t)snprintf(
		out, size,
		"LVM2_LV_NAME='%s' LVM2_LV_PATH='%s' LVM2_LV_SIZE='%ju' LVM2_VG_EXTENT_SIZE='%ju' "
		"LVM2_VG_FREE_COUNT='%ju' LVM2_ORIGIN='%s' LVM2_LV_ACTIVE='%s' LVM2_LV_TAGS='our,%s'\n",
		name, fake->path, (uintmax_t)(fake->extents * EXTENT), (uintmax_t)EXTENT,
		(uintmax_t)fake->free, origin, fake->inactive ? "" : "active", tag);
}

int lvm_report(const char *const *commands, size_t count, char *out, size_t size,
	       const struct child_watch *watch, struct err *err)
{
	size_t used;

	(void)watch;
	(void)err;
	assert_int_equal(count, 1);
	if (!strncmp(commands[0], "vgs ", 4)) {
		snprintf(out, size, "LVM2_VG_NAME='local' LVM2_VG_UUID='u-1'\n");
		return 0;
	}
	assert_non_null(strstr(commands[0], "--select vg_uuid=u-1"));
	used = print_row(out, size, "data", "");
	if (fake->snapshot)
		print_row(out + used, size - used, fake->snapshot, "data");
	return 0;
}

/* --- the kernel */

int __real_ioctl(int fd, unsigned long request, void *argument);
int __wrap_ioctl(int fd, unsigned long request, void *argument);
int __wrap_ioctl(int fd, unsigned long request, void *argument)
{
	int ret;

	step();
	ret = __real_ioctl(fd, request, argument);
	step();
	return ret;
}

int __wrap_swapon(const char *path, int flags);
int __wrap_swapon(const char *path, int flags)
{
	assert_string_equal(path, fake->path);
	assert_int_equal(flags, 0);
	step();
	fake->swapped_on++;
	return 0;
}

/* --- the volume */

static void read_line(const char *name, char *line, int size)
{
	int fd = scratch_open(&scratch, name, O_RDONLY);
	ssize_t got = read(fd, line, (size_t)size - 1);

	assert_true(got > 0);
	line[got] = '\0';
	line[strcspn(line, "\n")] = '\0';
	close(fd);
}

/* `make` is a script that makes the filesystem on $LOOP. */
static void make_volume(uint64_t size, const char *make)
{
	fake->extents = size / EXTENT;
	fake->free = 1024;
	in_scratch("truncate -s %ju image; LOOP=$(losetup -f --show image); echo $LOOP >loop; %s",
		   (uintmax_t)size, make);
	read_line("loop", fake->path, sizeof(fake->path));
}

static void mount_volume(const char *options)
{
	in_scratch(
		"mkdir m; mount -o %s $(cat loop) m; [ ! -w m ] || { mkdir -p m/old; seq 300000 >m/old/file; sha256sum m/old/file >sums; }",
		options);
}

static void start_writer(void)
{
	in_scratch(
		"(i=0; while [ ! -e stop ] && [ $i -lt 400 ]; do i=$((i + 1)); head -c 100000 /dev/urandom >m/w$i; sha256sum m/w$i >>sums; done;"
		" touch stopped) >/dev/null 2>&1 &");
}

/* Nothing is lost. */
static void check_contents(void)
{
	in_scratch("umount m; mount $(cat loop) m; sha256sum --quiet -c sums");
}

static int setup(void **state)
{
	(void)state;
	memset(fake, 0, sizeof(*fake));
	scratch_make(&scratch);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	in_scratch(
		"touch stop; while mountpoint -q m; do umount m || sleep 0.1; done; [ ! -e loop ] || losetup -d $(cat loop)");
	scratch_remove(&scratch);
	arena_free(&arena);
	return 0;
}

static int look(struct grow_plan *plan, const char *size, struct err *err)
{
	const struct grow_wish wish = {.volume = "data", .size = size};

	*plan = (struct grow_plan){0};
	*err = (struct err)ERR_INIT;
	return grow_look(plan, &wish, &arena, err);
}

static void grow(const char *size)
{
	struct grow_plan plan;
	struct err err;

	if (look(&plan, size, &err) || grow_do(&plan, &arena, &err))
		fail_msg("%s: %s", err.where, err.msg);
}

static void refuse(const char *size, enum err_code code, const char *words)
{
	struct grow_plan plan;
	struct err err;

	if (look(&plan, size, &err) == 0)
		fail_msg("\"%s\" is taken", size);
	if (err.code != code || !strstr(err.msg, words))
		fail_msg("[%s] %s", err_name(err.code), err.msg);
	assert_int_equal(fake->extended + fake->tag, 0);
}

/* What a growth to the size that it has would find. */
static uint64_t bytes_now(void)
{
	struct grow_plan plan;
	struct err err;

	if (look(&plan, "+1KiB", &err))
		fail_msg("%s", err.msg);
	return plan.contents.bytes;
}

#define MKFS "$TOP/build/sysroot/bin/mkfs.xfs -q $LOOP"

static void test_grows_in_use(void **state)
{
	struct grow_plan plan;
	struct err err;

	(void)state;
	make_volume(MIB(320), MKFS);
	mount_volume("rw");
	start_writer();
	assert_int_equal(look(&plan, "+300MiB", &err), 0);
	assert_int_equal(plan.extents, 155);
	assert_int_equal(plan.contents.bytes, MIB(320));
	assert_int_equal(plan.contents.after, MIB(620));
	assert_int_equal(bytes_now(), MIB(320));
	assert_int_equal(fake->extended, 0);
	grow("+300MiB");
	assert_int_equal(bytes_now(), MIB(620));
	grow("1.25GiB");
	assert_int_equal(bytes_now(), GIB(5) / 4);
	assert_int_equal(fake->tag, 0);
	in_scratch("touch stop; while [ ! -e stopped ]; do sleep 0.05; done");
	check_contents();
}

/* LVM has whole extents, and what somebody else has made of the volume counts. */
static void test_sizes_are_rounded_up(void **state)
{
	struct grow_plan plan;
	struct err err;

	(void)state;
	make_volume(MIB(320), MKFS);
	mount_volume("rw");
	assert_int_equal(look(&plan, "321MiB", &err), 0);
	assert_int_equal(plan.extents, 81);
	assert_int_equal(look(&plan, "320MiB", &err), 0);
	assert_true(grow_is_done(&plan));
	resize_image(90);
	assert_int_equal(look(&plan, "360MiB", &err), 0);
	assert_false(grow_is_done(&plan));
	grow("360MiB");
	assert_int_equal(fake->extended, 0);
	assert_int_equal(bytes_now(), MIB(360));
}

/* The process ends at each place once; the same command then does the rest, and never more. */
static void test_interrupted(void **state)
{
	unsigned ended = 0;
	bool whole = false;

	(void)state;
	make_volume(MIB(320), MKFS);
	mount_volume("rw");
	for (unsigned at = 1; !whole; at++) {
		const uint64_t extents = fake->extents + 34;
		int status;
		pid_t pid;

		fake->step = 0;
		fake->end_at = at;
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			grow("+134MiB");
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		whole = status == 0;
		assert_true(whole || WEXITSTATUS(status) == INTERRUPT);
		ended += !whole;
		fake->end_at = 0;
		/* Before the first command of LVM nothing was begun, after the last all is done. */
		if (!whole && (fake->tag || fake->extents != extents))
			grow("+134MiB");
		assert_int_equal(fake->extents, extents);
		assert_int_equal(fake->tag, 0);
		assert_int_equal(bytes_now(), extents * EXTENT);
	}
	assert_true(ended >= 8);
	check_contents();
}

/* The VG was full when it came to it: nothing is noted, nothing changed. */
static void test_lvm_fails(void **state)
{
	struct grow_plan plan;
	struct err err;

	(void)state;
	make_volume(MIB(320), MKFS);
	mount_volume("rw");
	assert_int_equal(look(&plan, "+300MiB", &err), 0);
	fake->free = 0;
	assert_int_equal(grow_do(&plan, &arena, &err), -1);
	assert_int_equal(err.code, ERR_LVM);
	assert_int_equal(fake->tag, 0);
	fake->free = 1;
	assert_int_equal(bytes_now(), MIB(320));
}

#define MKSWAP "mkswap -L scratch -U 4a1f1f6e-1d0b-4f5b-9a3c-0123456789ab $LOOP >/dev/null 2>&1"

static void test_swap_keeps_uuid_and_label(void **state)
{
	struct grow_plan plan;
	struct err err;

	(void)state;
	make_volume(MIB(64), MKSWAP);
	assert_int_equal(look(&plan, "128MiB", &err), 0);
	assert_int_equal(plan.contents.bytes, MIB(64));
	assert_int_equal(plan.contents.after, MIB(128));
	grow("128MiB");
	assert_int_equal(bytes_now(), MIB(128));
	in_scratch(
		"blkid -p -o export $(cat loop) >found; grep -qx LABEL=scratch found; grep -qx UUID=4a1f1f6e-1d0b-4f5b-9a3c-0123456789ab found");
	assert_int_equal(fake->swapped_on, 1);
}

/* The header tells of the new size, but it was not used again. */
static void test_swap_is_used_again_after_an_interruption(void **state)
{
	(void)state;
	make_volume(MIB(64), MKSWAP);
	grow("+64MiB");
	fake->tag = 16;
	grow("+64MiB");
	assert_int_equal(fake->swapped_on, 2);
	assert_int_equal(fake->extents, 32);
	assert_int_equal(fake->tag, 0);
}

static void test_refused(void **state)
{
	struct grow_plan plan;
	struct err err;

	(void)state;
	make_volume(MIB(320), MKFS);
	refuse("+1GiB", ERR_GROW_REFUSED, "is not mounted");
	mount_volume("ro");
	refuse("+1GiB", ERR_GROW_REFUSED, "remount,rw");
	in_scratch("mount -o remount,rw m");
	refuse("1", ERR_USAGE, "accepted is \"20GiB\"");
	refuse("", ERR_USAGE, "accepted is");
	refuse("-1GiB", ERR_USAGE, "accepted is");
	refuse("+0MiB", ERR_USAGE, "accepted is");
	refuse("rest", ERR_USAGE, "accepted is");
	refuse("300MiB", ERR_GROW_REFUSED, "only made larger");
	refuse("+5GiB", ERR_GROW_REFUSED, "no room for 5 GiB more: 4 GiB of it are free");
	refuse("7EiB", ERR_USAGE, "accepted is");
	refuse("8000PiB", ERR_GROW_REFUSED, "no volume of VG local can be so large");
	fake->snapshot = "data.installed";
	refuse("+1GiB", ERR_GROW_REFUSED, "lvremove -y local/data.installed");
	fake->snapshot = NULL;
	fake->inactive = true;
	refuse("+1GiB", ERR_GROW_REFUSED, "lvchange -ay local/data");
	fake->inactive = false;
	assert_int_equal(grow_look(&plan, &(struct grow_wish){.volume = "dta", .size = "1GiB"},
				   &arena, &err),
			 -1);
	assert_non_null(strstr(err.msg, "it has: data (320 MiB)"));
}

static void test_refused_contents(void **state)
{
	(void)state;
	make_volume(MIB(100), "true");
	refuse("+1GiB", ERR_GROW_REFUSED, "nothing that is known");
	strcpy(fake->path, "/dev/newroot-no-such-node");
	refuse("+1GiB", ERR_GROW_REFUSED, "vgmknodes");
	read_line("loop", fake->path, sizeof(fake->path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
		TEST(grows_in_use),
		TEST(sizes_are_rounded_up),
		TEST(interrupted),
		TEST(lvm_fails),
		TEST(swap_keeps_uuid_and_label),
		TEST(swap_is_used_again_after_an_interruption),
		TEST(refused),
		TEST(refused_contents),
	};
	char top[PATH_MAX];

	fake = mmap(NULL, sizeof(*fake), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* What is mounted here ends with this process, in whatever way that does. */
	if (fake == MAP_FAILED || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || !getcwd(top, sizeof(top)) ||
	    setenv("TOP", top, 1))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
