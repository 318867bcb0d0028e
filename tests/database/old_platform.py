"""The old platform: an sshd whose sessions can be cut, and somebody who writes into its server all the time."""
import os
import pathlib
import signal
import subprocess
import threading
import time

SSHD = "/usr/sbin/sshd"


def await_true(check, seconds=120, what=""):
    """The waits of these tests: one that ends early costs nothing."""
    deadline = time.monotonic() + seconds
    while not (value := check()):
        assert time.monotonic() < deadline, what() if callable(what) else what
        time.sleep(0.1)
    return value


class Sshd:
    """Logins of root with one key. `run` goes before commands that have to run in another network."""

    def __init__(self, folder, port, address="127.0.0.1", run=()):
        self.folder, self.port, self.address, self.run, self.process = pathlib.Path(folder), port, address, list(run), None
        self.folder.mkdir(mode=0o755)
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        for name in ("host", "identity"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(self.folder / name)], check=True)
        (self.folder / "authorized_keys").write_text((self.folder / "identity.pub").read_text())
        (self.folder / "config").write_text(
            f"HostKey {self.folder}/host\nAuthorizedKeysFile {self.folder}/authorized_keys\nPermitRootLogin yes\nStrictModes no\nUsePAM no\n"
            f"PidFile none\nPasswordAuthentication no\nListenAddress {address}\nPort {port}\nMaxStartups 100\n")
        self.start()

    def start(self):
        self.process = subprocess.Popen([*self.run, SSHD, "-D", "-f", str(self.folder / "config"), "-E", str(self.folder / "log")],
                                        start_new_session=True)
        await_true(lambda: "Server listening" in self.log, 60, lambda: self.log)

    @property
    def log(self):
        return (self.folder / "log").read_text() if (self.folder / "log").exists() else ""

    @property
    def login(self):
        """The object "ssh" of a job."""
        return {"host": self.address, "port": self.port, "key": (self.folder / "identity").read_text(),
                "host_key": " ".join((self.folder / "host.pub").read_text().split()[:2])}

    @property
    def secret(self):
        """A line of the key that nobody may show."""
        return (self.folder / "identity").read_text().splitlines()[2]

    def sessions(self):
        return [int(pid) for pid in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

    def cut(self):
        """End the sessions, as a router that forgets its connections does; how many there were."""
        pids = self.sessions()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return len(pids)

    def stop(self):
        if self.process and self.process.poll() is None:
            pids = self.sessions()
            self.process.terminate()
            self.process.wait(timeout=60)
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass


class Writer:
    """A client without special rights: row after row, each known to be there once the server has said so."""

    def __init__(self, client, table, pause_s=0.005):
        self.acknowledged, self.table, self.pause_s, self.ending = [], table, pause_s, False
        self.process = subprocess.Popen(client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
                                        start_new_session=True)
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.write, self.listen, self.drain)]
        self.errors = []
        for thread in self.threads:
            thread.start()

    def write(self):
        number = 0
        try:
            while not self.ending:
                number += 1
                self.process.stdin.write(f"INSERT INTO {self.table} VALUES ({number}, REPEAT('x', 100)) RETURNING id;\n")
                time.sleep(self.pause_s)
            self.process.stdin.close()
        except (BrokenPipeError, OSError):
            pass

    def listen(self):
        for line in self.process.stdout:
            self.acknowledged.append(int(line))

    def drain(self):
        for line in self.process.stderr:
            self.errors.append(line)

    def stop(self):
        self.ending = True
        self.threads[0].join(timeout=60)
        self.process.wait(timeout=60)
        for thread in self.threads:
            thread.join(timeout=60)
        return self.acknowledged
