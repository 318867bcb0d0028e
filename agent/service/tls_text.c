#include "service/tls_text.h"

#include <bearssl.h>
#include <stddef.h>

struct row {
	int error;
	enum err_code code;
	const char *text;
};

static const struct row table[] = {
	{BR_ERR_BAD_PARAM, ERR_TLS, "a parameter was refused"},
	{BR_ERR_BAD_STATE, ERR_TLS, "the connection is in the wrong state"},
	{BR_ERR_UNSUPPORTED_VERSION, ERR_TLS, "the server does not speak TLS 1.2"},
	{BR_ERR_BAD_VERSION, ERR_TLS, "a record has another TLS version"},
	{BR_ERR_BAD_LENGTH, ERR_TLS,
	 "a record has an impossible length; does the server speak TLS?"},
	{BR_ERR_TOO_LARGE, ERR_TLS, "a record or key is too large"},
	{BR_ERR_BAD_MAC, ERR_TLS, "a record was damaged or forged"},
	{BR_ERR_NO_RANDOM, ERR_TLS, "no random numbers from the kernel"},
	{BR_ERR_UNKNOWN_TYPE, ERR_TLS, "an unknown record type; does the server speak TLS?"},
	{BR_ERR_UNEXPECTED, ERR_TLS, "an unexpected message"},
	{BR_ERR_BAD_CCS, ERR_TLS, "a malformed ChangeCipherSpec"},
	{BR_ERR_BAD_ALERT, ERR_TLS, "a malformed alert"},
	{BR_ERR_BAD_HANDSHAKE, ERR_TLS, "a malformed handshake message"},
	{BR_ERR_OVERSIZED_ID, ERR_TLS, "a session id is too long"},
	{BR_ERR_BAD_CIPHER_SUITE, ERR_TLS, "the server chose a cipher suite that was not offered"},
	{BR_ERR_BAD_COMPRESSION, ERR_TLS, "the server chose compression"},
	{BR_ERR_BAD_FRAGLEN, ERR_TLS, "a wrong maximum fragment length"},
	{BR_ERR_BAD_SECRENEG, ERR_TLS, "secure renegotiation failed"},
	{BR_ERR_EXTRA_EXTENSION, ERR_TLS, "an extension that was not asked for"},
	{BR_ERR_BAD_SNI, ERR_TLS, "a wrong server name extension"},
	{BR_ERR_BAD_HELLO_DONE, ERR_TLS, "a malformed ServerHelloDone"},
	{BR_ERR_LIMIT_EXCEEDED, ERR_TLS, "a key or message exceeds a limit"},
	{BR_ERR_BAD_FINISHED, ERR_TLS, "the handshake was tampered with"},
	{BR_ERR_RESUME_MISMATCH, ERR_TLS, "a session was resumed with other parameters"},
	{BR_ERR_INVALID_ALGORITHM, ERR_TLS, "an unsupported algorithm"},
	{BR_ERR_BAD_SIGNATURE, ERR_TLS, "the server's signature is wrong"},
	{BR_ERR_WRONG_KEY_USAGE, ERR_TLS, "the server's key may not be used like this"},
	{BR_ERR_NO_CLIENT_AUTH, ERR_TLS, "the server asks for a client certificate"},
	{BR_ERR_IO, ERR_TLS, "the connection broke"},
	{BR_ERR_X509_INVALID_VALUE, ERR_TLS, "the certificate is malformed"},
	{BR_ERR_X509_TRUNCATED, ERR_TLS, "the certificate is truncated"},
	{BR_ERR_X509_EMPTY_CHAIN, ERR_TLS, "the server sent no certificate"},
	{BR_ERR_X509_INNER_TRUNC, ERR_TLS, "the certificate is malformed"},
	{BR_ERR_X509_BAD_TAG_CLASS, ERR_TLS, "the certificate is malformed (tag class)"},
	{BR_ERR_X509_BAD_TAG_VALUE, ERR_TLS, "the certificate is malformed (tag value)"},
	{BR_ERR_X509_INDEFINITE_LENGTH, ERR_TLS, "the certificate is malformed (length)"},
	{BR_ERR_X509_EXTRA_ELEMENT, ERR_TLS, "the certificate is malformed (extra element)"},
	{BR_ERR_X509_UNEXPECTED, ERR_TLS, "the certificate is malformed (unexpected element)"},
	{BR_ERR_X509_NOT_CONSTRUCTED, ERR_TLS, "the certificate is malformed (not constructed)"},
	{BR_ERR_X509_NOT_PRIMITIVE, ERR_TLS, "the certificate is malformed (not primitive)"},
	{BR_ERR_X509_PARTIAL_BYTE, ERR_TLS, "the certificate is malformed (bit string)"},
	{BR_ERR_X509_BAD_BOOLEAN, ERR_TLS, "the certificate is malformed (boolean)"},
	{BR_ERR_X509_OVERFLOW, ERR_TLS, "the certificate is malformed (overflow)"},
	{BR_ERR_X509_BAD_DN, ERR_TLS, "a name in the certificate is malformed"},
	{BR_ERR_X509_BAD_TIME, ERR_TLS, "a time in the certificate is malformed"},
	{BR_ERR_X509_UNSUPPORTED, ERR_TLS, "the certificate uses something unsupported"},
	{BR_ERR_X509_LIMIT_EXCEEDED, ERR_TLS, "the certificate or its key is too large"},
	{BR_ERR_X509_WRONG_KEY_TYPE, ERR_TLS,
	 "the certificate's key is of another type than the suite's"},
	{BR_ERR_X509_BAD_SIGNATURE, ERR_TLS_UNTRUSTED, "the certificate's signature is wrong"},
	{BR_ERR_X509_TIME_UNKNOWN, ERR_TLS, "validity can't be checked: the time is unknown"},
	{BR_ERR_X509_EXPIRED, ERR_TLS_EXPIRED, "a certificate has expired or is not valid yet"},
	{BR_ERR_X509_DN_MISMATCH, ERR_TLS_UNTRUSTED, "the certificate chain does not fit together"},
	{BR_ERR_X509_BAD_SERVER_NAME, ERR_TLS_NAME, "the certificate is for another name"},
	{BR_ERR_X509_CRITICAL_EXTENSION, ERR_TLS,
	 "the certificate has an unknown critical extension"},
	{BR_ERR_X509_NOT_CA, ERR_TLS_UNTRUSTED, "the certificate's issuer is not a CA"},
	{BR_ERR_X509_FORBIDDEN_KEY_USAGE, ERR_TLS_UNTRUSTED,
	 "the certificate's issuer may not sign"},
	{BR_ERR_X509_WEAK_PUBLIC_KEY, ERR_TLS_UNTRUSTED,
	 "the certificate's RSA key is too short: 2048 bits are the least"},
	{BR_ERR_X509_NOT_TRUSTED, ERR_TLS_UNTRUSTED,
	 "the certificate is not signed by a trusted CA"},
};

