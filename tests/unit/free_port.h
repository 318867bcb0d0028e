#ifndef NEWROOT_TESTS_FREE_PORT_H
#define NEWROOT_TESTS_FREE_PORT_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/* A port of 127.0.0.1, below those that the kernel gives out by itself: nobody takes it before it is used. */
static inline int free_port(void)
{
	const struct sockaddr_in unbound = {.sin_family = AF_INET,
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	for (;;) {
		struct sockaddr_in address = unbound;
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		uint16_t number;
		int taken;

		if (fd < 0 || getrandom(&number, sizeof(number), 0) != sizeof(number))
			abort();
		address.sin_port = htons((uint16_t)(10000 + number % 22000));
		taken = bind(fd, (struct sockaddr *)&address, sizeof(address));
		close(fd);
		if (!taken)
			return ntohs(address.sin_port);
	}
}

#endif
