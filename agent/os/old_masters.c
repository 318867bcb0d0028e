#include "os/old_masters.h"

#include <string.h>

static const char *const names[] = {
	"chef-client",        "salt-minion",      "cfengine3",     "cf-execd",
	"rudder-agent",       "mcollective",      "walinuxagent",  "waagent",
	"google-guest-agent", "amazon-ssm-agent", "ec2-net-utils", "xe-linux-distribution",
};

int old_masters_note(const struct changes *changes, const struct init_dialect *init,
		     const struct strings *disabled, struct err *err)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && init; i++) {
		struct service service = {.name = names[i]};

		if (strings_have(disabled, names[i]))
			continue;
		if (init->service(changes, names[i], &service, err))
			return -1;
		if (service.starts.count)
			changes_note(
				changes,
				"the service %s starts and follows the old place's instructions: name it in services.disable until they are others",
				names[i]);
	}
	return 0;
}
