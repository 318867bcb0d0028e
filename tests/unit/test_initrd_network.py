"""initrd/network with the initrd's own busybox, in a network namespace where nobody answers to DHCP."""
import os
import shutil
import subprocess
import time

import pytest

from common import BUILD, PATIENCE_S, TOP

MAC = "52:54:00:12:34:56"

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root: a network namespace and chroot")


class Machine:
    """The in-memory system as far as the script sees it, with one NIC; its waits are a second each."""

    def __init__(self, root, link="1", nic="eth0"):
        self.root = root
        for folder in ("bin", "dev", "lib/newroot", "proc", "run/newroot", "tmp", "etc"):
            (root / folder).mkdir(parents=True)
        shutil.copy(BUILD / "sysroot/bin/busybox", root / "bin/busybox")
        for applet in subprocess.run([root / "bin/busybox", "--list"], capture_output=True, text=True, check=True).stdout.split():
            if not (root / "bin" / applet).exists():
                (root / "bin" / applet).symlink_to("busybox")
        for name in ("lib.sh", "udhcpc", "network"):
            text = (TOP / "initrd" / name).read_text()
            for wait in ("try_seconds=3", "pxe_tries=15", "all_tries=20", "pause=5"):
                assert name != "network" or f"\n{wait}" in text
                text = text.replace(f"\n{wait}", f"\n{wait.partition('=')[0]}=1")
            (root / "lib/newroot" / name).write_text(text)
            (root / "lib/newroot" / name).chmod(0o755)
        (root / "run/newroot/consoles").write_text("tty1\nttyS0\n")
        (root / "run/newroot/params").write_text("")
        if nic:
            (root / f"sys/class/net/{nic}/device").mkdir(parents=True)
            (root / f"sys/class/net/{nic}/address").write_text(f"{MAC}\n")
            (root / f"sys/class/net/{nic}/carrier").write_text(f"{link}\n")
        self.holder = subprocess.Popen(["unshare", "--net", "--mount", "sh", "-c", "echo; exec sleep 3600"],
                                       stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        self.run(f"ip link add eth0 type veth peer name peer; ip link set peer up; mount --rbind /proc {root}/proc;"
                 f"mknod -m 666 {root}/dev/null c 1 3")
        self.script = None

    def inside(self, command):
        return ["nsenter", "-t", str(self.holder.pid), "--net", "--mount", "sh", "-c", command]

    def run(self, command):
        subprocess.run(self.inside(command), check=True, timeout=PATIENCE_S)

    def start(self):
        self.script = subprocess.Popen(self.inside(f"exec chroot {self.root} /lib/newroot/network"))

    def said(self):
        log = self.root / "run/newroot/log"
        return log.read_text() if log.exists() else ""

    def wait_for(self, text):
        end = time.monotonic() + PATIENCE_S
        while text not in self.said():
            assert time.monotonic() < end, self.said()
            time.sleep(0.1)

    def close(self):
        for process in (self.script, self.holder):
            if process:
                process.kill()
                process.wait()
        self.holder.stdout.close()


@pytest.fixture(name="machine")
def fixture_machine(tmp_path):
    made = []

    def make(**kwargs):
        made.append(Machine(tmp_path / "root", **kwargs))
        return made[-1]
    yield make
    for one in made:
        one.close()


def test_what_is_missing_is_told(machine):
    one = machine()
    one.start()
    one.wait_for("trying again")
    assert f"no answer to DHCPv4 on eth0 ({MAC}, link is up)" in one.said()
    assert "does a DHCPv4 server there know its MAC" in one.said()
    assert "ip addr add ADDRESS/PREFIX dev NIC" in one.said()
    # A file keeps the last line alone, as it is opened anew for each.
    for console in ("tty1", "ttyS0"):
        assert (one.root / "dev" / console).read_text().startswith("newroot: ")


def test_a_segment_of_ipv6_alone(machine):
    one = machine()
    one.run("ip link set eth0 up; ip addr add 2001:db8::5/64 dev eth0 nodad")
    one.start()
    one.wait_for("trying again")
    assert "the segment has IPv6, but this system needs an address by DHCPv4" in one.said()


def test_no_link(machine):
    one = machine(link="0")
    one.start()
    one.wait_for("trying again")
    assert "no NIC has a link: connect it" in one.said()


def test_no_nic(machine):
    one = machine(nic=None)
    one.start()
    one.wait_for("trying again")
    assert "has no NIC that this kernel knows" in one.said()


def test_an_address_by_hand_goes_on(machine):
    one = machine()
    one.start()
    one.wait_for("trying again")
    one.run("ip addr add 10.0.0.9/24 dev eth0")
    assert one.script.wait(PATIENCE_S) == 0
    assert "eth0 has 10.0.0.9/24 by hand" in one.said()
    assert (one.root / "run/newroot/nic").read_text() == "eth0\n"
    assert (one.root / "run/newroot/params").read_text() == "BOOTIF=01-52-54-00-12-34-56\n"
    one.run("ip -4 addr show dev eth0 | grep -q 10.0.0.9/24")
