#include "net/sync.h"

#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "net/boot_entries.h"
#include "net/dhcp.h"
#include "util/file.h"

/* What a VM's files were made of, as hashes: most changes of a VM are its progress. */
struct known {
	int64_t id;
	uint64_t entries, host;
};

struct net {
	const struct data *data;
	const struct settings *settings;
	int64_t count, version; /* of the store when it was last in line; -1: never */
	struct known *known;    /* in the order of ids */
	size_t knowns, room;
	bool prune, hosts,
		reload; /* still to be done: remove entries, write the addresses, tell dnsmasq */
};

int net_new(struct net **net, const struct data *data, const struct settings *settings,
	    struct err *err)
{
	*net = calloc(1, sizeof(**net));
	if (!*net)
		return err_set(err, ERR_MEMORY, "net", "no memory");
	**net = (struct net){.data = data, .settings = settings, .count = -1, .version = -1};
	return 0;
}

void net_free(struct net *net)
{
	if (net)
		free(net->known);
	free(net);
}

int net_assume(struct net *net, struct store *store, struct err *err)
{
	return store_vm_count(store, &net->count, &net->version, err);
}

#define FNV_OFFSET 14695981039346656037u
#define FNV_PRIME  1099511628211u

/* FNV-1a, the NUL included. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
	while (*text++);
	return hash;
}

static struct known hashes_of(const struct vm *vm)
{
	struct known now = {.id = vm->id, .host = FNV_OFFSET};

	now.host = hash_text(now.host, vm->name);
	now.host = hash_text(now.host, vm->mac);
	now.host = hash_text(now.host, vm->address);
	now.entries = hash_text(now.host, vm->mode);
	now.entries = hash_text(now.entries, vm->token);
	now.entries = hash_text(now.entries, vm->parameters);
	now.entries = hash_text(now.entries, vm_configures(vm) ? "network" : "disk");
	return now;
}

/* Where the id is, or belongs. */
static size_t place_of(const struct net *net, int64_t id)
{
	size_t low = 0, high = net->knowns;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (net->known[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The VM's own, all zero when it wasn't known; NULL without memory. */
static struct known *known_of(struct net *net, int64_t id, struct err *err)
{
	size_t place = place_of(net, id);

	if (place < net->knowns && net->known[place].id == id)
		return &net->known[place];
	if (net->knowns == net->room) {
		size_t room = net->room ? 2 * net->room : 64;
		struct known *grown = reallocarray(net->known, room, sizeof(*grown));

		if (!grown) {
			err_set(err, ERR_MEMORY, "net", "no memory for %zu VMs", room);
			return NULL;
		}
		net->known = grown;
		net->room = room;
	}
	memmove(&net->known[place + 1], &net->known[place],
		(net->knowns - place) * sizeof(*net->known));
	net->knowns++;
	net->known[place] = (struct known){.id = id};
	return &net->known[place];
}

/* One pass over the VMs that changed. */
struct pass {
	struct net *net;
	int64_t made; /* VMs that had no entries yet */
	int ret;
	struct err *err; /* the first error */
};

static void look_at(void *arg, const struct vm *vm)
{
	struct pass *pass = arg;
	struct known now = hashes_of(vm), *known;
	struct err err = ERR_INIT;
	bool made = false;

	known = known_of(pass->net, vm->id, &err);
	if (known && known->entries != now.entries) {
		if (boot_entries_write(pass->net->data, pass->net->settings, vm, &made, &err) == 0)
			known->entries = now.entries;
		else
			known = NULL;
	}
	pass->made += made;
	if (!known) {
		pass->ret = pass->err ? err_keep(pass->err, &err) : -1;
		return;
	}
	pass->net->hosts |= known->host != now.host;
	known->host = now.host;
}

/* All VMs, as DHCP knows them. */
struct hosts {
	struct dhcp_host *item;
	size_t count, room;
	bool failed;
};

static void add_host(void *arg, const struct vm *vm)
{
	struct hosts *hosts = arg;
	struct dhcp_host *host;

	if (hosts->count == hosts->room) {
		size_t room = hosts->room ? 2 * hosts->room : 64;
		struct dhcp_host *grown = reallocarray(hosts->item, room, sizeof(*grown));

		hosts->failed |= !grown;
		if (!grown)
			return;
		hosts->item = grown;
		hosts->room = room;
	}
	host = &hosts->item[hosts->count++];
	memcpy(host->name, vm->name, sizeof(host->name));
	memcpy(host->mac, vm->mac, sizeof(host->mac));
	memcpy(host->address, vm->address, sizeof(host->address));
}

static int by_mac(const void *a, const void *b)
{
	return strcmp(((const struct dhcp_host *)a)->mac, ((const struct dhcp_host *)b)->mac);
}

static bool is_of_host(const void *arg, const char *mac)
{
	const struct hosts *hosts = arg;
	struct dhcp_host wanted;

	memcpy(wanted.mac, mac, sizeof(wanted.mac));
	return hosts->count && bsearch(&wanted, hosts->item, hosts->count, sizeof(wanted), by_mac);
}

/* What depends on all VMs together. */
static int write_together(struct net *net, struct store *store, struct net_changes *changes,
			  struct err *err)
{
	struct hosts hosts = {0};
	int ret = store_vm_each(store, add_host, &hosts, err);

	if (ret == 0 && hosts.failed)
		ret = err_set(err, ERR_MEMORY, "net", "no memory for the addresses of all VMs");
	if (ret == 0 && hosts.count)
		qsort(hosts.item, hosts.count, sizeof(*hosts.item), by_mac);
	if (ret == 0 && net->prune)
		ret = boot_entries_prune(net->data, is_of_host, &hosts, err);
	if (ret == 0)
		ret = dhcp_write_hosts(net->data, hosts.item, hosts.count, err);
	free(hosts.item);
	if (ret < 0)
		return -1;
	changes->hosts = ret > FILE_SAME;
	net->reload |= changes->hosts;
	net->prune = net->hosts = false;
	return 0;
}

static int reload(struct net *net, struct net_changes *changes, struct err *err)
{
	int ret = dnsmasq_reload(net->data, err);

	if (ret < 0)
		return -1;
	changes->reloaded = ret > 0;
	net->reload = false;
	return 0;
}

/* What depends on no VM. */
static int write_fixed(const struct net *net, struct err *err)
{
	if (boot_entries_protect(net->data, net->settings, err) < 0 ||
	    boot_entries_write_unknown(net->data, net->settings, err) < 0)
		return -1;
	return dhcp_write_conf(net->data, net->settings, err);
}

/*
 * A VM that was removed, or got another MAC, leaves entries behind. In the first case there are fewer
 * VMs than before, in the second one got entries as if it were new.
 */
static int sync_changed(struct net *net, struct store *store, struct net_changes *changes,
			struct err *err)
{
	struct pass pass = {.net = net, .err = err};
	int64_t count, version;

	if (store_vm_count(store, &count, &version, err) < 0)
		return -1;
	if (count == net->count && version == net->version)
		return net->reload ? reload(net, changes, err) : 0;
	if (net->count < 0 && write_fixed(net, err) < 0)
		return -1;
	if (store_vm_since(store, net->version, look_at, &pass, err) < 0)
		return -1;
	net->prune |= net->count < 0 || net->count + pass.made != count;
	if ((net->hosts || net->prune) && write_together(net, store, changes, err) < 0)
		return -1;
	if (pass.ret < 0)
		return -1;
	net->count = count;
	net->version = version;
	return net->reload ? reload(net, changes, err) : 0;
}

/* The store is read under the lock, so that who comes later knows as much or more. */
int net_sync(struct net *net, struct store *store, struct net_changes *changes, struct err *err)
{
	struct net_changes none;
	int ret;

	if (!changes)
		changes = &none;
	*changes = (struct net_changes){0};
	if (flock(net->data->net, LOCK_EX) < 0)
		return err_sys(err, ERR_IO, "net", "can't lock the folder");
	ret = sync_changed(net, store, changes, err);
	flock(net->data->net, LOCK_UN);
	return ret;
}
