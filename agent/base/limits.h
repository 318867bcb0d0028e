/* Every cap of the agent, each with its reason. Nothing from outside may grow past one of these. */
#ifndef NEWROOT_BASE_LIMITS_H
#define NEWROOT_BASE_LIMITS_H

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

/* Errors shown together: more than a screenful helps nobody. */
#define ERR_LIST_MAX 64

/* A child's last words kept for the error event: what a person reads, and fits an event. */
#define CHILD_TAIL_LINES 20
#define CHILD_TAIL_LINE_MAX 240

/* A job is written by people or by the service: hundreds of kilobytes are already a mistake. */
#define JOB_BYTES_MAX (512 * 1024)
#define JOB_DEPTH_MAX 16

#endif
