#include "cutover/order.h"

#include <stdlib.h>
#include <string.h>

/* What is known of each VM while the order is made. */
struct node {
	const struct cutover_vm *vm;
	const json_t *job;
	size_t waits; /* for how many that have no place yet */
	bool placed;
};

struct graph {
	struct node *node;
	bool *needs; /* count × count: whether the row's VM needs the column's */
	size_t count;
};

static unsigned rank(const struct cutover_vm *vm)
{
	static const struct {
		const char *role;
		unsigned rank;
	} ranks[] = {{"nfs-server", 0}, {"db-master", 1}, {"db-replica", 2}, {"app", 4}};

	if (vm->serves_nfs)
		return 0;
	for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++)
		if (!strcmp(ranks[i].role, vm->vm.role))
			return ranks[i].rank;
	return 3;
}

static bool has_name(const json_t *names, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(names, i, one) if (json_is_string(one) &&
					      !strcmp(json_string_value(one), name)) return true;
	return false;
}

/* Whether `server` is where "10.80.0.11:/srv/media" or "[fd00::11]:/srv/media" comes from. */
static bool is_source(const char *from, const struct vm *server)
{
	const char *end = from ? strstr(from, ":/") : NULL, *word = server->finals;
	size_t size = end ? (size_t)(end - from) : 0;

	if (size > 2 && from[0] == '[') {
		from++;
		size -= 2;
	}
	if (!size)
		return false;
	if (!strncmp(from, server->name, size) && !server->name[size])
		return true;
	for (; *word; word += strspn(word, " ")) {
		const size_t length = strcspn(word, " ");

		if (length == size && !strncmp(word, from, size))
			return true;
		word += length;
	}
	return false;
}

static bool mounts_from(const json_t *job, const struct vm *server)
{
	const json_t *mounts = json_object_get(json_object_get(job, "nfs"), "mounts"), *mount;
	size_t i;

	json_array_foreach(mounts, i,
			   mount) if (is_source(json_string_value(json_object_get(mount, "from")),
						server)) return true;
	return false;
}

static bool needs(const struct node *node, const struct vm *other)
{
	return !strcmp(node->vm->vm.master, other->name) ||
	       has_name(json_object_get(node->job, "after"), other->name) ||
	       mounts_from(node->job, other);
}

static void find_needs(struct graph *graph)
{
	for (size_t i = 0; i < graph->count; i++)
		for (size_t j = 0; j < graph->count; j++) {
			const bool found = i != j && needs(&graph->node[i], &graph->node[j].vm->vm);

			graph->needs[i * graph->count + j] = found;
			graph->node[i].waits += found;
		}
}

/* A VM that waits for nobody goes first; of a circle, which no document may make, any does. */
static bool goes_before(const struct node *a, const struct node *b)
{
	if (!a->waits != !b->waits)
		return !a->waits;
	if (rank(a->vm) != rank(b->vm))
		return rank(a->vm) < rank(b->vm);
	return strverscmp(a->vm->vm.name, b->vm->vm.name) < 0;
}

static size_t choose(const struct graph *graph)
{
	size_t best = graph->count;

	for (size_t i = 0; i < graph->count; i++)
		if (!graph->node[i].placed &&
		    (best == graph->count || goes_before(&graph->node[i], &graph->node[best])))
			best = i;
	return best;
}

/* Whether it can't go together with those placed last: from `first` on, one wave. */
static bool begins_wave(const struct graph *graph, const size_t *place, size_t first, size_t last)
{
	const size_t vm = place[last];

	if (rank(graph->node[vm].vm) != rank(graph->node[place[first]].vm))
		return true;
	for (size_t i = first; i < last; i++)
		if (graph->needs[vm * graph->count + place[i]])
			return true;
	return false;
}

static void number_waves(const struct graph *graph, const size_t *place, struct cutover_vm *sorted)
{
	int64_t wave = 1;

	for (size_t i = 0, first = 0; i < graph->count; i++) {
		if (begins_wave(graph, place, first, i)) {
			first = i;
			wave++;
		}
		sorted[i].wave = wave;
	}
}

static void place_all(struct graph *graph, size_t *place, struct cutover_vm *sorted)
{
	for (size_t at = 0; at < graph->count; at++) {
		const size_t next = choose(graph);

		place[at] = next;
		sorted[at] = *graph->node[next].vm;
		graph->node[next].placed = true;
		for (size_t i = 0; i < graph->count; i++)
			graph->node[i].waits -= graph->needs[i * graph->count + next];
	}
}

int cutover_order(struct cutover_vm *vm, json_t *const *job, size_t count, struct err *err)
{
	struct graph graph = {.count = count};
	struct cutover_vm *sorted = calloc(count, sizeof(*sorted));
	size_t *place = calloc(count, sizeof(*place));
	int ret = 0;

	graph.node = calloc(count, sizeof(*graph.node));
	graph.needs = calloc(count, count * sizeof(*graph.needs));
	if (sorted && place && graph.node && graph.needs) {
		for (size_t i = 0; i < count; i++) {
			graph.node[i].vm = &vm[i];
			graph.node[i].job = job[i];
		}
		find_needs(&graph);
		place_all(&graph, place, sorted);
		number_waves(&graph, place, sorted);
		memcpy(vm, sorted, count * sizeof(*vm));
	} else {
		ret = err_set(err, ERR_MEMORY, "group", "no memory for the order of its VMs");
	}
	free(graph.needs);
	free(graph.node);
	free(place);
	free(sorted);
	return ret;
}
