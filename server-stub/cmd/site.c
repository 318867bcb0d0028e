#include <stdio.h>
#include <unistd.h>

#include "cmd/open.h"
#include "cmd/command.h"
#include "site/pem.h"
#include "site/site_image.h"

static struct option_list ssh_keys;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"ssh-key", OPTION_LIST, &ssh_keys, "FILE",
	 "public key instead of those there are; may be repeated"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* A running serve writes it, too, when the trust anchors have changed. */
static int write_image(const struct data *data, struct err *err)
{
	int lock = pem_lock(data, err);
	int ret = 0;

	if (lock < 0)
		return -1;
	if (ssh_keys.count)
		ret = site_write_keys(data, ssh_keys.item, ssh_keys.count, err);
	if (ret == 0)
		ret = site_image_write(data, err);
	close(lock);
	return ret;
}

static int run(char **operands, size_t count, struct err *err)
{
	struct open open;
	int ret;

	(void)operands, (void)count;
	if (open_data(&open, err) < 0)
		return -1;
	ret = write_image(&open.data, err);
	if (ret == 0)
		ret = sync_all(&open, err);
	if (ret == 0)
		ret = note_command(open.store, 0, err);
	if (ret == 0)
		printf("%s/boot/" DATA_SITE_IMAGE "\n", open.data.path);
	close_data(&open);
	return ret;
}

const struct command cmd_site = {
	.name = "site",
	.operands = "",
	.summary =
		"Make site image, boot entries and DHCP files anew, after a change of keys or settings",
	.options = options,
	.run = run,
};
