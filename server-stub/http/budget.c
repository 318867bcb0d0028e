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

/* An address, IPv6 by its /64, whose refusals are written. */
struct refused {
	char peer[ADDRESS_TEXT];
	int64_t at; /* when there was room for `left` of them */
	unsigned left;
};

struct budgets {
	pthread_mutex_t lock; /* of all that follows */
	struct refused refused[REFUSED_ADDRESSES_MAX];
	struct refused others; /* addresses that have no row share this */
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

/* The address's row; a new one takes that of an address which has been quiet, or there is none. Under the lock. */
static struct refused *refused_row(struct budgets *budgets, const char *peer, int64_t at)
{
	struct refused *quiet = NULL;

	for (size_t i = 0; i < REFUSED_ADDRESSES_MAX; i++) {
		struct refused *row = &budgets->refused[i];

		if (!strcmp(row->peer, peer))
			return row;
		if (!quiet && row->at < at - REFUSED_AT_ONCE * REFUSED_SECONDS)
			quiet = row;
	}
	if (!quiet)
		return &budgets->others;
	*quiet = (struct refused){.at = at, .left = REFUSED_AT_ONCE};
	snprintf(quiet->peer, sizeof(quiet->peer), "%s", peer);
	return quiet;
}

bool budget_refusal(struct budgets *budgets, const char *peer)
{
	const int64_t at = now();
	char prefix[ADDRESS_TEXT];
	struct refused *row;
	int64_t grown;
	bool fits;

	address_prefix(prefix, peer);
	pthread_mutex_lock(&budgets->lock);
	row = refused_row(budgets, prefix, at);
	grown = (at - row->at) / REFUSED_SECONDS;
	if (grown) {
		row->left = row->left + grown < REFUSED_AT_ONCE ? row->left + (unsigned)grown
								: REFUSED_AT_ONCE;
		row->at = at;
	}
	fits = row->left > 0;
	row->left -= fits;
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
