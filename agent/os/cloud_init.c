#include "os/cloud_init.h"

#include <string.h>

#include "os/set_aside.h"

#define DISABLED "/etc/cloud/cloud-init.disabled" /* heard since 0.7.7, where systemd is */

static const char *const names[] = {"cloud-init-local", "cloud-init-main",    "cloud-init",
				    "cloud-config",     "cloud-init-network", "cloud-final"};
#define NAMES (sizeof(names) / sizeof(*names))

static bool is_wanted(const struct strings *enable)
{
	for (size_t i = 0; i < enable->count; i++)
		if (!strncmp(enable->item[i], "cloud-init", strlen("cloud-init")))
			return true;
	return false;
}

/* Releases that do not hear of DISABLED start by these. */
static int set_links_aside(struct changes *changes, const struct init_dialect *init,
			   const struct job *job, struct err *err)
{
	for (size_t n = 0; n < NAMES; n++) {
		struct service service = {.name = names[n]};

		if (init->service(changes, names[n], &service, err))
			return -1;
		for (size_t i = 0; i < service.starts.count; i++)
			set_aside(changes, job, service.starts.item[i].path, "cloud-init");
	}
	return 0;
}

int cloud_init_render(struct changes *changes, const struct init_dialect *init,
		      const struct job *job, struct err *err)
{
	struct text text = {.arena = changes->arena};

	if (!target_exists(changes->target, "/etc/cloud") || !job->network.interface_count ||
	    is_wanted(&job->services.enable))
		return 0;
	if (!target_exists(changes->target, DISABLED))
		changes_note(changes, "cloud-init is switched off (" DISABLED
				      "): it would make this machine the old one again");
	text_printf(&text, WRITTEN_BY);
	changes_file(changes, DISABLED, &text);
	return init ? set_links_aside(changes, init, job, err) : 0;
}
