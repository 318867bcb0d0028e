#include "http/budget.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

#include "util/limits.h"
#include "util/log.h"
#include "vm/names.h"

#define BUCKETS 1024

/* A VM that has sent events: there are as many rows as VMs. */
struct row {
	int64_t vm;
	int64_t left; /* bytes, at `at` */
	int64_t at;   /* seconds */
	size_t receiving;
	int64_t unweighed; /* bytes since budget_weigh() said yes */
	struct row *next;
};

/* What may be written: so much at once, and one more in so many seconds. */
struct allowance {
	unsigned at_once;
	int64_t seconds;
};

static const struct allowance of_refusals = {REFUSED_AT_ONCE, REFUSED_SECONDS};
static const struct allowance of_wrong_tokens = {WRONG_TOKENS_AT_ONCE, WRONG_TOKENS_SECONDS};
static const struct allowance of_all_wrong_tokens = {ALL_WRONG_TOKENS_AT_ONCE,
						     ALL_WRONG_TOKENS_SECONDS};

struct bucket {
	int64_t at; /* when there was room for `left` of them; 0: never used, all of it */
	unsigned left;
};

/* Of addresses, IPv6 by the /64. Those that have no row share one. */
struct by_address {
	struct {
		char peer[ADDRESS_TEXT];
		struct bucket bucket;
	} row[REFUSED_ADDRESSES_MAX];
	struct bucket others;
};

struct budgets {
	pthread_mutex_t lock; /* of all that follows */
	struct by_address refusals, wrong_tokens;
	struct bucket all_wrong_tokens;
	unsigned untold; /* wrong tokens since the last one that was written */
	struct row *bucket[BUCKETS];
	int64_t looked, told; /* at the disk; seconds */
	uint64_t free;
};

static int64_t now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec + 1;
}

int budgets_new(struct budgets **budgets, struct err *err)
{
	struct budgets *made = calloc(1, sizeof(*made));

	if (!made)
		return err_set(err, ERR_MEMORY, "serve", "no memory");
	pthread_mutex_init(&made->lock, NULL);
	*budgets = made;
	return 0;
}

void budgets_free(struct budgets *budgets)
{
	if (!budgets)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (budgets->bucket[i]) {
			struct row *row = budgets->bucket[i];

			budgets->bucket[i] = row->next;
			free(row);
		}
	pthread_mutex_destroy(&budgets->lock);
	free(budgets);
}

/* The VM's row, made at its first bytes; NULL without memory. Under the lock. */
static struct row *row_of(struct budgets *budgets, int64_t vm)
{
	struct row **bucket = &budgets->bucket[(uint64_t)vm % BUCKETS], *row;

	for (row = *bucket; row; row = row->next)
		if (row->vm == vm)
			return row;
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->vm = vm;
	row->left = VM_BYTES_AT_ONCE;
	row->unweighed = VM_WEIGHED_BYTES;
	row->at = now();
	row->next = *bucket;
	*bucket = row;
	return row;
}

static void refill(struct row *row)
{
	const int64_t at = now();
	const int64_t left = row->left + (at - row->at) * (VM_BYTES_PER_MINUTE / 60);

	row->left = left < VM_BYTES_AT_ONCE ? left : VM_BYTES_AT_ONCE;
	row->at = at;
}

static unsigned take(struct row *row, size_t size)
{
	refill(row);
	if (row->receiving + size > VM_BODIES_MAX)
		return RETRY_SECONDS;
	if (row->left < (int64_t)size)
		return (unsigned)(((int64_t)size - row->left) / (VM_BYTES_PER_MINUTE / 60) + 1);
	row->left -= (int64_t)size;
	row->receiving += size;
	row->unweighed += (int64_t)size;
	return 0;
}

unsigned budget_take(struct budgets *budgets, int64_t vm, size_t size)
{
	unsigned seconds = RETRY_SECONDS;
	struct row *row;

	pthread_mutex_lock(&budgets->lock);
	row = row_of(budgets, vm);
	if (row)
		seconds = take(row, size);
	pthread_mutex_unlock(&budgets->lock);
	return seconds;
}

void budget_give_back(struct budgets *budgets, int64_t vm, size_t size)
{
	struct row *row;

	pthread_mutex_lock(&budgets->lock);
	row = row_of(budgets, vm);
	if (row)
		row->receiving -= size < row->receiving ? size : row->receiving;
	pthread_mutex_unlock(&budgets->lock);
}

