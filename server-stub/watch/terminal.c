#include "watch/terminal.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* The other screen, no cursor, no wrapping of lines; and back. */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"

#define CTRL_D 4

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

bool terminal_can_draw(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && term[0] && strcmp(term, "dumb") != 0;
}

void terminal_size(unsigned *columns, unsigned *lines)
{
	const char *told = getenv("COLUMNS");
	struct winsize size = {0};

	*columns = 80;
	*lines = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row) {
		*columns = size.ws_col;
		*lines = size.ws_row;
	} else if (told && atoi(told) > 0) {
		*columns = (unsigned)atoi(told);
	}
}

/* What is on the way to the terminal goes first. Failing, nothing can be done about it. */
static void tell(const char *sequence)
{
	fputs(sequence, stdout);
	fflush(stdout);
}

static void enter(struct terminal *terminal)
{
	struct termios quiet = terminal->before;

	if (terminal->screen)
		tell(ENTER);
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
	if (terminal->keys)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
}

static void leave(struct terminal *terminal)
{
	if (terminal->screen)
		tell(LEAVE);
	if (terminal->keys)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->before);
}

/* They are read as they come, between two pictures: nothing is ever half drawn. */
static int take_signals(struct terminal *terminal, bool screen, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&set, ends[i]);
	if (screen) {
		sigaddset(&set, SIGWINCH);
		sigaddset(&set, SIGTSTP);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	terminal->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (terminal->signals < 0)
		return err_sys(err, ERR_IO, "signals", "can't be waited for");
	return 0;
}

int terminal_open(struct terminal *terminal, bool screen, struct err *err)
{
	memset(terminal, 0, sizeof(*terminal));
	terminal->signals = -1;
	if (take_signals(terminal, screen, err) < 0)
		return -1;
	terminal->screen = screen;
	terminal->keys = screen && tcgetattr(STDIN_FILENO, &terminal->before) == 0;
	enter(terminal);
	return 0;
}

void terminal_close(struct terminal *terminal)
{
	leave(terminal);
	if (terminal->signals >= 0)
		close(terminal->signals);
}

int terminal_draw(const struct sheet *sheet, struct err *err)
{
	fputs("\033[H", stdout);
	for (size_t i = 0; i < sheet->count; i++)
		printf("%s%s\033[K", i ? "\r\n" : "", sheet->line[i]);
	fputs("\033[J", stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		return err_sys(err, ERR_IO, "standard output", "can't write");
	return 0;
}

/* Ctrl-Z: the shell gets its screen, and we get ours back when we are continued. */
static void stop(struct terminal *terminal)
{
	leave(terminal);
	raise(SIGSTOP);
	enter(terminal);
}

/* Whether it is one that ends watch. */
static bool read_signal(struct terminal *terminal)
{
	struct signalfd_siginfo info;

	if (read(terminal->signals, &info, sizeof(info)) != sizeof(info))
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if ((int)info.ssi_signo == ends[i])
			return true;
	if (info.ssi_signo == SIGTSTP)
		stop(terminal);
	return false;
}

static bool read_key(struct terminal *terminal)
{
	char key;

	if (read(STDIN_FILENO, &key, 1) == 1)
		return key == 'q' || key == CTRL_D;
	terminal->deaf = true;
	return false;
}

bool terminal_wait(struct terminal *terminal, int milliseconds)
{
	struct pollfd fds[] = {
		{.fd = terminal->signals, .events = POLLIN},
		{.fd = terminal->keys && !terminal->deaf ? STDIN_FILENO : -1, .events = POLLIN},
	};

	if (poll(fds, 2, milliseconds) <= 0)
		return true;
	if (fds[0].revents && read_signal(terminal))
		return false;
	return !fds[1].revents || !read_key(terminal);
}
