"""The old VM, as far as a new one sees it: a real sshd, and a tree of files."""
import pathlib
import socket
import subprocess
import time

PATIENCE_S = 120


def until(happens, what, seconds=PATIENCE_S):
    deadline = time.monotonic() + seconds
    while not (result := happens()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return result


def keygen(path):
    """A new key pair; its public half."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return pathlib.Path(f"{path}.pub").read_text().strip()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class OldVM:
    """Its tree is `tree`; programs in `bin` come before the system's for who logs in.

    `inside`: makes a command line one that runs in the network namespace where it listens.
    """

    def __init__(self, folder, address="127.0.0.1", port=None, inside=lambda *argv: [*argv]):
        self.folder, self.tree, self.bin = folder, folder / "www", folder / "bin"
        self.address, self.port, self.inside, self.sshd = address, port or free_port(), inside, None
        for path in (folder, self.tree, self.bin):
            path.mkdir()
        self.host_key = keygen(folder / "host")
        (folder / "authorized_keys").write_text(keygen(folder / "login") + "\n")
        (folder / "config").write_text(
            f"ListenAddress {address}\nPort {self.port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized_keys\n"
            f"StrictModes no\nPidFile none\nSetEnv PATH={self.bin}:/usr/bin:/bin\n")
        # Where Debian's init makes it at boot.
        pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self.start()

    @property
    def key(self):
        """The private key that it lets in as root."""
        return (self.folder / "login").read_text()

    def start(self):
        log = self.folder / "sshd.log"
        log.write_text("")
        self.sshd = subprocess.Popen(self.inside("/usr/sbin/sshd", "-D", "-f", str(self.folder / "config"), "-E", str(log)))
        until(lambda: "Server listening on" in log.read_text(), "sshd listens")

    def stop(self):
        self.sshd.terminate()
        self.sshd.wait()
        self.sshd = None

    def close(self):
        if self.sshd:
            self.stop()

    def write(self, name, content, tree=None):
        path = (tree or self.tree) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
