#include "cmd/open.h"

#include "cmd/command.h"

int open_data(struct open *open, struct err *err)
{
	if (data_open(&open->data, command_data_path, err) < 0)
		return -1;
	if (settings_load(&open->settings, &open->data, err) == 0 &&
	    store_open(&open->store, open->data.path, false, err) == 0)
		return 0;
	data_close(&open->data);
	return -1;
}

void close_data(struct open *open)
{
	store_close(open->store);
	data_close(&open->data);
}

int open_vm(struct open *open, const char *name, struct vm *vm, struct err *err)
{
	int found = store_vm_find(open->store, VM_BY_NAME, 0, name, vm, err);

	if (found == 0)
		return err_set(err, ERR_SERVICE_VM, name, "there is no VM of this name");
	return found < 0 ? -1 : 0;
}
