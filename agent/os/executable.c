#include "os/executable.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX   4 /* scripts whose interpreters are scripts: the kernel's own limit (binfmts.h) */
#define HEADERS_MAX 64  /* program headers: compilers make about a dozen */
#define LINE_SIZE   256 /* of "#!": BINPRM_BUF_SIZE */

/* Both word sizes, read into the larger one. */
struct segments {
	uint64_t offset, entry_size, count;
	bool wide;
};

static int read_at(int fd, void *data, size_t size, uint64_t offset)
{
	return pread(fd, data, size, (off_t)offset) == (ssize_t)size ? 0 : -1;
}

static int read_segments(int fd, struct segments *segments)
{
	union {
		unsigned char ident[EI_NIDENT];
		Elf32_Ehdr narrow;
		Elf64_Ehdr wide;
	} head;

	if (read_at(fd, &head, sizeof(head.narrow), 0))
		return -1;
	segments->wide = head.ident[EI_CLASS] == ELFCLASS64;
	if (segments->wide && read_at(fd, &head, sizeof(head.wide), 0))
		return -1;
	if (segments->wide ? head.wide.e_machine != EM_X86_64 : head.narrow.e_machine != EM_386)
		return -1;
	segments->offset = segments->wide ? head.wide.e_phoff : head.narrow.e_phoff;
	segments->count = segments->wide ? head.wide.e_phnum : head.narrow.e_phnum;
	segments->entry_size = segments->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	return segments->count > HEADERS_MAX ? -1 : 0;
}

/* The dynamic linker of an ELF program; "" for a static one. */
static int elf_interpreter(int fd, char *interpreter, size_t size)
{
	struct segments segments;

	interpreter[0] = '\0';
	if (read_segments(fd, &segments))
		return -1;
	for (uint64_t i = 0; i < segments.count; i++) {
		union {
			Elf32_Phdr narrow;
			Elf64_Phdr wide;
		} entry;
		uint64_t length;

		if (read_at(fd, &entry, segments.entry_size,
			    segments.offset + i * segments.entry_size))
			return -1;
		if (entry.narrow.p_type != PT_INTERP) /* the first member of both */
			continue;
		length = segments.wide ? entry.wide.p_filesz : entry.narrow.p_filesz;
		if (length == 0 || length >= size)
			return -1;
		interpreter[length] = '\0';
		return read_at(fd, interpreter, length,
			       segments.wide ? entry.wide.p_offset : entry.narrow.p_offset);
	}
	return 0;
}

static int interpreter_of(int fd, char *interpreter, size_t size)
{
	char line[LINE_SIZE] = "";
	ssize_t got = pread(fd, line, sizeof(line) - 1, 0);
	const char *word;

	if (got < 4)
		return -1;
	if (!memcmp(line, ELFMAG, SELFMAG))
		return elf_interpreter(fd, interpreter, size);
	if (memcmp(line, "#!", 2) != 0)
		return -1;
	word = line + 2 + strspn(line + 2, " \t");
	got = (ssize_t)strcspn(word, " \t\n");
	if (got == 0 || (size_t)got >= size)
		return -1;
	memcpy(interpreter, word, (size_t)got);
	interpreter[got] = '\0';
	return 0;
}

static int open_program(const struct target *target, const char *path, struct err *err)
{
	int fd = target_fd(target, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return err_sys(err, ERR_VERIFY, path, "cannot open %s of the new system", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111))
		return fd;
	close(fd);
	return err_set(err, ERR_VERIFY, path, "%s of the new system is not an executable file",
		       path);
}

int executable_check(const struct target *target, const char *path, struct err *err)
{
	char name[PATH_MAX], next[PATH_MAX];

	strncpy(name, path, sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		int fd = open_program(target, name, err);
		int ret;

		if (fd < 0)
			return depth ? err_prefix(err, "interpreter of %s", path) : -1;
		ret = interpreter_of(fd, next, sizeof(next));
		close(fd);
		if (ret)
			return err_set(
				err, ERR_VERIFY, path,
				"%s of the new system is neither an x86 program nor a script",
				name);
		if (!next[0])
			return 0;
		memcpy(name, next, sizeof(name));
	}
	return err_set(err, ERR_VERIFY, path, "%s of the new system: interpreters nest too deeply",
		       path);
}
