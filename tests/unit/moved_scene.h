/* Old systems that have been moved, and a job that changes all there is to change of them. */
#ifndef NEWROOT_TESTS_MOVED_SCENE_H
#define NEWROOT_TESTS_MOVED_SCENE_H

#include "installed/installed.h"
#include "os/detect.h"
#include "os_tree.h"
#include "steps/configure_moved.h"

#define LIST(...)                                                                                  \
	{                                                                                          \
		(const char *[]){__VA_ARGS__},                                                     \
			sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)                     \
	}
#define UNIT(wanted_by) "[Unit]\nDescription=x\n[Install]\nWantedBy=" wanted_by "\n"

/* What lies in each tree is what the package of that time puts there, as far as newroot reads it. */
extern const char *const gentoo_old[];
extern const char *const gentoo_new[];
extern const char *const debian_openrc[];
extern const char *const debian_sysv[];
extern const char *const rhel5[];
extern const char *const debian_systemd[];

extern struct job_export exports[2];
extern struct job_nfs_mount mounts[2];
extern const struct job whole_job;

/* The notes of the last render. */
extern char notes[4096];
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* No change yet, and no notes. */
struct changes list_for(struct tree *tree);
/* What the job changes there; it must be possible. */
void render(struct changes *changes, const struct job *job);

#endif
