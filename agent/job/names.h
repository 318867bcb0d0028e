/* The words of the job's enums, by number. */
#ifndef NEWROOT_JOB_NAMES_H
#define NEWROOT_JOB_NAMES_H

extern const char *const fs_type_names[],
	*const table_type_names[],
		*const fs_profile_names[],
			*const verify_before_names[],
				*const clock_wish_names[],
					*const finish_action_names[],
						*const database_engine_names[],
							*const database_role_names[];

#endif
