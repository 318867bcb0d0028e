"""docs/service.md, followed to the letter: every command in its order, with a service, a network, and what VMs would say."""
import http.client
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess

import archives
from common import BUILD, TOP, until
from namespaces import inside
from screen import Terminal
from service import Boot

PAGE = TOP / "docs" / "service.md"
DATA = pathlib.Path("/var/lib/newroot")

# What the page runs elsewhere, or long before: an old VM, the build.
STANDINS = {
    "make": "#!/bin/sh\n",
    "ssh": '#!/bin/sh\n[ "$1 $2 $3 $4" = "root@${1#root@} tar -C /" ] || exit 1\nshift 2\nshift 2\nexec tar -C old "$@"\n',
}


class Shell:
    """One shell for the whole page, as the reader's."""

    def __init__(self, folder, path):
        self.folder = folder
        self.environment = {**os.environ, "HOME": str(folder / "home"), "PATH": f"{path}:/usr/local/sbin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(["bash", "-eu", "-o", "pipefail"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, cwd=folder, env=self.environment)

    def run(self, block):
        """What it printed; any command that fails ends the shell."""
        self.process.stdin.write(f"{block}\necho '--- done'\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            lines.append(line.removesuffix("--- done\n"))
            if lines[-1] != line:
                return "".join(lines)
        raise AssertionError(f"{block}\n{''.join(lines)}")

    def watch(self, block):
        # Where the tests run, there may be no terminal that can do anything.
        terminal = Terminal(["bash", "-euc", block], **{**self.environment, "TERM": "xterm"})
        terminal.wait("^db1 ", "^web1 ")
        assert terminal.end("q") == 0
        terminal.close()


class Vm:
    """The agent's part of one VM's life, from its address and with its token."""

    def __init__(self, name):
        self.known = json.loads(subprocess.run(["newroot-server", "show", name, "--json"], stdout=subprocess.PIPE, check=True).stdout)
        self.name, self.mac = name, self.known["mac"]
        self.address = self.known["address"]
        self.boot = Boot()

    def entry(self):
        return (DATA / "boot" / "pxelinux.cfg" / f"01-{self.mac.replace(':', '-')}").read_text()

    def wait_for_local_boot(self):
        """The service writes entries anew a moment after what made it necessary."""
        until(lambda: "LOCALBOOT" in self.entry().upper(), self.entry)
        assert "newroot.mode" not in self.entry(), self.entry()

    def ask(self, method, path, body=None):
        token = re.search(r"newroot\.token=(\w+)", self.entry())
        self.token = token[1] if token else self.token
        subprocess.run(["ip", "address", "replace", f"{self.address}/32", "dev", "br0"], check=True)
        connection = http.client.HTTPSConnection("10.77.0.1", 8443, context=ssl.create_default_context(cafile=str(DATA / "ca.pem")),
                                                 source_address=(self.address, 0), timeout=60)
        connection.request(method, path, body=body, headers={"Authorization": f"Bearer {self.token}"})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, (self.name, path, text)
        return text

    def job(self):
        return json.loads(self.ask("GET", f"/v1/job?mac={self.mac}&boot={self.boot.id}"))

    def tell(self, *events):
        body = json.dumps([self.boot.event(type_, **members) for type_, members in events])
        return json.loads(self.ask("POST", f"/v1/events?mac={self.mac}", body))

    def begin(self):
        job = self.job()
        assert job["network"]["hostname"] == self.name
        for archive in job["archives"]:
            assert len(self.ask("GET", archive["url"].removeprefix("https://10.77.0.1:8443"))) > 100
        self.tell(("state", {"state": "configuring"}), ("begin", {"step": "unpack"}))

    def fail(self):
        self.tell(("error", {"step": "unpack", "code": "archive.truncated", "where": "web1.tar.gz", "message": "ends too early"}))

    def install(self):
        self.tell(("end", {"step": "unpack", "ok": True}), ("begin", {"step": "finish"}), ("end", {"step": "finish", "ok": True}),
                  ("state", {"state": "installed"}))

    def boot_disk(self):
        self.boot, self.address = Boot(), self.known["finals"][0]
        self.tell(("state", {"state": "first boot"}), ("state", {"state": "complete"}))


def states():
    listed = json.loads(subprocess.run(["newroot-server", "list", "--json"], stdout=subprocess.PIPE, check=True).stdout)
    return {vm["name"]: vm["state"] for vm in listed}


def blocks():
    """[(section, language, text)] of the page."""
    found, section = [], ""
    for match in re.finditer(r"^## ([^\n]*)$|^```(\w+)\n(.*?)^```$", PAGE.read_text(), re.M | re.S):
        if match[1]:
            section = match[1]
        else:
            found.append((section, match[2], match[3]))
    return found


def prepare(folder, program):
    """A source folder with what `make` leaves, an old VM, and a reader's key; places that the page writes to are ours."""
    for place in ("/var/lib", "/usr/local/sbin"):
        subprocess.run(["mount", "-t", "tmpfs", "none", place], check=True)
    (folder / "build").mkdir()
    shutil.copy(program, folder / "build" / "newroot-server")
    for name in ("vmlinuz", "initrd.img"):
        if (BUILD / name).exists():
            shutil.copy(BUILD / name, folder / "build")
        else:
            (folder / "build" / name).write_bytes(b"as built")
    (folder / "server-stub").symlink_to(TOP / "server-stub")
    (folder / "old" / "etc").mkdir(parents=True)
    (folder / "old" / "sbin").mkdir()
    # As much of a system as import asks of a root archive, and of a kernel package.
    for name in ("etc/hostname", "etc/inittab", "sbin/init", "etc/network/interfaces", "etc/init.d/networking"):
        (folder / "old" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "old" / name).write_text("old\n" * 100)
    (folder / "old/etc/rcS.d").mkdir()
    (folder / "old/etc/rcS.d/S01networking").symlink_to("../init.d/networking")
    (folder / "kernel.rpm").write_bytes(archives.tar({"boot/vmlinuz-6.1.0-9": os.urandom(1000), "lib/modules/6.1.0-9/modules.dep": b""}))
    (folder / "home" / ".ssh").mkdir(parents=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "home" / ".ssh" / "id_ed25519"], check=True)
    (folder / "standins").mkdir()
    for name, text in STANDINS.items():
        (folder / "standins" / name).write_text(text)
        (folder / "standins" / name).chmod(0o755)


def follow(folder, program):
    folder = pathlib.Path(folder)
    prepare(folder, program)
    shell = Shell(folder, folder / "standins")
    os.environ["PATH"] = shell.environment["PATH"]
    vms = {}

    def created():
        assert states() == {"db1": "created", "web1": "created"}
        vms.update({name: Vm(name) for name in states()})
        assert {vm.address for vm in vms.values()} == {"10.77.0.20", "10.77.0.21"}
        for vm in vms.values():
            assert "newroot.mode=install" in vm.entry()
            vm.begin()

    def failed():
        vms["web1"].fail()

    def held(printed):
        assert re.search(r"^web1 +error +unpack", printed, re.M) and "held: web1 has an error" in printed and "help: " in printed

    def again(_):
        assert states()["web1"] == "created"
        vms["web1"].boot = Boot()
        vms["web1"].begin()

    def installed(_):
        for vm in vms.values():
            vm.install()
        assert set(states().values()) == {"needs provisioning"}

    def provisioned(_):
        for vm in vms.values():
            vm.wait_for_local_boot()
            vm.boot_disk()

    # What happens outside of the page's commands: before the blocks with these words, and after them.
    before = {"newroot-server watch shop --once\nnewroot-server show web1": failed, "newroot-server watch shop\n": created}
    after = {"newroot-server watch shop --once\nnewroot-server show web1": held, "newroot-server retry": again,
             "newroot-server release shop --group\nnewroot-server hold": installed, '"report": "done", "creator": "me"}\'\ndone': provisioned,
             "newroot-server list": lambda printed: states() == {"db1": "needs creating", "web1": "needs creating"},
             "newroot-server cutover": lambda _: set(states().values()) == {"cut over"}}
    for section, language, text in blocks():
        if language == "json":
            (folder / "shop.json").write_text(text)
            continue
        for words, act in before.items():
            if words in text:
                act()
        if text.startswith("newroot-server watch") and "--once" not in text:
            shell.watch(text)
            printed = ""
        else:
            printed = shell.run(text)
        for words, act in after.items():
            if words in text:
                assert act(printed) is not False, (section, text, printed)
    assert states() == {}
    assert (folder / "shop.md").read_text().startswith("# Cutover of group shop\n")
    assert "www.shop.example" in (folder / "shop.hosts").read_text() and "10.80.0.21" in (folder / "shop.rules").read_text()
    assert not list(pathlib.Path("/sys/class/net").glob("br0")), "net-up down"


def test_the_page_followed_to_the_letter(tmp_path):
    tmp_path.chmod(0o755)
    inside(follow, folder=str(tmp_path), program=str(BUILD / "newroot-server"))


def test_every_command_and_link_of_the_page_is_there():
    text = PAGE.read_text()
    program = BUILD / "newroot-server"
    for command in set(re.findall(r"(?:^|`)newroot-server ([a-z]+)", text, re.M)):
        assert subprocess.run([program, command, "--help"], stdout=subprocess.DEVNULL).returncode == 0 or command == "help", command
    for link in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (PAGE.parent / link).exists(), link
    assert {language for _, language, _ in blocks()} == {"sh", "json"}, "no command escapes the test"
