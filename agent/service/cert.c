#include "service/cert.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum tag {
	TAG_BOOLEAN = 0x01,
	TAG_INTEGER = 0x02,
	TAG_OCTET_STRING = 0x04,
	TAG_OID = 0x06,
	TAG_UTC_TIME = 0x17,
	TAG_GENERALIZED_TIME = 0x18,
	TAG_SEQUENCE = 0x30,
	TAG_VERSION = 0xa0,      /* [0] of TBSCertificate */
	TAG_ISSUER_ID = 0x81,    /* [1] */
	TAG_SUBJECT_ID = 0x82,   /* [2] */
	TAG_EXTENSIONS = 0xa3,   /* [3] */
	TAG_NAME_DNS = 0x82,     /* [2] of GeneralName */
	TAG_NAME_ADDRESS = 0x87, /* [7] */
};

static const uint8_t oid_subject_alt_name[] = {0x55, 0x1d, 0x11};   /* 2.5.29.17 */
static const uint8_t oid_extended_key_usage[] = {0x55, 0x1d, 0x25}; /* 2.5.29.37 */
static const uint8_t oid_any_purpose[] = {0x55, 0x1d, 0x25, 0x00};  /* 2.5.29.37.0 */
static const uint8_t oid_server_auth[] = {0x2b, 0x06, 0x01, 0x05,
					  0x05, 0x07, 0x03, 0x01}; /* 1.3.6.1.5.5.7.3.1 */

struct element {
	unsigned tag;
	struct cert_part value;
	struct cert_part whole; /* header included */
};

/* DER lengths (X.690 10.1): definite and as short as can be. 0, or -1. */
static int take_length(struct cert_part *in, size_t *length)
{
	size_t count;

	if (!in->size)
		return -1;
	*length = *in->data++;
	in->size--;
	if (*length < 0x80)
		return *length <= in->size ? 0 : -1;
	count = *length & 0x7f;
	if (count < 1 || count > 3 || count > in->size || !in->data[0])
		return -1;
	*length = 0;
	for (size_t i = 0; i < count; i++)
		*length = *length << 8 | in->data[i];
	in->data += count;
	in->size -= count;
	return *length >= 0x80 && *length <= in->size ? 0 : -1;
}

/* Take the next element off the front of `in`. 0, or -1: none, or malformed. */
static int take(struct cert_part *in, struct element *element)
{
	const uint8_t *start = in->data;
	size_t length;

	if (!in->size || (in->data[0] & 0x1f) == 0x1f)
		return -1;
	element->tag = *in->data++;
	in->size--;
	if (take_length(in, &length))
		return -1;
	element->value = (struct cert_part){in->data, length};
	in->data += length;
	in->size -= length;
	element->whole = (struct cert_part){start, (size_t)(in->data - start)};
	return 0;
}

static int take_tag(struct cert_part *in, unsigned tag, struct element *element)
{
	return take(in, element) || element->tag != tag ? -1 : 0;
}

static bool next_is(const struct cert_part *in, unsigned tag)
{
	return in->size && in->data[0] == tag;
}

