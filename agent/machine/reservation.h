/*
 * Reservations of a disk: another host's, since the in-memory system makes none. SCSI-3 persistent ones (SPC-4, PERSISTENT RESERVE
 * IN), and NVMe's (machine/reservation_nvme.h).
 */
#ifndef NEWROOT_MACHINE_RESERVATION_H
#define NEWROOT_MACHINE_RESERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define RESERVATION_DATA_MAX  512 /* bytes: 63 keys, of which the first and how many are told */
#define RESERVATION_SENSE_MAX 32

/* What a disk answers to one command. */
struct scsi_answer {
	uint8_t status; /* SAM-5 5.3: 0 GOOD, 2 CHECK CONDITION, 0x18 RESERVATION CONFLICT */
	uint8_t sense[RESERVATION_SENSE_MAX];
	size_t sense_size;
	uint8_t data[RESERVATION_DATA_MAX];
	size_t data_size;
};

enum reservation_state {
	RESERVATION_NONE,    /* none, or the disk knows no reservations */
	RESERVATION_HELD,    /* by `key`, with `type` */
	RESERVATION_OLD,     /* a conflict: one of SCSI-2, which has no key */
	RESERVATION_UNKNOWN, /* the disk answers something else */
	RESERVATION_AGAIN,   /* it was reset, or another host changed something: ask again */
};

struct reservation {
	enum reservation_state state;
	uint64_t key; /* 0 with a type of all registrants */
	uint8_t type; /* SPC-4 table "Persistent reservation type codes" */
	size_t keys;  /* that are registered */
	uint64_t first_key;
};

/* The answer to READ RESERVATION; to READ KEYS, of which no state comes but RESERVATION_NONE. */
void reservation_take(struct reservation *reservation, const struct scsi_answer *answer);
void reservation_take_keys(struct reservation *reservation, const struct scsi_answer *answer);

const char *reservation_type_name(uint8_t type); /* "write exclusive" */

/* Ask the disk `path`. One that takes neither SCSI nor NVMe commands has none. Errors: ERR_MACHINE_DISK: it cannot be opened. */
int reservation_read(struct reservation *reservation, const char *path, struct err *err);

#endif
