#include "base/nfs_url.h"

#include <string.h>

/* What would end a name in the middle is no part of one. -1: refused. */
static int decode(char *to, const char *from, size_t size)
{
	for (const char *end = from + size; from < end; to++) {
		const int byte = url_escaped(from);

		if (byte == '/' || (byte >= 0 && byte < ' ') || byte == 0x7f)
			return -1;
		*to = byte < 0 ? *from : (char)byte;
		from += byte < 0 ? 1 : 3;
	}
	*to = '\0';
	return 0;
}

static int split_path(struct nfs_url *url, char *path, const char *text, struct err *err)
{
	char *file = strrchr(path, '/') + 1;
	size_t folder = (size_t)(file - path);

	if (!*file || !strcmp(file, ".") || !strcmp(file, ".."))
		return err_set(err, ERR_URL, text, "its path does not end with the name of a file");
	if (strlen(file) > NAME_MAX || folder > NFS_FOLDER_MAX)
		return err_set(
			err, ERR_URL, text,
			"its path is too long; accepted are %d bytes for the folder, %d for the file",
			NFS_FOLDER_MAX, NAME_MAX);
	memcpy(url->file, file, strlen(file) + 1);
	memcpy(url->folder, path, folder > 1 ? folder - 1 : 1);
	return 0;
}

static int parse_query(struct nfs_url *url, const char *query, const char *text, struct err *err)
{
	if (!*query)
		return 0;
	if (strcmp(query, "?vers=3") && strcmp(query, "?vers=4"))
		return err_set(err, ERR_URL, text,
			       "\"%.40s\" is refused; accepted are ?vers=3 and ?vers=4", query);
	url->version = query[strlen("?vers=")] == '3' ? 3 : 4;
	return 0;
}

int nfs_url_parse(struct nfs_url *url, const char *text, struct err *err)
{
	char path[URL_BYTES_MAX];
	size_t size;

	memset(url, 0, sizeof(*url));
	if (url_parse_as(&url->server, NFS_SCHEME, 0, text, err))
		return -1;
	size = strcspn(url->server.target, "?");
	if (decode(path, url->server.target, size))
		return err_set(err, ERR_URL, text,
			       "a control character or an escaped \"/\" in its path is refused");
	if (parse_query(url, url->server.target + size, text, err))
		return -1;
	return split_path(url, path, text, err);
}
