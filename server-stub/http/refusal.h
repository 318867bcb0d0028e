/* Why a request is refused; the table in reply.c has the status and the stable code of each. */
#ifndef SERVER_HTTP_REFUSAL_H
#define SERVER_HTTP_REFUSAL_H

enum refusal {
	REFUSE_ROUTE,
	REFUSE_METHOD,
	REFUSE_MAC,
	REFUSE_BOOT,
	REFUSE_QUERY,
	REFUSE_TYPE,
	REFUSE_OPERATOR,
	REFUSE_CREATOR,
	REFUSE_VM,
	REFUSE_ADDRESS,
	REFUSE_NO_TOKEN,
	REFUSE_TOKEN,
	REFUSE_READER,
	REFUSE_BODY_SIZE,
	REFUSE_BODY,
	REFUSE_RANGE,
	REFUSE_FILE,
	REFUSE_LIMIT,
	REFUSE_STATE,
	REFUSE_STORE,
	REFUSE_DISK,
	REFUSALS
};

const char *refusal_code(enum refusal refusal);

#endif
