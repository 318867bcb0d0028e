/*
 * Runs a command as on an old kernel: old_kernel VERSION [--program FILE]… [--record FILE] COMMAND [ARGUMENT]…
 *
 * While a process runs one of the programs (without any: whatever it runs), the kernel has no system call that VERSION did not have (ENOSYS), and takes no flag
 * or command that it did not know (EINVAL, or as that version would). Programs that these start (mysql, ssh, iptables) are of today, and have all of today's kernel.
 * VERSION `record` refuses nothing. With --record each new call, flag or command is added to FILE, a line each: its name and where it is from.
 *
 * A filter of seccomp(2) stops calls that may be refused, and a tracer decides; all others run at full speed. COMMAND keeps this process, so whoever
 * started it sees its end and its signals; the tracer is a process beside it, which ends after the last of its descendants. When it is killed, they are, too.
 *
 * Sources: syscalls(2) of man-pages 6.03 for the first kernel of each call, and the pages of the calls for flags and commands; pselect6 and ppoll: x86-64's
 * table has them as sys_ni_syscall until 2.6.19 ("x86_64: Add ppoll/pselect syscalls", 2006-08).
 */
#include <asm/unistd.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/fiemap.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define V(a, b, c) ((a)*1000000 + (b)*1000 + (c))

/* --- what came when */

struct call {
	unsigned number;
	const char *name;
	unsigned since;
};

/* All from 270 on, by number; below that all were there. Calls behind the last are newer than any VERSION. */
static const struct call calls[] = {
#include "old_calls.inc"
};
#define CALLS    (sizeof(calls) / sizeof(*calls))
#define FIRST    270
#define UNLISTED V(5, 0, 0)

/* What an old kernel makes of an argument that it does not know. */
enum answer { REFUSE, IGNORE_BITS };

struct argument {
	unsigned number; /* of the call */
	unsigned index;  /* of the argument */
	uint64_t mask;   /* REFUSE with `value` 0, IGNORE_BITS: any of these bits is meant */
	uint64_t value;  /* else: the argument, masked, is this */
	const char *name;
	unsigned since;
	enum answer answer;
	int error;
};

#define BITS(call, index, bits, what, since, error)                                                \
	{                                                                                          \
		__NR_##call, index, bits, 0, #call " " what, since, REFUSE, error                  \
	}
#define DROP(call, index, bits, what, since)                                                       \
	{                                                                                          \
		__NR_##call, index, bits, 0, #call " " what, since, IGNORE_BITS, 0                 \
	}
#define IS_CALLED(call, index, number, what, since, error)                                         \
	{                                                                                          \
		__NR_##call, index, 0xffffffff, number, #call " " what, since, REFUSE, error       \
	}
#define IS(call, index, number, since, error) IS_CALLED(call, index, number, #number, since, error)

#define NAMESPACES 0x7e000000 /* but those of mounts */

