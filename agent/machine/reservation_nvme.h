/*
 * Reservations of an NVMe namespace: NVM Express Base Specification 2.0, "Reservation Report command". They are those of SCSI
 * under other numbers.
 */
#ifndef NEWROOT_MACHINE_RESERVATION_NVME_H
#define NEWROOT_MACHINE_RESERVATION_NVME_H

#include "machine/reservation.h"

#define NVME_REPORT_MAX 4096 /* bytes: one page, 168 registrants or 63 with long host identifiers */

/* What a namespace answers to one Reservation Report command. */
struct nvme_answer {
	int status;    /* "Status Code Type" and "Status Code"; 0: successful */
	bool extended; /* the extended data structure was asked for, with 128 bits a host identifier */
	uint8_t data[NVME_REPORT_MAX]; /* what the controller does not send stays 0 */
};

/* State, type, key and registrants by an answer; the type becomes SPC-4's number of it. */
void reservation_take_nvme(struct reservation *reservation, const struct nvme_answer *answer);

/* Ask the block device of a namespace; false: `fd` is none, and nothing was taken. */
bool reservation_ask_nvme(int fd, struct reservation *reservation);

#endif
