#include "os/grub_cfg.h"

#include <string.h>

#include "os/dialect.h"
#include "os/serial.h"

/* What GRUB's script language leaves alone (grub manual, "Quoting"). */
#define PLAIN                                                                                      \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"                           \
	"-_./,:=@%+"

static void add_word(struct text *text, const char *word, size_t size)
{
	bool plain = true;

	for (size_t i = 0; i < size; i++)
		plain &= word[i] && strchr(PLAIN, word[i]);
	text_add(text, plain ? " " : " '", plain ? 1 : 2);
	for (size_t i = 0; i < size; i++) {
		if (word[i] == '\'')
			text_add(text, "'\\''", 4);
		else
			text_add(text, word + i, 1);
	}
	if (!plain)
		text_add(text, "'", 1);
}

static void add_words(struct text *text, const char *words)
{
	while (*(words += strspn(words, " \t"))) {
		size_t size = strcspn(words, " \t");

		add_word(text, words, size);
		words += size;
	}
}

/* GRUB runs from the /boot filesystem, which is its root. */
static const char *on_boot(const char *path)
{
	return strncmp(path, "/boot/", 6) ? path : path + 5;
}

static void render_linux(struct text *text, const struct grub_cfg *cfg, const char *options)
{
	text_printf(text, "\tlinux %s root=%s", on_boot(cfg->kernel), cfg->root);
	add_words(text, options);
	for (size_t i = 0; i < cfg->consoles->count; i++)
		text_printf(text, " console=%s", cfg->consoles->item[i]);
	add_words(text, cfg->command_line);
	text_printf(text, "\n\tinitrd %s\n}\n", on_boot(cfg->initrd));
}

/* A machine without the port keeps its screen: `serial` fails then, and the block is skipped. */
static void render_terminals(struct text *text, const struct strings *consoles)
{
	struct serial serial;

	for (size_t i = 0; i < consoles->count; i++)
		if (serial_parse(&serial, consoles->item[i])) {
			text_printf(text,
				    "if serial --unit=%u --speed=%u; then\n"
				    "\tterminal_input console serial\n"
				    "\tterminal_output console serial\n"
				    "fi\n",
				    serial.unit, serial.speed);
			return; /* GRUB drives one serial line */
		}
}

void grub_cfg_render(struct changes *changes, const struct grub_cfg *cfg)
{
	struct text text = {.arena = changes->arena};

	text_printf(&text, WRITTEN_BY "set default=0\nset timeout=%u\n", cfg->timeout_s);
	render_terminals(&text, cfg->consoles);
	text_printf(&text, "\nmenuentry 'Linux %s' {\n", cfg->kernel_release);
	render_linux(&text, cfg, cfg->root_options);
	text_printf(&text, "\nmenuentry 'Linux %s, rescue: a shell instead of init' {\n",
		    cfg->kernel_release);
	render_linux(&text, cfg, "rw init=/bin/sh");
	changes_file(changes, GRUB_CFG, &text)->keep_old = true;
}
