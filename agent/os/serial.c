#include "os/serial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT          "ttyS"
#define DEFAULT_SPEED 9600

bool serial_parse(struct serial *serial, const char *console)
{
	unsigned long unit;
	char *end;

	if (strncmp(console, PORT, strlen(PORT)) != 0)
		return false;
	unit = strtoul(console + strlen(PORT), &end, 10);
	if (end == console + strlen(PORT) || (*end && *end != ',') || unit > 255)
		return false;
	serial->unit = (unsigned)unit;
	snprintf(serial->tty, sizeof(serial->tty), PORT "%lu", unit);
	serial->speed = *end ? (unsigned)strtoul(end + 1, NULL, 10) : 0;
	if (!serial->speed)
		serial->speed = DEFAULT_SPEED;
	return true;
}
