/*
 * Facts of an archive: what can be known of it only by reading it to its end. The service reads each file once when it
 * comes, so that a job that can't work is refused at import, and by the agent before anything is erased.
 */
#ifndef NEWROOT_FACTS_FACTS_H
#define NEWROOT_FACTS_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "facts/network_managers.h"

#define FACTS_BYTES_MAX   (16 * 1024) /* as JSON: the lists below, and an error */
#define FACTS_KERNELS_MAX 16          /* a root that was updated for years has a dozen */
#define FACTS_RELEASE_MAX 128
#define FACTS_NAMES_MAX   16      /* of one kind: marks.c has fewer */
#define FACTS_VERSION     3       /* what is looked for: facts of an older one are found anew */
#define FACTS_OTHER       "other" /* format of what is no archive */

/* Kinds of things that are looked for in an archive by name. */
enum facts_kind {
	FACTS_INIT,    /* "systemd", "openrc", "sysv" */
	FACTS_NETWORK, /* what configures the network: "debian", "NetworkManager" */
	FACTS_TOOL,    /* of /sbin, /usr/sbin and the like: "nft" */
	FACTS_MACHINE, /* its programs run on: "x86_64" */
	FACTS_KERNEL,  /* its kernels, likewise; none where they do not say it */
	FACTS_KINDS,
};

struct facts_names {
	const char *item[FACTS_NAMES_MAX]; /* static */
	size_t count;
};

struct facts {
	bool whole;               /* it was read to its end, and all of it is good */
	enum err_code code;       /* when not: why, and */
	char error[512];          /* in words */
	char format[32];          /* "tar", "cpio", FACTS_OTHER; "": unknown */
	const char *compression;  /* "none", "gzip"; static; NULL: unknown */
	uint64_t memory;          /* bytes that its decoder takes; 0: less than counts */
	uint64_t unpacked;        /* bytes of contents, without holes */
	uint64_t entries, inodes; /* further names of a file are entries only */
	uint64_t xattr;           /* bytes of the largest extended attribute */
	struct facts_names names[FACTS_KINDS];
	char kernel[FACTS_KERNELS_MAX][FACTS_RELEASE_MAX]; /* releases: "2.6.18-164.el5" */
	size_t kernel_count;
	char default_kernel
		[FACTS_RELEASE_MAX]; /* of these, the own boot loader's; "": it names none */
	bool default_known; /* else its files are not all in the archive, or a reader of before did not look */
	struct manager_signs managers;
	bool managers_known; /* a reader of before did not look */
};

const char *facts_kind_key(enum facts_kind kind); /* in JSON: "inits" */

/* The name as it is in the facts, static; NULL: none that is known. */
const char *facts_known(enum facts_kind kind, const char *name);
void facts_add(struct facts *facts, enum facts_kind kind, const char *name);
bool facts_has(const struct facts *facts, enum facts_kind kind, const char *name);

/* Bytes of a file that facts_kernel_machine() needs. */
#define FACTS_HEAD 0x240

/*
 * Note what the path of a file or link says, which is without a leading "/". `to`: where the symbolic link leads; NULL: it
 * is none. Of a folder its name alone counts.
 */
void facts_mark(struct facts *facts, const char *path, const char *to);
void facts_mark_folder(struct facts *facts, const char *path);

/* The machine of an ELF file that begins so (elf(5), e_machine); NULL: it is none. */
const char *facts_machine(const void *head, size_t size);

/* Is it an image of a kernel, or a module that is not compressed? `path` as for facts_mark(). */
bool facts_is_kernel(const char *path);
/*
 * The machine that such a file, which begins so, is for; NULL: it does not say. An image for x86 does since Linux 3.8 (boot protocol 2.12,
 * Documentation/arch/x86/boot.rst, xloadflags), one for arm64 always (Documentation/arch/arm64/booting.rst), and modules are ELF files.
 */
const char *facts_kernel_machine(const void *head, size_t size);

/* A new reference, or NULL without memory. */
json_t *facts_json(const struct facts *facts);
/* Were they found by a reader that looked for all that this one does? */
bool facts_current(const char *text);
/* Errors: ERR_SERVICE_ANSWER. What isn't known here is passed over. */
int facts_parse(struct facts *facts, const char *text, size_t size, struct err *err);

#endif
