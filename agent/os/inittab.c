#include "os/inittab.h"

#include <string.h>

#include "os/serial.h"

#define INITTAB   "/etc/inittab"
#define SECURETTY "/etc/securetty"

/* Is `word` in a line that is no comment, as a word of its own? */
static bool has_word(const char *text, const char *word)
{
	const char *line;
	size_t size, word_size = strlen(word);

	while (text_next(&text, &line, &size)) {
		const char *at = line;

		if (size && line[0] == '#')
			continue;
		while ((at = memmem(at, size - (size_t)(at - line), word, word_size))) {
			const char *end = at + word_size;

			if ((at == line || strchr(" \t/", at[-1])) &&
			    (end == line + size || strchr(" \t", *end)))
				return true;
			at = end;
		}
	}
	return false;
}

static void begin_with(struct text *text, const char *old)
{
	size_t size = strlen(old);

	text_add(text, old, size);
	if (size && old[size - 1] != '\n')
		text_add(text, "\n", 1);
}

static void add_getty(struct text *text, const struct target *target, const struct serial *serial)
{
	const char *getty = target_exists(target, "/sbin/agetty") ? "agetty" : "getty";

	text_printf(text, "T%u:2345:respawn:/sbin/%s -L %u %s vt100\n", serial->unit, getty,
		    serial->speed, serial->tty);
}

int inittab_logins(struct changes *changes, const struct strings *consoles, struct err *err)
{
	struct text inittab = {.arena = changes->arena}, securetty = {.arena = changes->arena};
	const char *old_inittab, *old_securetty;

	if (target_read(changes->target, INITTAB, changes->arena, &old_inittab, NULL, err) ||
	    target_read(changes->target, SECURETTY, changes->arena, &old_securetty, NULL, err))
		return -1;
	if (!old_inittab)
		return 0;
	begin_with(&inittab, old_inittab);
	begin_with(&securetty, old_securetty ? old_securetty : "");
	for (size_t i = 0; i < consoles->count; i++) {
		struct serial serial;

		if (!serial_parse(&serial, consoles->item[i]))
			continue;
		if (!has_word(inittab.data, serial.tty))
			add_getty(&inittab, changes->target, &serial);
		if (!has_word(securetty.data, serial.tty))
			text_printf(&securetty, "%s\n", serial.tty);
	}
	changes_edit(changes, INITTAB, &inittab)->keep_old = true;
	if (old_securetty)
		changes_edit(changes, SECURETTY, &securetty);
	return 0;
}