/* RFC 5246 7.2 */
static const struct row alerts[] = {
	{10, ERR_TLS, "the server sent the alert unexpected_message"},
	{20, ERR_TLS, "the server sent the alert bad_record_mac"},
	{22, ERR_TLS, "the server sent the alert record_overflow"},
	{40, ERR_TLS, "the server sent the alert handshake_failure: no common cipher suite"},
	{47, ERR_TLS, "the server sent the alert illegal_parameter"},
	{50, ERR_TLS, "the server sent the alert decode_error"},
	{51, ERR_TLS, "the server sent the alert decrypt_error"},
	{70, ERR_TLS, "the server sent the alert protocol_version: it does not speak TLS 1.2"},
	{71, ERR_TLS, "the server sent the alert insufficient_security"},
	{80, ERR_TLS, "the server sent the alert internal_error"},
	{112, ERR_TLS, "the server sent the alert unrecognized_name"},
};

static const struct row *find(int error)
{
	const struct row *rows = table;
	size_t count = sizeof(table) / sizeof(*table);

	if (error >= BR_ERR_RECV_FATAL_ALERT && error < BR_ERR_SEND_FATAL_ALERT) {
		rows = alerts;
		count = sizeof(alerts) / sizeof(*alerts);
		error -= BR_ERR_RECV_FATAL_ALERT;
	}
	for (size_t i = 0; i < count; i++)
		if (rows[i].error == error)
			return &rows[i];
	return NULL;
}

const char *tls_text(int error)
{
	const struct row *row = find(error);

	if (row)
		return row->text;
	return error >= BR_ERR_RECV_FATAL_ALERT ? "the server sent a fatal alert"
						: "an unknown error";
}

enum err_code tls_code(int error)
{
	const struct row *row = find(error);

	return row ? row->code : ERR_TLS;
}
