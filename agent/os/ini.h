/* KEY = value lines in the sections of an INI-like file (puppet.conf), edited in place: all else stays as it is. */
#ifndef NEWROOT_OS_INI_H
#define NEWROOT_OS_INI_H

#include "os/text.h"

struct ini_setting {
	const char *key;
	const char *value; /* NULL: this setting is left alone */
};

bool ini_has_section(const char *text, const char *section);

/*
 * `old` (NULL: none) with the settings made in [section]: each at the key's first line there, or else behind
 * the section's last one; a section that is missing is added at the end.
 */
void ini_edit(struct text *text, const char *old, const char *section,
	      const struct ini_setting *settings, size_t count);

/* `old` with each line that sets `key` made a comment, but in [spared]; NULL: in all sections. Was there one? */
bool ini_retire(struct text *text, const char *old, const char *key, const char *spared);

#endif
