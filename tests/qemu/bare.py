"""The in-memory system alone, without network and service: kernel and initrd, disks, and a script in place of its init."""
import subprocess

from process import LabError, die_with_parent, wait_until
from vm import BUILD, accelerator

BOOT_S = 120
END = "end of the script"
INIT = """#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev; mount -t tmpfs run /run
mkdir -p /run/newroot
exec >/dev/ttyS0 2>&1
%s
echo %s
reboot -f
"""


def overlay(folder, files):
    """A cpio image that the kernel unpacks over initrd.img."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o755)
    names = "\n".join(files) + "\n"
    return subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=folder, input=names.encode(), stdout=subprocess.PIPE, check=True).stdout


def drive(folder, number, size):
    """The arguments of a blank drive `d0`, `d1` …"""
    path = folder / f"disk{number}"
    with open(path, "ab") as disk:
        disk.truncate(size)
    return ["-drive", f"if=none,id=d{number},file={path},format=raw,cache=unsafe"]


def boot(folder, script, files, *arguments, boots=1, seconds=BOOT_S, accel=None):
    """Run `script`, with `files` (name: bytes) in /, in a new VM, so many times; what each run said.

    `seconds`: how long one may take. `accel`: QEMU's; None: the fastest.
    """
    initrd = (BUILD / "initrd.img").read_bytes()
    # An image that is not compressed begins at a multiple of four bytes.
    init = {"init-of-the-test": (INIT % (script, END)).encode()}
    (folder / "initrd").write_bytes(initrd + bytes(-len(initrd) % 4) + overlay(folder / "overlay", {**init, **files}))
    log = folder / "serial"
    log.touch()
    vm = subprocess.Popen(["qemu-system-x86_64", "-accel", accel or accelerator(), "-m", "256", "-smp", "2", "-nodefaults", "-display", "none",
                           "-kernel", str(BUILD / "vmlinuz"), "-initrd", str(folder / "initrd"), "-append", "rdinit=/init-of-the-test quiet",
                           "-serial", f"file:{log}", *arguments], stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)

    def said():
        return log.read_text(errors="replace")

    def hopeless():
        if vm.poll() is not None:
            raise LabError(f"QEMU ended:\n{said()[-3000:]}")

    try:
        wait_until("", lambda: said().count(END) >= boots, seconds * boots, hopeless)
    except LabError as error:
        raise LabError(f"the script did not end{error}:\n{said()[-3000:]}") from None
    finally:
        vm.kill()
        vm.wait()
    return said().split(END)[:boots]
