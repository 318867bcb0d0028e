#include "job/check.h"

#include "job/address.h"

static bool has(const struct value *v, const char *key)
{
	return json_object_get(v->json, key) != NULL;
}

void check_ssh(struct reader *r, const struct value *v, void *to)
{
	(void)to;
	if (has(v, "key") && has(v, "key_file"))
		reader_refuse(r, ERR_JOB_CONFLICT, path_to(r, v->path, "key_file"),
			      "it is refused beside \"key\"; accepted is one of them");
	else if (!has(v, "key") && !has(v, "key_file"))
		reader_refuse(
			r, ERR_JOB_MISSING_KEY, path_to(r, v->path, "key"),
			"an ssh login needs the key \"key\", or \"key_file\" when the private key is in the new system already");
}

void check_ssh_reach(struct reader *r, const struct job *job, const struct job_ssh *ssh)
{
	const struct strings *allow = &job->quarantine.allow;
	struct address address;

	if (!job->quarantine.given || !ssh->host || refused_below(r, "/quarantine") ||
	    !address_parse_host(ssh->host, &address) ||
	    address_in_any(&address, allow->item, allow->count))
		return;
	reader_refuse(
		r, ERR_JOB_CONFLICT, path_to(r, ssh->json_path, "host"),
		"\"%s\" is refused: the quarantine does not let this VM reach it; accepted is one within /quarantine/allow",
		ssh->host);
}
