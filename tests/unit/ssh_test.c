/* Logins by ssh: the words for old and new programs, a real sshd on this machine, and what refusals are called. */
#include "ssh/ssh.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/free_port.h"
#include "tests/unit/scratch.h"

#define SSHD    "/usr/sbin/sshd"
#define WAITS   1200 /* of 50 ms */
#define LIMIT_S 60

struct scene {
	struct scratch scratch;
	struct arena arena;
	struct job_ssh login;
	struct ssh ssh;
	pid_t sshd;
};

static const char *in(struct scene *s, const char *name)
{
	return arena_printf(&s->arena, "%s/%s", s->scratch.path, name);
}

static const char *text_of(struct scene *s, const char *name)
{
	char *text = arena_alloc(&s->arena, 16384);
	FILE *file = fopen(in(s, name), "r");

	assert_non_null(file);
	text[fread(text, 1, 16383, file)] = '\0';
	fclose(file);
	return text;
}

static bool answers(int port)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons((uint16_t)port),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool up = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;

	close(fd);
	return up;
}

static void start_sshd(struct scene *s)
{
	/* Where Debian's init makes it at boot; without it sshd of root does not start. */
	mkdir("/run/sshd", 0755);
	s->sshd = fork();
	if (s->sshd == 0) {
		execl(SSHD, SSHD, "-D", "-f", in(s, "sshd_config"), "-E", in(s, "sshd.log"), "-p",
		      arena_printf(&s->arena, "%d", s->login.port), (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < WAITS && !answers(s->login.port); i++)
		usleep(50000);
	assert_true(answers(s->login.port));
}

/* Keys, and the login that fits them. */
static int make_scene(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	scratch_make(&s->scratch);
	scratch_run(
		&s->scratch,
		"ssh-keygen -q -t ed25519 -N '' -f host && ssh-keygen -q -t ed25519 -N '' -f user &&"
		"ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f other &&"
		"cp user.pub authorized_keys && id -un | tr -d '\\n' >name &&"
		"printf 'ListenAddress 127.0.0.1\\nHostKey %s/host\\nAuthorizedKeysFile "
		"%s/authorized_keys\\nStrictModes no\\nPidFile none\\n' \"$PWD\" \"$PWD\" >sshd_config");
	s->login = (struct job_ssh){
		.json_path = "/ssh",
		.host = "127.0.0.1",
		.port = free_port(),
		.user = text_of(s, "name"),
		.key = text_of(s, "user"),
		.host_key = text_of(s, "host.pub"),
	};
	((char *)s->login.host_key)[strcspn(s->login.host_key, "\n")] = '\0';
	*state = s;
	return 0;
}

static int drop_scene(void **state)
{
	struct scene *s = *state;

	ssh_close(&s->ssh);
	if (s->sshd > 0) {
		kill(s->sshd, SIGTERM);
		waitpid(s->sshd, NULL, 0);
	}
	scratch_remove(&s->scratch);
	arena_free(&s->arena);
	free(s);
	return 0;
}

static void open_login(struct scene *s)
{
	struct err err = ERR_INIT;

	ssh_close(&s->ssh);
	if (ssh_open(&s->ssh, &s->login, in(s, "run/ssh-x"), &s->arena, &err))
		fail_msg("[%s] %s: %s", err_name(err.code), err.where, err.msg);
}

static int ask(struct scene *s, struct err *err)
{
	static const char *const echo[] = {"echo", "$((6*7))", NULL};
	char out[64] = "";
	int ret = ssh_ask(&s->ssh, echo, LIMIT_S, out, sizeof(out), err);

	assert_string_equal(out, ret ? "" : "42\n");
	return ret;
}

static void must_ask(struct scene *s)
{
	struct err err = ERR_INIT;

	if (ask(s, &err))
		fail_msg("[%s] %s: %s\n%s", err_name(err.code), err.where, err.msg,
			 text_of(s, "sshd.log"));
}

static void must_fail(struct scene *s, enum err_code code)
{
	struct err err = ERR_INIT;

	open_login(s);
	assert_int_equal(ask(s, &err), -1);
	if (err.code != code)
		fail_msg("[%s] %s, not %s: %s", err_name(err.code), err.where, err_name(code),
			 err.msg);
	assert_non_null(strstr(err.where, "127.0.0.1 port"));
}

static void test_a_login(void **state)
{
	struct scene *s = *state;
	struct stat st;

	start_sshd(s);
	open_login(s);
	must_ask(s);
	assert_return_code(stat(in(s, "run/ssh-x/identity"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_return_code(stat(in(s, "run/ssh-x"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	ssh_close(&s->ssh);
	assert_int_not_equal(stat(in(s, "run/ssh-x"), &st), 0);
}

static void test_a_key_file(void **state)
{
	struct scene *s = *state;
	struct stat st;

	start_sshd(s);
	s->login.key = NULL;
	s->login.key_file = in(s, "user");
	open_login(s);
	must_ask(s);
	assert_int_not_equal(stat(in(s, "run/ssh-x/identity"), &st), 0);
	ssh_close(&s->ssh);
	assert_return_code(stat(in(s, "user"), &st), 0);
}

static void test_refusals(void **state)
{
	struct scene *s = *state;
	const char *const good = s->login.host_key;

	must_fail(s, ERR_SSH_CONNECT);
	start_sshd(s);
	s->login.host_key = text_of(s, "user.pub"); /* of the same type */
	must_fail(s, ERR_SSH_HOST_KEY);
	s->login.host_key = text_of(s, "other.pub"); /* of a type that this sshd has none of */
	must_fail(s, ERR_SSH_HOST_KEY);
	s->login.host_key = good;
	s->login.key = text_of(s, "other");
	must_fail(s, ERR_SSH_LOGIN);
	s->login.key = text_of(s, "user");
	open_login(s);
	must_ask(s);
}

/* Its ways to encrypt are those of OpenSSH 4.3, and it has a key of another type, too. */
static void test_a_server_of_2006(void **state)
{
	struct scene *s = *state;

	scratch_run(&s->scratch,
		    "ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f rsa && printf 'HostKey %s/rsa\n"
		    "HostKeyAlgorithms ssh-ed25519,ssh-rsa\n"
		    "KexAlgorithms diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1\n"
		    "Ciphers aes128-ctr\nMACs hmac-sha1\n' \"$PWD\" >>sshd_config");
	s->login.host_key = text_of(s, "rsa.pub");
	start_sshd(s);
	open_login(s);
	must_ask(s);
}

static void test_a_command_that_fails(void **state)
{
	static const char *const command[] = {"echo the reason >&2;", "exit 3", NULL};
	struct scene *s = *state;
	struct err err = ERR_INIT;

	start_sshd(s);
	open_login(s);
	assert_int_equal(ssh_ask(&s->ssh, command, LIMIT_S, NULL, 0, &err), -1);
	assert_int_equal(err.code, ERR_CHILD_FAILED);
	assert_non_null(strstr(err.msg, "exit status 3: the reason"));
}

static void refused(struct scene *s, const char *words)
{
	struct err err = ERR_INIT;
	struct stat st;

	assert_int_equal(ssh_open(&s->ssh, &s->login, in(s, "run/ssh-x"), &s->arena, &err), -1);
	assert_int_equal(err.code, ERR_SSH);
	if (!strstr(err.msg, words))
		fail_msg("%s", err.msg);
	assert_int_not_equal(stat(in(s, "run/ssh-x"), &st), 0);
}

static void test_nothing_to_open(void **state)
{
	struct scene *s = *state;
	char *path = strdup(getenv("PATH"));

	s->login.key = "";
	refused(s, "was removed");
	s->login.key = NULL;
	s->login.key_file = in(s, "missing");
	refused(s, "cannot read the private key");
	s->login.key = "x";
	setenv("PATH", s->scratch.path, 1);
	refused(s, "no program ssh");
	setenv("PATH", path, 1);
	free(path);
}

/* What a program of this version is called with. */
static void command_of(struct scene *s, const char *version)
{
	char *path = strdup(getenv("PATH"));

	scratch_run(
		&s->scratch,
		arena_printf(
			&s->arena,
			"mkdir -p bin && printf '#!/bin/sh\\necho %s >&2\\n' >bin/ssh && chmod 755 bin/ssh",
			version));
	setenv("PATH", arena_printf(&s->arena, ":%s/bin:%s", s->scratch.path, path), 1);
	open_login(s);
	setenv("PATH", path, 1);
	free(path);
}

static void test_versions(void **state)
{
	static const struct {
		const char *version;
		bool plus, sha2;
	} rows[] = {
		{"OpenSSH_4.3p2, OpenSSL 0.9.8e-fips-rhel5 01 Jul 2008", false, false},
		{"OpenSSH_6.7p1 Debian-5", false, false},
		{"OpenSSH_7.1p1", true, false},
		{"OpenSSH_7.2p2", true, true},
		{"OpenSSH_10.0p2 Debian-7", true, true},
		{"Dropbear v2022.83", false, false},
	};
	struct scene *s = *state;

	s->login.host_key = text_of(s, "other.pub");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		command_of(s, rows[i].version);
		assert_true(!strstr(s->ssh.command, "=+") == !rows[i].plus);
		assert_true(!strstr(s->ssh.command, "rsa-sha2") == !rows[i].sha2);
		assert_non_null(strstr(s->ssh.command, "StrictHostKeyChecking=yes"));
		assert_null(strstr(s->ssh.command, "\n"));
	}
}

static void test_words(void **state)
{
	static const char *const options[] = {"-N", NULL}, *const command[] = {"a", "b", NULL};
	struct scene *s = *state;
	const char *const *argv;
	size_t count;

	open_login(s);
	count = s->ssh.argv.count;
	argv = ssh_argv(&s->ssh, options, command, &s->arena);
	assert_string_equal(argv[count], "-N");
	assert_string_equal(argv[count + 1], s->ssh.destination);
	assert_string_equal(argv[count + 3], "b");
	assert_null(argv[count + 4]);
	argv = ssh_argv(&s->ssh, NULL, NULL, &s->arena);
	assert_null(argv[count + 1]);
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, make_scene, drop_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCENE(test_a_login),
		WITH_SCENE(test_a_key_file),
		WITH_SCENE(test_refusals),
		WITH_SCENE(test_a_server_of_2006),
		WITH_SCENE(test_a_command_that_fails),
		WITH_SCENE(test_nothing_to_open),
		WITH_SCENE(test_versions),
		WITH_SCENE(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
