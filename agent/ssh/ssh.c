#include "ssh/ssh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/io.h"
#include "base/limits.h"

#define WORDS_MAX    64 /* of argv: the options below are some 45 words */
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"
#define DESTINATION  "newroot-other-side" /* HostName says where it is */

/* The same on every OpenSSH since 4.3. */
static const char *const always[] = {
	"BatchMode=yes",          "StrictHostKeyChecking=yes",
	"CheckHostIP=no",         "GlobalKnownHostsFile=/dev/null",
	"IdentitiesOnly=yes",     "PreferredAuthentications=publickey",
	"ForwardAgent=no",        "ForwardX11=no",
	"ServerAliveInterval=15", "ServerAliveCountMax=4",
	"ConnectTimeout=20",      "EscapeChar=none",
};

#define SINCE_PLUS     700 /* 7.0: "+" adds to a list */
#define SINCE_RSA_SHA2 702

/* A server of 2006 has nothing newer; they come last, so newer servers are met with newer ones. */
static const char *const since_plus[] = {
	"KexAlgorithms=+diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1",
	"PubkeyAcceptedKeyTypes=+ssh-rsa",
};

static const char *in_path(const char *name, struct arena *arena)
{
	const char *path = getenv("PATH");
	const char *file;

	for (const char *part = path && *path ? path : DEFAULT_PATH; part;
	     part = strchr(part, ':')) {
		size_t size = strcspn(part += *part == ':', ":");

		file = arena_printf(arena, "%.*s/%s", (int)size, part, name);
		if (size && access(file, X_OK) == 0)
			return file;
	}
	return NULL;
}

static int tell_version(void *program, struct err *err)
{
	/* It tells its version on stderr. */
	if (dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		return err_sys(err, ERR_SSH, program, "cannot redirect %s", (const char *)program);
	execl(program, program, "-V", (char *)NULL);
	return err_sys(err, ERR_SSH, program, "cannot run %s", (const char *)program);
}

/* 403 for "OpenSSH_4.3p2"; 0 for anything else, which gets the fewest options. */
static unsigned version_of(const char *program)
{
	char answer[256] = "";
	unsigned major = 0, minor = 0;
	const struct child child = {
		.name = "ssh -V",
		.fn = tell_version,
		.arg = (void *)program,
		.stall_s = SSH_VERSION_S,
		.out = answer,
		.out_size = sizeof(answer),
	};

	if (child_run(&child, NULL, NULL) || sscanf(answer, "OpenSSH_%2u.%2u", &major, &minor) != 2)
		return 0;
	return major * 100 + minor;
}

static void add(struct strings *argv, const char *word)
{
	argv->item[argv->count++] = word;
}

static void add_option(struct strings *argv, const char *option)
{
	add(argv, "-o");
	add(argv, option);
}

/* Else a server with several keys would show another one. */
static const char *host_key_algorithms(const struct job_ssh *login, unsigned version,
				       struct arena *arena)
{
	int size = (int)strcspn(login->host_key, " ");

	if (version >= SINCE_RSA_SHA2 && !strncmp(login->host_key, "ssh-rsa ", (size_t)size + 1))
		return "HostKeyAlgorithms=rsa-sha2-512,rsa-sha2-256,ssh-rsa";
	return arena_printf(arena, "HostKeyAlgorithms=%.*s", size, login->host_key);
}

static const char *joined(const struct strings *argv, struct arena *arena)
{
	const char *text = argv->item[0];

	for (size_t i = 1; i < argv->count; i++)
		text = arena_printf(arena, "%s %s", text, argv->item[i]);
	return text;
}

/* With an alias the file has one form of the name: releases differ on ports and addresses in it. */
static void make_argv(struct ssh *ssh, const struct job_ssh *login, const char *program,
		      struct arena *arena)
{
	struct strings argv = {.item = arena_array(arena, WORDS_MAX, sizeof(*argv.item))};
	const unsigned version = version_of(program);
	const char *identity =
		login->key ? arena_printf(arena, "%s/identity", ssh->folder) : login->key_file;

	add(&argv, program);
	add(&argv, "-F");
	add(&argv, "/dev/null");
	add(&argv, "-T");
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		add_option(&argv, always[i]);
	for (size_t i = 0; version >= SINCE_PLUS && i < sizeof(since_plus) / sizeof(*since_plus);
	     i++)
		add_option(&argv, since_plus[i]);
	add_option(&argv, host_key_algorithms(login, version, arena));
	add_option(&argv, arena_printf(arena, "UserKnownHostsFile=%s/known_hosts", ssh->folder));
	add_option(&argv, arena_printf(arena, "HostKeyAlias=%s", DESTINATION));
	add_option(&argv, arena_printf(arena, "HostName=%s", login->host));
	add_option(&argv, arena_printf(arena, "Port=%d", login->port));
	add_option(&argv, arena_printf(arena, "User=%s", login->user));
	add_option(&argv, arena_printf(arena, "IdentityFile=%s", identity));
	ssh->argv = argv;
	ssh->command = joined(&argv, arena);
}

static int make_folder(const char *folder, struct arena *arena, struct err *err)
{
	char *path = arena_strdup(arena, folder);

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return err_sys(err, ERR_SSH, path, "cannot make the folder %s", path);
		*slash = '/';
	}
	if ((mkdir(path, 0700) && errno != EEXIST) || chmod(path, 0700))
		return err_sys(err, ERR_SSH, path, "cannot make the folder %s", path);
	return 0;
}

