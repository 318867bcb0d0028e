/* The folder of a store that a test has made. */
#ifndef NEWROOT_TESTS_STORE_FOLDER_H
#define NEWROOT_TESTS_STORE_FOLDER_H

#include <stdio.h>
#include <unistd.h>

/* Remove the folder and the files of SQLite in it; the store must be closed. */
static inline void store_folder_remove(const char *path)
{
	static const char *const files[] = {"newroot.db", "newroot.db-wal", "newroot.db-shm"};
	char name[128];

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(name, sizeof(name), "%s/%s", path, files[i]);
		unlink(name);
	}
	rmdir(path);
}

#endif