static int two_digits(const uint8_t *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* RFC 5280 4.1.2.5: YYMMDDHHMMSSZ up to 2049, YYYYMMDDHHMMSSZ from then on. */
static int take_time(struct cert_part *in, int64_t *seconds)
{
	struct element element;
	struct tm tm = {0};
	const uint8_t *p;
	int field[7], count = 6;

	if (take(in, &element))
		return -1;
	if (element.tag == TAG_GENERALIZED_TIME)
		count = 7;
	else if (element.tag != TAG_UTC_TIME)
		return -1;
	p = element.value.data;
	if (element.value.size != (size_t)count * 2 + 1 || p[count * 2] != 'Z')
		return -1;
	for (int i = 0; i < count; i++) {
		field[7 - count + i] = two_digits(p + i * 2);
		if (field[7 - count + i] < 0)
			return -1;
	}
	if (count == 6)
		field[0] = field[1] < 50 ? 20 : 19;
	tm.tm_year = field[0] * 100 + field[1] - 1900;
	tm.tm_mon = field[2] - 1;
	tm.tm_mday = field[3];
	tm.tm_hour = field[4];
	tm.tm_min = field[5];
	tm.tm_sec = field[6];
	*seconds = (int64_t)timegm(&tm);
	return 0;
}

static int take_validity(struct cert_part *in, struct cert *cert)
{
	struct element validity;

	if (take_tag(in, TAG_SEQUENCE, &validity))
		return -1;
	if (take_time(&validity.value, &cert->not_before))
		return -1;
	if (take_time(&validity.value, &cert->not_after))
		return -1;
	return validity.value.size ? -1 : 0;
}

static bool is_oid(const struct element *oid, const uint8_t *wanted, size_t size)
{
	return oid->tag == TAG_OID && oid->value.size == size &&
	       !memcmp(oid->value.data, wanted, size);
}

/* What a SEQUENCE that fills `value` holds, into `part`, which has nothing yet: an extension occurs once. */
static int take_contents(struct cert_part value, struct cert_part *part)
{
	struct element sequence;

	if (part->data || take_tag(&value, TAG_SEQUENCE, &sequence) || value.size)
		return -1;
	*part = sequence.value;
	return 0;
}

/* One Extension ::= SEQUENCE { OID, critical BOOLEAN DEFAULT FALSE, OCTET STRING } */
static int take_extension(struct cert_part *in, struct cert *cert)
{
	struct element extension, oid, critical, value;

	if (take_tag(in, TAG_SEQUENCE, &extension) || take_tag(&extension.value, TAG_OID, &oid))
		return -1;
	if (next_is(&extension.value, TAG_BOOLEAN) && take(&extension.value, &critical))
		return -1;
	if (take_tag(&extension.value, TAG_OCTET_STRING, &value) || extension.value.size)
		return -1;
	if (is_oid(&oid, oid_subject_alt_name, sizeof(oid_subject_alt_name)))
		return take_contents(value.value, &cert->names);
	if (is_oid(&oid, oid_extended_key_usage, sizeof(oid_extended_key_usage)))
		return take_contents(value.value, &cert->purposes);
	return 0;
}

static int take_extensions(struct cert_part *in, struct cert *cert)
{
	struct element outer, list;

	if (!in->size)
		return 0;
	if (take_tag(in, TAG_EXTENSIONS, &outer) || in->size ||
	    take_tag(&outer.value, TAG_SEQUENCE, &list) || outer.value.size)
		return -1;
	while (list.value.size)
		if (take_extension(&list.value, cert))
			return -1;
	return 0;
}

/* TBSCertificate, RFC 5280 4.1 */
static int parse_body(struct cert_part in, struct cert *cert)
{
	struct element skipped, key;

	if (next_is(&in, TAG_VERSION) && take(&in, &skipped))
		return -1;
	if (take_tag(&in, TAG_INTEGER, &skipped) ||  /* serial number */
	    take_tag(&in, TAG_SEQUENCE, &skipped) || /* signature algorithm */
	    take_tag(&in, TAG_SEQUENCE, &skipped) || /* issuer */
	    take_validity(&in, cert))
		return -1;
	if (take_tag(&in, TAG_SEQUENCE, &skipped) || /* subject */
	    take_tag(&in, TAG_SEQUENCE, &key))
		return -1;
	cert->public_key = key.whole;
	if (next_is(&in, TAG_ISSUER_ID) && take(&in, &skipped))
		return -1;
	if (next_is(&in, TAG_SUBJECT_ID) && take(&in, &skipped))
		return -1;
	return take_extensions(&in, cert);
}

int cert_parse(struct cert *cert, const uint8_t *der, size_t size)
{
	struct cert_part in = {der, size};
	struct element whole, body;

	*cert = (struct cert){0};
	if (take_tag(&in, TAG_SEQUENCE, &whole) || in.size ||
	    take_tag(&whole.value, TAG_SEQUENCE, &body))
		return -1;
	return parse_body(body.value, cert);
}

bool cert_has_address(const struct cert *cert, const uint8_t *address, size_t size)
{
	struct cert_part in = cert->names;
	struct element name;

	while (in.size && !take(&in, &name))
		if (name.tag == TAG_NAME_ADDRESS && name.value.size == size &&
		    !memcmp(name.value.data, address, size))
			return true;
	return false;
}

bool cert_is_for_servers(const struct cert *cert)
{
	struct cert_part in = cert->purposes;
	struct element oid;

	if (!in.data)
		return true;
	while (in.size && !take(&in, &oid))
		if (is_oid(&oid, oid_server_auth, sizeof(oid_server_auth)) ||
		    is_oid(&oid, oid_any_purpose, sizeof(oid_any_purpose)))
			return true;
	return false;
}

/* A name as text; what is not printable becomes `?`. */
static void name_text(const struct element *name, char *buf, size_t size)
{
	size_t used = 0;
	int family = name->value.size == 4 ? AF_INET : AF_INET6;

	*buf = '\0';
	if (name->tag == TAG_NAME_ADDRESS) {
		if ((name->value.size == 4 || name->value.size == 16) &&
		    !inet_ntop(family, name->value.data, buf, (socklen_t)size))
			*buf = '\0';
		return;
	}
	if (name->tag != TAG_NAME_DNS)
		return;
	for (; used < name->value.size && used < size - 1; used++) {
		uint8_t c = name->value.data[used];

		buf[used] = c > ' ' && c < 0x7f ? (char)c : '?';
	}
	buf[used] = '\0';
}

const char *cert_names(const struct cert *cert, char *buf, size_t size)
{
	struct cert_part in = cert->names;
	struct element name;
	size_t used = 0;

	*buf = '\0';
	while (used < size - 1 && in.size && !take(&in, &name)) {
		char text[256];
		int added;

		name_text(&name, text, sizeof(text));
		if (!*text)
			continue;
		added = snprintf(buf + used, size - used, "%s%s", used ? ", " : "", text);
		if (added > 0)
			used += (size_t)added;
	}
	return buf;
}
