/* Old systems as trees of entries (os_tree.h), and what the search for their network manager is given. */
#ifndef NEWROOT_TESTS_MANAGERS_FIXTURE_H
#define NEWROOT_TESTS_MANAGERS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "facts/network_choice.h"
#include "os/detect.h"
#include "os_tree.h"

#define LIST(...)                                                                                  \
	{                                                                                          \
		(const char *[]){__VA_ARGS__},                                                     \
			sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)                     \
	}

#define SYSTEMD "/usr/lib/systemd/systemd", "/lib>usr/lib", "/sbin/init>/lib/systemd/systemd"
#define WANTS   "/etc/systemd/system/multi-user.target.wants/"
#define UNIT(name)                                                                                 \
	"/usr/lib/systemd/system/" name ".service=[Install]\nWantedBy=multi-user.target\n"
#define STARTS(name) UNIT(name), WANTS name ".service>/usr/lib/systemd/system/" name ".service"

static struct text notes;

static inline void note(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	text_printf(&notes, "%s\n", line);
}

static inline struct changes list_for(struct tree *tree)
{
	notes = (struct text){.arena = &tree->arena};
	return (struct changes){.target = &tree->target, .arena = &tree->arena, .note = note};
}

static inline const struct init_dialect *init_of(struct tree *tree)
{
	struct err err = ERR_INIT;

	return detect_init(&tree->target, &tree->arena, &err); /* NULL: unknown */
}

/* The tree as the names and links of an archive. */
static inline void mark(struct facts *facts, const char *const *entries)
{
	for (size_t i = 0; entries[i]; i++) {
		const char *entry = entries[i] + 1;
		const size_t size = strcspn(entry, "=>");
		char path[256], to[256];

		snprintf(path, sizeof(path), "%.*s", (int)size, entry);
		snprintf(to, sizeof(to), "%s", entry[size] == '>' ? entry + size + 1 : "");
		facts_mark(facts, path, *to ? to : NULL);
	}
}

/* What is said before the wipe is what is found once it is unpacked; or nothing is said. */
static inline void facts_agree(const char *const *entries, const struct init_dialect *init,
			       const struct job_services *services, const struct err *err)
{
	const enum network_choice expected = !err->code ? NETWORK_WRITTEN
					     : strstr(err->msg, "starts at boot")
						     ? NETWORK_UNWRITTEN
						     : NETWORK_NONE;
	const struct network_manager *manager;
	struct facts facts = {0};
	enum network_choice choice;

	mark(&facts, entries);
	choice = network_choose(&facts, services, &manager);
	if (choice != (init ? expected : NETWORK_UNCERTAIN))
		fail_msg("%s: %d in place of %d", entries[0], (int)choice, (int)expected);
	if (choice == NETWORK_UNWRITTEN)
		assert_non_null(strstr(err->msg, manager->name));
}

#endif
