#include "steps/check_facts.h"

#include "facts/judge.h"
#include "steps/archive_facts.h"
#include "steps/chosen.h"
#include "steps/pipeline.h"

struct known {
	const struct job_source *source;
	struct facts facts;
	bool found;
};

struct scene {
	const struct context *ctx;
	struct known *known;
	size_t count;
};

static const struct facts *find(const struct scene *scene, const struct job_source *source)
{
	for (size_t i = 0; i < scene->count; i++)
		if (scene->known[i].source == source && scene->known[i].found)
			return &scene->known[i].facts;
	return NULL;
}

static const struct facts *facts_of(void *arg, const struct job_source *source)
{
	return find(arg, source);
}

static const struct facts *find_whole(const struct scene *scene, const struct job_source *source)
{
	const struct facts *facts = find(scene, source);

	return facts && facts->whole ? facts : NULL;
}

static uint64_t room(void *arg, const char *folder, const char **mount)
{
	const struct scene *scene = arg;
	const struct plan_fs *fs =
		scene->ctx->plan ? plan_fs_holding(scene->ctx->plan, folder) : NULL;

	*mount = fs ? fs->mount : "";
	return fs ? fs->size : 0;
}

static void note(void *arg, const char *text)
{
	((const struct scene *)arg)->ctx->note("%s", text);
}

/* What is wrong is found when it is unpacked, as ever. */
static void ask(const struct context *ctx, struct known *known)
{
	struct err err = ERR_INIT;

	known->found = archive_facts_ask(ctx->service, known->source, &known->facts, &err);
	if (!known->found)
		ctx->note(
			"%s: not looked into before%s%s; \"verify_before\": \"full\" has it read before disks are erased",
			known->source->url, err.code ? ": " : "", err.msg);
}

static void read_whole(struct context *ctx, struct known *known, const char *to,
		       struct err_list *errors)
{
	const struct pipeline pipeline = {.item = to, .to = to, .source = known->source};
	struct err err = ERR_INIT;

	if (pipeline_look(ctx, &pipeline, &known->facts, &err) == 0) {
		known->found = true;
		ctx->note("%s: read to its end, and whole", known->source->url);
		return;
	}
	if (!err.where[0])
		err_prefix(&err, "%s", known->source->path);
	err_list_add(errors, &err);
}

static void learn(struct context *ctx, struct scene *scene, const char *to,
		  const struct job_source *source, struct err_list *errors)
{
	struct known *known = &scene->known[scene->count++];

	known->source = source;
	if (!chosen_path(ctx, to))
		return;
	if (ctx->job->verify_before == VERIFY_FULL)
		read_whole(ctx, known, to, errors);
	else
		ask(ctx, known);
}

void check_facts(struct context *ctx, struct err_list *errors)
{
	const struct job *job = ctx->job;
	struct scene scene = {
		.ctx = ctx,
		.known = arena_array(ctx->arena, job->archive_count + 1, sizeof(*scene.known)),
	};
	const struct facts_scene facts = {
		.job = job,
		.memory = ctx->machine.memory,
		.of = facts_of,
		.room = room,
		.note = note,
		.ctx = &scene,
	};

	for (size_t i = 0; i < job->archive_count; i++)
		learn(ctx, &scene, job->archives[i].to, &job->archives[i].source, errors);
	if (job->kernel.given)
		learn(ctx, &scene, "/", &job->kernel.source, errors);
	facts_judge(&facts, errors);
	ctx->kernels = (struct plan_kernels){
		.root = find_whole(&scene, archive_facts_root(job)),
		.package = find_whole(&scene, &job->kernel.source),
	};
}
