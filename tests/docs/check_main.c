/* `newroot check` alone, built with the machine's own compiler: its tests need no musl. */
#include "command.h"

int main(int argc, char **argv)
{
	return cmd_check(argc, argv);
}
