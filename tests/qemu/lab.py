"""A laboratory on one machine: an isolated network segment with DHCP, TFTP and the service, and VMs on it.

The segment is a network namespace of its own: nothing here reaches any other network. Everything ends with the
process that made it. Used by the tests in this folder, by `make demo` and by `make bench`.
"""
import contextlib
import ctypes
import functools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = TOP / "build"
SERVER = BUILD / "newroot-server"
GATEWAY = "10.77.0.1"
SERVICE_URL = f"https://{GATEWAY}:8443"
PXELINUX = pathlib.Path("/usr/lib/PXELINUX/pxelinux.0")
LDLINUX = pathlib.Path("/usr/lib/syslinux/modules/bios/ldlinux.c32")
INSTALLED_MEMORY_MIB = 512
KVM_PROBE_S = 6
PR_SET_PDEATHSIG = 1


class LabError(Exception):
    """Something in the laboratory did not come up, with the end of its log."""


def die_with_parent():
    """In a child before exec: never outlive the laboratory."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run(argv, **kwargs):
    """Run a command; its output, or a LabError that shows it."""
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors="replace", **kwargs)
    if done.returncode != 0:
        raise LabError(f"{' '.join(map(str, argv))}: exit {done.returncode}\n{done.stdout[-3000:]}")
    return done.stdout


def wait_until(what, condition, seconds, alive=lambda: None):
    """Poll until `condition()` is true; `alive()` raises when waiting has become pointless."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        alive()
        time.sleep(0.2)
    raise LabError(f"{what}: not within {seconds} s")


