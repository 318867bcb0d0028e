"""The old VM, as far as a new one sees it: a real sshd, and a tree of files."""
import contextlib
import os
import pathlib
import signal
import subprocess

from common import PATIENCE_S, free_port, until
from process import die_with_parent


def keygen(path):
    """A new key pair; its public half."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
    return pathlib.Path(f"{path}.pub").read_text().strip()


class Sshd:
    """Logins of root with one key.

    `inside`: makes a command line one that runs in the network namespace where it listens.
    """

    def __init__(self, folder, address="127.0.0.1", port=None, inside=lambda *argv: [*argv], config=""):
        self.folder, self.address, self.port, self.inside = pathlib.Path(folder), address, port or free_port(), inside
        self.process = None
        self.folder.mkdir(mode=0o755)
        self.host_key = keygen(self.folder / "host")
        (self.folder / "authorized_keys").write_text(keygen(self.folder / "login") + "\n")
        (self.folder / "config").write_text(
            f"ListenAddress {address}\nPort {self.port}\nHostKey {self.folder}/host\nAuthorizedKeysFile {self.folder}/authorized_keys\n"
            f"PermitRootLogin yes\nPasswordAuthentication no\nUsePAM no\nStrictModes no\nPidFile none\nMaxStartups 100\n{config}")
        # Where Debian's init makes it at boot.
        pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self.start()

    def start(self):
        log = self.folder / "sshd.log"
        log.write_text("")
        self.process = subprocess.Popen(self.inside("/usr/sbin/sshd", "-D", "-f", str(self.folder / "config"), "-E", str(log)),
                                        start_new_session=True, preexec_fn=die_with_parent)
        until(lambda: "Server listening on" in log.read_text(), lambda: f"sshd listens, but says {log.read_text()}")

    @property
    def key(self):
        """The private key that it lets in as root."""
        return (self.folder / "login").read_text()

    @property
    def secret(self):
        """A line of the key that nobody may show."""
        return self.key.splitlines()[2]

    @property
    def login(self):
        """The object "ssh" of a job."""
        return {"host": self.address, "port": self.port, "key": self.key, "host_key": self.host_key}

    def sessions(self):
        return [int(pid) for pid in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

    def cut(self):
        """End the sessions, as a router that forgets its connections does; how many there were."""
        pids = self.sessions()
        for pid in pids:
            # One that has just ended by itself.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(pids)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)  # so that no session is missed
            self.cut()
            self.process.kill()
            self.process.wait(PATIENCE_S)


class OldVM(Sshd):
    """Its tree is `tree`; programs in `bin` come before the system's for who logs in."""

    def __init__(self, folder, *where):
        self.tree, self.bin = folder / "www", folder / "bin"
        super().__init__(folder, *where, config=f"SetEnv PATH={self.bin}:/usr/bin:/bin\n")
        for path in (self.tree, self.bin):
            path.mkdir()

    def write(self, name, content, tree=None):
        path = (tree or self.tree) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
