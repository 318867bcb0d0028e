/* Serial consoles as the kernel writes them: console=ttyS0,115200n8 (serial-console.rst). */
#ifndef NEWROOT_OS_SERIAL_H
#define NEWROOT_OS_SERIAL_H

#include <stdbool.h>

struct serial {
	char tty[16];   /* "ttyS0" */
	unsigned unit;  /* 0 */
	unsigned speed; /* bits a second; the kernel's default is 9600 */
};

/* False when `console` is not a serial port: "tty0". */
bool serial_parse(struct serial *serial, const char *console);

#endif
