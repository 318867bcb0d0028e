/* Answers. Each queues one response on the request's connection and returns what MHD wants to hear. */
#ifndef SERVER_HTTP_REPLY_H
#define SERVER_HTTP_REPLY_H

#include <jansson.h>

#include "http/refusal.h"
#include "http/request.h"

/* 200 with a JSON object, whose reference is taken. NULL (no memory) becomes a 500. */
enum MHD_Result reply_json(struct request *request, json_t *object);
/* The same with one more header. */
enum MHD_Result reply_json_with(struct request *request, json_t *object, const char *header,
				const char *value);
/* The same with another status. */
enum MHD_Result reply_status(struct request *request, unsigned status, json_t *object);
/* 200 with JSON text; the malloc'ed `text` is taken. */
enum MHD_Result reply_text(struct request *request, char *text);
/* {"error": code, "message": …} */
enum MHD_Result reply_refuse(struct request *request, enum refusal refusal, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* 416 for a file of this size, with Content-Range. */
enum MHD_Result reply_refuse_range(struct request *request, uint64_t size);
/* Count and log a refusal that is answered otherwise, or not at all. */
void reply_note(const struct request *request, enum refusal refusal, const char *message);
/* The refusal that an error of the store or of a file means; logged when it is the service's fault. */
enum MHD_Result reply_error(struct request *request, const struct err *err);
/* Queue and let go of a response of one's own; NULL becomes a closed connection. */
enum MHD_Result reply_queue(struct request *request, unsigned status,
			    struct MHD_Response *response);

#endif
