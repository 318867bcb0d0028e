/* The system's clock beside the service's: a quarantine closes NTP, and nobody else would set it until cutover. */
#ifndef NEWROOT_TARGET_CLOCK_CHECK_H
#define NEWROOT_TARGET_CLOCK_CHECK_H

#include <stdint.h>

#include "job/job.h"

/* Sets it, and the hardware clock with it, or only notes how far it is off. What fails is a note, too. */
void clock_check(enum clock_wish wish, int64_t service_time);

#endif
