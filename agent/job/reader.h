/*
 * How JSON becomes structs: an object is a table of fields, a field is a key, how its value is
 * read, its bounds and where it goes. Whatever is wrong is added to one list with its JSON path
 * (RFC 6901), and reading goes on, so that all errors are shown together.
 */
#ifndef NEWROOT_JOB_READER_H
#define NEWROOT_JOB_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct form;
struct object;

struct reader {
	struct arena *arena;
	struct err_list *errors;
};

/* A value on its way from JSON into a member. */
struct value {
	const json_t *json;
	const char *path; /* "/volumes/0/size" */
	const struct field *field;
};

struct field {
	const char *key;
	/* Check the value and store it at `to`; a refused value leaves `to` as it is, all zero. */
	void (*read)(struct reader *r, const struct value *v, void *to);
	size_t offset;       /* of the member that is set */
	size_t count_offset; /* lists of objects: of the size_t beside it */
	bool required;
	bool quiet; /* never quote the value: it may hold a secret, or a whole file */
	const char
		*fallback; /* JSON that is read when the key is absent; NULL: the member stays 0 */
	const struct form *form;     /* strings: what they look like */
	const struct object *object; /* objects and lists of objects */
	const char *const *names;    /* enums: text of each number … */
	int64_t min, max;            /* … within these bounds, included; also of whole numbers */
};

struct object {
	const char *what; /* "a volume" */
	const struct field *fields;
	size_t field_count;
	size_t size;        /* of the struct */
	size_t path_offset; /* of a const char * that keeps the JSON path, or NO_PATH */
	void (*init)(void *to);
	/* Rules between members; called even when some members were refused and are still 0. */
	void (*check)(struct reader *r, const struct value *v, void *to);
};

#define NO_PATH ((size_t)-1)

/* Read `v`, which must be an object of `object`'s fields, into the struct `to`. */
void read_object_of(struct reader *r, const struct object *object, const struct value *v, void *to);

/* As `read` of a field: one object, or a list of objects allocated in the arena. */
void read_object(struct reader *r, const struct value *v, void *to);
void read_objects(struct reader *r, const struct value *v, void *to);
/* The list alone: `*items` and `*count` get it. A field's `max` (0: JOB_LIST_MAX) caps it. */
void read_list(struct reader *r, const struct object *object, const struct value *v, void **items,
	       size_t *count);

/* Add an error at `path`. */
void reader_refuse(struct reader *r, enum err_code code, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* "VALUE is refused; accepted is ACCEPTED", as job.type or job.value. */
void refuse_type(struct reader *r, const struct value *v, const char *accepted);
void refuse_value(struct reader *r, const struct value *v, const char *accepted);

/* "/volumes/0" and "size" make "/volumes/0/size"; in the arena. */
const char *path_to(struct reader *r, const char *base, const char *key);

/* Was anything at or below `path` refused? Then rules on what is absent there would mislead. */
bool refused_below(const struct reader *r, const char *path);
/* Is the list full? Further errors are only counted: their texts need no trouble. */
bool refused_enough(const struct reader *r);

#endif
