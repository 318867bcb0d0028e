#include "archive/modfile.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/decompress.h"
#include "base/limits.h"

static const char *const suffixes[] = {".ko", ".ko.gz", ".ko.xz", ".ko.zst"};

bool modfile_name(const char *path, char *name, size_t size)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t length = strlen(base);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		size_t tail = strlen(suffixes[i]);

		if (length <= tail || strcmp(base + length - tail, suffixes[i]))
			continue;
		snprintf(name, size, "%.*s", (int)(length - tail), base);
		for (char *c = name; *c; c++)
			if (*c == '-')
				*c = '_';
		return true;
	}
	return false;
}

/* Decompressed into memory that only its descriptor names. */
static int unpacked(int fd, const char *path, struct err *err)
{
	const struct decompress_limits limits = {
		.memory = MODULE_BYTES_MAX, .threads = 1, .output = MODULE_BYTES_MAX};
	int memory = memfd_create("module", MFD_CLOEXEC);

	if (memory < 0)
		return err_sys(err, ERR_IO, path, "cannot make a memory file");
	if (decompress_stream(fd, memory, &limits, err)) {
		close(memory);
		if (err)
			snprintf(err->where, sizeof(err->where), "%s", path);
		return -1;
	}
	return memory;
}

static int map(struct modfile *module, int fd, const char *path, struct err *err)
{
	struct stat st;
	void *image;

	if (fstat(fd, &st))
		return err_sys(err, ERR_IO, path, "cannot stat");
	if (st.st_size == 0 || (uint64_t)st.st_size > MODULE_BYTES_MAX)
		return err_set(err, ERR_KERNEL, path,
			       "a module of %lld bytes; 1 to %llu are accepted",
			       (long long)st.st_size, (unsigned long long)MODULE_BYTES_MAX);
	image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image == MAP_FAILED)
		return err_sys(err, ERR_IO, path, "cannot map");
	*module = (struct modfile){image, (size_t)st.st_size};
	return 0;
}

int modfile_open(struct modfile *module, int dir_fd, const char *path, struct err *err)
{
	bool packed = strcmp(path + strlen(path) - strlen(".ko"), ".ko") != 0;
	/* A fifo of a module's name must not be waited for. */
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int ret = -1;

	if (fd < 0)
		return err_sys(err, ERR_KERNEL, path, "cannot open the module");
	if (packed) {
		int memory = unpacked(fd, path, err);

		close(fd);
		fd = memory;
	}
	if (fd >= 0) {
		ret = map(module, fd, path, err);
		close(fd);
	}
	return ret;
}

void modfile_close(struct modfile *module)
{
	if (module->image)
		munmap((void *)module->image, module->size);
	*module = (struct modfile){0};
}

static bool within(size_t size, uint64_t offset, uint64_t length)
{
	return offset <= size && length <= size - offset;
}

/* Headers are copied out: nothing promises their alignment in a hostile file. */
static bool read_header(const uint8_t *image, size_t size, Elf64_Ehdr *header)
{
	if (size < sizeof(*header))
		return false;
	memcpy(header, image, sizeof(*header));
	return !memcmp(header->e_ident, ELFMAG, SELFMAG) &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB;
}

static bool read_section(const uint8_t *image, size_t size, const Elf64_Ehdr *header,
			 unsigned index, Elf64_Shdr *section)
{
	uint64_t offset = (uint64_t)index * sizeof(*section);

	if (header->e_shentsize != sizeof(*section) || header->e_shoff > size ||
	    !within(size, header->e_shoff + offset, sizeof(*section)))
		return false;
	memcpy(section, image + header->e_shoff + offset, sizeof(*section));
	return section->sh_type == SHT_NOBITS || within(size, section->sh_offset, section->sh_size);
}

static bool is_named(const uint8_t *image, const Elf64_Shdr *names, uint32_t at, const char *name)
{
	size_t length = strlen(name) + 1;

	return names->sh_type == SHT_STRTAB && within((size_t)names->sh_size, at, length) &&
	       !memcmp(image + names->sh_offset + at, name, length);
}

bool modfile_section(const uint8_t *image, size_t size, const char *name,
		     struct modfile_strings *strings)
{
	Elf64_Ehdr header;
	Elf64_Shdr names, section;

	*strings = (struct modfile_strings){0};
	if (!read_header(image, size, &header) ||
	    !read_section(image, size, &header, header.e_shstrndx, &names))
		return false;
	for (unsigned i = 0; i < header.e_shnum; i++) {
		if (!read_section(image, size, &header, i, &section))
			return false;
		if (section.sh_type == SHT_NOBITS ||
		    !is_named(image, &names, section.sh_name, name))
			continue;
		*strings = (struct modfile_strings){(const char *)image + section.sh_offset,
						    (size_t)section.sh_size};
		return true;
	}
	return true;
}

const char *modfile_next(const struct modfile_strings *strings, size_t *at)
{
	const char *string, *end;

	/* Sections are padded with NULs between and after strings. */
	while (*at < strings->size && strings->text[*at] == '\0')
		(*at)++;
	if (*at >= strings->size)
		return NULL;
	string = strings->text + *at;
	end = memchr(string, '\0', strings->size - *at);
	if (!end)
		return NULL;
	*at = (size_t)(end - strings->text) + 1;
	return string;
}

const char *modfile_value(const char *string, const char *key)
{
	size_t length = strlen(key);

	return !strncmp(string, key, length) && string[length] == '=' ? string + length + 1 : NULL;
}

bool modfile_is_dynamic(const uint8_t *image, size_t size)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (!read_header(image, size, &header) || header.e_phentsize != sizeof(segment))
		return false;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		uint64_t offset = (uint64_t)i * sizeof(segment);

		if (header.e_phoff > size ||
		    !within(size, header.e_phoff + offset, sizeof(segment)))
			return false;
		memcpy(&segment, image + header.e_phoff + offset, sizeof(segment));
		if (segment.p_type == PT_INTERP)
			return true;
	}
	return false;
}