static const struct argument arguments[] = {
	/* open(2) has never refused a flag that it did not know. */
	DROP(open, 1, O_CLOEXEC, "O_CLOEXEC", V(2, 6, 23)),
	DROP(openat, 2, O_CLOEXEC, "O_CLOEXEC", V(2, 6, 23)),
	DROP(open, 1, O_PATH, "O_PATH", V(2, 6, 39)),
	DROP(openat, 2, O_PATH, "O_PATH", V(2, 6, 39)),
	DROP(open, 1, O_TMPFILE & ~O_DIRECTORY, "O_TMPFILE", V(3, 11, 0)),
	DROP(openat, 2, O_TMPFILE & ~O_DIRECTORY, "O_TMPFILE", V(3, 11, 0)),
	BITS(socket, 1, O_CLOEXEC | O_NONBLOCK, "SOCK_CLOEXEC", V(2, 6, 27), EINVAL),
	BITS(socketpair, 1, O_CLOEXEC | O_NONBLOCK, "SOCK_CLOEXEC", V(2, 6, 27), EINVAL),
	DROP(recvmsg, 2, 0x40000000, "MSG_CMSG_CLOEXEC", V(2, 6, 23)),
	IS(fcntl, 1, F_DUPFD_CLOEXEC, V(2, 6, 24), EINVAL),
	IS(fcntl, 1, F_SETPIPE_SZ, V(2, 6, 35), EINVAL),
	IS(fcntl, 1, F_GETPIPE_SZ, V(2, 6, 35), EINVAL),
	IS(fcntl, 1, F_SETOWN_EX, V(2, 6, 32), EINVAL),
	IS(fcntl, 1, F_GETOWN_EX, V(2, 6, 32), EINVAL),
	IS(fcntl, 1, F_OFD_GETLK, V(3, 15, 0), EINVAL),
	IS(fcntl, 1, F_OFD_SETLK, V(3, 15, 0), EINVAL),
	IS(fcntl, 1, F_OFD_SETLKW, V(3, 15, 0), EINVAL),
	IS(fcntl, 1, F_ADD_SEALS, V(3, 17, 0), EINVAL),
	IS(fcntl, 1, F_GET_SEALS, V(3, 17, 0), EINVAL),
	IS(lseek, 2, SEEK_DATA, V(3, 1, 0), EINVAL),
	IS(lseek, 2, SEEK_HOLE, V(3, 1, 0), EINVAL),
	BITS(newfstatat, 3, AT_EMPTY_PATH, "AT_EMPTY_PATH", V(2, 6, 39), EINVAL),
	BITS(newfstatat, 3, AT_NO_AUTOMOUNT, "AT_NO_AUTOMOUNT", V(2, 6, 38), EINVAL),
	BITS(fchownat, 4, AT_EMPTY_PATH, "AT_EMPTY_PATH", V(2, 6, 39), EINVAL),
	BITS(linkat, 4, AT_EMPTY_PATH, "AT_EMPTY_PATH", V(2, 6, 39), EINVAL),
	BITS(unshare, 0, NAMESPACES, "namespaces", V(2, 6, 19), EINVAL),
	BITS(clone, 0, NAMESPACES, "namespaces", V(2, 6, 19), EINVAL),
	BITS(umount2, 1, 8, "UMOUNT_NOFOLLOW", V(2, 6, 34), EINVAL),
	BITS(futex, 1, 128, "FUTEX_PRIVATE_FLAG", V(2, 6, 22), ENOSYS),
	IS(prctl, 0, PR_GET_SECCOMP, V(2, 6, 23), EINVAL),
	IS(prctl, 0, PR_SET_SECCOMP, V(2, 6, 23), EINVAL),
	IS(prctl, 0, PR_CAPBSET_READ, V(2, 6, 25), EINVAL),
	IS(prctl, 0, PR_CAPBSET_DROP, V(2, 6, 25), EINVAL),
	IS(prctl, 0, PR_SET_CHILD_SUBREAPER, V(3, 4, 0), EINVAL),
	IS(prctl, 0, PR_SET_NO_NEW_PRIVS, V(3, 5, 0), EINVAL),
	IS(prctl, 0, PR_CAP_AMBIENT, V(4, 3, 0), EINVAL),
	IS(ioctl, 1, FICLONE, V(4, 5, 0), ENOTTY),
	IS(ioctl, 1, FS_IOC_FIEMAP, V(2, 6, 28), ENOTTY),
	IS(ioctl, 1, FITRIM, V(2, 6, 37), ENOTTY),
	IS(ioctl, 1, BLKDISCARD, V(2, 6, 28), ENOTTY),
	IS(ioctl, 1, BLKZEROOUT, V(3, 7, 0), ENOTTY),
	IS_CALLED(ioctl, 1, _IOW('f', 16, uint64_t), "EXT4_IOC_RESIZE_FS", V(3, 3, 0), ENOTTY),
	/* Whatever the level: nothing here uses what these numbers are elsewhere. */
	IS_CALLED(setsockopt, 2, 15, "SO_REUSEPORT", V(3, 9, 0), ENOPROTOOPT),
	IS_CALLED(setsockopt, 2, 18, "TCP_USER_TIMEOUT", V(2, 6, 37), ENOPROTOOPT),
};
#define ARGUMENTS (sizeof(arguments) / sizeof(*arguments))

