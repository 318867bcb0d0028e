#include "cmd/certificates_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "site/certificates.h"
#include "util/text.h"

static void print_end(const char *what, int64_t until, int64_t now)
{
	char text[TEXT_TIME_MAX];

	printf("%-12s valid until %s UTC, %" PRId64 " days\n", what, text_time(text, until * 1000),
	       (until - now) / 86400);
}

int certificates_print(const struct data *data, struct err *err)
{
	char text[TEXT_TIME_MAX], warning[CERTIFICATES_TEXT];
	const int64_t now = time(NULL);
	struct certificates c;

	if (certificates_read(data, &c, err) < 0)
		return -1;
	print_end("certificate", c.until, now);
	print_end("CA", c.ca_until, now);
	if (c.ours && c.can_sign)
		printf("%-12s by itself, from %s UTC on, while `serve` runs\n", "renewal",
		       text_time(text, certificates_renewal(&c) * 1000));
	if (!certificates_warning(&c, now, warning))
		return 0;
	return err_set(err, ERR_SERVICE_CERTIFICATE, "certificates", "%s", warning);
}
