"""The real `newroot first-boot` with the folders of a Machine as its system's: in a namespace of mounts, whose processes end with the test."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

from common import BUILD, PATIENCE_S, under_kernel, until

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
        # The server's processes are this system's: whose socket it is, they prove.
        self.holder = subprocess.Popen(["unshare", "--mount", "sh", "-c", SETUP, "sh", folder])
        until((folder / "ready").exists, "namespaces")
        self.inside = [shutil.which("nsenter"), "--mount", "--target", str(self.holder.pid), shutil.which("env"), "--chdir", folder]

    def _processes(self):
        """All that are in there."""
        there = os.readlink(f"/proc/{self.holder.pid}/ns/mnt")
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(process / "ns/mnt") == there:
                    yield int(process.name)

    def _run(self, popen, *argv, **kwargs):
        return popen([*under_kernel(BUILD / "newroot"), *self.inside, BUILD / "newroot", "first-boot", "--config", self.machine.config.name, *argv], stdout=subprocess.PIPE,
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
        for pid in list(self._processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.holder.wait()