/* --- the command line */

#define PROGRAMS_MAX 16

static unsigned version;
static struct stat programs[PROGRAMS_MAX];
static size_t program_count;
static int record = -1;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "old_kernel: %s: %s\n", what, strerror(errno));
	_exit(125);
}

static unsigned parse_version(const char *text)
{
	unsigned a = 0, b = 0, c = 0;

	if (!strcmp(text, "record"))
		return UNLISTED + 1;
	if (sscanf(text, "%u.%u.%u", &a, &b, &c) < 2) {
		errno = EINVAL;
		die(text);
	}
	return V(a, b, c);
}

static void add_program(const char *path)
{
	if (program_count == PROGRAMS_MAX || stat(path, &programs[program_count++]))
		die(path);
}

/* --- the filter: what may be refused stops */

static int install_filter(void)
{
	enum { ENDS = 2, ROOM = 4 + FIRST + ENDS };
	static struct sock_filter code[ROOM];
	bool looked_at[FIRST] = {false};
	struct sock_fprog program = {.filter = code};
	unsigned short n = 0;

	for (size_t i = 0; i < ARGUMENTS; i++)
		if (arguments[i].number < FIRST)
			looked_at[arguments[i].number] = true;
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST, 0, 1);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	for (unsigned i = 0; i < FIRST; i++) {
		if (!looked_at[i])
			continue;
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, i, 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* --- the tracer */

enum { UNKNOWN, OLD, OF_TODAY };
#define PIDS (1 << 22) /* the most that the kernel gives out */
static unsigned char kinds[PIDS];

static unsigned char kind_of(pid_t pid)
{
	char path[64];
	struct stat st;

	if (!program_count)
		return OLD;
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	if (stat(path, &st))
		return OF_TODAY; /* it is ending */
	for (size_t i = 0; i < program_count; i++)
		if (st.st_dev == programs[i].st_dev && st.st_ino == programs[i].st_ino)
			return OLD;
	return OF_TODAY;
}

static bool is_old(pid_t pid)
{
	if (pid <= 0 || pid >= PIDS)
		return false;
	if (kinds[pid] == UNKNOWN)
		kinds[pid] = kind_of(pid);
	return kinds[pid] == OLD;
}

static void forget(pid_t pid)
{
	if (pid > 0 && pid < PIDS)
		kinds[pid] = UNKNOWN;
}

static void note(const char *name, unsigned since, bool *noted)
{
	if (record < 0 || *noted)
		return;
	*noted = true;
	dprintf(record, "%s\t%u.%u.%u\n", name, since / 1000000, since / 1000 % 1000, since % 1000);
}

static unsigned long long *argument_of(struct user_regs_struct *regs, unsigned index)
{
	unsigned long long *const places[] = {&regs->rdi, &regs->rsi, &regs->rdx,
					      &regs->r10, &regs->r8,  &regs->r9};

	return places[index];
}

static void refuse(struct user_regs_struct *regs, int error)
{
	regs->orig_rax = (unsigned long long)-1;
	regs->rax = (unsigned long long)-error;
}

static bool is_meant(const struct argument *a, unsigned long long value)
{
	return a->value ? (value & a->mask) == a->value : (value & a->mask) != 0;
}

/* True: the registers are others now. */
static bool look_at_arguments(struct user_regs_struct *regs)
{
	static bool noted[ARGUMENTS];
	bool changed = false;

	for (size_t i = 0; i < ARGUMENTS; i++) {
		const struct argument *a = &arguments[i];
		unsigned long long *value;

		if (a->number != regs->orig_rax)
			continue;
		value = argument_of(regs, a->index);
		if (!is_meant(a, *value))
			continue;
		note(a->name, a->since, &noted[i]);
		if (a->since <= version)
			continue;
		changed = true;
		if (a->answer == REFUSE) {
			refuse(regs, a->error);
			break;
		}
		*value &= ~a->mask;
	}
	return changed;
}

static bool look_at_call(struct user_regs_struct *regs)
{
	static bool noted[CALLS], noted_others[1024];
	const unsigned long long number = regs->orig_rax;

	if (number < FIRST)
		return false;
	for (size_t i = 0; i < CALLS; i++)
		if (calls[i].number == number) {
			if (calls[i].since > V(2, 6, 18))
				note(calls[i].name, calls[i].since, &noted[i]);
			if (calls[i].since <= version)
				return false;
			refuse(regs, ENOSYS);
			return true;
		}
	if (number < 1024) {
		char name[32];

		snprintf(name, sizeof(name), "call %llu", number);
		note(name, UNLISTED, &noted_others[number]);
	}
	if (version > UNLISTED)
		return false;
	refuse(regs, ENOSYS);
	return true;
}

static void decide(pid_t pid)
{
	struct user_regs_struct regs;

	if (!is_old(pid) || ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		return;
	if (look_at_call(&regs) || look_at_arguments(&regs))
		ptrace(PTRACE_SETREGS, pid, NULL, &regs);
}

static void go_on(pid_t pid, int status)
{
	const int event = status >> 16, stopped_by = WSTOPSIG(status);
	long signal = 0;

	if (event == PTRACE_EVENT_SECCOMP)
		decide(pid);
	else if (event == PTRACE_EVENT_EXEC)
		forget(pid);
	else if (event == PTRACE_EVENT_STOP && stopped_by != SIGTRAP) {
		/* Stopped as by a terminal: it stays so until somebody continues it. */
		ptrace(PTRACE_LISTEN, pid, NULL, NULL);
		return;
	} else if (event == PTRACE_EVENT_STOP)
		forget(pid); /* a new one, or one that is continued */
	else if (event == 0)
		signal = stopped_by;
	ptrace(PTRACE_CONT, pid, NULL, signal);
}

static int trace(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid <= 0)
			continue;
		if (WIFSTOPPED(status))
			go_on(pid, status);
		else
			forget(pid);
	}
	return errno == ECHILD ? 0 : 1;
}

