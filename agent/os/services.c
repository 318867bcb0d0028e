#include "os/services.h"

#include <string.h>

#include "os/service_record.h"

void services_want(struct services *services, const char *name, enum service_wish wish,
		   struct arena *arena)
{
	void *grown;

	for (size_t i = 0; i < services->count; i++)
		if (!strcmp(services->item[i].name, name)) {
			if (services->item[i].wish != wish)
				services->item[i].wish = SERVICE_HELD;
			return;
		}
	grown = arena_array(arena, services->count + 1, sizeof(*services->item));
	if (services->count)
		memcpy(grown, services->item, services->count * sizeof(*services->item));
	services->item = grown;
	services->item[services->count].name = name;
	services->item[services->count++].wish = wish;
}

int services_want_first(struct services *services, struct changes *changes,
			const struct init_dialect *init, const char *const *names,
			enum service_wish wish, const char **which, struct err *err)
{
	for (*which = NULL; *names; names++) {
		struct service service = {.name = *names};

		if (init->service(changes, *names, &service, err))
			return -1;
		if (!service.found)
			continue;
		*which = *names;
		services_want(services, *names, wish, changes->arena);
		return 0;
	}
	return 0;
}

/*
 * What was is known only the first time: later the tree shows what newroot made of it. What somebody
 * switched on since then is added.
 */
static void remember(struct service_record *record, const struct service *service,
		     enum service_wish wish, bool first, struct arena *arena)
{
	if (wish == SERVICE_ENABLED) {
		service_links_add_all(&record->removed, &service->stops, arena);
		for (size_t i = 0; i < service->on.count; i++)
			if (!service_links_have(&service->starts, service->on.item[i].path))
				service_links_add(&record->made, service->on.item[i].path,
						  service->on.item[i].to, arena);
		return;
	}
	service_links_add_all(&record->removed, &service->starts, arena);
	service_links_add_all(&record->made, &service->off, arena);
	if (wish == SERVICE_HELD && first) {
		service_links_add_all(&record->removed, &service->on, arena);
		service_links_add_all(&record->made, &service->stops, arena);
	}
}

static void update_record(struct service_records *records, const struct service *service,
			  enum service_wish wish, struct arena *arena)
{
	struct service_record *record = service_records_find(records, service->name);
	bool first = !record || record->enabled != (wish == SERVICE_ENABLED);

	if (!record)
		record = service_records_add(records, service->name, arena);
	if (first)
		*record = (struct service_record){.name = service->name,
						  .enabled = wish == SERVICE_ENABLED};
	remember(record, service, wish, first, arena);
}

static void change_links(struct changes *changes, const struct service_record *record)
{
	for (size_t i = 0; i < record->removed.count; i++)
		changes_remove(changes, record->removed.item[i].path);
	for (size_t i = 0; i < record->made.count; i++)
		changes_link(changes, record->made.item[i].path, record->made.item[i].to);
}

static void note_names(const struct changes *changes, const char *what, const struct text *names)
{
	if (names->size)
		changes_note(changes, "services %s:%s", what, names->data);
}

/* What becomes of a service, for the notes. */
enum outcome { ON, OFF, ABSENT, OUTCOMES };
static const char *const outcome_words[] = {
	[ON] = "switched on",
	[OFF] = "off until cutover",
	[ABSENT] = "that the new system does not have, passed over",
};

static int consider(struct changes *changes, const struct init_dialect *init, const char *name,
		    enum service_wish wish, struct service_records *records, enum outcome *outcome,
		    struct err *err)
{
	struct service service = {.name = name};

	if (init->service(changes, name, &service, err))
		return err_prefix(err, "service %s", name);
	*outcome = service.found ? (wish == SERVICE_ENABLED ? ON : OFF) : ABSENT;
	if (!service.found)
		return 0;
	if (service.doubt && wish != SERVICE_ENABLED)
		changes_note(changes, "service %s may start all the same: %s", name, service.doubt);
	update_record(records, &service, wish, changes->arena);
	/* Held: cutover has only links to make. */
	return wish != SERVICE_DISABLED && init->start_order ? init->start_order(changes, name, err)
							     : 0;
}

static void render_records(struct changes *changes, const struct service_records *records)
{
	struct text text = {.arena = changes->arena};

	if (!records->count)
		return;
	service_records_print(records, &text);
	changes_file(changes, SERVICE_RECORDS, &text);
}

int services_render(const struct services *services, struct changes *changes,
		    const struct init_dialect *init, struct err *err)
{
	struct text names[OUTCOMES];
	struct service_records records;
	const char *old;

	if (!services->count)
		return 0;
	if (target_read(changes->target, SERVICE_RECORDS, changes->arena, &old, NULL, err) ||
	    service_records_parse(&records, old, changes->arena, err))
		return -1;
	for (size_t i = 0; i < OUTCOMES; i++)
		names[i] = (struct text){.arena = changes->arena};
	for (size_t i = 0; i < services->count; i++) {
		enum outcome outcome = ABSENT;

		if (consider(changes, init, services->item[i].name, services->item[i].wish,
			     &records, &outcome, err))
			return -1;
		text_printf(&names[outcome], " %s", services->item[i].name);
	}
	render_records(changes, &records);
	for (size_t i = 0; i < services->count; i++) {
		const struct service_record *record =
			service_records_find(&records, services->item[i].name);

		if (record)
			change_links(changes, record);
	}
	for (size_t i = 0; i < OUTCOMES; i++)
		note_names(changes, outcome_words[i], &names[i]);
	return 0;
}
