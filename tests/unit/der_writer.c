#include "tests/unit/der_writer.h"

#include <string.h>

void der_add(struct der *der, unsigned tag, const void *value, size_t size)
{
	der->data[der->size++] = (uint8_t)tag;
	if (size >= 0x100) {
		der->data[der->size++] = 0x82;
		der->data[der->size++] = (uint8_t)(size >> 8);
	} else if (size >= 0x80) {
		der->data[der->size++] = 0x81;
	}
	der->data[der->size++] = (uint8_t)size;
	memcpy(der->data + der->size, value, size);
	der->size += size;
}

void der_add_der(struct der *der, unsigned tag, const struct der *value)
{
	der_add(der, tag, value->data, value->size);
}

static void add_extensions(struct der *body, const struct der *names)
{
	static const uint8_t basic[] = {0x55, 0x1d, 0x13}, alt_name[] = {0x55, 0x1d, 0x11};
	struct der list = {0}, extension = {0}, value = {0}, outer = {0};

	der_add(&extension, 0x06, basic, sizeof(basic));
	der_add(&extension, 0x01, "\xff", 1);
	der_add(&extension, 0x04, "\x30\x00", 2);
	der_add_der(&list, 0x30, &extension);
	extension.size = 0;
	der_add(&extension, 0x06, alt_name, sizeof(alt_name));
	der_add_der(&value, 0x30, names);
	der_add_der(&extension, 0x04, &value);
	der_add_der(&list, 0x30, &extension);
	der_add_der(&outer, 0x30, &list);
	der_add_der(body, 0xa3, &outer);
}

void der_certificate(struct der *der, const struct der *names, const char *not_before,
		     const char *not_after)
{
	struct der body = {0}, validity = {0}, whole = {0};

	der_add(&body, 0xa0, "\x02\x01\x02", 3);
	der_add(&body, 0x02, "\x01", 1);
	der_add(&body, 0x30, "", 0);
	der_add(&body, 0x30, "", 0);
	der_add(&validity, strlen(not_before) == 13 ? 0x17 : 0x18, not_before, strlen(not_before));
	der_add(&validity, strlen(not_after) == 13 ? 0x17 : 0x18, not_after, strlen(not_after));
	der_add_der(&body, 0x30, &validity);
	der_add(&body, 0x30, "", 0);
	der_add(&body, 0x30, "the key", 7);
	if (names)
		add_extensions(&body, names);
	der_add_der(&whole, 0x30, &body);
	der_add(&whole, 0x30, "", 0);
	der_add(&whole, 0x03, "\x00", 1);
	der->size = 0;
	der_add_der(der, 0x30, &whole);
}
