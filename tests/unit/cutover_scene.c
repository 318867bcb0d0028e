#include "cutover_scene.h"

#include "cutover/parts.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "installed/first_boot_config.h"
#include "installed/installed.h"
#include "os/detect.h"
#include "os/quarantine.h"
#include "os/services.h"
#include "os/target_write.h"
#include "service/report.h"

struct fake_service fake;

static void tell(const char *what, const char *detail)
{
	size_t used = strlen(fake.told);

	snprintf(fake.told + used, sizeof(fake.told) - used, "%s%s%s; ", what, *detail ? " " : "",
		 detail);
}

int service_new(struct service **service, const struct service_config *config, struct err *err)
{
	(void)err;
	*service = (struct service *)&fake;
	tell("open", config->url);
	return 0;
}

void service_free(struct service *service)
{
	(void)service;
}

int report_start(struct service *service, const char *spool, enum report_boot boot, struct err *err)
{
	FILE *file = fopen(spool, "w");

	(void)service;
	(void)err;
	assert_int_equal(boot, REPORT_NEW_BOOT);
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	return 0;
}

int cutover_database_promote(struct cutover_work *work, struct err *err)
{
	(void)work;
	return fake.database ? err_set(err, fake.database, "old", "not yet") : 0;
}

int cutover_database_forget(struct cutover_work *work, struct err *err)
{
	(void)work;
	(void)err;
	return 0;
}

void report_begin(const char *step)
{
	tell("begin", step);
}

void report_end(const char *step, bool ok, uint64_t ms, uint64_t bytes)
{
	assert_true(ms < 60000);
	assert_int_equal(bytes, 0);
	tell(ok ? "end" : "end failed", step);
}

void report_note(const char *text)
{
	tell("note", text);
}

void report_state(const char *state)
{
	tell("state", state);
}

void report_error(const char *step, const struct err *err, const char *const *stderr_lines,
		  size_t stderr_count, const char *const *kernel_lines, size_t kernel_count)
{
	(void)kernel_lines;
	assert_int_equal(kernel_count, 0);
	tell("error", step);
	tell("code", err_name(err->code));
	if (stderr_count)
		tell("said", stderr_lines[stderr_count - 1]);
}

int report_stop(unsigned limit_s)
{
	(void)limit_s;
	tell("stop", "");
	return fake.stop;
}

void scene_file(struct scene *scene, const char *path, const char *text)
{
	const struct target_attr attr = {.mode = strncmp(text, "#!", 2) ? 0644 : 0755};
	struct err err = ERR_INIT;

	if (target_write(&scene->tree.target, path, text, strlen(text), &attr, &err))
		fail_msg("%s: %s", path, err.msg);
}

void scene_program(struct scene *scene, const char *path, const char *body)
{
	const char *name = strrchr(path, '/') + 1;

	scene_file(scene, path,
		   arena_printf(&scene->tree.arena, "#!/bin/sh\necho \"%s $*\" >>%s\n%s\n", name,
				scene->calls, body));
}

/* What is asked only is not written down. */
static void make_systemctl(struct scene *scene)
{
	scene_file(
		scene, "/usr/bin/systemctl",
		arena_printf(
			&scene->tree.arena,
			"#!/bin/sh\n"
			"case \"$*\" in\n"
			"'is-active multi-user.target' | 'is-active timers.target' | 'is-active runlevel2.target') exit 0;;\n"
			"is-active*) exit 3;;\n"
			"esac\n"
			"echo \"systemctl $*\" >>%s\n"
			"echo \"told of $*\"\n",
			scene->calls));
}

static void disable(struct scene *scene, const struct layout *layout)
{
	struct changes changes = {.target = &scene->tree.target, .arena = &scene->tree.arena};
	struct services services = {0};
	struct err err = ERR_INIT;
	const struct init_dialect *init =
		detect_init(&scene->tree.target, &scene->tree.arena, &err);

	for (const char *const *name = layout->disabled; *name; name++)
		services_want(&services, *name + (**name == '+'),
			      **name == '+' ? SERVICE_HELD : SERVICE_DISABLED, &scene->tree.arena);
	if (!init || services_render(&services, &changes, init, &err) ||
	    changes_apply(&changes, &err))
		fail_msg("%s: %s", layout->name, err.msg);
}

static const char *const job =
	"{\"newroot\": 1, \"volumes\": [{\"name\": \"root\", \"size\": \"8GiB\", \"mount\": \"/\"}],"
	" \"archives\": [{\"to\": \"/\", \"url\": \"https://10.0.2.2/root.tar\", \"sha256\":"
	" \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"}]}";

void scene_make(struct scene *scene, const struct layout *layout)
{
	memset(&fake, 0, sizeof(fake));
	*scene = (struct scene){0};
	tree_make(&scene->tree, layout->tree);
	snprintf(scene->calls, sizeof(scene->calls), "%s.calls", scene->tree.root);
	for (const char *const *path = layout->programs; *path; path++)
		scene_program(scene, *path, "");
	if (!strcmp(layout->name, "systemd"))
		make_systemctl(scene);
	if (layout->runlevel)
		scene_file(scene, "/sbin/runlevel",
			   arena_printf(&scene->tree.arena, "#!/bin/sh\necho '%s'\n",
					layout->runlevel));
	scene->pristine = scene_links(scene);
	disable(scene, layout);
	scene_program(scene, QUARANTINE_LIFT, "");
	scene_program(scene, QUARANTINE_LOAD, "");
	scene_file(scene, QUARANTINE_FOLDER "/rules.v4", "*mangle\nCOMMIT\n");
	scene_file(scene, MIGRATING_MARKER, "# Moved, and not yet cut over.\n");
	scene_file(scene, INSTALLED_JOB, job);
	scene_file(scene, FIRST_BOOT_CONFIG,
		   "{\"service\": \"https://s\", \"ca\": \"/ca.pem\", \"mac\": \"m\"}");
	scene_file(scene, INSTALLED_STATE "/first-boot.done", "checked in\n");
	scene_file(scene, "/var/log/kept", "");
	scene->cutover = (struct cutover){
		.root = scene->tree.root, .service_s = 20, .puppet_s = 20, .report_s = 1};
}

