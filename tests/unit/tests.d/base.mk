TEST_child = base/child.c base/child_stage.c base/tail.c base/log.c base/err.c
TEST_base = base/io.c base/err.c base/arena.c base/tail.c base/log.c
TEST_console = console.c base/log.c base/err.c
TEST_kmsg = base/kmsg.c
CFLAGS_kmsg = -Wl,--wrap=open
TEST_file = $(SCRATCH)
CFLAGS_file = -Wl,--wrap=fsync -Wl,--wrap=renameat -Wl,--wrap=rename
TEST_random = base/random.c base/io.c base/err.c base/log.c $(SCRATCH)
CFLAGS_random = -Wl,--wrap=getrandom -Wl,--wrap=write_all -Wl,--wrap=fsync -Wl,--wrap=poll -Wl,--wrap=read -Wl,--wrap=ioctl -Wl,--wrap=clock_gettime
