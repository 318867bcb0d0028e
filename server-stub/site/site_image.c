#include "site/site_image.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "archive/cpio.h"
#include "util/file.h"
#include "util/limits.h"

#define SITE "etc/newroot/site"

int site_write_defaults(const struct data *data, const struct settings *settings, struct err *err)
{
	char text[SETTINGS_URL_TEXT + 32];
	int size = snprintf(text, sizeof(text), "newroot.url=%s\n", settings->url);

	return file_write(data->site, DATA_DEFAULTS, text, (size_t)size, 0644, err);
}

static int is_key_line(const char *line)
{
	static const char *const kinds[] = {"ssh-", "ecdsa-sha2-", "sk-"};

	line += strspn(line, " \t");
	if (!*line || *line == '#' || *line == '\n' || *line == '\r')
		return 1;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(line, kinds[i], strlen(kinds[i])))
			return 1;
	return 0;
}

static int check_keys(const char *file, const char *text, struct err *err)
{
	if (strstr(text, "PRIVATE KEY"))
		return err_set(err, ERR_USAGE, file,
			       "is a private key; give the .pub file beside it");
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!is_key_line(line))
			return err_set(
				err, ERR_USAGE, file,
				"'%.40s' is not a public ssh key, such as 'ssh-ed25519 AAAA… name'",
				line);
	}
	return 0;
}

static int append_keys(FILE *out, const char *file, struct err *err)
{
	char *text;
	size_t size;
	int ret;

	if (file_read(AT_FDCWD, file, SMALL_FILE_MAX, &text, &size, err) < 0)
		return -1;
	ret = check_keys(file, text, err);
	if (ret == 0) {
		fwrite(text, 1, size, out);
		if (size && text[size - 1] != '\n')
			fputc('\n', out);
	}
	free(text);
	return ret;
}

int site_write_keys(const struct data *data, char *const *files, size_t count, struct err *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int ret = 0;

	if (!out)
		return err_sys(err, ERR_MEMORY, DATA_SSH_KEYS, "no memory");
	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = append_keys(out, files[i], err);
	if (fclose(out) != 0 && ret == 0)
		ret = err_sys(err, ERR_MEMORY, DATA_SSH_KEYS, "no memory");
	if (ret == 0)
		ret = file_write(data->site, DATA_SSH_KEYS, text, size, 0600, err);
	free(text);
	return ret;
}

static int add_file(struct cpio *cpio, int dir, const char *name, mode_t mode, struct err *err)
{
	char path[64];
	char *text;
	size_t size;

	if (file_read(dir, name, SMALL_FILE_MAX, &text, &size, err) < 0)
		return -1;
	snprintf(path, sizeof(path), SITE "/%s", name);
	cpio_file(cpio, path, mode, text, size);
	free(text);
	return 0;
}

static int fill_image(struct cpio *cpio, const struct data *data, struct err *err)
{
	cpio_directory(cpio, "etc", 0755);
	cpio_directory(cpio, "etc/newroot", 0755);
	cpio_directory(cpio, SITE, 0755);
	if (add_file(cpio, data->site, DATA_SSH_KEYS, 0600, err) < 0 ||
	    add_file(cpio, data->root, DATA_CA_CERT, 0644, err) < 0 ||
	    add_file(cpio, data->site, DATA_DEFAULTS, 0644, err) < 0)
		return -1;
	return cpio_end(cpio, err);
}

static int write_stream(void *ctx, const void *data, size_t size, struct err *err)
{
	if (fwrite(data, 1, size, ctx) == size)
		return 0;
	return err_sys(err, ERR_MEMORY, DATA_SITE_IMAGE, "no memory");
}

static int make_image(char **image, size_t *size, const struct data *data, struct err *err)
{
	FILE *out = open_memstream(image, size);
	struct cpio cpio = {.write = write_stream, .ctx = out};
	int ret;

	if (!out)
		return err_sys(err, ERR_MEMORY, DATA_SITE_IMAGE, "no memory");
	ret = fill_image(&cpio, data, err);
	if (fclose(out) != 0 && ret == 0)
		ret = err_sys(err, ERR_MEMORY, DATA_SITE_IMAGE, "no memory");
	return ret;
}

/* deflateInit2's own gzip header has time 0, so that equal images stay equal. */
static int gzip(const void *data, size_t size, void **out, size_t *out_size)
{
	z_stream z = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
	int code = deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY);
	uLong bound;

	if (code != Z_OK)
		return -1;
	bound = deflateBound(&z, size);
	*out = malloc(bound);
	z.next_out = *out;
	z.avail_out = *out ? (uInt)bound : 0;
	code = deflate(&z, Z_FINISH);
	*out_size = z.total_out;
	deflateEnd(&z);
	if (code == Z_STREAM_END)
		return 0;
	free(*out);
	return -1;
}

int site_image_write(const struct data *data, struct err *err)
{
	char *image = NULL;
	size_t size = 0, packed_size = 0;
	void *packed = NULL;
	int ret = make_image(&image, &size, data, err);

	if (ret == 0 && gzip(image, size, &packed, &packed_size) < 0)
		ret = err_set(err, ERR_MEMORY, DATA_SITE_IMAGE, "no memory to compress %zu bytes",
			      size);
	free(image);
	if (ret < 0)
		return -1;
	ret = file_write(data->boot, DATA_SITE_IMAGE, packed, packed_size, 0644, err);
	free(packed);
	return ret;
}