static int write_file(const char *path, const char *text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(err, ERR_SSH, path, "cannot make %s", path);
	if (fchmod(fd, 0600) || write_all(fd, text, strlen(text))) {
		err_sys(err, ERR_SSH, path, "cannot write %s", path);
		close(fd);
		return -1;
	}
	return close(fd) ? err_sys(err, ERR_SSH, path, "cannot close %s", path) : 0;
}

static int write_files(const struct ssh *ssh, const struct job_ssh *login, struct arena *arena,
		       struct err *err)
{
	const char *known = arena_printf(arena, "%s/known_hosts", ssh->folder);
	const char *identity = arena_printf(arena, "%s/identity", ssh->folder);

	if (write_file(known, arena_printf(arena, DESTINATION " %s\n", login->host_key), err))
		return -1;
	/* Without a newline at its end OpenSSH takes the key for a damaged one. */
	return login->key ? write_file(identity, arena_printf(arena, "%s\n", login->key), err) : 0;
}

static int check_key(const struct job_ssh *login, struct err *err)
{
	if (login->key && !*login->key)
		return err_set(err, ERR_SSH, login->json_path,
			       "the private key of %s was removed here", login->host);
	if (!login->key && access(login->key_file, R_OK))
		return err_sys(err, ERR_SSH, login->key_file, "cannot read the private key %s",
			       login->key_file);
	return 0;
}

int ssh_open(struct ssh *ssh, const struct job_ssh *login, const char *folder, struct arena *arena,
	     struct err *err)
{
	const char *program = in_path("ssh", arena);

	*ssh = (struct ssh){
		.where =
			arena_printf(arena, "%s@%s port %d", login->user, login->host, login->port),
		.destination = DESTINATION,
		.folder = arena_strdup(arena, folder),
	};
	if (!program)
		err_set(err, ERR_SSH, "ssh",
			"there is no program ssh in this system, by which to reach %s", ssh->where);
	else if (check_key(login, err) == 0 && make_folder(folder, arena, err) == 0 &&
		 write_files(ssh, login, arena, err) == 0) {
		make_argv(ssh, login, program, arena);
		return 0;
	}
	ssh_close(ssh);
	return -1;
}

