#include "page/page_files.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/embed.h"

#define HTML   "text/html; charset=utf-8"
#define CSS    "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"
#define SVG    "image/svg+xml"

/* clang-format off */
#define FILES(F) \
	F(index_html, "/", "index.html", HTML) \
	F(favicon_svg, "/favicon.svg", "favicon.svg", SVG) \
	F(page_css, "/page.css", "page.css", CSS) \
	F(page_js, "/page.js", "page.js", SCRIPT) \
	F(tools_js, "/tools.js", "tools.js", SCRIPT) \
	F(service_js, "/service.js", "service.js", SCRIPT) \
	F(vms_js, "/vms.js", "vms.js", SCRIPT) \
	F(places_js, "/places.js", "places.js", SCRIPT) \
	F(looks_js, "/looks.js", "looks.js", SCRIPT) \
	F(filters_js, "/filters.js", "filters.js", SCRIPT) \
	F(actions_js, "/actions.js", "actions.js", SCRIPT) \
	F(archives_js, "/archives.js", "archives.js", SCRIPT) \
	F(table_js, "/table.js", "table.js", SCRIPT) \
	F(timeline_js, "/timeline.js", "timeline.js", SCRIPT) \
	F(log_js, "/log.js", "log.js", SCRIPT) \
	F(vm_js, "/vm.js", "vm.js", SCRIPT)
/* clang-format on */

#define EMBED(name, path, file, type) EMBED_FILE(name, "server-stub/page/" file);
FILES(EMBED)

#define ROW(name, path, file, type) {path, type, name, name##_end},
static const struct {
	const char *path, *type, *begin, *end;
} files[] = {FILES(ROW)};

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
