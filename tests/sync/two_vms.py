"""The new VM: a root of its own, in which the real newroot runs against an old VM on loopback."""
import json
import os
import pathlib
import shutil
import signal
import subprocess

from common import BUILD, PATIENCE_S, under_kernel
from service import MAC


class NewVM:
    """`tree` is /srv/www of the new system."""

    def __init__(self, root, service, old):
        self.root, self.service, self.old, self.started = root, service, old, []
        self.before = ""  # a command of the shell, before newroot
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

    def instruct(self, *trees, protect=(), limit=None, databases=False, **ssh):
        """The file that the installer writes."""
        ssh = {"host": "127.0.0.1", "port": self.old.port, "user": "root", "key": self.old.key,
               "host_key": self.old.host_key, **ssh}
        config = {"ssh": ssh, "protect": list(protect), "databases": databases,
                  "trees": list(trees) or [{"path": "/srv/www", "from": str(self.old.tree)}]}
        if limit:
            config["limit"] = limit
        path = self.root / "etc/newroot/sync.json"
        path.write_text(json.dumps(config))
        path.chmod(0o600)

    def start(self, *options):
        """It is the process itself that runs newroot: what comes before it is replaced."""
        binds = " && ".join(f"mount --rbind /{name} {self.root}/{name}" for name in ("usr", "dev", "proc"))
        process = subprocess.Popen([*under_kernel(self.root / "newroot"), "unshare", "--mount", "sh", "-c", f'{binds} && {self.before} exec chroot {self.root} /newroot "$@"', "sh",
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
