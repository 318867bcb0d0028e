#include "site/sample_job.h"

#include <stdio.h>

#include "util/file.h"

int sample_job_write(const struct data *data, const struct settings *settings, struct err *err)
{
	static const char job[] =
		"{ \"newroot\": 1,\n"
		"  \"volumes\":  [ {\"name\": \"root\", \"size\": \"8GiB\", \"mount\": \"/\"},\n"
		"                {\"name\": \"data\", \"size\": \"rest\", \"mount\": \"/data\"},\n"
		"                {\"name\": \"swap\", \"size\": \"1GiB\", \"fs\": \"swap\"} ],\n"
		"  \"archives\": [ {\"to\": \"/\",     \"url\": \"%s/v1/archives/root.tar.gz\",\n"
		"                 \"sha256\": \"none\"},\n"
		"                {\"to\": \"/data\", \"url\": \"%s/v1/archives/data.tar.gz\",\n"
		"                 \"sha256\": \"none\"} ],\n"
		"  \"kernel\":   {\"url\": \"%s/v1/archives/kernel.rpm\", \"sha256\": \"none\"},\n"
		"  \"network\":  {\"hostname\": \"vm1\",\n"
		"               \"interfaces\": [ {\"name\": \"eth0\", \"dhcp\": true} ]} }\n";
	char text[sizeof(job) + 3 * SETTINGS_URL_TEXT];
	int size = snprintf(text, sizeof(text), job, settings->url, settings->url, settings->url);

	return file_write(data->root, DATA_SAMPLE_JOB, text, (size_t)size, 0644, err);
}