void scene_free(struct scene *scene)
{
	free(scene->account);
	unlink(scene->calls);
	tree_free(&scene->tree);
}

int scene_run(struct scene *scene, struct err *err)
{
	int ret;

	free(scene->account);
	fake.told[0] = '\0';
	scene->cutover.out = open_memstream(&scene->account, &scene->account_size);
	assert_non_null(scene->cutover.out);
	ret = cutover_run(&scene->cutover, err);
	assert_int_equal(fclose(scene->cutover.out), 0);
	return ret;
}

void scene_must(struct scene *scene)
{
	struct err err = ERR_INIT;

	if (scene_run(scene, &err))
		fail_msg("%s\n%s", err.msg, scene->account);
}

const char *scene_calls(struct scene *scene)
{
	char text[4096] = "";
	FILE *file = fopen(scene->calls, "r");
	size_t size = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	text[size] = '\0';
	if (file)
		fclose(file);
	unlink(scene->calls);
	return arena_strdup(&scene->tree.arena, text);
}

/* nftw(3) hands nothing through. */
static struct {
	struct text *text;
	size_t root_size;
	bool times;
} listing;

static void list_content(const char *path, const struct stat *st)
{
	static char content[65536]; /* the log of many runs */
	FILE *file = NULL;

	memset(content, 0, sizeof(content));
	if (S_ISLNK(st->st_mode))
		assert_true(readlink(path, content, sizeof(content) - 1) >= 0);
	else if (S_ISREG(st->st_mode)) {
		file = fopen(path, "r");
		assert_non_null(file);
		assert_true(fread(content, 1, sizeof(content) - 1, file) < sizeof(content) - 1);
		fclose(file);
	}
	for (char *c = content; *c; c++)
		*c = *c == '\n' ? '~' : *c;
	text_printf(listing.text, " %s", content);
}

static int list_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)type;
	(void)where;
	text_printf(listing.text, "%s %o", path + listing.root_size, st->st_mode);
	list_content(path, st);
	if (listing.times)
		text_printf(listing.text, " %lld.%09ld", (long long)st->st_ctim.tv_sec,
			    st->st_ctim.tv_nsec);
	text_printf(listing.text, "\n");
	return 0;
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *sort_lines(struct scene *scene, const char *rest,
			      bool (*wanted)(const char *line))
{
	struct text sorted = {.arena = &scene->tree.arena};
	const char *lines[256], *line;
	size_t count = 0, size;

	while (rest && text_next(&rest, &line, &size)) {
		assert_true(count < sizeof(lines) / sizeof(*lines));
		lines[count] = arena_printf(&scene->tree.arena, "%.*s", (int)size, line);
		count += !wanted || wanted(lines[count]);
	}
	qsort(lines, count, sizeof(*lines), by_line);
	for (size_t i = 0; i < count; i++)
		text_printf(&sorted, "%s\n", lines[i]);
	return sorted.size ? sorted.data : "";
}

static const char *list(struct scene *scene, const char *folder, bool times,
			bool (*wanted)(const char *line))
{
	struct text text = {.arena = &scene->tree.arena};

	listing.text = &text;
	listing.root_size = strlen(scene->tree.root);
	listing.times = times;
	assert_int_equal(nftw(arena_printf(&scene->tree.arena, "%s%s", scene->tree.root, folder),
			      list_entry, 16, FTW_PHYS),
			 0);
	return sort_lines(scene, text.data, wanted);
}

const char *scene_list(struct scene *scene, const char *folder, bool times)
{
	return list(scene, folder, times, NULL);
}

static bool is_no_log(const char *line)
{
	return strncmp(line, INSTALLED_LOG " ", strlen(INSTALLED_LOG) + 1) != 0;
}

const char *scene_system(struct scene *scene)
{
	return list(scene, "", false, is_no_log);
}

/* Symlinks below /etc: mode 120777. */
static bool is_link(const char *line)
{
	return strstr(line, " 120777 ");
}

const char *scene_links(struct scene *scene)
{
	return list(scene, "/etc", false, is_link);
}

void scene_undo(struct scene *scene, bool really)
{
	scene->cutover.undo = really;
}

bool scene_has(struct scene *scene, const char *path)
{
	struct stat st;

	return target_lstat(&scene->tree.target, path, &st);
}

void scene_says(struct scene *scene, const char *words)
{
	if (!strstr(scene->account, words))
		fail_msg("\"%s\" is not in\n%s", words, scene->account);
}

void scene_told(const char *words)
{
	if (!strstr(fake.told, words))
		fail_msg("\"%s\" was not told:\n%s", words, fake.told);
}

void scene_links_are_back(struct scene *scene, const struct layout *layout)
{
	const char *rest = scene->pristine, *line, *now = scene_links(scene);
	size_t size;

	while (text_next(&rest, &line, &size))
		if (!strstr(now, arena_printf(&scene->tree.arena, "%.*s\n", (int)size, line)))
			fail_msg("%s: %.*s is not among\n%s", layout->name, (int)size, line, now);
}
