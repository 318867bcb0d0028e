#include "cutover/group.h"

bool cutover_is_migrating(const json_t *job)
{
	static const char *const keys[] = {"quarantine", "services", "puppet", "sync"};
	const json_t *told = json_object_get(job, "migrating");

	if (told)
		return json_is_true(told);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_object_get(job, keys[i]))
			return true;
	return json_object_get(json_object_get(job, "databases"), "source");
}
