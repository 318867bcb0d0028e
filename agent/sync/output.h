/*
 * What rsync says on its standard output while it brings a tree up to date, from 2.6.8 on: a line for each change, in
 * our own format, the lines of --progress, and in the end those of --stats.
 */
#ifndef NEWROOT_SYNC_OUTPUT_H
#define NEWROOT_SYNC_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYNC_CHANGES "--log-format=newroot %i %l %n" /* --out-format, as it was called first */

#define SYNC_LARGEST 10 /* changed files that a person looks at */

struct sync_file {
	uint64_t size; /* bytes */
	char name[256];
};

/* One tree, or the sum of several. */
struct sync_figures {
	uint64_t files;        /* in the tree, folders and all */
	uint64_t size;         /* bytes in them */
	uint64_t changed;      /* files with new content */
	uint64_t changed_size; /* bytes in those */
	uint64_t
		others; /* folders, links and the like that are new, and changed owners, modes or times */
	uint64_t deleted;
	uint64_t moved;                         /* bytes over the wire, both ways */
	struct sync_file largest[SYNC_LARGEST]; /* of the changed files, the largest first */
	size_t largest_count;
};

/* To be filled with zeros before the first use. */
struct sync_output {
	struct sync_figures figures;
	uint64_t done; /* bytes of changed files that are through, as far as is known */
	/* The line that is being read; what is longer is cut. */
	char line[1024];
	size_t used;
	uint64_t before; /* bytes of the changed files before the present one */
	uint64_t present;
};

void sync_output_add(struct sync_output *output, const char *bytes, size_t size);

/* Add the figures of the folder `tree` to the sum of a pass. */
void sync_figures_sum(struct sync_figures *sum, const struct sync_figures *figures,
		      const char *tree);

#endif