bool budget_weigh(struct budgets *budgets, int64_t vm)
{
	struct row *row;
	bool due;

	pthread_mutex_lock(&budgets->lock);
	row = row_of(budgets, vm);
	due = row && row->unweighed >= VM_WEIGHED_BYTES;
	if (due)
		row->unweighed = 0;
	pthread_mutex_unlock(&budgets->lock);
	return due;
}

static bool take_one(struct bucket *bucket, const struct allowance *allowance, int64_t at)
{
	const int64_t grown = bucket->at ? (at - bucket->at) / allowance->seconds : 0;

	if (!bucket->at || bucket->left + grown >= allowance->at_once)
		*bucket = (struct bucket){at, allowance->at_once};
	else
		*bucket = (struct bucket){bucket->at + grown * allowance->seconds,
					  bucket->left + (unsigned)grown};
	if (!bucket->left)
		return false;
	bucket->left--;
	return true;
}

/* The address's; a new one takes the row of an address which has been quiet, or there is none. */
static struct bucket *bucket_of(struct by_address *all, const char *peer,
				const struct allowance *allowance, int64_t at)
{
	const int64_t full = allowance->at_once * allowance->seconds;
	char prefix[ADDRESS_TEXT];
	size_t quiet = REFUSED_ADDRESSES_MAX;

	address_prefix(prefix, peer);
	for (size_t i = 0; i < REFUSED_ADDRESSES_MAX; i++) {
		if (!strcmp(all->row[i].peer, prefix))
			return &all->row[i].bucket;
		if (quiet == REFUSED_ADDRESSES_MAX &&
		    (!all->row[i].bucket.at || all->row[i].bucket.at < at - full))
			quiet = i;
	}
	if (quiet == REFUSED_ADDRESSES_MAX)
		return &all->others;
	snprintf(all->row[quiet].peer, sizeof(all->row[quiet].peer), "%s", prefix);
	all->row[quiet].bucket = (struct bucket){0};
	return &all->row[quiet].bucket;
}

bool budget_refusal(struct budgets *budgets, const char *peer)
{
	const int64_t at = now();
	bool fits;

	pthread_mutex_lock(&budgets->lock);
	fits = take_one(bucket_of(&budgets->refusals, peer, &of_refusals, at), &of_refusals, at);
	pthread_mutex_unlock(&budgets->lock);
	return fits;
}

bool budget_wrong_token(struct budgets *budgets, const char *peer, unsigned *untold)
{
	const int64_t at = now();
	bool fits;

	pthread_mutex_lock(&budgets->lock);
	fits = take_one(bucket_of(&budgets->wrong_tokens, peer, &of_wrong_tokens, at),
			&of_wrong_tokens, at) &&
	       take_one(&budgets->all_wrong_tokens, &of_all_wrong_tokens, at);
	*untold = budgets->untold;
	budgets->untold = fits ? 0 : budgets->untold + 1;
	pthread_mutex_unlock(&budgets->lock);
	return fits;
}

/* Under the lock. What can't be found out counts as enough: a write then says itself what is wrong. */
static void look_at_disk(struct budgets *budgets, int folder)
{
	struct statvfs fs;

	if (budgets->looked == now())
		return;
	budgets->looked = now();
	budgets->free =
		fstatvfs(folder, &fs) < 0 ? UINT64_MAX : (uint64_t)fs.f_bavail * fs.f_frsize;
}

/* Once a minute. Under the lock. */
static void tell_of_disk(struct budgets *budgets, uint64_t reserve)
{
	if (budgets->told && now() < budgets->told + DISK_TOLD_SECONDS)
		return;
	budgets->told = now();
	log_warning(
		"the disk has %llu MiB free, and %llu MiB are kept for operators: no events are taken; make room, or see `serve --reserve`",
		(unsigned long long)(budgets->free >> 20), (unsigned long long)(reserve >> 20));
}

bool budget_disk_low(struct budgets *budgets, int folder, uint64_t reserve)
{
	bool low;

	pthread_mutex_lock(&budgets->lock);
	look_at_disk(budgets, folder);
	low = budgets->free < reserve;
	if (low)
		tell_of_disk(budgets, reserve);
	pthread_mutex_unlock(&budgets->lock);
	return low;
}

uint64_t budget_disk_free(struct budgets *budgets, int folder)
{
	uint64_t bytes;

	pthread_mutex_lock(&budgets->lock);
	look_at_disk(budgets, folder);
	bytes = budgets->free;
	pthread_mutex_unlock(&budgets->lock);
	return bytes;
}
