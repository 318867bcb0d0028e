#include "machine/reservation_nvme.h"

#include <linux/nvme_ioctl.h>
#include <string.h>
#include <sys/ioctl.h>

#define RESERVATION_REPORT 0x0e
#define EXTENDED           1 /* bit EDS of its command dword 11 */
#define TIMEOUT_MS         10000

#define STATUS_MASK    0x7ff /* without the bits "More" and "Do Not Retry" */
#define SUCCESSFUL     0x00
#define INVALID_OPCODE 0x01 /* the controller knows no reservations */
#define INCONSISTENT_FORMAT                                                                        \
	0x18 /* of host identifiers: the other data structure is to be asked for */

/* Figures "Reservation Status Data Structure" and "Reservation Status Extended Data Structure". */
#define TYPE_OFFSET        4
#define REGISTRANTS_OFFSET 5
#define HOLDS              1 /* bit of a registrant's status */

static const struct layout {
	size_t first, size; /* of registrants */
	size_t key;         /* within one */
} layouts[] = {
	[false] = {24, 24, 16},
	[true] = {64, 64, 8},
};
#define STATUS_OFFSET 2 /* within a registrant */

/* SPC-4's number of each of NVMe's types of reservations. */
static const uint8_t types[] = {[1] = 1, [2] = 3, [3] = 5, [4] = 6, [5] = 7, [6] = 8};
#define ALL_REGISTRANTS 5 /* and above: no host is its holder before others */

/* NVMe's numbers have their lowest byte first. */
static uint64_t number(const uint8_t *data, size_t size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | data[size];
	return value;
}

static void take_registrants(struct reservation *reservation, const struct nvme_answer *answer)
{
	const struct layout *layout = &layouts[answer->extended];
	const bool one_holds = answer->data[TYPE_OFFSET] < ALL_REGISTRANTS;

	reservation->keys = (size_t)number(&answer->data[REGISTRANTS_OFFSET], 2);
	for (size_t i = 0; i < reservation->keys; i++) {
		const size_t at = layout->first + i * layout->size;
		uint64_t key;

		if (at + layout->size > sizeof(answer->data))
			return;
		key = number(&answer->data[at + layout->key], 8);
		if (i == 0)
			reservation->first_key = key;
		if (one_holds && answer->data[at + STATUS_OFFSET] & HOLDS)
			reservation->key = key;
	}
}

void reservation_take_nvme(struct reservation *reservation, const struct nvme_answer *answer)
{
	const uint8_t type = answer->data[TYPE_OFFSET];

	if (answer->status != SUCCESSFUL) {
		reservation->state =
			answer->status == INVALID_OPCODE ? RESERVATION_NONE : RESERVATION_UNKNOWN;
		return;
	}
	reservation->state = type ? RESERVATION_HELD : RESERVATION_NONE;
	reservation->type = type < sizeof(types) ? types[type] : 0;
	take_registrants(reservation, answer);
}

/* false: the kernel did not bring the command to the controller. */
static bool ask_once(int fd, unsigned namespace, bool extended, struct nvme_answer *answer)
{
	struct nvme_passthru_cmd command = {
		.opcode = RESERVATION_REPORT,
		.nsid = namespace,
		.addr = (uintptr_t)answer->data,
		.data_len = sizeof(answer->data),
		.cdw10 = sizeof(answer->data) / 4 - 1,
		.cdw11 = extended ? EXTENDED : 0,
		.timeout_ms = TIMEOUT_MS,
	};

	memset(answer, 0, sizeof(*answer));
	answer->extended = extended;
	answer->status = ioctl(fd, NVME_IOCTL_IO_CMD, &command);
	if (answer->status < 0)
		return false;
	answer->status &= STATUS_MASK;
	return true;
}

bool reservation_ask_nvme(int fd, struct reservation *reservation)
{
	const int namespace = ioctl(fd, NVME_IOCTL_ID);
	struct nvme_answer answer;
	bool asked;

	if (namespace <= 0)
		return false;
	/* A controller before the extended structure would answer with the other one. */
	asked = ask_once(fd, (unsigned)namespace, false, &answer);
	if (asked && answer.status == INCONSISTENT_FORMAT)
		asked = ask_once(fd, (unsigned)namespace, true, &answer);
	if (asked)
		reservation_take_nvme(reservation, &answer);
	else
		reservation->state = RESERVATION_UNKNOWN;
	return true;
}