void ssh_forget(const char *folder)
{
	static const char *const names[] = {"identity", "known_hosts"};
	char path[512];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

void ssh_close(struct ssh *ssh)
{
	if (!ssh || !ssh->folder)
		return;
	ssh_forget(ssh->folder);
	ssh->folder = NULL;
}

static size_t length(const char *const *list)
{
	size_t count = 0;

	while (list && list[count])
		count++;
	return count;
}

static void add_all(struct strings *argv, const char *const *words)
{
	for (size_t i = 0; words && words[i]; i++)
		add(argv, words[i]);
}

const char *const *ssh_argv(const struct ssh *ssh, const char *const *options,
			    const char *const *command, struct arena *arena)
{
	size_t most = ssh->argv.count + length(options) + length(command) + 2;
	struct strings argv = {.item = arena_array(arena, most, sizeof(*argv.item))};

	for (size_t i = 0; i < ssh->argv.count; i++)
		add(&argv, ssh->argv.item[i]);
	add_all(&argv, options);
	add(&argv, ssh->destination);
	add_all(&argv, command);
	return argv.item;
}

int ssh_ask(const struct ssh *ssh, const char *const *command, unsigned limit_s, char *out,
	    size_t size, struct err *err)
{
	struct arena arena = {0};
	const char *const *lines;
	const struct child child = {
		.name = arena_printf(&arena, "ssh %s", ssh->where),
		.argv = ssh_argv(ssh, NULL, command, &arena),
		.stall_s = limit_s,
		.out = out,
		.out_size = size,
	};
	int ret = child_run(&child, NULL, err);

	if (ret) {
		const size_t count = child_last_words(&lines);

		ssh_explain(ssh, lines, count, err);
	}
	arena_free(&arena);
	return ret;
}

/* The first row that fits any line is what happened; later words are its consequences. */
static const struct {
	const char *words;
	enum err_code code;
	const char *meaning;
} known[] = {
	{"HOST IDENTIFICATION HAS CHANGED", ERR_SSH_HOST_KEY, "it shows another key than host_key"},
	{"Host key verification failed", ERR_SSH_HOST_KEY, "it shows another key than host_key"},
	{"no matching host key", ERR_SSH_HOST_KEY, "it has no key of host_key's type"},
	{"ost key algorithms", ERR_SSH_HOST_KEY,
	 "this system's ssh does not know keys of host_key's type"},
	{"no hostkey alg", ERR_SSH_HOST_KEY, "it has no key of host_key's type"},
	{"UNPROTECTED PRIVATE KEY", ERR_SSH_LOGIN, "others may read the key's file"},
	{"invalid format", ERR_SSH_LOGIN, "this system's ssh cannot read the key"},
	{"error in libcrypto", ERR_SSH_LOGIN, "this system's ssh cannot read the key"},
	{"Permission denied (publickey", ERR_SSH_LOGIN, "it does not take the key"},
	{"Permission denied (gssapi", ERR_SSH_LOGIN, "it does not take the key"},
	{"Permission denied (password", ERR_SSH_LOGIN, "it does not take the key"},
	{"Permission denied (keyboard", ERR_SSH_LOGIN, "it does not take the key"},
	{"Too many authentication failures", ERR_SSH_LOGIN, "it does not take the key"},
	{"Connection refused", ERR_SSH_CONNECT, "nothing listens there"},
	{"No route to host", ERR_SSH_CONNECT, "it cannot be reached"},
	{"Network is unreachable", ERR_SSH_CONNECT, "it cannot be reached"},
	{"timed out", ERR_SSH_CONNECT, "it does not answer"},
	{"not responding", ERR_SSH_CONNECT, "it does not answer any more"},
	{"Could not resolve hostname", ERR_SSH_CONNECT, "its name has no address"},
	{"Name or service not known", ERR_SSH_CONNECT, "its name has no address"},
	{"exchange_identification", ERR_SSH_CONNECT, "it hangs up, or is no ssh server"},
	{"onnection closed by", ERR_SSH_CONNECT, "it hung up"},
	{"closed by remote host", ERR_SSH_CONNECT, "it hung up"},
	{"onnection reset by", ERR_SSH_CONNECT, "the connection was cut"},
	{"Unable to negotiate", ERR_SSH_CONNECT, "the two have no way to encrypt in common"},
};

bool ssh_explain(const struct ssh *ssh, const char *const *lines, size_t count, struct err *err)
{
	for (size_t row = 0; row < sizeof(known) / sizeof(*known); row++)
		for (size_t i = 0; i < count; i++)
			if (strstr(lines[i], known[row].words)) {
				err_set(err, known[row].code, ssh->where, "ssh to %s: %s: %s",
					ssh->where, known[row].meaning, lines[i]);
				return true;
			}
	return false;
}
