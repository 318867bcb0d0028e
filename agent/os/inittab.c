#include "os/inittab.h"

#include <string.h>

#include "os/old_console.h"
#include "os/securetty.h"
#include "os/serial.h"

#define INITTAB   "/etc/inittab"
#define WORD_ENDS " \t/"
#define SCREEN_ID "v1" /* "1" is often another's: that of hvc0, which a comment keeps */

/* The next word of the line, as its terminals stand there: "/dev/ttyS0" is three. 0 at the end. */
static size_t next_word(const char **word, const char *end)
{
	size_t size = 0;

	while (*word < end && strchr(WORD_ENDS, **word))
		++*word;
	while (*word + size < end && !strchr(WORD_ENDS, (*word)[size]))
		size++;
	return size;
}

/*
 * The process of a line as init(8) reads it ("id:runlevels:action:process", blanks before it, a comment by its first
 * character); NULL: of none that is run.
 */
static const char *process_of(const char *line, size_t size)
{
	const char *end = line + size, *action, *field = line;

	while (field < end && strchr(" \t", *field))
		field++;
	if (field == end || *field == '#')
		return NULL;
	for (int colons = 0; colons < 2; colons++, field++)
		if (!(field = memchr(field, ':', (size_t)(end - field))))
			return NULL;
	action = field;
	field = memchr(action, ':', (size_t)(end - action));
	if (!field || (field - action == 3 && !memcmp(action, "off", 3)))
		return NULL;
	return field + 1;
}

/* Is `terminal` in a line that is run? */
static bool has_terminal(const char *text, const char *terminal)
{
	const char *line;
	size_t size;

	while (text_next(&text, &line, &size)) {
		const char *word = process_of(line, size);

		for (size_t length; word && (length = next_word(&word, line + size));
		     word += length)
			if (length == strlen(terminal) && !memcmp(word, terminal, length))
				return true;
	}
	return false;
}

static bool is_for_old_console(const char *line, size_t size, const struct strings *consoles)
{
	const char *word = process_of(line, size);

	for (size_t length; word && (length = next_word(&word, line + size)); word += length)
		if (is_old_console(word, length, consoles))
			return true;
	return false;
}

/* Of two lines of one id init takes the first, although that is off. */
static bool is_off(const char *line, size_t size)
{
	const size_t blanks = strspn(line, " \t");

	return blanks < size && line[blanks] != '#' && !process_of(line, size);
}

/* A getty without its terminal is started again and again. */
static void begin_with(struct text *text, const char *old, const struct strings *consoles)
{
	const char *line;
	size_t size;

	while (text_next(&old, &line, &size)) {
		if (is_off(line, size) || is_for_old_console(line, size, consoles))
			text_add(text, "#", 1);
		text_line(text, line, size);
	}
}

static void add_serial_getty(struct text *text, const struct target *target,
			     const struct serial *serial)
{
	const char *getty = target_exists(target, "/sbin/agetty") ? "agetty" : "getty";

	text_printf(text, "T%u:2345:respawn:/sbin/%s -L %u %s vt100\n", serial->unit, getty,
		    serial->speed, serial->tty);
}

/* Guests without a screen had none. mingetty is what RHEL has on screens. */
static void add_screen_getty(struct text *text, const struct target *target, const char *terminal)
{
	if (target_exists(target, "/sbin/mingetty"))
		text_printf(text, SCREEN_ID ":2345:respawn:/sbin/mingetty %s\n", terminal);
	else
		text_printf(text, SCREEN_ID ":2345:respawn:/sbin/%s 38400 %s linux\n",
			    target_exists(target, "/sbin/agetty") ? "agetty" : "getty", terminal);
}

int inittab_logins(struct changes *changes, const struct strings *consoles, struct err *err)
{
	struct text text = {.arena = changes->arena};
	const char *old, *screen = screen_terminal(consoles);

	if (target_read(changes->target, INITTAB, changes->arena, &old, NULL, err))
		return -1;
	if (!old)
		return 0;
	begin_with(&text, old, consoles);
	if (screen && !has_terminal(text.data ? text.data : "", screen))
		add_screen_getty(&text, changes->target, screen);
	for (size_t i = 0; i < consoles->count; i++) {
		struct serial serial;

		if (serial_parse(&serial, consoles->item[i]) &&
		    !has_terminal(text.data ? text.data : "", serial.tty))
			add_serial_getty(&text, changes->target, &serial);
	}
	changes_edit(changes, INITTAB, &text)->keep_old = true;
	return securetty_render(changes, consoles, err);
}
