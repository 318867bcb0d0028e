/*
 * A moved system in a temporary folder, before its cutover: services disabled by the code that an installation runs,
 * quarantine, marker, job, and programs that write down how they are called.
 */
#ifndef NEWROOT_TESTS_CUTOVER_SCENE_H
#define NEWROOT_TESTS_CUTOVER_SCENE_H

#include "os_tree.h"
#include "cutover/cutover.h"

struct layout {
	const char *name;
	const char *tree[16];
	const char *disabled[6]; /* services; of SERVICE_HELD those that begin with '+' */
	const char *programs[6]; /* that write themselves down */
	const char *runlevel;    /* what runlevel(8) says; NULL: there is none */
	const char *starts;      /* calls of a cutover */
	const char *stops;       /* calls of its undo */
};

extern const struct layout systemd, sysv_script, debian_sysv, rhel_5, openrc, baselayout_1;
extern const struct layout *const layouts[]; /* all of them, and NULL */
#define EACH(layout) for (size_t l = 0; (layout = layouts[l]); l++)
#define WANTS        "/etc/systemd/system/multi-user.target.wants/"

struct scene {
	struct tree tree;
	char calls[96]; /* a file beside the tree: a line for each program that was run */
	char *account;  /* what cutover said, for people */
	size_t account_size;
	struct cutover cutover;
	const char *pristine; /* the links of services before newroot disabled any */
};

/* What the service was told, in one line, and whether it takes the last events. */
extern struct fake_service {
	char told[8192];
	int stop;
	enum err_code database; /* why it is not promoted */
} fake;

void scene_make(struct scene *scene, const struct layout *layout);
void scene_free(struct scene *scene);

/* A file of the tree, with mode 0644, or 0755 for a script. */
void scene_file(struct scene *scene, const char *path, const char *text);
/* A program that writes itself down and then does `body`; "$1" and so on are its words. */
void scene_program(struct scene *scene, const char *path, const char *body);

/* Run it; 0 or -1. The account is that of this run. */
int scene_run(struct scene *scene, struct err *err);
/* The same, and it must succeed. */
void scene_must(struct scene *scene);

/* The calls since the last time this was asked, one a line. */
const char *scene_calls(struct scene *scene);

/* Every path below `folder` with mode, content or where it points, in order; with `times` also when it changed. */
const char *scene_list(struct scene *scene, const char *folder, bool times);
/* All of the system but the log. */
const char *scene_system(struct scene *scene);
/* The links of services. */
const char *scene_links(struct scene *scene);

/* The next run undoes the cutover, or does it. */
void scene_undo(struct scene *scene, bool really);
bool scene_has(struct scene *scene, const char *path);
/* These words are in the account, or were told to the service. */
void scene_says(struct scene *scene, const char *words);
void scene_told(const char *words);
/* Every link but those that an enabled service has got besides. */
void scene_links_are_back(struct scene *scene, const struct layout *layout);

#endif
