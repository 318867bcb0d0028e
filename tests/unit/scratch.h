/* A scratch folder for tests that need real files, and real tools to make them. */
#ifndef NEWROOT_TESTS_SCRATCH_H
#define NEWROOT_TESTS_SCRATCH_H

#include <limits.h>

struct scratch {
	char path[PATH_MAX];
};

void scratch_make(struct scratch *scratch);
void scratch_remove(const struct scratch *scratch);

/* Run a shell script with the folder as its working directory; the test ends when it fails. */
void scratch_run(const struct scratch *scratch, const char *script);

/* Open a file of the folder; the test ends when it can't. `flags` as for open(2). */
int scratch_open(const struct scratch *scratch, const char *name, int flags);

/* One folder for all tests of a program, `scratch`, and cmocka's functions that make and remove it. */
#define SCRATCH_FOR_ALL                                                                            \
	static struct scratch scratch;                                                             \
	static inline int scratch_setup(void **state)                                              \
	{                                                                                          \
		(void)state;                                                                       \
		scratch_make(&scratch);                                                            \
		return 0;                                                                          \
	}                                                                                          \
	static inline int scratch_teardown(void **state)                                           \
	{                                                                                          \
		(void)state;                                                                       \
		scratch_remove(&scratch);                                                          \
		return 0;                                                                          \
	}

#endif
