/*
 * Any bytes as a dump, for one of the servers by the first of them. What is let through is let through again as it is: nothing
 * of it is for another server, and every line is where it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "database/dump_filter.h"

#define SIZE_MAX_ 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static const struct dump_filter servers[] = {
	{.of = &dump_mysql, .version = 50077, .mode = {.backslash = true}, .no_nul = true},
	{.of = &dump_mysql, .version = 80022, .mode = {.ansi = true}},
	{.of = &dump_mysql,
	 .version = 101106,
	 .mariadb = true,
	 .system = true,
	 .mode = {.backslash = true}},
	{.of = &dump_postgresql, .no_nul = true},
};

/* Its size, or -1 when it is refused; what is written then is a beginning of what was let through. */
static ssize_t filter(unsigned server, const char *text, size_t size, char *made,
		      struct dump_account *account)
{
	struct dump_filter filter = servers[server % 4];
	int in = memfd_create("in", 0), out = memfd_create("out", 0);
	ssize_t got;
	int ret;

	*account = (struct dump_account){0};
	filter.path = "dump";
	filter.database = "shop";
	filter.no_end_mark = true;
	filter.account = account;
	require(in >= 0 && out >= 0 && pwrite(in, text, size, 0) == (ssize_t)size);
	ret = dump_filter_run(&filter, in, out, NULL);
	got = pread(out, made, SIZE_MAX_, 0);
	require(got >= 0 && got <= (ssize_t)size);
	close(in);
	close(out);
	return ret ? -1 : got;
}

static size_t newlines(const char *text, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += text[i] == '\n';
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char first[SIZE_MAX_], second[SIZE_MAX_];
	struct dump_account account;
	ssize_t made;

	if (!size || size > SIZE_MAX_)
		return 0;
	made = filter(data[0], (const char *)data + 1, size - 1, first, &account);
	if (made < 0)
		return 0;
	require(newlines(first, (size_t)made) == newlines((const char *)data + 1, size - 1));
	require(filter(data[0], first, (size_t)made, second, &account) == made);
	require(!memcmp(first, second, (size_t)made) && !account.left_out);
	return 0;
}