class Segment:
    """An isolated Ethernet segment: a namespace with a bridge, dnsmasq on it, and taps for VMs."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
        self.holder = subprocess.Popen([*unshare, "sleep", "infinity"], preexec_fn=die_with_parent)
        self.taps = 0
        self.dnsmasq = None
        wait_until("network namespace", self._is_own_namespace, 10)
        for line in ("link set lo up",
                     "link add br0 type bridge forward_delay 0 mcast_snooping 0",
                     f"address add {GATEWAY}/24 dev br0",
                     "address add fd77::1/64 dev br0 nodad",
                     "link set br0 up"):
            run(self.inside("ip", *line.split()))

    def _is_own_namespace(self):
        try:
            return os.readlink(f"/proc/{self.holder.pid}/ns/net") != os.readlink("/proc/self/ns/net")
        except OSError:
            return False

    def inside(self, *argv):
        """The command line that runs `argv` inside the segment."""
        enter = ["nsenter", "--target", str(self.holder.pid), "--net"]
        if os.geteuid() != 0:
            enter += ["--user", "--preserve-credentials"]
        return [*enter, *argv]

    def new_tap(self):
        self.taps += 1
        name = f"tap{self.taps}"
        run(self.inside("ip", "tuntap", "add", name, "mode", "tap"))
        run(self.inside("ip", "link", "set", name, "master", "br0", "up"))
        return name

    def serve_boot(self, tftp_root, hosts):
        """DHCP for the known MACs only, TFTP, and what iPXE ROMs need not to dawdle (docs/boot.md)."""
        self.stop_boot()
        lines = ["port=0", "interface=br0", "bind-interfaces", "leasefile-ro", "log-dhcp",
                 f"dhcp-range={GATEWAY},static", "dhcp-range=fd77::,ra-only", "enable-ra",
                 "enable-tftp", f"tftp-root={tftp_root}", "tftp-no-fail", "dhcp-boot=pxelinux.0",
                 "dhcp-match=set:ipxe,175", "dhcp-option-force=tag:ipxe,encap:175,176,01",
                 f"dhcp-option=option:router,{GATEWAY}", f"dhcp-option=option:dns-server,{GATEWAY}",
                 *(f"dhcp-host={mac},{address},{name}" for name, mac, address in hosts)]
        config = self.folder / "dnsmasq.conf"
        config.write_text("\n".join(lines) + "\n")
        log = open(self.folder / "dnsmasq.log", "ab")
        self.dnsmasq = subprocess.Popen(
            self.inside("dnsmasq", "--keep-in-foreground", "--user=root", "--log-facility=-", f"--conf-file={config}"),
            stdout=log, stderr=log, preexec_fn=die_with_parent)

    def stop_boot(self):
        stop_process(self.dnsmasq)
        self.dnsmasq = None

    def close(self):
        self.stop_boot()
        stop_process(self.holder)


def stop_process(process, patience=10):
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Service:
    """newroot-server on the segment, with its data folder."""

    def __init__(self, segment, folder, listen=f"{GATEWAY}:8443"):
        self.segment, self.data, self.listen = segment, pathlib.Path(folder), listen
        self.process = None
        self.key = self.data.parent / "operator-key"
        if not self.key.exists():
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key])

    def init(self, url=SERVICE_URL, address=GATEWAY, name="service.newroot.test"):
        self.cli("init", "--name", name, "--address", address, "--url", url, "--ssh-key", f"{self.key}.pub")
        boot = self.data / "boot"
        for source in (PXELINUX, LDLINUX, BUILD / "vmlinuz", BUILD / "initrd.img"):
            shutil.copy(source, boot / source.name)

    def cli(self, command, *argv):
        return run([SERVER, command, "--data", self.data, *argv])

    def add(self, name, mac, address, job):
        job_file = self.data.parent / f"{name}.job.json"
        job_file.write_text(json.dumps(job, indent=1))
        self.cli("add", name, "--mac", mac, "--address", address, "--job", job_file)

    def start(self):
        log = open(self.data.parent / "server.log", "ab")
        start = log.tell()
        self.process = subprocess.Popen(
            self.segment.inside(str(SERVER), "serve", "--data", str(self.data), "--listen", self.listen),
            stdout=log, stderr=log, preexec_fn=die_with_parent)
        wait_until("service", lambda: b"listening" in (self.data.parent / "server.log").read_bytes()[start:], 20,
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

    def show(self, name):
        return json.loads(self.cli("show", name, "--json"))

    def state(self, name):
        return self.show(name)["state"]

    def events(self, name):
        return self.show(name)["events"]

    def wait_state(self, name, state, seconds):
        return wait_until(f"{name} is {state}", lambda: self.state(name) == state, seconds)

    def errors(self, name):
        return [event for event in self.events(name) if event["type"] == "error"]


@functools.lru_cache(maxsize=None)
def accelerator():
    """KVM only where it really boots something: a device that opens proves nothing."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg,thread=multi"
    probe = subprocess.Popen(["qemu-system-x86_64", "-accel", "kvm", "-m", "128", "-nographic", "-no-reboot", "-net", "none",
                              "-kernel", str(BUILD / "vmlinuz"), "-append", "console=ttyS0 panic=-1"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             preexec_fn=die_with_parent)
    try:
        out, _ = probe.communicate(timeout=KVM_PROBE_S)
    except subprocess.TimeoutExpired:
        probe.kill()
        out, _ = probe.communicate()
    return "kvm" if b"Linux version" in out else "tcg,thread=multi"


class Vm:
    """A VM: blank disks, one NIC on the segment, its serial line in a log file."""

    def __init__(self, segment, folder, name, mac, disks, memory=256, cpus=2, nic="virtio-net-pci", bus="virtio"):
        self.segment, self.name, self.mac = segment, name, mac
        self.memory, self.cpus, self.nic, self.bus = memory, cpus, nic, bus
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.disks = []
        for index, size in enumerate(disks):
            path = self.folder / f"disk{index}.img"
            if not path.exists():
                with open(path, "wb") as disk:
                    disk.truncate(size)
            self.disks.append(path)
        self.tap = segment.new_tap()
        self.starts = 0
        self.process = None

    @property
    def log(self):
        """The serial line of the latest start; the earlier ones stay beside it."""
        return self.folder / f"serial-{self.starts}.log"

    def _disk_arguments(self):
        arguments = []
        if self.bus in ("scsi", "pvscsi"):
            arguments += ["-device", "virtio-scsi-pci" if self.bus == "scsi" else "pvscsi"]
        for index, path in enumerate(self.disks):
            arguments += ["-drive", f"if=none,id=d{index},file={path},format=raw,cache=unsafe,discard=unmap"]
            kind = {"virtio": f"virtio-blk-pci,drive=d{index},serial=disk{index}",
                    "scsi": f"scsi-hd,drive=d{index},serial=disk{index}",
                    "pvscsi": f"scsi-hd,drive=d{index},serial=disk{index}",
                    "sata": f"ide-hd,drive=d{index},bus=ide.{index},serial=disk{index}",
                    "nvme": f"nvme,drive=d{index},serial=disk{index}"}[self.bus]
            arguments += ["-device", kind]
        return arguments

    def start(self, boot):
        """`boot` is "n" (network) or "c" (first disk). A reboot ends QEMU: the creator decides what comes next.

        The installed system gets more memory than its installation: Debian's own kernel doesn't boot in 96 MiB.
        """
        memory = self.memory if boot == "n" else max(self.memory, INSTALLED_MEMORY_MIB)
        self.starts += 1
        self.log.write_bytes(b"")
        argv = ["qemu-system-x86_64", "-name", self.name, "-M", "q35", "-accel", accelerator(), "-m", str(memory),
                "-smp", str(self.cpus), "-nodefaults", "-display", "none", "-no-reboot",
                "-cpu", "host" if accelerator() == "kvm" else "Nehalem,+aes,+pclmulqdq,+rdrand,+popcnt",
                "-boot", f"order={boot}", "-vga", "std",
                "-chardev", f"file,id=serial,path={self.log},append=on", "-serial", "chardev:serial",
                "-monitor", f"unix:{self.folder}/monitor,server,nowait",
                "-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng",
                "-netdev", f"tap,id=net,ifname={self.tap},script=no,downscript=no",
                "-device", f"{self.nic},netdev=net,mac={self.mac}", *self._disk_arguments()]
        errors = open(self.folder / "qemu.log", "ab")
        self.process = subprocess.Popen(self.segment.inside(*argv), stdin=subprocess.DEVNULL, stdout=errors,
                                        stderr=errors, preexec_fn=die_with_parent)

    def serial(self):
        return self.log.read_text(errors="replace")

    def running(self):
        return self.process is not None and self.process.poll() is None

    def wait_for(self, pattern, seconds):
        """Until the serial line says `pattern`; the match."""
        def hopeless():
            running, said = self.running(), self.serial()
            if (not running or "Kernel panic" in said) and not re.search(pattern, said):
                raise LabError("it panicked" if running else "it ended")
        try:
            return wait_until("", lambda: re.search(pattern, self.serial()), seconds, hopeless)
        except LabError as error:
            raise LabError(f"{self.name} did not say {pattern!r}{error}:\n{self.serial()[-3000:]}") from None

    def wait_end(self, seconds):
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.name} still runs after {seconds} s:\n{self.serial()[-3000:]}") from None

    def ssh_argv(self, service, address, command):
        """The command line that runs `command` in the VM as root, with the operator's key."""
        return self.segment.inside(
            "ssh", "-i", str(service.key), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=20", "-o", "BatchMode=yes", f"root@{address}", command)

    def ssh(self, service, address, command, seconds=60):
        return run(self.ssh_argv(service, address, command), timeout=seconds)

    def stop(self):
        stop_process(self.process, 5)


class Lab:
    """One segment with its service; a context manager."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.segment = Segment(self.folder / "segment")
        self.service = Service(self.segment, self.folder / "data")
        self.vms, self.hosts = [], []
        accelerator()  # found out now, so that no case measures it

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for vm in self.vms:
            vm.stop()
        self.service.close()
        self.segment.close()

    def vm(self, name, job_of, disks, **kwargs):
        """Make a blank VM known to service and DHCP; `job_of(address)` is its job."""
        number = len(self.hosts) + 11
        mac, address = f"52:54:00:77:00:{number:02x}", f"10.77.0.{number}"
        vm = Vm(self.segment, self.folder, name, mac, disks, **kwargs)
        vm.address = address
        self.vms.append(vm)
        self.hosts.append((name, mac, address))
        self.service.add(name, mac, address, job_of(address))
        self.segment.serve_boot(self.service.data / "boot", self.hosts)
        return vm

    def archive(self, source, name=None):
        """Put a file among the service's archives; its URL."""
        name = name or pathlib.Path(source).name
        target = self.service.data / "archives" / name
        with contextlib.suppress(FileNotFoundError):
            target.unlink()
        try:
            os.link(source, target)
        except OSError:
            shutil.copy(source, target)
        return f"{SERVICE_URL}/v1/archives/{name}"
