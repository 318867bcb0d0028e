# The agent's own loop: agent/*.c.
TEST_programme = programme.c steps/disk_errors.c base/err.c base/log.c
TEST_again = again.c base/err.c
TEST_lock = lock.c base/err.c
