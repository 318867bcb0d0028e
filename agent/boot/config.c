#include "boot/config.h"

#include <string.h>

static size_t count_lines(const char *text)
{
	size_t count = 1;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

static void add_nic(struct boot_config *config, char *line)
{
	const char *mac = strsep(&line, " ");

	if (line && *line)
		config->nics[config->nic_count++] = (struct boot_nic){mac, line};
}

void boot_config_parse(struct boot_config *config, char *text, struct arena *arena)
{
	char *line;

	*config = (struct boot_config){0};
	config->modules.item = arena_array(arena, count_lines(text), sizeof(*config->modules.item));
	config->nics = arena_array(arena, count_lines(text), sizeof(*config->nics));
	while ((line = strsep(&text, "\n"))) {
		const char *keyword = strsep(&line, " ");

		if (!line || !*line)
			continue;
		if (!strcmp(keyword, BOOT_CONFIG_VG))
			config->vg = line;
		else if (!strcmp(keyword, BOOT_CONFIG_UUID))
			config->vg_uuid = line;
		else if (!strcmp(keyword, BOOT_CONFIG_SNAPSHOTS))
			config->snapshots = true;
		else if (!strcmp(keyword, BOOT_CONFIG_MODULE))
			config->modules.item[config->modules.count++] = line;
		else if (!strcmp(keyword, BOOT_CONFIG_NIC))
			add_nic(config, line);
	}
}
