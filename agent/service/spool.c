#include "service/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "service/event.h"

#define BOOT_ID_SOURCE "/proc/sys/kernel/random/uuid" /* random(4): a new one at each reading */

int spool_new_boot(char boot[static BOOT_UUID_TEXT], struct err *err)
{
	FILE *f = fopen(BOOT_ID_SOURCE, "re");
	bool good = f && fgets(boot, BOOT_UUID_TEXT, f) && strlen(boot) == BOOT_UUID_TEXT - 1;

	if (f)
		fclose(f);
	return good ? 0 : err_sys(err, ERR_IO, BOOT_ID_SOURCE, "no random uuid for the boot id");
}

static size_t size_of(const json_t *event)
{
	return json_dumpb(event, NULL, 0, JSON_COMPACT);
}

static void append(struct spool *spool, json_t *event)
{
	size_t size = size_of(event);

	if (!json_array_append_new(spool->pending, event))
		spool->pending_bytes += size;
	spool->dirty = true;
}

static void number(struct spool *spool, json_t *event)
{
	if (json_object_get(event, "seq"))
		return;
	json_object_set_new(event, "boot", json_string(spool->boot));
	json_object_set_new(event, "seq", json_integer((json_int_t)spool->next++));
}

static void take_up(struct spool *spool, const json_t *saved)
{
	json_t *event;
	size_t i;

	snprintf(spool->boot, sizeof(spool->boot), "%s",
		 json_string_value(json_object_get(saved, "boot")));
	spool->next = (uint64_t)json_integer_value(json_object_get(saved, "next"));
	json_array_extend(spool->batch, json_object_get(saved, "batch"));
	json_array_foreach(json_object_get(saved, "pending"), i, event)
		append(spool, json_incref(event));
}

/* What is left of the boot before keeps that boot's id and numbers. */
static void begin_boot(struct spool *spool, const char *boot)
{
	json_t *event;
	size_t i;

	spool->pending_bytes = 0;
	json_array_foreach(spool->pending, i, event)
	{
		number(spool, event);
		spool->pending_bytes += size_of(event);
	}
	snprintf(spool->boot, sizeof(spool->boot), "%s", boot);
	spool->next = 1;
}

static bool is_spool(const json_t *saved)
{
	const json_t *boot = json_object_get(saved, "boot");

	return json_string_length(boot) == BOOT_UUID_TEXT - 1 &&
	       json_integer_value(json_object_get(saved, "next")) > 0 &&
	       json_is_array(json_object_get(saved, "batch")) &&
	       json_is_array(json_object_get(saved, "pending"));
}

