"""A laboratory on one machine: an isolated network segment with DHCP, TFTP and the service, and VMs on it.

The segment is a network namespace of its own: nothing here reaches any other network. Everything ends with the
process that made it. Used by the tests in this folder, by `make demo`, `make bench` and `make qemu-shell`.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

from api import Api
from process import LabError, die_with_parent, run, stop_process, wait_until
from vm import BUILD, Namespace, Vm, accelerator

SERVER = BUILD / "newroot-server"
GATEWAY = "10.77.0.1"
FINAL_GATEWAY = "10.80.0.1"
FINAL_NETWORK = "10.80.0.0/24"
SERVICE_URL = f"https://{GATEWAY}:8443"
OUTSIDE = "127.0.0.1"
PXELINUX = pathlib.Path("/usr/lib/PXELINUX/pxelinux.0")
LDLINUX = pathlib.Path("/usr/lib/syslinux/modules/bios/ldlinux.c32")
CACHE_KEY = r"-[0-9a-f]{16}(?=\.)"  # of the inputs' names
HERE = pathlib.Path(__file__).resolve().parent


class Segment(Namespace):
    """An isolated Ethernet segment for configuration mode, br0, with dnsmasq on it; the final network is br1."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
        self.process = subprocess.Popen([*unshare, "sleep", "infinity"], preexec_fn=die_with_parent)
        super().__init__(self.process.pid)
        self.dnsmasq = None
        wait_until("network namespace", self._is_own_namespace, 120)
        for line in ("link set lo up",
                     "link add br0 type bridge forward_delay 0 mcast_snooping 0",
                     f"address add {GATEWAY}/24 dev br0",
                     "address add fd77::1/64 dev br0 nodad",
                     "link set br0 up",
                     "link add br1 type bridge forward_delay 0 mcast_snooping 0",
                     f"address add {FINAL_GATEWAY}/24 dev br1",
                     "link set br1 up"):
            run(self.inside("ip", *line.split()))

    def _is_own_namespace(self):
        try:
            return os.readlink(f"/proc/{self.holder}/ns/net") != os.readlink("/proc/self/ns/net")
        except OSError:
            return False

    def serve_boot(self, data, pxelinux=False):
        """DHCP and TFTP as the service has configured them in its data folder; it tells dnsmasq of changes.

        `pxelinux`: that is what VMs boot, as if their NICs hadn't iPXE in them already.
        """
        self.stop_boot()
        config = data / "net" / "dnsmasq.conf"
        if pxelinux:
            text = config.read_text()
            config = self.folder / "dnsmasq.conf"
            config.write_text(re.sub(r"^(dhcp-boot=tag:ipxe),.*", r"\1,pxelinux.0", text, flags=re.M))
        with open(self.folder / "dnsmasq.log", "ab") as log:
            self.dnsmasq = subprocess.Popen(
                self.inside("dnsmasq", "--keep-in-foreground", "--user=root", "--log-facility=-", f"--conf-file={config}"),
                stdout=log, stderr=log, preexec_fn=die_with_parent)

    def stop_boot(self):
        stop_process(self.dnsmasq)
        self.dnsmasq = None

    def close(self):
        self.stop_boot()
        stop_process(self.process)


