#include "steps/first_boot_files.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/random.h"
#include "installed/first_boot_config.h"
#include "installed/installed.h"
#include "service/report.h"
#include "service/service.h"
#include "service/trust.h"
#include "sync/config.h"

#define THIS_PROGRAM "/proc/self/exe"

int program_map(struct program *program, struct err *err)
{
	int fd = open(THIS_PROGRAM, O_RDONLY | O_CLOEXEC);
	struct stat st;

	*program = (struct program){.data = MAP_FAILED};
	if (fd >= 0 && fstat(fd, &st) == 0) {
		program->size = (size_t)st.st_size;
		program->data = mmap(NULL, program->size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (program->data == MAP_FAILED)
		err_sys(err, ERR_CONFIGURE, THIS_PROGRAM, "cannot read this program's own file");
	if (fd >= 0)
		close(fd);
	return program->data == MAP_FAILED ? -1 : 0;
}

void program_unmap(struct program *program)
{
	if (program->data != MAP_FAILED)
		munmap(program->data, program->size);
	program->data = MAP_FAILED;
}

/* Who this VM is to the service: the NIC that PXE used, else the first one. */
static const char *own_mac(const struct context *ctx)
{
	if (ctx->params->mac)
		return ctx->params->mac;
	return ctx->machine.nic_count ? ctx->machine.nics[0].mac : "";
}

/*
 * Reading back asks for what was written, and so does the service, which waits until all VMs know its new anchors: what the agent
 * itself learns meanwhile is not in the new system.
 */
static int read_anchors(const struct text **anchors, struct err *err)
{
	static char pem[TRUST_BYTES_MAX];
	static struct text kept;
	FILE *file;

	*anchors = &kept;
	if (kept.data)
		return 0;
	file = fopen(SITE_CA, "re");
	if (!file)
		return err_sys(err, ERR_CONFIGURE, SITE_CA, "cannot open the site's CA");
	kept.size = fread(pem, 1, sizeof(pem), file);
	if (ferror(file))
		err_sys(err, ERR_CONFIGURE, SITE_CA, "cannot read the site's CA");
	else
		kept.data = pem;
	fclose(file);
	return kept.data ? 0 : -1;
}

static int add_trust_anchors(struct changes *changes, struct err *err)
{
	const struct text *anchors;
	char id[TRUST_ID_TEXT];

	if (read_anchors(&anchors, err))
		return -1;
	changes_file(changes, FIRST_BOOT_CA, anchors);
	trust_id(id, anchors->data, anchors->size);
	report_anchors(id);
	return 0;
}

static int add_instructions(struct changes *changes, const struct context *ctx, struct err *err)
{
	const struct first_boot_config config = {
		.service = ctx->params->url,
		.ca = FIRST_BOOT_CA,
		.mac = own_mac(ctx),
		.pin = ctx->params->pin,
		.token = ctx->params->token,
		.after = ctx->job->after,
		.after_limit_s = ctx->job->after_limit_s,
		.clock = ctx->job->clock,
		.databases = ctx->job->databases,
	};
	const char *json = first_boot_config_text(&config, changes->arena);
	struct text text = {.arena = changes->arena};

	if (!json)
		return err_set(err, ERR_CONFIGURE, FIRST_BOOT_CONFIG,
			       "the service's URL or token is not UTF-8");
	text_printf(&text, "%s", json);
	changes_file(changes, FIRST_BOOT_CONFIG, &text)->mode = 0600;
	return 0;
}

/* Before /usr is mounted it is wanted, too; where /sbin is a link into it, the initrd mounts it. */
static void add_program(struct changes *changes, const struct context *ctx,
			const struct program *program)
{
	const struct text content = {.data = program->data, .size = program->size};

	changes_file(changes, NEWROOT_PROGRAM, &content)->mode = 0755;
	if (plan_fs_at(ctx->plan, "/usr") && !target_link(changes->target, "/sbin", changes->arena))
		changes_file(changes, NEWROOT_EARLY, &content)->mode = 0755;
}

/* Where a job holds secrets. Who uses them removes them; nobody would remove them from a record. */
static const char *const secrets[][5] = {
	{"databases", "login", "password", NULL},
	{"databases", "replication", "password", NULL},
	{"databases", "source", "password", NULL},
	{"databases", "source", "ssh", "key", NULL},
	{"sync", "ssh", "key", NULL},
};

/* Is it there? */
static bool empty_secret(json_t *json, const char *const *path)
{
	for (; path[1]; path++)
		json = json_object_get(json, path[0]);
	return json_object_get(json, path[0]) &&
	       json_object_set_new(json, path[0], json_string("")) == 0;
}

static int add_job(struct changes *changes, const struct job *job, struct err *err)
{
	json_t *json = json_loadb(job->text, job->text_size, JSON_ALLOW_NUL, NULL);
	struct text text = {.arena = changes->arena};
	char *clean = NULL;
	bool any = false;

	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		any |= empty_secret(json, secrets[i]);
	if (any)
		clean = json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	json_decref(json);
	if (any && !clean)
		return err_set(err, ERR_CONFIGURE, INSTALLED_JOB,
			       "the job cannot be written without its secrets");
	if (clean)
		text_printf(&text, "%s\n", clean);
	else
		text_add(&text, job->text, job->text_size);
	free(clean);
	changes_file(changes, INSTALLED_JOB, &text)->mode = 0600;
	return 0;
}

static int add_sync(struct changes *changes, const struct job *job, struct err *err)
{
	const char *json = sync_config_text(job, changes->arena);
	struct text text = {.arena = changes->arena};

	if (!json)
		return err_set(err, ERR_CONFIGURE, SYNC_CONFIG, "the job's sync cannot be written");
	text_printf(&text, "%s", json);
	changes_file(changes, SYNC_CONFIG, &text)->mode = 0600;
	return 0;
}

/* Reading back asks for what was written: one seed for each installation. */
static int add_seed(struct changes *changes, struct err *err)
{
	static char seed[RANDOM_SEED_SIZE];
	static bool made;
	const struct text content = {.data = seed, .size = sizeof(seed)};

	if (!made && random_bytes(seed, sizeof(seed), err))
		return -1;
	made = true;
	changes_file(changes, INSTALLED_SEED, &content)->mode = 0600;
	return 0;
}

int first_boot_files_render(struct changes *changes, const struct context *ctx,
			    const struct program *program, struct err *err)
{
	if (add_job(changes, ctx->job, err))
		return -1;
	add_program(changes, ctx, program);
	if (ctx->job->sync.given && add_sync(changes, ctx->job, err))
		return -1;
	if (!ctx->job->first_boot)
		return 0;
	if (add_seed(changes, err))
		return -1;
	/* `apply` without the site's parameters: what an earlier run wrote stays. */
	if (!ctx->params->url) {
		ctx->note("no newroot.url= here: %s is left as it is", FIRST_BOOT_CONFIG);
		return 0;
	}
	return add_trust_anchors(changes, err) || add_instructions(changes, ctx, err) ? -1 : 0;
}
