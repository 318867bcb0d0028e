/* Any bytes as the facts of an archive: what is taken of them is bounded, and told again as it was taken. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

static void tell_again(const struct facts *facts)
{
	json_t *object = facts_json(facts);
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	struct facts again;

	require(text && facts_parse(&again, text, strlen(text), NULL) == 0);
	require(again.kernel_count == facts->kernel_count && again.memory == facts->memory);
	json_decref(object);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct facts facts;
	char *path = strndup((const char *)data, size);

	if (facts_parse(&facts, (const char *)data, size, NULL) == 0) {
		require(facts.kernel_count <= FACTS_KERNELS_MAX);
		for (int kind = 0; kind < FACTS_KINDS; kind++)
			require(facts.names[kind].count <= FACTS_NAMES_MAX);
		tell_again(&facts);
	}
	memset(&facts, 0, sizeof(facts));
	require(path != NULL);
	facts_mark(&facts, path, strchr(path, '/'));
	facts_mark_folder(&facts, path);
	require(facts_machine(data, size) == NULL || size >= 20);
	free(path);
	return 0;
}
