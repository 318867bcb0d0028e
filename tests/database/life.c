/*
 * What comes behind the first boot, in a folder: life attend ROOT; life cutover ROOT LAG-S [dry-run | undo | without-source].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attend/attend.h"
#include "base/log.h"
#include "cutover/cutover.h"
#include "installed/installed.h"

#define LIMIT_S 60

static int tell(const struct err *err)
{
	fprintf(stderr, "%s: %s [%s]\n", err->where, err->msg, err_name(err->code));
	return err_exit_status(err->code);
}

static int attend(const char *root)
{
	struct err err = ERR_INIT;
	char log[512];

	snprintf(log, sizeof(log), "%s" INSTALLED_LOG, root);
	log_open(log, true);
	return attend_run(root, &err) ? tell(&err) : 0;
}

static int cut_over(const char *root, const char *lag, const char *how)
{
	const struct cutover cutover = {
		.root = root,
		.out = stdout,
		.dry_run = !strcmp(how, "dry-run"),
		.undo = !strcmp(how, "undo"),
		.without_source = !strcmp(how, "without-source"),
		.service_s = LIMIT_S,
		.puppet_s = LIMIT_S,
		.report_s = LIMIT_S,
		.lag_s = (unsigned)atoi(lag),
	};
	struct err err = ERR_INIT;

	return cutover_run(&cutover, &err) ? tell(&err) : 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 3 && !strcmp(argv[1], "attend"))
		return attend(argv[2]);
	if (argc >= 4 && !strcmp(argv[1], "cutover"))
		return cut_over(argv[2], argv[3], argc > 4 ? argv[4] : "");
	return 2;
}
