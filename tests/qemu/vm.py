"""A VM in QEMU: blank disks, a NIC or more, its serial line in a log file."""
import os
import pathlib
import re
import subprocess

from process import LabError, die_with_parent, run, stop_process, wait_until

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = TOP / "build"
INSTALLED_MEMORY_MIB = 512
KVM_PROBE_S = 6
ACCELERATOR = "NEWROOT_ACCELERATOR"
# An AMD: a kernel keeps its page tables apart on every Intel of that age (Meltdown), and that costs an emulated machine a fifth of its boot.
EMULATED_CPU = "Opteron_G3,-misalignsse,+ssse3,+sse4.1,+sse4.2,+aes,+pclmulqdq,+rdrand"


def accelerator():
    """KVM only where it really boots something. Found out once: programs started by this one are told."""
    if ACCELERATOR not in os.environ:
        os.environ[ACCELERATOR] = "kvm" if kvm_boots() else "tcg,thread=multi"
    return os.environ[ACCELERATOR]


def kvm_boots():
    """A device that opens proves nothing."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    probe = subprocess.Popen(["qemu-system-x86_64", "-accel", "kvm", "-m", "128", "-nographic", "-no-reboot", "-net", "none",
                              "-kernel", str(BUILD / "vmlinuz"), "-append", "console=ttyS0 panic=-1"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             preexec_fn=die_with_parent)
    try:
        out, _ = probe.communicate(timeout=KVM_PROBE_S)
    except subprocess.TimeoutExpired:
        probe.kill()
        out, _ = probe.communicate()
    return b"Linux version" in out


class Namespace:
    """A network namespace: this process's own, or one that another process holds. Its bridges are segments."""

    def __init__(self, holder=None, prefix="tap"):
        """`holder`: the pid of a process in it. `prefix`: of the taps' names, at most 10 characters."""
        self.holder, self.prefix, self.taps = holder, prefix, 0

    def inside(self, *argv):
        """The command line that runs `argv` in it."""
        if self.holder is None:
            return [*argv]
        enter = ["nsenter", "--target", str(self.holder), "--net"]
        if os.geteuid() != 0:
            enter += ["--user", "--preserve-credentials"]
        return [*enter, *argv]

    def new_tap(self):
        self.taps += 1
        name = f"{self.prefix}{self.taps}"
        run(self.inside("ip", "tuntap", "add", name, "mode", "tap"))
        return name

    def plug(self, tap, bridge):
        run(self.inside("ip", "link", "set", tap, "master", bridge, "up"))


class Vm:
    """`reboot_ends`: a reboot ends QEMU, so that a test sees it; else it boots again as it was started. `cpus`: a second one that
    is emulated makes a boot a sixth dearer, and there is no idle core for it.

    `more`: further NICs, {MAC: bridge}; it never boots from these.
    """

    def __init__(self, namespace, folder, name, mac, disks, memory=256, cpus=1, nic="virtio-net-pci", bus="virtio",
                 reboot_ends=True, more=()):
        self.namespace, self.name, self.mac = namespace, name, mac
        self.memory, self.cpus, self.nic, self.bus = memory, cpus, nic, bus
        self.reboot_ends = reboot_ends
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.disks = []
        for index, size in enumerate(disks):
            path = self.folder / f"disk{index}.img"
            if not path.exists():
                with open(path, "wb") as disk:
                    disk.truncate(size)
            self.disks.append(path)
        self.tap = namespace.new_tap()
        self.more = [(namespace.new_tap(), mac, bridge) for mac, bridge in dict(more).items()]
        self.starts = 0
        self.bad_sectors = {}  # index of a disk: the sector that it fails to write, of 512 bytes
        self.clock = None  # what the hardware clock reads at a start, "2031-05-01T00:00:00"; None: the right time
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
            file = f"file={path},format=raw"
            if index in self.bad_sectors:
                file = (f"driver=blkdebug,image.driver=file,image.filename={path},inject-error.0.event=none,"
                        f"inject-error.0.iotype=write,inject-error.0.sector={self.bad_sectors[index]}")
            arguments += ["-drive", f"if=none,id=d{index},{file},cache=unsafe,discard=unmap"]
            kind = {"virtio": f"virtio-blk-pci,drive=d{index},serial={path.stem}",
                    "scsi": f"scsi-hd,drive=d{index},serial={path.stem}",
                    "pvscsi": f"scsi-hd,drive=d{index},serial={path.stem}",
                    "sata": f"ide-hd,drive=d{index},bus=ide.{index},serial={path.stem}",
                    "nvme": f"nvme,drive=d{index},serial={path.stem}"}[self.bus]
            arguments += ["-device", kind]
        return arguments

    def _nic_arguments(self):
        arguments = []
        for index, (tap, mac) in enumerate([(self.tap, self.mac), *((tap, mac) for tap, mac, _ in self.more)]):
            silent = ",romfile=" if index else ""
            arguments += ["-netdev", f"tap,id=net{index},ifname={tap},script=no,downscript=no",
                          "-device", f"{self.nic},netdev=net{index},mac={mac}{silent}"]
        return arguments

    def _arguments(self, boot, memory):
        return ["qemu-system-x86_64", "-name", self.name, "-M", "q35", "-accel", accelerator(), "-m", str(memory),
                "-smp", str(self.cpus), "-nodefaults", "-display", "none", *(["-no-reboot"] if self.reboot_ends else []),
                "-cpu", "host" if accelerator() == "kvm" else EMULATED_CPU,
                "-boot", f"order={boot}", "-vga", "std",
                "-chardev", f"file,id=serial,path={self.log},append=on", "-serial", "chardev:serial",
                "-pidfile", f"{self.folder}/pid", "-monitor", f"unix:{self.folder}/monitor,server,nowait",
                "-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng",
                *(["-rtc", f"base={self.clock}"] if self.clock else []), *self._nic_arguments(), *self._disk_arguments()]

    def start(self, boot, bridge="br0", installed=None):
        """`boot`: "n" (network), "c" (first disk), "nc" (network, then disk, when told to boot locally).

        An installed system gets more memory than its installation: Debian's own kernel doesn't boot in 96 MiB.
        """
        installed = boot == "c" if installed is None else installed
        memory = max(self.memory, INSTALLED_MEMORY_MIB) if installed else self.memory
        self.starts += 1
        self.log.write_bytes(b"")
        self.namespace.plug(self.tap, bridge)
        for tap, _, other in self.more:
            self.namespace.plug(tap, other)
        with open(self.folder / "qemu.log", "ab") as errors:
            self.process = subprocess.Popen(self.namespace.inside(*self._arguments(boot, memory)), stdin=subprocess.DEVNULL,
                                            stdout=errors, stderr=errors, preexec_fn=die_with_parent)

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

    def stop(self):
        stop_process(self.process, 5)

    def cut_power(self):
        self.process.kill()
        self.process.wait()