class Service:
    """newroot-server on the segment, with its data folder."""

    def __init__(self, segment, folder, listen=f"{GATEWAY}:8443"):
        self.segment, self.data, self.listen = segment, pathlib.Path(folder), listen
        self.process = None
        self.key = self.data.parent / "operator-key"
        if not self.key.exists():
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key])

    def init(self, url=SERVICE_URL, address=GATEWAY, name="service.newroot.test"):
        self.cli("init", "--name", name, "--address", address, "--address", OUTSIDE, "--url", url, "--ssh-key", f"{self.key}.pub",
                 "--net-interface", "br0", "--net-address", f"{GATEWAY}/24")
        boot = self.data / "boot"
        for source in (PXELINUX, LDLINUX, BUILD / "vmlinuz", BUILD / "initrd.img"):
            shutil.copy(source, boot / source.name)

    def cli(self, command, *argv):
        return run([SERVER, command, "--data", self.data, *argv])

    def add(self, name, mac, address, job, *argv):
        job_file = self.data.parent / f"{name}.job.json"
        job_file.write_text(json.dumps(job, indent=1))
        self.cli("add", name, "--mac", mac, "--address", address, "--job", job_file, *argv)

    def start(self):
        log = open(self.data.parent / "server.log", "ab")
        start = log.tell()
        self.process = subprocess.Popen(
            self.segment.inside(str(SERVER), "serve", "--data", str(self.data), "--listen", self.listen),
            stdout=log, stderr=log, preexec_fn=die_with_parent)
        wait_until("service", lambda: b"listening" in (self.data.parent / "server.log").read_bytes()[start:], 120,
                   self._alive)

    def _alive(self):
        if self.process.poll() is not None:
            raise LabError("newroot-server ended:\n" + (self.data.parent / "server.log").read_text()[-3000:])

    def kill(self):
        """As a power cut would: nothing is flushed."""
        self.process.kill()
        self.process.wait()

    def close(self):
        stop_process(self.process)

    def arm(self, name):
        """At its next network boot the VM is installed again."""
        self.cli("arm", name)

    def list(self):
        return json.loads(self.cli("list", "--json"))

    def show(self, name):
        return json.loads(self.cli("show", name, "--json"))

    def state(self, name):
        return self.show(name)["state"]

    def events(self, name):
        return self.show(name)["events"]

    def wait_state(self, name, state, seconds):
        try:
            return wait_until(f"{name} is {state}", lambda: self.state(name) == state, seconds)
        except LabError as error:
            raise LabError(f"{error}, but {self.state(name)}\n{self.cli('show', name)[-3000:]}") from None

    def errors(self, name):
        return [event for event in self.events(name) if event["type"] == "error"]

    def ssh_argv(self, address, command, *options):
        """The command line that runs `command` in a VM as root, with the operator's key."""
        return self.segment.inside(
            "ssh", "-i", str(self.key), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=60", "-o", "BatchMode=yes", *options, f"root@{address}", command)

    def ssh(self, address, command, seconds=300, *options):
        return run(self.ssh_argv(address, command, *options), timeout=seconds)


class Lab:
    """One segment with its service; a context manager."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.segment = Segment(self.folder / "segment")
        self.service = Service(self.segment, self.folder / "data")
        self.vms, self.helpers = [], []
        accelerator()  # found out now, so that no case measures it

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for vm in self.vms:
            vm.stop()
        for helper in self.helpers:
            stop_process(helper)
        self.service.close()
        self.segment.close()

    def open(self, pxelinux=False, **init):
        """Bring up a new service, and what VMs boot from."""
        self.service.init(**init)
        self.service.start()
        self.segment.serve_boot(self.service.data, pxelinux)

    def vm(self, name, job_of, disks, group=None, **kwargs):
        """Make a blank VM that the service knows; `job_of(address)` is its job."""
        number = len(self.vms) + 11
        mac, address = f"52:54:00:77:00:{number:02x}", f"10.77.0.{number}"
        vm = Vm(self.segment, self.folder, name, mac, disks, **kwargs)
        vm.address = address
        self.vms.append(vm)
        self.service.add(name, mac, address, job_of(address), *(["--group", group] if group else []))
        return vm

    def import_document(self, document, name="migration.json"):
        """Its VMs are for a creator to make; what `newroot-server import` printed."""
        file = self.folder / name
        file.write_text(json.dumps(document, indent=1))
        return self.service.cli("import", file)

    def creator(self, name="qemu", limit=2):
        """Start a creator: it makes what needs creating, in its folder, `limit` VMs at once."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        data = self.service.data
        with open(folder / "log", "ab") as log:
            creator = subprocess.Popen(
                self.segment.inside(sys.executable, "-B", str(HERE / "creator.py"), "--service", SERVICE_URL, "--ca", str(data / "ca.pem"),
                                    "--token-file", str(data / "creator.token"), "--name", name, "--folder", str(folder),
                                    "--limit", str(limit), "--network", "shop-net=br1"),
                stdout=log, stderr=log, preexec_fn=die_with_parent)
        self.helpers.append(creator)
        return creator

    def page(self):
        """The service's URL outside the segment, for browsers and for api()."""
        with socket.create_server((OUTSIDE, 0)) as listener:
            self.helpers.append(subprocess.Popen(
                self.segment.inside(sys.executable, "-B", str(HERE / "forward.py"), GATEWAY, "8443"),
                stdin=listener, preexec_fn=die_with_parent))
            return f"https://{OUTSIDE}:{listener.getsockname()[1]}"

    def api(self):
        """The operator's API."""
        data = self.service.data
        return Api(self.page(), data / "ca.pem", (data / "operator.token").read_text().strip())

    def archive(self, source, name=None):
        """Put a file among the service's archives; its URL."""
        name = name or re.sub(CACHE_KEY, "", pathlib.Path(source).name)
        target = self.service.data / "archives" / name
        with contextlib.suppress(FileNotFoundError):
            target.unlink()
        try:
            os.link(source, target)
        except OSError:
            shutil.copy(source, target)
        return f"{SERVICE_URL}/v1/archives/{name}"


@contextlib.contextmanager
def new_lab(name, inputs, **options):
    """An open laboratory below build/qemu, where nothing is left of an earlier one. `options`: of Lab.open."""
    folder = BUILD / "qemu" / name
    shutil.rmtree(folder, ignore_errors=True)
    with Lab(folder) as lab:
        lab.open(**options)
        lab.inputs = inputs
        yield lab
