#include "page/page_files.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The assembler reads the files; make runs at the top of the source. */
#define EMBED(name, file)                                                                          \
	__asm__(".pushsection .rodata\n" #name ":\n"                                               \
		".incbin \"server-stub/page/" file "\"\n" #name "_end:\n"                          \
		".popsection\n");                                                                  \
	extern const char name[], name##_end[];

EMBED(page_index_html, "index.html")
EMBED(page_page_css, "page.css")
EMBED(page_page_js, "page.js")
EMBED(page_favicon_svg, "favicon.svg")

static const struct {
	const char *path, *type, *begin, *end;
} files[] = {
	{"/", "text/html; charset=utf-8", page_index_html, page_index_html_end},
	{"/page.css", "text/css; charset=utf-8", page_page_css, page_page_css_end},
	{"/page.js", "text/javascript; charset=utf-8", page_page_js, page_page_js_end},
	{"/favicon.svg", "image/svg+xml", page_favicon_svg, page_favicon_svg_end},
};

/* FNV-1a: all it has to tell apart is one release's file from another's. */
static uint64_t hash(const unsigned char *bytes, size_t size)
{
	uint64_t value = 0xcbf29ce484222325;

	for (size_t i = 0; i < size; i++)
		value = (value ^ bytes[i]) * 0x100000001b3;
	return value;
}

int page_file_find(const char *path, struct page_file *file)
{
	size_t i = 0;

	while (i < sizeof(files) / sizeof(files[0]) && strcmp(files[i].path, path) != 0)
		i++;
	if (i == sizeof(files) / sizeof(files[0]))
		return 0;
	*file = (struct page_file){
		.path = files[i].path,
		.type = files[i].type,
		.bytes = files[i].begin,
		.size = (size_t)(files[i].end - files[i].begin),
	};
	snprintf(file->etag, sizeof(file->etag), "\"%016" PRIx64 "\"",
		 hash(file->bytes, file->size));
	return 1;
}
