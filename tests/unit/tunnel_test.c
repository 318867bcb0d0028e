/* The tunnel's keeper with an ssh that is none: how often it is tried again. With a real one it is in tests/database. */
#include "ssh/tunnel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "installed/watch.h"
#include "tests/unit/free_port.h"
#include "tests/unit/scratch.h"

#define WAITS 1200 /* of 50 ms */

/* Shared with the keeper, a forked child: seconds that it has waited. */
static atomic_uint *waited;

unsigned sleep(unsigned seconds)
{
	atomic_fetch_add(waited, seconds);
	return 0;
}

void watch_note(const char *fmt, ...)
{
	(void)fmt;
}

static const struct timespec moment = {.tv_nsec = 50000000};

/* It is up for a moment, and leaves a line for each time. */
#define SSH                                                                                        \
	"cat >ssh <<'EOF'\n"                                                                       \
	"#!/usr/bin/python3\n"                                                                     \
	"import os, socket, sys, time\n"                                                           \
	"if '-V' in sys.argv:\n"                                                                   \
	"    sys.exit('OpenSSH_9.2p1')\n"                                                          \
	"with open(os.path.dirname(sys.argv[0]) + '/starts', 'a') as starts:\n"                    \
	"    starts.write('.')\n"                                                                  \
	"port = int(sys.argv[sys.argv.index('-L') + 1].split(':')[1])\n"                           \
	"server = socket.socket()\n"                                                               \
	"server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"                           \
	"server.bind(('127.0.0.1', port))\n"                                                       \
	"server.listen()\n"                                                                        \
	"time.sleep(1)\n"                                                                          \
	"EOF\n"                                                                                    \
	"chmod +x ssh; : >starts; echo key >key\n"

static size_t starts(const struct scratch *scratch)
{
	char text[64];
	int fd = scratch_open(scratch, "starts", O_RDONLY);
	ssize_t size = read(fd, text, sizeof(text));

	close(fd);
	return size > 0 ? (size_t)size : 0;
}

/* Two words to the service each second, for weeks, would be a flood. */
static void test_one_that_comes_and_goes(void **state)
{
	struct scratch scratch;
	char key[PATH_MAX + 8], folder[PATH_MAX + 8];
	const struct job_ssh login = {.host = "10.80.0.5",
				      .port = 22,
				      .user = "root",
				      .key_file = key,
				      .host_key = "ssh-ed25519 AAAA"};
	struct tunnel_way way = {.ssh = &login,
				 .address = "127.0.0.1",
				 .port = 3306,
				 .local_port = free_port(),
				 .folder = folder};
	struct err err = ERR_INIT;
	size_t began = 0;

	(void)state;
	scratch_make(&scratch);
	scratch_run(&scratch, SSH);
	snprintf(key, sizeof(key), "%s/key", scratch.path);
	snprintf(folder, sizeof(folder), "%s/run", scratch.path);
	assert_int_equal(setenv("PATH", scratch.path, 1), 0);
	assert_int_equal(tunnel_open(&way, &err), 0);
	for (int i = 0; i < WAITS && (began = starts(&scratch)) < 5; i++) {
		tunnel_look();
		nanosleep(&moment, NULL);
	}
	tunnel_close();
	assert_true(began >= 5);
	assert_true(atomic_load(waited) >= 1 + 2 + 4 + 8);
	assert_int_equal(setenv("PATH", "/usr/bin:/bin", 1), 0);
	scratch_remove(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_that_comes_and_goes),
	};

	waited = mmap(NULL, sizeof(*waited), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return waited == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
