#include "archive/depmod.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/depmod_private.h"
#include "archive/modfile.h"
#include "base/file.h"

static const char *keep(struct depmod *depmod, const char *s)
{
	return arena_strdup(&depmod->arena, s);
}

/* kmod looks for aliases with "_" for "-", but not inside [sets]. */
static const char *alias_key(struct depmod *depmod, const char *alias)
{
	char *key = arena_strdup(&depmod->arena, alias);
	bool set = false;

	for (char *c = key; *c; c++) {
		set = *c == '[' || (set && *c != ']');
		if (*c == '-' && !set)
			*c = '_';
	}
	return key;
}

/* What a module's .modinfo says, as it is met; devname needs two aliases together. */
struct own {
	char device[64];  /* "c10:229" */
	const char *node; /* "fuse" */
};

static void note_device(struct own *own, const char *alias)
{
	unsigned major, minor;

	if (!strncmp(alias, "devname:", 8))
		own->node = alias + 8;
	else if (sscanf(alias, "char-major-%u-%u", &major, &minor) == 2)
		snprintf(own->device, sizeof(own->device), "c%u:%u", major, minor);
	else if (sscanf(alias, "block-major-%u-%u", &major, &minor) == 2)
		snprintf(own->device, sizeof(own->device), "b%u:%u", major, minor);
}

static int take_string(struct depmod *depmod, struct depmod_module *module, struct own *own,
		       const char *string, struct err *err)
{
	const char *value;

	if ((value = modfile_value(string, "depends")))
		module->depends = keep(depmod, value);
	if ((value = modfile_value(string, "softdep")))
		return module_index_add(&depmod->softdep, module->name, keep(depmod, value), 0,
					err);
	if (!(value = modfile_value(string, "alias")))
		return 0;
	note_device(own, value);
	return module_index_add(&depmod->alias, alias_key(depmod, value), module->name,
				module->rank, err);
}

static int take_modinfo(struct depmod *depmod, struct depmod_module *module,
			const struct modfile_strings *modinfo, struct err *err)
{
	struct own own = {0};
	const char *string;

	for (size_t at = 0; (string = modfile_next(modinfo, &at));)
		if (take_string(depmod, module, &own, string, err))
			return -1;
	if (!own.node || !*own.device)
		return 0;
	return module_index_add(&depmod->devname, module->name,
				arena_printf(&depmod->arena, "%s %s", own.node, own.device), 0,
				err);
}

/* Names that the module exports; the section also has the names of their namespaces, which do no harm. */
static int take_symbols(struct depmod *depmod, const struct depmod_module *module,
			const struct modfile_strings *symbols, struct err *err)
{
	const char *name;

	for (size_t at = 0; (name = modfile_next(symbols, &at));)
		if (module_index_add(&depmod->symbols,
				     arena_printf(&depmod->arena, "symbol:%s", name), module->name,
				     module->rank, err))
			return -1;
	return 0;
}

static int read_module(struct depmod *depmod, struct depmod_module *module, int dir_fd,
		       struct err *err)
{
	struct modfile_strings modinfo, symbols;
	struct modfile file;
	int ret = -1;

	if (modfile_open(&file, dir_fd, module->path, err))
		return -1;
	if (!modfile_section(file.image, file.size, ".modinfo", &modinfo) ||
	    !modfile_section(file.image, file.size, "__ksymtab_strings", &symbols))
		err_set(err, ERR_KERNEL, module->path, "the module is no whole 64-bit ELF file");
	else if (take_modinfo(depmod, module, &modinfo, err) == 0)
		ret = take_symbols(depmod, module, &symbols, err);
	modfile_close(&file);
	return ret;
}

static int by_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct depmod_module *)element)->name);
}

/* Everything below `module`, dependencies before what needs them. */
static void gather(struct depmod *depmod, struct depmod_module *module, struct depmod_module **list,
		   size_t *count)
{
	char *words = arena_strdup(&depmod->arena, module->depends), *word;

	module->visited = true;
	while ((word = strsep(&words, ","))) {
		struct depmod_module *needed;

		for (char *c = word; *c; c++)
			if (*c == '-')
				*c = '_';
		needed = bsearch(word, depmod->module, depmod->count, sizeof(*needed), by_name);
		if (needed && !needed->visited)
			gather(depmod, needed, list, count);
	}
	list[(*count)++] = module;
}

/* "path: dependency…": modprobe loads from the end of the line, so what others need comes last. */
static char *dep_line(struct depmod *depmod, struct depmod_module **list, size_t count,
		      const char *prefix)
{
	size_t size = 2;
	char *line, *end;

	for (size_t i = 0; i < count; i++)
		size += strlen(prefix) + strlen(list[i]->path) + 1;
	line = end = arena_alloc(&depmod->arena, size);
	end += sprintf(end, "%s%s:", prefix, list[count - 1]->path);
	for (size_t i = count - 1; i-- > 0;)
		end += sprintf(end, " %s%s", prefix, list[i]->path);
	return line;
}

static int resolve(struct depmod *depmod, const char *prefix, struct err *err)
{
	struct depmod_module **list =
		arena_array(&depmod->arena, depmod->count + 1, sizeof(struct depmod_module *));

	for (size_t i = 0; i < depmod->count; i++) {
		struct depmod_module *module = &depmod->module[i];
		size_t count = 0;

		gather(depmod, module, list, &count);
		for (size_t j = 0; j < count; j++)
			list[j]->visited = false;
		if (module_index_add(&depmod->dep, module->name,
				     dep_line(depmod, list, count, prefix), module->rank, err))
			return -1;
	}
	return 0;
}

