/*
 * An installed system that boots for the first time: its instructions and console in a temporary folder, and a service,
 * peers, hooks and databases that are none.
 */
#ifndef NEWROOT_TESTS_FIRST_BOOT_SCENE_H
#define NEWROOT_TESTS_FIRST_BOOT_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/first_boot.h"

#define CONFIG                                                                                     \
	"{\"service\": \"https://10.0.0.1:8443\", \"ca\": \"/etc/newroot/ca.pem\", \"mac\": "      \
	"\"m\", "                                                                                  \
	"\"token\": \"secret\"}"

/* What the service was told, in one line, and how it answers. */
extern struct fake_service {
	char told[1024];
	int refusals;           /* of hello before it answers */
	unsigned retry_after_s; /* that each of these tells */
	int64_t time;           /* as the service has it; 0: it does not know */
	int stop;               /* what report_stop returns */
	bool held;              /* until the next heartbeat */
	enum err_code peers;    /* what waiting for them ends with */
	enum err_code import;
	char token[32];
	const char *mended
		[2]; /* instructions put in place before the service has it begin anew, in order */
	size_t agains;
	uint32_t after_limit_s;
	bool patient;    /* the service never does */
	bool quarantine; /* this system has one */
	bool not_loaded; /* until it is checked */
} fake;

struct scene {
	char folder[64], config[96], console[96], done[96];
	struct first_boot options;
};

/* A new one with these instructions, and a service that knows nothing. */
void scene_make(struct scene *scene, const char *config);
void scene_free(const struct scene *scene);

/* What a first boot calls after an error, unless a test has another. */
void scene_failed(const struct err *err);

void scene_write(const char *path, const char *text);
/* The console's first line. */
void scene_console_says(const struct scene *scene, const char *wanted);
/* Whether the instructions have this text now. */
void scene_instructions_hold(const char *text, bool wanted);

#endif
