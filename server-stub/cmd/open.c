#include "cmd/open.h"

#include "store/audit.h"
#include "util/text.h"

static int open_store(struct open *open, struct err *err)
{
	if (store_open(&open->store, open->data.path, false, err) < 0)
		return -1;
	if (net_new(&open->net, &open->data, &open->settings, err) == 0) {
		if (net_assume(open->net, open->store, err) == 0)
			return 0;
		net_free(open->net);
	}
	store_close(open->store);
	return -1;
}

int open_data(struct open *open, struct err *err)
{
	if (data_open(&open->data, command_data_path, err) < 0)
		return -1;
	if (settings_load(&open->settings, &open->data, err) == 0 && open_store(open, err) == 0)
		return 0;
	data_close(&open->data);
	return -1;
}

void close_data(struct open *open)
{
	net_free(open->net);
	store_close(open->store);
	data_close(&open->data);
}

int add_names(struct settings *settings, const struct option_list *names,
	      const struct option_list *addresses, struct err *err)
{
	for (size_t i = 0; i < names->count; i++)
		if (settings_add_name(settings, names->item[i], err) < 0)
			return -1;
	for (size_t i = 0; i < addresses->count; i++)
		if (settings_add_address(settings, addresses->item[i], err) < 0)
			return -1;
	return 0;
}

static struct audit_row command_row(int ret)
{
	return (struct audit_row){
		.at_ms = wall_ms(),
		.who = command_user(),
		.from = "the command line",
		.act = command_name,
		.what = command_words,
		.outcome = ret ? "refused" : "done",
	};
}

int note_command(struct store *store, int ret, struct err *err)
{
	const struct audit_row row = command_row(ret);

	return store_audit_add(store, &row, err);
}

void tell_command(void)
{
	const struct audit_row row = command_row(0);

	audit_tell(&row);
}

int change_data(struct open *open, int (*work)(struct store *store, void *arg, struct err *err),
		void *arg, struct err *err)
{
	int ret;

	if (store_begin(open->store, err) < 0)
		return -1;
	ret = work(open->store, arg, err);
	if (ret < 0 || note_command(open->store, ret, ret ? NULL : err) < 0) {
		store_rollback(open->store);
		return -1;
	}
	if (store_commit(open->store, ret ? NULL : err) < 0 || ret ||
	    store_tidy(open->store, err) < 0)
		return -1;
	tell_command();
	return sync_net(open, err);
}

int sync_net(struct open *open, struct err *err)
{
	if (net_sync(open->net, open->store, NULL, err) == 0)
		return 0;
	return err_prefix(
		err,
		"the change is stored, but not all files that VMs boot from follow (`site` writes them again)");
}

int sync_all(struct open *open, struct err *err)
{
	net_free(open->net);
	if (net_new(&open->net, &open->data, &open->settings, err) < 0)
		return -1;
	return net_sync(open->net, open->store, NULL, err);
}
