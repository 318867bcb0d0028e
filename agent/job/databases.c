#include "job/job.h"
#include "job/names.h"

const char *const database_engine_names[] = {
	[DATABASE_MYSQL] = "mysql",
	[DATABASE_POSTGRESQL] = "postgresql",
};

const char *const database_role_names[] = {
	[DATABASE_ALONE] = "alone",
	[DATABASE_MASTER] = "master",
	[DATABASE_REPLICA] = "replica",
};

const char *job_dump_path(const struct job_databases *databases, size_t index, struct arena *arena)
{
	return arena_printf(arena, "%s/%02zu-%s.dump", databases->directory, index + 1,
			    databases->dumps[index].database);
}
