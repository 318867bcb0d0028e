# Logins by ssh: a real sshd on this machine, and programs that say they are old.
SSH_SOURCES := ssh/ssh.c base/child.c base/child_stage.c base/tail.c base/log.c
TEST_ssh = $(SSH_SOURCES) $(JOB_SOURCES) $(SCRATCH)
LIBS_ssh = -ljansson
TEST_tunnel = ssh/tunnel.c ssh/tunnel_keeper.c $(TEST_ssh)
LIBS_tunnel = -ljansson
