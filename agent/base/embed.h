/* Files of the source that a program carries: scripts, pages. The assembler reads them; make runs at the top of the source. */
#ifndef NEWROOT_BASE_EMBED_H
#define NEWROOT_BASE_EMBED_H

/* `name` is the file's text, a string; `name`_end is behind its last byte, where the NUL is. */
#define EMBED_FILE(name, file)                                                                     \
	__asm__(".pushsection .rodata\n" #name ":\n.incbin \"" file "\"\n" #name                   \
		"_end:\n.byte 0\n.popsection\n");                                                  \
	extern const char name[], name##_end[]

#endif
