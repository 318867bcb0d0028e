"""The real `newroot first-boot` with the folders of a Machine as its system's: in namespaces of its own, which end with the test."""
import os
import shutil
import subprocess

from common import BUILD, PATIENCE_S, until

# The console is this machine's own.
SETUP = """set -e
mount --bind "$1/lib" /var/lib
mount --bind "$1/state" /var/lib/newroot
mount --bind "$1/log-folder" /var/log
[ ! -e /dev/console ] || mount --bind /dev/null /dev/console
: >"$1/ready"
exec sleep infinity
"""


class Installed:
    def __init__(self, machine):
        self.machine = machine
        folder = machine.folder
        for part in ("lib/newroot", "log-folder"):
            (folder / part).mkdir(parents=True)
        self.holder = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", SETUP, "sh", folder])
        until((folder / "ready").exists, "namespaces")
        self.inside = [shutil.which("nsenter"), "--mount", "--pid", "--target", self._child(), shutil.which("env"), "--chdir", folder]

    def _child(self):
        with open(f"/proc/{self.holder.pid}/task/{self.holder.pid}/children") as children:
            return children.read().split()[0]

    def _run(self, popen, *argv, **kwargs):
        return popen([*self.inside, BUILD / "newroot", "first-boot", "--config", self.machine.config.name, *argv], stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE, text=True, env={**os.environ, **(self.machine.environment or {})}, **kwargs)

    def boot(self):
        """As the init system starts it."""
        return self._run(subprocess.Popen, "--stay")

    def by_hand(self):
        return self._run(subprocess.run, timeout=PATIENCE_S)

    def error(self, code):
        """It stays after an error with this code; the service's words."""
        service, name = self.machine.service, self.machine.name
        until(lambda: self.machine.state == "error", f"{name} has an error")
        error = service.ask(f"/v1/vms/{name}")["error"]
        assert error["text"].startswith(f"{code}: "), error
        return error

    def close(self):
        self.holder.kill()
        self.holder.wait()
