"""A VM that the installer has left: its instructions, its dumps, and `newroot first-boot` over them."""
import hashlib
import json
import os
import subprocess

from common import PATIENCE_S, driver, under_kernel

SECRET = "s3cret/of+the*replica"  # what no log, event or command line may show


class Machine:
    def __init__(self, service, folder, name, mac):
        self.service, self.folder, self.name, self.mac = service, folder, name, mac
        folder.mkdir()
        for part in ("state", "dumps", "root"):
            (folder / part).mkdir()
        (folder / "console").touch()
        self.seed.write_bytes(os.urandom(512))
        self.seed.chmod(0o600)
        # The same, where an installed system has it.
        for place, path in (("etc/newroot", ""), ("var/lib/newroot", "state"), ("var/log/newroot.log", "log")):
            (folder / "root" / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / "root" / place).symlink_to(folder / path)
        self.dumps = []
        self.environment = None
        self.before = ""  # a command of the shell, in a namespace of mounts of its own
        self.program = driver("database/driver")

    def add_dump(self, database, content, end_mark=False):
        """Most are written by hand, and have no mark at their end."""
        path = self.folder / "dumps" / f"{len(self.dumps) + 1:02}-{database}.dump"
        path.write_bytes(content)
        path.chmod(0o600)
        self.dumps.append({"database": database, "url": "https://127.0.0.1/x", "sha256": hashlib.sha256(content).hexdigest(),
                           "end_mark": end_mark})
        return path

    def instruct(self, server, after=(), after_limit=0, **databases):
        """The file that the installer writes."""
        databases = {"dumps": self.dumps, "directory": str(self.folder / "dumps"), "login": {"socket": str(server.socket)}, **databases}
        config = {"service": f"https://127.0.0.1:{self.service.port}", "ca": str(self.service.data / "ca.pem"), "mac": self.mac,
                  "databases": databases}
        if after:
            config["after"] = list(after)
        if after_limit:
            config["after_limit"] = after_limit
        self.config.write_text(json.dumps(config))
        self.config.chmod(0o600)

    @property
    def config(self):
        return self.folder / "first-boot.json"

    @property
    def seed(self):
        """Of random numbers, which the installer leaves."""
        return self.folder / "state/random-seed"

    @property
    def log(self):
        return (self.folder / "log").read_text() if (self.folder / "log").exists() else ""

    @property
    def argv(self):
        inside = ["unshare", "--mount", "sh", "-c", f'{self.before} exec "$@"', "sh"] if self.before else []
        return [str(a) for a in (*under_kernel(self.program), *inside, self.program, self.config, self.folder / "state", self.folder / "console",
                                 self.folder / "log", self.folder / "root")]

    def start(self):
        return subprocess.Popen(self.argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment)

    def run(self):
        done = subprocess.run(self.argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, env=self.environment)
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
        return done

    @property
    def life(self):
        program = driver("database/life")
        return [*under_kernel(program), str(program)]

    def attend(self):
        """The process that goes on until cutover."""
        (self.folder / "migrating").touch()
        return subprocess.Popen([*self.life, "attend", str(self.folder / "root")], stdout=subprocess.DEVNULL,
                                stderr=open(self.folder / "attend.stderr", "wb"), env=self.environment)

    def cut_over(self, *how, limit=300):
        done = subprocess.run([*self.life, "cutover", str(self.folder / "root"), str(limit), *how], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=3 * PATIENCE_S, env=self.environment)
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
        return done

    def marked(self):
        """Whether the operator's word makes a cutover count that nobody has ordered: the VM's own does not."""
        claimed = self.state != "cut over"
        self.service.cli("cutover", self.name, "--mark")
        return claimed and self.state == "cut over"

    def complete(self):
        done = self.run()
        assert done.returncode == 0, done.stderr
        assert self.state == "complete"

    def fail(self, code):
        """A run that must end with this code; its error event."""
        done = self.run()
        assert done.returncode != 0 and f"[{code}]" in done.stderr, done.stderr
        assert self.state == "error"
        error = [event for event in self.events if event["type"] == "error"][-1]
        assert error["code"] == code
        return error

    @property
    def state(self):
        return self.service.ask(f"/v1/vms/{self.name}")["state"]

    @property
    def events(self):
        boots = self.service.ask(f"/v1/vms/{self.name}")["boots"]
        events = []
        for boot in sorted(boots, key=lambda boot: boot["first_ms"]):
            events += self.service.ask(f"/v1/vms/{self.name}/events?boot={boot['boot']}&limit=1000")["events"]
        return events

    def marks(self):
        folder = self.folder / "state/databases"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def shows(self, secret):
        """Files of this VM, events of it, and whatever else a person would read."""
        texts = {str(path): path.read_text(errors="replace") for path in self.folder.rglob("*") if path.is_file()}
        texts["events"] = json.dumps(self.events)
        texts["service"] = self.service.log()
        return [name for name, text in texts.items() if secret in text]
