#include "os/puppet_files.h"

#include <string.h>

#include "os/text.h"

const char *const puppet_configs[] = {"/etc/puppetlabs/puppet/puppet.conf",
				      "/etc/puppet/puppet.conf", NULL};

const char *const puppet_manifests[] = {
	"/etc/puppetlabs/code/environments/production/manifests/site.pp",
	"/etc/puppet/code/environments/production/manifests/site.pp",
	"/etc/puppet/environments/production/manifests/site.pp",
	"/etc/puppet/manifests/site.pp",
	NULL,
};

/* Any section may say so; its default is a machine called "puppet". */
bool puppet_names_server(const char *config)
{
	const char *line;
	size_t size;

	while (config && text_next(&config, &line, &size)) {
		size_t blank = strspn(line, " \t"), word = strlen("server");

		if (blank + word < size && !strncmp(line + blank, "server", word) &&
		    line[blank + word + strspn(line + blank + word, " \t")] == '=')
			return true;
	}
	return false;
}
