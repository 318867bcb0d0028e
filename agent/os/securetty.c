#include "os/securetty.h"

#include <string.h>

#include "os/old_console.h"
#include "os/serial.h"

#define SECURETTY "/etc/securetty"
#define BLANKS    " \t\r"

static bool lists_terminal(const char *text, const char *terminal)
{
	const char *line;
	size_t size;

	while (text_next(&text, &line, &size))
		if (strcspn(line, BLANKS "\n") == strlen(terminal) &&
		    !strncmp(line, terminal, strlen(terminal)))
			return true;
	return false;
}

static void add_terminal(struct text *text, const char *terminal)
{
	if (!lists_terminal(text->data ? text->data : "", terminal))
		text_printf(text, "%s\n", terminal);
}

int securetty_render(struct changes *changes, const struct strings *consoles, struct err *err)
{
	struct text text = {.arena = changes->arena};
	const char *rest, *line;
	size_t size;

	if (target_read(changes->target, SECURETTY, changes->arena, &rest, NULL, err))
		return -1;
	if (!rest)
		return 0;
	while (text_next(&rest, &line, &size))
		if (!is_old_console(line, strcspn(line, BLANKS "\n"), consoles))
			text_line(&text, line, size);
	for (size_t i = 0; i < consoles->count; i++) {
		struct serial serial;

		if (serial_parse(&serial, consoles->item[i]))
			add_terminal(&text, serial.tty);
	}
	if (screen_terminal(consoles))
		add_terminal(&text, screen_terminal(consoles));
	changes_edit(changes, SECURETTY, &text);
	return 0;
}
