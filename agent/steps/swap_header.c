#include "steps/swap_header.h"

#include <string.h>
#include <uuid/uuid.h>

#define LEAST_PAGES 10 /* what mkswap and the kernel insist on */

struct swap_header {
	uint8_t bootbits[1024]; /* a boot sector or disk label may live here */
	uint32_t version;
	uint32_t last_page;
	uint32_t nr_badpages;
	uint8_t uuid[16];
	char label[SWAP_LABEL_MAX + 1];
};
static const char magic[] = "SWAPSPACE2"; /* the last ten bytes of the page */

static int count_pages(uint64_t size, uint64_t *pages, struct err *err)
{
	*pages = size / SWAP_PAGE;
	if (*pages >= LEAST_PAGES && *pages - 1 <= UINT32_MAX)
		return 0;
	return err_set(err, ERR_FORMAT, NULL, "%ju bytes are no size for swap", (uintmax_t)size);
}

int swap_header_fill(uint8_t page[SWAP_PAGE], uint64_t size, const char *uuid, const char *label,
		     struct err *err)
{
	struct swap_header header = {.version = 1};
	uint64_t pages;

	if (count_pages(size, &pages, err) < 0)
		return -1;
	if (uuid_parse(uuid, header.uuid) < 0)
		return err_set(err, ERR_FORMAT, NULL, "'%s' is no UUID", uuid);
	if (label && strlen(label) > SWAP_LABEL_MAX)
		return err_set(err, ERR_FORMAT, NULL, "label '%s' is too long; swap takes %d bytes",
			       label, SWAP_LABEL_MAX);
	header.last_page = (uint32_t)(pages - 1);
	if (label)
		memcpy(header.label, label, strlen(label));
	memset(page, 0, SWAP_PAGE);
	memcpy(page, &header, sizeof(header));
	memcpy(page + SWAP_PAGE - (sizeof(magic) - 1), magic, sizeof(magic) - 1);
	return 0;
}

/* The magic says that it is one, and of which form. */
static int read_header(struct swap_header *header, const uint8_t page[SWAP_PAGE], struct err *err)
{
	memcpy(header, page, sizeof(*header));
	if (!memcmp(page + SWAP_PAGE - (sizeof(magic) - 1), magic, sizeof(magic) - 1) &&
	    header->version == 1)
		return 0;
	return err_set(err, ERR_FORMAT, NULL, "this is no header of swap that mkswap(8) writes");
}

int swap_header_size(const uint8_t page[SWAP_PAGE], uint64_t *size, struct err *err)
{
	struct swap_header header;

	if (read_header(&header, page, err) < 0)
		return -1;
	*size = ((uint64_t)header.last_page + 1) * SWAP_PAGE;
	return 0;
}

int swap_header_resize(uint8_t page[SWAP_PAGE], uint64_t size, struct err *err)
{
	struct swap_header header;
	uint64_t pages;

	if (read_header(&header, page, err) < 0 || count_pages(size, &pages, err) < 0)
		return -1;
	header.last_page = (uint32_t)(pages - 1);
	memcpy(page, &header, sizeof(header));
	return 0;
}
