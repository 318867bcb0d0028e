#include "machine/reservation.h"

#include <fcntl.h>
#include <scsi/sg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "machine/reservation_nvme.h"

#define READ_IN          0x5e /* PERSISTENT RESERVE IN */
#define READ_KEYS        0x00 /* its service actions */
#define READ_RESERVATION 0x01
#define HEAD_SIZE        8 /* PRGENERATION, ADDITIONAL LENGTH */
#define KEY_SIZE         8
#define HELD_SIZE        16 /* of the descriptor of a reservation */
#define TIMEOUT_MS       10000
#define TRIES            5 /* a disk tells of each reset once */

#define GOOD                 0x00
#define CHECK_CONDITION      0x02
#define RESERVATION_CONFLICT 0x18
#define ILLEGAL_REQUEST      0x05 /* sense keys */
#define UNIT_ATTENTION       0x06

static uint64_t number(const uint8_t *data, size_t size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | *data++;
	return value;
}

/* Of fixed (70h, 71h) and of descriptor format (72h, 73h); 0: none. */
static unsigned sense_key(const struct scsi_answer *answer)
{
	const unsigned code = answer->sense_size > 2 ? answer->sense[0] & 0x7f : 0;

	if (code == 0x70 || code == 0x71)
		return answer->sense[2] & 0x0f;
	return code == 0x72 || code == 0x73 ? answer->sense[1] & 0x0f : 0;
}

static enum reservation_state state_of(const struct scsi_answer *answer)
{
	if (answer->status == RESERVATION_CONFLICT)
		return RESERVATION_OLD;
	if (answer->status != CHECK_CONDITION)
		return RESERVATION_UNKNOWN;
	if (sense_key(answer) == UNIT_ATTENTION)
		return RESERVATION_AGAIN;
	return sense_key(answer) == ILLEGAL_REQUEST ? RESERVATION_NONE : RESERVATION_UNKNOWN;
}

/* Bytes behind the head, as the disk says, as far as they came. */
static size_t rest_size(const struct scsi_answer *answer)
{
	const uint64_t said = answer->data_size >= HEAD_SIZE ? number(&answer->data[4], 4) : 0;
	const size_t came = answer->data_size >= HEAD_SIZE ? answer->data_size - HEAD_SIZE : 0;

	return said < came ? (size_t)said : came;
}

void reservation_take(struct reservation *reservation, const struct scsi_answer *answer)
{
	const uint8_t *held = &answer->data[HEAD_SIZE];

	if (answer->status != GOOD) {
		reservation->state = state_of(answer);
		return;
	}
	reservation->state = answer->data_size < HEAD_SIZE ? RESERVATION_UNKNOWN : RESERVATION_NONE;
	if (rest_size(answer) < HELD_SIZE)
		return;
	reservation->state = RESERVATION_HELD;
	reservation->key = number(held, KEY_SIZE);
	reservation->type = held[13] & 0x0f;
}

void reservation_take_keys(struct reservation *reservation, const struct scsi_answer *answer)
{
	if (answer->status != GOOD || answer->data_size < HEAD_SIZE)
		return;
	/* Also those that did not fit into the answer. */
	reservation->keys = (size_t)(number(&answer->data[4], 4) / KEY_SIZE);
	if (rest_size(answer) >= KEY_SIZE)
		reservation->first_key = number(&answer->data[HEAD_SIZE], KEY_SIZE);
}

const char *reservation_type_name(uint8_t type)
{
	static const char *const names[] = {
		[1] = "write exclusive",
		[3] = "exclusive access",
		[5] = "write exclusive, registrants only",
		[6] = "exclusive access, registrants only",
		[7] = "write exclusive, all registrants",
		[8] = "exclusive access, all registrants",
	};

	return type < sizeof(names) / sizeof(*names) && names[type] ? names[type] : "unknown type";
}

/* false: the device takes no SCSI commands, or none came back. */
static bool ask_once(int fd, uint8_t action, struct scsi_answer *answer)
{
	uint8_t command[10] = {READ_IN, action, [7] = RESERVATION_DATA_MAX >> 8,
			       RESERVATION_DATA_MAX & 0xff};
	struct sg_io_hdr io = {
		.interface_id = 'S',
		.dxfer_direction = SG_DXFER_FROM_DEV,
		.cmd_len = sizeof(command),
		.cmdp = command,
		.mx_sb_len = sizeof(answer->sense),
		.sbp = answer->sense,
		.dxfer_len = sizeof(answer->data),
		.dxferp = answer->data,
		.timeout = TIMEOUT_MS,
	};

	memset(answer, 0, sizeof(*answer));
	if (ioctl(fd, SG_IO, &io) || io.host_status)
		return false;
	answer->status = io.status & 0x3e;
	answer->sense_size = io.sb_len_wr;
	answer->data_size = sizeof(answer->data);
	if (io.resid > 0 && (size_t)io.resid <= sizeof(answer->data))
		answer->data_size -= (size_t)io.resid;
	return true;
}

static void ask(int fd, struct reservation *reservation)
{
	struct scsi_answer answer;

	reservation->state = RESERVATION_AGAIN;
	for (int i = 0; i < TRIES && reservation->state == RESERVATION_AGAIN; i++) {
		reservation->state = RESERVATION_NONE;
		if (ask_once(fd, READ_RESERVATION, &answer))
			reservation_take(reservation, &answer);
	}
	if (reservation->state <= RESERVATION_HELD && ask_once(fd, READ_KEYS, &answer))
		reservation_take_keys(reservation, &answer);
}

int reservation_read(struct reservation *reservation, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	*reservation = (struct reservation){.state = RESERVATION_NONE};
	if (fd < 0)
		return err_sys(err, ERR_MACHINE_DISK, path,
			       "cannot open the disk to ask for reservations");
	if (!reservation_ask_nvme(fd, reservation))
		ask(fd, reservation);
	close(fd);
	return 0;
}
