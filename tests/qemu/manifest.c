/*
 * Prints what a tree holds, one line a file, so that it can be compared with an archive's manifest.py:
 * path, type and mode, uid:gid, mtime, size, link count, contents, xattrs, separated by tabs.
 * Stays on the filesystem of each DIR; paths are printed relative to it.
 *
 *	manifest DIR...
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

static _Noreturn void die(const char *path)
{
	fprintf(stderr, "manifest: %s: %s\n", path, strerror(errno));
	exit(1);
}

static void print_escaped(const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c <= ' ' || c >= 127 || c == '\\')
			printf("\\%03o", c);
		else
			putchar(c);
	}
}

static void print_hex(const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size--)
		printf("%02x", *p++);
}

static void print_hash(const char *path)
{
	static uint8_t buffer[1 << 20];
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;
	int fd = open(path, O_RDONLY | O_NOFOLLOW);
	ssize_t got;

	if (fd < 0)
		die(path);
	sha256_init(&sha);
	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		sha256_update(&sha, (size_t)got, buffer);
	if (got < 0)
		die(path);
	close(fd);
	sha256_digest(&sha, sizeof(digest), digest);
	print_hex(digest, sizeof(digest));
}

static void print_contents(const char *path, const struct stat *st)
{
	char target[PATH_MAX];
	ssize_t size;

	if (S_ISREG(st->st_mode)) {
		print_hash(path);
	} else if (S_ISLNK(st->st_mode)) {
		size = readlink(path, target, sizeof(target) - 1);
		if (size < 0)
			die(path);
		target[size] = '\0';
		print_escaped(target);
	} else if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		printf("%u:%u", major(st->st_rdev), minor(st->st_rdev));
	} else {
		putchar('-');
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_xattrs(const char *path)
{
	static char names[65536], value[65536];
	char *sorted[1024];
	size_t count = 0;
	ssize_t used = llistxattr(path, names, sizeof(names));

	if (used < 0 && errno != ENOTSUP)
		die(path);
	for (char *name = names; used > 0 && name < names + used && count < 1024;
	     name += strlen(name) + 1)
		/* xfs shows root each ACL a second time, in its own form. */
		if (strncmp(name, "trusted.SGI_ACL_", 16) != 0)
			sorted[count++] = name;
	qsort(sorted, count, sizeof(*sorted), by_name);
	for (size_t i = 0; i < count; i++) {
		ssize_t size = lgetxattr(path, sorted[i], value, sizeof(value));

		if (size < 0)
			die(path);
		printf("%s%s=", i ? "," : "", sorted[i]);
		print_hex(value, (size_t)size);
	}
	if (count == 0)
		putchar('-');
}

static void print_file(const char *path, const char *shown, const struct stat *st)
{
	bool directory = S_ISDIR(st->st_mode);

	print_escaped(shown);
	printf("\t%06o\t%u:%u\t%lld.%09ld", st->st_mode, st->st_uid, st->st_gid,
	       (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	printf("\t%lld\t%lu\t", directory ? 0LL : (long long)st->st_size,
	       directory ? 1UL : (unsigned long)st->st_nlink);
	print_contents(path, st);
	putchar('\t');
	print_xattrs(path);
	putchar('\n');
}

static void walk(const char *path, size_t root_length, dev_t device)
{
	const char *shown = path + root_length + (path[root_length] == '/');
	struct dirent *item;
	struct stat st;
	DIR *dir;

	if (lstat(path, &st))
		die(path);
	if (st.st_dev != device)
		return;
	print_file(path, *shown ? shown : ".", &st);
	if (!S_ISDIR(st.st_mode))
		return;
	dir = opendir(path);
	if (!dir)
		die(path);
	while ((item = readdir(dir))) {
		char below[2 * PATH_MAX];

		if (!strcmp(item->d_name, ".") || !strcmp(item->d_name, ".."))
			continue;
		snprintf(below, sizeof(below), "%s%s%s", path,
			 path[strlen(path) - 1] == '/' ? "" : "/", item->d_name);
		walk(below, root_length, device);
	}
	closedir(dir);
}

int main(int argc, char **argv)
{
	struct stat st;

	for (int i = 1; i < argc; i++) {
		if (stat(argv[i], &st))
			die(argv[i]);
		walk(argv[i], strlen(argv[i]) - (!strcmp(argv[i], "/")), st.st_dev);
	}
	if (fflush(stdout) || ferror(stdout))
		die("stdout");
	return argc > 1 ? 0 : 2;
}
