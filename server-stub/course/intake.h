/*
 * Events into the store: repeats ignored, gaps noticed, the VM's state moved by the table when it follows their boot
 * (follow.h). Runs inside the caller's transaction; nothing is acknowledged before that is committed.
 */
#ifndef SERVER_COURSE_INTAKE_H
#define SERVER_COURSE_INTAKE_H

#include "store/store.h"
#include "vm/event.h"

struct intake {
	int64_t taken; /* highest sequence number stored for the boot */
	size_t added;  /* events that were new */
	bool hold;     /* the VM or its group is held */
	bool again; /* this boot begins anew: the VM was armed since, or its first boot is tried again */
	bool cutover;             /* the VM cuts itself over */
	int64_t gap_from, gap_to; /* numbers newly found missing; 0, 0: none */
	enum vm_state from, to;   /* state before and after */
};

/* Errors: ERR_SERVICE_VM when the VM is gone, ERR_SERVICE_LIMIT, ERR_SERVICE_STORE. */
int intake_events(struct store *store, int64_t vm_id, const struct event_list *events,
		  int64_t now_ms, struct intake *result, struct err *err);

#endif
