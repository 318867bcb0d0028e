#include "job/check.h"

#include <stdlib.h>
#include <string.h>

void check_tree(struct reader *r, const struct value *v, void *to)
{
	struct job_tree *tree = to;

	if (!tree->from && !refused_below(r, path_to(r, v->path, "from")))
		tree->from = tree->path;
}

static const char *keep_json(struct reader *r, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	const char *kept = text ? arena_strdup(r->arena, text) : NULL;

	free(text);
	return kept;
}

static bool is_below(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	return !strncmp(dir, path, len) && path[len] == '/';
}

/* Two passes over the same files, of which the second deletes what the first brought. */
static void check_nesting(struct reader *r, const struct job_sync *sync)
{
	for (size_t i = 0; i < sync->tree_count; i++)
		for (size_t j = 0; j < sync->tree_count; j++) {
			const struct job_tree *tree = &sync->trees[i], *outer = &sync->trees[j];

			if (tree->path && outer->path && is_below(outer->path, tree->path))
				reader_refuse(
					r, ERR_JOB_CONFLICT, path_to(r, tree->json_path, "path"),
					"\"%s\" is refused: %s brings it already; accepted is a folder outside of it",
					tree->path, outer->json_path);
		}
}

void check_sync(struct reader *r, const struct value *v, void *to)
{
	struct job_sync *sync = to;
	const char *trees = path_to(r, v->path, "trees");
	struct unique *path = arena_array(r->arena, sync->tree_count + 1, sizeof(*path));

	sync->given = true;
	sync->json = keep_json(r, v->json);
	for (size_t i = 0; i < sync->tree_count; i++)
		path[i] = (struct unique){sync->trees[i].path,
					  arena_printf(r->arena, "%s/%zu/path", trees, i)};
	check_unique(r, "tree", path, sync->tree_count);
	check_nesting(r, sync);
	if (!sync->tree_count && json_object_get(v->json, "trees") && !refused_below(r, trees))
		reader_refuse(r, ERR_JOB_VALUE, trees,
			      "an empty list is refused; accepted is at least one tree");
}

/* What another server holds is not this VM's to bring up to date. */
static void check_mounts(struct reader *r, const struct job *job, const struct job_tree *tree)
{
	for (size_t i = 0; i < job->nfs.mount_count; i++) {
		const char *to = job->nfs.mounts[i].to;

		if (to && (!strcmp(to, tree->path) || is_below(to, tree->path)))
			reader_refuse(
				r, ERR_JOB_CONFLICT, path_to(r, tree->json_path, "path"),
				"\"%s\" is refused: %s mounts it from another server; accepted is a folder of this VM",
				tree->path, job->nfs.mounts[i].json_path);
	}
}

void check_job_sync(struct reader *r, const struct job *job)
{
	if (!job->sync.given)
		return;
	check_ssh_reach(r, job, &job->sync.ssh);
	for (size_t i = 0; i < job->sync.tree_count; i++)
		if (job->sync.trees[i].path)
			check_mounts(r, job, &job->sync.trees[i]);
}