/* A file that comes with the package, as a string in the arena; "" when the package has none. */
static int read_file(struct depmod *depmod, int dir_fd, const char *name,
		     struct modfile_strings *file, struct err *err)
{
	size_t size = 0;
	const char *text = file_text(dir_fd, name, MODULES_FILE_MAX, &depmod->arena, &size);

	if (!text && errno != ENOENT)
		return err_sys(err, ERR_IO, name, "cannot read");
	*file = (struct modfile_strings){text ? text : arena_strdup(&depmod->arena, ""), size};
	return 0;
}

/* modules.builtin is the package's; kmod wants it as a trie. */
static int read_builtin(struct depmod *depmod, int dir_fd, struct err *err)
{
	struct modfile_strings file;
	char *text, *line;

	if (read_file(depmod, dir_fd, "modules.builtin", &file, err))
		return -1;
	text = (char *)file.text;
	while ((line = strsep(&text, "\n"))) {
		char name[256];

		if (modfile_name(line, name, sizeof(name)) &&
		    module_index_add(&depmod->builtin, keep(depmod, name), "", 0, err))
			return -1;
	}
	return 0;
}

/* Strings "ipv6.alias=net-pf-10": without them kmod reports what is built in as missing. */
static int read_builtin_alias(struct depmod *depmod, int dir_fd, struct err *err)
{
	struct modfile_strings file;
	const char *string;

	if (read_file(depmod, dir_fd, "modules.builtin.modinfo", &file, err))
		return -1;
	for (size_t at = 0; (string = modfile_next(&file, &at));) {
		const char *dot = strchr(string, '.');
		const char *alias = dot ? modfile_value(dot + 1, "alias") : NULL;

		if (alias && module_index_add(&depmod->builtin_alias, alias_key(depmod, alias),
					      arena_printf(&depmod->arena, "%.*s",
							   (int)(dot - string), string),
					      0, err))
			return -1;
	}
	return 0;
}

static void print_dep(FILE *file, const struct index_entry *entry)
{
	fprintf(file, "%s\n", entry->value);
}

static void print_alias(FILE *file, const struct index_entry *entry)
{
	fprintf(file, "alias %s %s\n", entry->key, entry->value);
}

static void print_softdep(FILE *file, const struct index_entry *entry)
{
	fprintf(file, "softdep %s %s\n", entry->key, entry->value);
}

static void print_devname(FILE *file, const struct index_entry *entry)
{
	fprintf(file, "%s %s\n", entry->key, entry->value);
}

static int write_files(struct depmod *d, int dir_fd, struct err *err)
{
	if (module_index_write_text(&d->dep, dir_fd, "modules.dep", NULL, print_dep, err) ||
	    module_index_write_text(&d->alias, dir_fd, "modules.alias",
				    "Aliases extracted from modules themselves.", print_alias,
				    err) ||
	    module_index_write_text(&d->symbols, dir_fd, "modules.symbols",
				    "Aliases for symbols, used by symbol_request().", print_alias,
				    err) ||
	    module_index_write_text(&d->softdep, dir_fd, "modules.softdep",
				    "Soft dependencies extracted from modules themselves.",
				    print_softdep, err) ||
	    module_index_write_text(&d->devname, dir_fd, "modules.devname",
				    "Device nodes to trigger on-demand module loading.",
				    print_devname, err))
		return -1;
	if (module_index_write_trie(&d->dep, dir_fd, "modules.dep.bin", err) ||
	    module_index_write_trie(&d->alias, dir_fd, "modules.alias.bin", err) ||
	    module_index_write_trie(&d->symbols, dir_fd, "modules.symbols.bin", err) ||
	    module_index_write_trie(&d->builtin, dir_fd, "modules.builtin.bin", err) ||
	    module_index_write_trie(&d->builtin_alias, dir_fd, "modules.builtin.alias.bin", err))
		return -1;
	return 0;
}

static int make(struct depmod *depmod, int dir_fd, const char *prefix, struct err *err)
{
	if (depmod_collect(depmod, dir_fd, err))
		return -1;
	for (size_t i = 0; i < depmod->count; i++)
		if (read_module(depmod, &depmod->module[i], dir_fd, err))
			return -1;
	if (resolve(depmod, prefix, err) || read_builtin(depmod, dir_fd, err) ||
	    read_builtin_alias(depmod, dir_fd, err))
		return -1;
	return write_files(depmod, dir_fd, err);
}

int depmod_make(int dir_fd, const char *release, bool absolute, struct err *err)
{
	struct depmod *depmod = calloc(1, sizeof(*depmod));
	const char *prefix;
	int ret;

	if (!depmod)
		return err_set(err, ERR_MEMORY, NULL, "no memory for the list of modules");
	prefix = absolute ? arena_printf(&depmod->arena, "/lib/modules/%s/", release) : "";
	ret = make(depmod, dir_fd, prefix, err);
	module_index_free(&depmod->alias);
	module_index_free(&depmod->symbols);
	module_index_free(&depmod->softdep);
	module_index_free(&depmod->devname);
	module_index_free(&depmod->dep);
	module_index_free(&depmod->builtin);
	module_index_free(&depmod->builtin_alias);
	arena_free(&depmod->arena);
	free(depmod);
	return ret;
}