/* Nothing of whoever waits for the end of COMMAND's output stays open here. */
static void leave(void)
{
	const int null = open("/dev/null", O_RDWR);

	setsid();
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	for (int fd = 3; fd < 1024; fd++)
		if (fd != record)
			close(fd);
}

static _Noreturn void be_tracer(pid_t traced, int ready)
{
	const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;

	if (ptrace(PTRACE_SEIZE, traced, NULL, options))
		die("ptrace");
	if (write(ready, "", 1) != 1)
		_exit(125);
	leave();
	_exit(trace());
}

/* A grandchild: COMMAND has no child that it does not know. */
static void start_tracer(void)
{
	const pid_t traced = getpid();
	int ready[2], status;
	char byte;
	pid_t pid;

	if (pipe(ready))
		die("pipe");
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			be_tracer(traced, ready[1]);
		_exit(pid < 0);
	}
	close(ready[1]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status || read(ready[0], &byte, 1) != 1)
		die("no tracer");
	close(ready[0]);
}

int main(int argc, char **argv)
{
	int i = 2;

	if (argc < 3)
		return 125;
	version = parse_version(argv[1]);
	for (; i + 1 < argc && !strncmp(argv[i], "--", 2); i += 2) {
		if (!strcmp(argv[i], "--program"))
			add_program(argv[i + 1]);
		else if (!strcmp(argv[i], "--record"))
			record = open(argv[i + 1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	}
	if (i >= argc)
		return 125;
	start_tracer();
	if (install_filter())
		die("seccomp");
	execvp(argv[i], argv + i);
	die(argv[i]);
}