/* 0 also when there is no such file; then the boot id stays empty. */
static int load(struct spool *spool, struct err *err)
{
	int fd = open(spool->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	json_t *saved = NULL;
	int ret = 0;

	if (fd < 0)
		return errno == ENOENT
			       ? 0
			       : err_sys(err, ERR_IO, spool->path, "the spool can't be opened");
	if (fstat(fd, &st))
		ret = err_sys(err, ERR_IO, spool->path, "the spool can't be read");
	else if (S_ISREG(st.st_mode) && (uint64_t)st.st_size <= REPORT_SPOOL_MAX)
		saved = json_loadfd(fd, 0, NULL);
	close(fd);
	if (ret)
		return -1;
	if (is_spool(saved))
		take_up(spool, saved);
	else
		err_set(err, ERR_IO, spool->path, "it is no spool of events; starting anew");
	json_decref(saved);
	return 0;
}

int spool_open(struct spool *spool, const char *path, const char *boot, struct err *err)
{
	*spool = (struct spool){
		.path = path,
		.next = 1,
		.batch = json_array(),
		.offer = json_array(),
		.pending = json_array(),
		.dirty = true,
	};
	if (!spool->batch || !spool->offer || !spool->pending) {
		spool_free(spool);
		return err_set(err, ERR_MEMORY, path, "no memory for events");
	}
	if ((path && load(spool, err)) ||
	    (!boot && !*spool->boot && spool_new_boot(spool->boot, err))) {
		spool_free(spool);
		return -1;
	}
	if (boot && strcmp(boot, spool->boot))
		begin_boot(spool, boot);
	return 0;
}

void spool_free(struct spool *spool)
{
	json_decref(spool->batch);
	json_decref(spool->offer);
	json_decref(spool->pending);
	*spool = (struct spool){0};
}

static void forget_pending(struct spool *spool, size_t i)
{
	spool->pending_bytes -= size_of(json_array_get(spool->pending, i));
	json_array_remove(spool->pending, i);
}

static bool same(const json_t *a, const json_t *b, const char *key)
{
	const json_t *left = json_object_get(a, key), *right = json_object_get(b, key);

	return left == right || json_equal(left, right);
}

/* Newer progress of an item makes older pointless; one heartbeat tells as much as ten. */
static void supersede(struct spool *spool, const json_t *event)
{
	for (size_t i = json_array_size(spool->pending); i-- > 0;) {
		const json_t *older = json_array_get(spool->pending, i);

		if (same(older, event, "type") && same(older, event, "step") &&
		    same(older, event, "item")) {
			forget_pending(spool, i);
			return;
		}
	}
}

static void tell_dropped(struct spool *spool)
{
	char text[96];
	json_t *note;

	snprintf(text, sizeof(text), "%" PRIu64 " notes were dropped while the service was away",
		 spool->dropped);
	spool->dropped = 0;
	note = event_new("note", NULL);
	event_set_text(note, "text", text);
	append(spool, note);
}

void spool_add(struct spool *spool, json_t *event)
{
	enum event_rank rank = event_rank(event);
	bool full = spool->pending_bytes > REPORT_PENDING_MAX;

	if (rank == EVENT_PASSING)
		supersede(spool, event);
	if (full && rank != EVENT_KEPT) {
		spool->dropped += rank == EVENT_TALK;
		json_decref(event);
		return;
	}
	if (!full && spool->dropped)
		tell_dropped(spool);
	append(spool, event);
}

const char *spool_boot_of(const struct spool *spool, const json_t *events)
{
	const char *boot = json_string_value(json_object_get(json_array_get(events, 0), "boot"));

	return boot ? boot : spool->boot;
}

/* Whether the first one pending may go with the batch, which is of one boot. */
static bool fits(const struct spool *spool, size_t bytes)
{
	if (!json_array_size(spool->pending))
		return false;
	if (!json_array_size(spool->batch))
		return true;
	return json_array_size(spool->batch) < REPORT_BATCH_MAX &&
	       bytes + size_of(json_array_get(spool->pending, 0)) <= REPORT_BATCH_BYTES_MAX &&
	       !strcmp(spool_boot_of(spool, spool->batch), spool_boot_of(spool, spool->pending));
}

static void fill_batch(struct spool *spool)
{
	size_t bytes = 0;

	while (fits(spool, bytes)) {
		json_t *event = json_incref(json_array_get(spool->pending, 0));

		bytes += size_of(event);
		forget_pending(spool, 0);
		number(spool, event);
		json_array_append_new(spool->batch, event);
		spool->dirty = true;
	}
}

const json_t *spool_batch(struct spool *spool)
{
	if (!json_array_size(spool->batch))
		fill_batch(spool);
	if (!spool->part)
		return json_array_size(spool->batch) ? spool->batch : NULL;
	json_array_clear(spool->offer);
	for (size_t i = 0; i < spool->part; i++)
		json_array_append(spool->offer, json_array_get(spool->batch, i));
	return spool->offer;
}

json_t *spool_refused(struct spool *spool)
{
	size_t offered = spool->part ? spool->part : json_array_size(spool->batch);
	json_t *event;

	spool->part = offered / 2;
	if (offered > 1)
		return NULL;
	event = json_incref(json_array_get(spool->batch, 0));
	json_array_remove(spool->batch, 0);
	spool->dirty = true;
	return event;
}

void spool_taken(struct spool *spool, uint64_t number)
{
	spool->part = 0;
	for (size_t i = json_array_size(spool->batch); i-- > 0;) {
		const json_t *seq = json_object_get(json_array_get(spool->batch, i), "seq");

		if ((uint64_t)json_integer_value(seq) > number)
			continue;
		json_array_remove(spool->batch, i);
		spool->dirty = true;
	}
}

size_t spool_count(const struct spool *spool)
{
	return json_array_size(spool->batch) + json_array_size(spool->pending);
}

/* The document of the file; NULL: no memory. */
static json_t *document(const struct spool *spool)
{
	json_t *pending = json_array(), *event;
	size_t i;

	json_array_foreach(spool->pending, i, event) if (event_rank(event) != EVENT_PASSING)
		json_array_append(pending, event);
	return json_pack("{s:s, s:I, s:O, s:o}", "boot", spool->boot, "next",
			 (json_int_t)spool->next, "batch", spool->batch, "pending", pending);
}

int spool_save(struct spool *spool, struct err *err)
{
	json_t *json;
	char *text;
	int ret = -1;

	if (!spool->path || !spool->dirty)
		return 0;
	json = document(spool);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	if (!text)
		err_set(err, ERR_MEMORY, spool->path, "no memory to write the spool");
	else if (file_replace(AT_FDCWD, spool->path, text, strlen(text), 0600))
		err_sys(err, ERR_IO, spool->path, "the spool can't be written");
	else
		ret = 0;
	spool->dirty = ret != 0;
	free(text);
	json_decref(json);
	return ret;
}
