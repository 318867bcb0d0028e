#include "steps/archive_facts.h"

#include <stdlib.h>
#include <string.h>

#include "service/service.h"
#include "steps/source.h"

int archive_facts_ask(struct service *service, const struct job_source *source, struct facts *facts,
		      struct err *err)
{
	char *text = NULL;
	size_t size;
	int found = 0;

	if (service && source_needs_service(source) &&
	    service_facts(service, source->url, FACTS_BYTES_MAX, &text, &size, err) == 0 && text)
		found = facts_parse(facts, text, size, err) == 0;
	free(text);
	return found;
}

const struct job_source *archive_facts_root(const struct job *job)
{
	for (size_t i = 0; i < job->archive_count; i++)
		if (!strcmp(job->archives[i].to, "/"))
			return &job->archives[i].source;
	return NULL;
}

static const struct facts *find(struct service *service, const struct job_source *source,
				struct arena *arena)
{
	struct facts *facts = arena_alloc(arena, sizeof(*facts));
	struct err err = ERR_INIT;

	return archive_facts_ask(service, source, facts, &err) && facts->whole ? facts : NULL;
}

struct plan_kernels archive_facts_kernels(struct service *service, const struct job *job,
					  struct arena *arena)
{
	const struct job_source *root = archive_facts_root(job);

	return (struct plan_kernels){
		.root = root ? find(service, root, arena) : NULL,
		.package = job->kernel.given ? find(service, &job->kernel.source, arena) : NULL,
	};
}
