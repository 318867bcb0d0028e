#include "steps/reservations.h"

#include <inttypes.h>

#define ACCEPT "; release it there, or leave the disk out of the job"

void reservation_judge(const struct reservation *found, const char *path, struct err *err)
{
	if (found->state == RESERVATION_HELD && found->key)
		err_set(err, ERR_MACHINE_BUSY, path,
			"another host has reserved the disk with the key 0x%" PRIx64 " (%s)" ACCEPT,
			found->key, reservation_type_name(found->type));
	else if (found->state == RESERVATION_HELD)
		err_set(err, ERR_MACHINE_BUSY, path,
			"other hosts have reserved the disk (%s; %zu keys, the first is 0x%" PRIx64
			")" ACCEPT,
			reservation_type_name(found->type), found->keys, found->first_key);
	else if (found->state == RESERVATION_OLD)
		err_set(err, ERR_MACHINE_BUSY, path,
			"another host has reserved the disk (SCSI-2, without a key)" ACCEPT);
}

static void note(const struct context *ctx, const struct reservation *found, const char *path)
{
	if (found->state == RESERVATION_UNKNOWN || found->state == RESERVATION_AGAIN)
		ctx->note("%s: whether another host has reserved it was not answered", path);
	if (found->state == RESERVATION_NONE && found->keys)
		ctx->note(
			"%s: %zu hosts are registered for reservations, the first with the key 0x%" PRIx64
			", and none has reserved it: is it shared?",
			path, found->keys, found->first_key);
}

void reservations_check(const struct context *ctx, struct err_list *errors)
{
	for (size_t i = 0; i < ctx->plan->disk_count; i++) {
		const char *path = ctx->plan->disks[i].disk->path;
		struct reservation found;
		struct err err = ERR_INIT;

		if (reservation_read(&found, path, &err) == 0) {
			reservation_judge(&found, path, &err);
			note(ctx, &found, path);
		}
		if (err.code)
			err_list_add(errors, &err);
	}
}
