/* The operator's page: its files, which are part of the program. */
#ifndef SERVER_PAGE_PAGE_FILES_H
#define SERVER_PAGE_PAGE_FILES_H

#include <stddef.h>

/* What the page may load and do; for every answer with one of its files: nothing from elsewhere, in no frame. */
#define PAGE_POLICY                                                                                \
	"default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

#define PAGE_ETAG_TEXT 19 /* 16 hex digits between quotes */

struct page_file {
	const char *path; /* of the URL: "/", "/page.css" */
	const char *type; /* Content-Type */
	const void *bytes;
	size_t size;
	char etag[PAGE_ETAG_TEXT]; /* strong: of the bytes, quotes included */
};

/* Found: 1 and `file`, whose pointers last as long as the program. Else 0. */
int page_file_find(const char *path, struct page_file *file);

#endif
