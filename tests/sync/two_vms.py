"""The old VM, a real sshd on loopback, and the new one, a root of its own in which the real newroot runs."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from common import BUILD
from service import MAC

PATIENCE_S = 120


def until(happens, what):
    deadline = time.monotonic() + PATIENCE_S
    while not (result := happens()):
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_S} s"
        time.sleep(0.02)
    return result


def keygen(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return pathlib.Path(f"{path}.pub").read_text().strip()


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class OldVM:
    """Its tree is `tree`; programs in `bin` come before the system's for who logs in."""

    def __init__(self, folder):
        self.folder, self.tree, self.bin = folder, folder / "www", folder / "bin"
        for path in (folder, self.tree, self.bin):
            path.mkdir()
        self.host_key = keygen(folder / "host")
        self.login_key = keygen(folder / "login")
        (folder / "authorized_keys").write_text(self.login_key + "\n")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (folder / "config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized_keys\n"
            f"StrictModes no\nPidFile none\nSetEnv PATH={self.bin}:/usr/bin:/bin\n")
        # Where Debian's init makes it at boot.
        pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self.sshd = None
        self.start()

    def start(self):
        self.sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", self.folder / "config", "-E", self.folder / "sshd.log"])
        until(lambda: answers(self.port), "sshd listens")

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


class NewVM:
    """`tree` is /srv/www of the new system."""

    def __init__(self, root, service, old):
        self.root, self.service, self.old, self.started = root, service, old, []
        for folder in ("usr", "dev", "proc", "tmp", "run", "root", "srv", "etc/newroot", "var/lib/newroot", "var/log"):
            (root / folder).mkdir(parents=True)
        for link in ("bin", "sbin", "lib", "lib64"):
            (root / link).symlink_to(f"usr/{link}")
        for name in ("passwd", "group", "nsswitch.conf"):
            shutil.copy(f"/etc/{name}", root / "etc" / name)
        shutil.copy(BUILD / "newroot", root / "newroot")
        shutil.copy(service.data / "ca.pem", root / "etc/newroot/ca.pem")
        (root / "etc/newroot/first-boot.json").write_text(json.dumps(
            {"service": f"https://127.0.0.1:{service.port}", "ca": "/etc/newroot/ca.pem", "mac": MAC}))
        self.marker.touch()
        self.instruct()

    @property
    def marker(self):
        return self.root / "etc/newroot/migrating"

    @property
    def tree(self):
        return self.root / "srv/www"

    @property
    def log(self):
        path = self.root / "var/log/newroot.log"
        return path.read_text() if path.exists() else ""

    def instruct(self, *trees, protect=(), limit=None, **ssh):
        """The file that the installer writes."""
        ssh = {"host": "127.0.0.1", "port": self.old.port, "user": "root", "key": (self.old.folder / "login").read_text(),
               "host_key": self.old.host_key, **ssh}
        config = {"ssh": ssh, "protect": list(protect),
                  "trees": list(trees) or [{"path": "/srv/www", "from": str(self.old.tree)}]}
        if limit:
            config["limit"] = limit
        path = self.root / "etc/newroot/sync.json"
        path.write_text(json.dumps(config))
        path.chmod(0o600)

    def start(self, *options):
        """It is the process itself that runs newroot: what comes before it is replaced."""
        binds = " && ".join(f"mount --rbind /{name} {self.root}/{name}" for name in ("usr", "dev", "proc"))
        process = subprocess.Popen(["unshare", "--mount", "sh", "-c", f'{binds} && exec chroot {self.root} /newroot "$@"', "sh",
                                    "sync", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.started.append(process)
        return process

    def run(self, *options):
        process = self.start(*options)
        out, words = process.communicate(timeout=PATIENCE_S)
        self.check_traces()
        return process.returncode, out, words

    def check_traces(self):
        """After its end no key is left but in its instructions."""
        left = list((self.root / "run").rglob("*"))
        assert not [path for path in left if path.is_file()], left

    def sync(self, *options):
        """A pass that must go well: its last event of the step."""
        status, out, words = self.run(*options)
        assert status == 0, out + words
        end = [event for event in self.events if event["type"] == "end"][-1]
        assert end["step"] == "sync" and end["ok"]
        return end

    def fail(self, code, *options):
        status, out, words = self.run(*options)
        assert status != 0 and f"[{code}]" in words, out + words
        return words

    @property
    def events(self):
        return self.service.show("web1")["events"]

    @property
    def notes(self):
        return [event["text"] for event in self.events if event["type"] == "note"]

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()


def processes_with(word):
    """Command lines of processes that have this word in them."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line:
            found.append(line)
    return found
