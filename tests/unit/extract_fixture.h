/* Archives that a test packs in a scratch folder are unpacked there, as the agent does it: in a child whose root the folder is. */
#ifndef NEWROOT_TESTS_EXTRACT_FIXTURE_H
#define NEWROOT_TESTS_EXTRACT_FIXTURE_H

#include "archive/extract.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

SCRATCH_FOR_ALL

/* What GNU tar may say of a tree, and find and getfattr, for a comparison of two. */
#define DESCRIBE                                                                                   \
	"describe() { (cd $1; find . -printf '%p %y %m %U %G %T@ %l' \\( -type d -printf '\\n' "   \
	"-o "                                                                                      \
	"-printf ' %s %n\\n' \\) | sort\n"                                                         \
	"find . -print0 | sort -z | xargs -0 getfattr -h -d -m - -e hex --absolute-names "         \
	"2>/dev/null\n"                                                                            \
	"find . \\( -type c -o -type b \\) -exec stat -c '%n %t:%T' {} + | sort\n"                 \
	"find . -type f -print0 | sort -z | xargs -0 sha256sum); }\n"

struct result {
	int status;
	struct err err;
	struct extract_totals totals;
};

/* In a child, whose root the destination becomes, as in the agent. */
static inline void child(const char *archive, const char *root, int report)
{
	struct extract_options options = {.accounts_fd = -1};
	struct result result = {.err = ERR_INIT};
	int in = scratch_open(&scratch, archive, O_RDONLY), root_fd;

	if (chdir(scratch.path) || chroot(root) || chdir("/"))
		_exit(1);
	root_fd = open("/", O_RDONLY | O_DIRECTORY);
	options.accounts_fd = root_fd;
	result.status = extract_stream(in, root_fd, &options, &result.totals, &result.err);
	_exit(write(report, &result, sizeof(result)) != sizeof(result));
}

static inline struct result extract(const char *archive, const char *root)
{
	struct result result;
	int report[2], status;
	pid_t pid;

	assert_int_equal(pipe(report), 0);
	pid = fork();
	if (pid == 0)
		child(archive, root, report[1]);
	close(report[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(read(report[0], &result, sizeof(result)), sizeof(result));
	close(report[0]);
	return result;
}

static inline void expect_extracted(const char *archive, const char *root)
{
	struct result result = extract(archive, root);

	if (result.status)
		print_message("%s: %s: %s: %s\n", archive, err_name(result.err.code),
			      result.err.where, result.err.msg);
	assert_int_equal(result.status, 0);
}

static inline void expect_refused(const char *archive, const char *root, enum err_code code,
				  const char *where)
{
	struct result result = extract(archive, root);

	print_message("%s: %s: %s: %s\n", archive, err_name(result.err.code), result.err.where,
		      result.err.msg);
	assert_int_equal(result.status, -1);
	assert_string_equal(err_name(result.err.code), err_name(code));
	if (where)
		assert_string_equal(result.err.where, where);
}

/* Unpacking needs root: without it the tests are skipped. */
#define RUN_AS_ROOT(tests)                                                                         \
	(geteuid() == 0 ? cmocka_run_group_tests(tests, scratch_setup, scratch_teardown)           \
			: (print_message("skipped: needs root\n"), 0))

#endif
