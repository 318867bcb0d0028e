#include "archive/gzip.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/limits.h"

#define LEVEL 3 /* isa-l's best: 10 % larger than gzip -6, ten times as fast */

struct gzip {
	struct isal_zstream z;
	int fd;
	uint8_t level_buffer[ISAL_DEF_LVL3_DEFAULT];
	uint8_t out[STREAM_BUFFER];
};

int gzip_open(struct gzip **gzip, int fd, struct err *err)
{
	struct gzip *new = calloc(1, sizeof(*new));

	if (!new)
		return err_set(err, ERR_MEMORY, NULL, "no memory for the gzip encoder");
	new->fd = fd;
	isal_deflate_init(&new->z);
	new->z.level = LEVEL;
	new->z.level_buf = new->level_buffer;
	new->z.level_buf_size = sizeof(new->level_buffer);
	new->z.gzip_flag = IGZIP_GZIP;
	*gzip = new;
	return 0;
}

/* Take all input; with end_of_stream set, also write all that is held back. */
static int run(struct gzip *gzip, struct err *err)
{
	do {
		int code;

		gzip->z.next_out = gzip->out;
		gzip->z.avail_out = sizeof(gzip->out);
		code = isal_deflate(&gzip->z);
		if (code != COMP_OK)
			return err_set(err, ERR_INTERNAL, NULL, "isal_deflate() returned %d", code);
		if (write_all(gzip->fd, gzip->out, sizeof(gzip->out) - gzip->z.avail_out))
			return err_sys(err, ERR_IO, NULL, "cannot write what was compressed");
	} while (gzip->z.avail_out == 0);
	return 0;
}

int gzip_write(struct gzip *gzip, const void *data, size_t size, struct err *err)
{
	const uint8_t *p = data;

	while (size > 0) {
		uint32_t piece = size < MIB(1) ? (uint32_t)size : (uint32_t)MIB(1);

		gzip->z.next_in = (uint8_t *)p;
		gzip->z.avail_in = piece;
		if (run(gzip, err))
			return -1;
		p += piece;
		size -= piece;
	}
	return 0;
}

int gzip_close(struct gzip *gzip, bool finish, struct err *err)
{
	int ret = 0;

	if (!gzip)
		return 0;
	if (finish) {
		gzip->z.avail_in = 0;
		gzip->z.end_of_stream = 1;
		ret = run(gzip, err);
	}
	free(gzip);
	return ret;
}
