"""What VMs boot from the network: files that follow the store, and a whole segment brought up by net-up.

The segment is in a network namespace of its own, and its client is the DHCP client of the initrd.
"""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import pytest

from common import BUILD, PATIENCE_S, TOP, until
from process import die_with_parent
from service import MAC, Boot, Service, programs

NET_UP = TOP / "server-stub" / "net-up"
BUSYBOX = BUILD / "sysroot" / "bin" / "busybox"
OTHER_MAC = "52:54:00:00:00:12"
SEGMENT = ("--net-interface", "br0", "--net-address", "10.77.0.1/24")
DASHED = MAC.replace(":", "-")
ENTRIES = {"pxelinux": f"pxelinux.cfg/01-{DASHED}", "ipxe": f"ipxe/{DASHED}.ipxe", "grub": f"grub/grub.cfg-01-{DASHED}"}
BOOTS_DISK = {"pxelinux": "LOCALBOOT 0", "ipxe": "sanboot", "grub": "chainloader"}


# --- files

def entries(service):
    texts = {}
    for loader, name in ENTRIES.items():
        path = service.data / "boot" / name
        texts[loader] = path.read_text() if path.exists() else None
    return texts


def boots_disk(service):
    return all(text and BOOTS_DISK[loader] in text for loader, text in entries(service).items())


def boots_network(service, token=""):
    return all(text and "newroot.mode=install" in text and token in text for text in entries(service).values())


def test_commands_write_what_follows(fresh):
    fresh.init(*SEGMENT)
    fresh.add("db1", MAC, "--address", "10.77.0.11", token="auto")
    assert boots_network(fresh, fresh.token())
    assert f"{MAC},10.77.0.11 # db1" in (fresh.data / "net" / "dhcp-hosts").read_text()
    before = fresh.token()
    fresh.cli("arm", "db1")
    assert fresh.token() != before and boots_network(fresh, fresh.token())
    fresh.cli("cancel", "db1")
    assert boots_disk(fresh)
    fresh.cli("boot", "db1", "--mode", "rescue")
    assert all("newroot.mode=rescue" in text for text in entries(fresh).values())
    fresh.cli("remove", "db1")
    assert set(entries(fresh).values()) == {None}
    assert MAC not in (fresh.data / "net" / "dhcp-hosts").read_text()


def test_an_installed_vm_boots_its_disk(fresh):
    fresh.init()
    fresh.add("db1", MAC, token="auto")
    token, boot = fresh.token(), Boot()
    fresh.start()
    assert fresh.post([boot.event("state", state="configuring")], token=token).status == 200
    time.sleep(0.6)
    assert boots_network(fresh, token)
    assert fresh.post([boot.event("state", state="installed")], token=token).status == 200
    until(lambda: boots_disk(fresh), lambda: f"of its disk: {entries(fresh)}")
    assert not any(token in text for text in entries(fresh).values())


def test_serve_mends_what_is_missing(fresh):
    fresh.init()
    fresh.add("db1")
    stray = fresh.data / "boot" / "pxelinux.cfg" / "01-52-54-00-00-00-99"
    stray.write_text("of a VM that is gone")
    (fresh.data / "boot" / ENTRIES["grub"]).unlink()
    (fresh.data / "net" / "dhcp-hosts").unlink()
    fresh.start()
    until(lambda: boots_network(fresh) and not stray.exists() and (fresh.data / "net" / "dhcp-hosts").exists(), "all is mended")


def test_site_follows_the_settings(fresh):
    fresh.init()
    fresh.add("db1")
    assert not (fresh.data / "net" / "dnsmasq.conf").exists()
    settings = fresh.data / "service.json"
    settings.write_text(settings.read_text().replace(
        '"parameters": "quiet"', '"parameters": "loglevel=3", "net_interface": "eth7", "net_address": "10.9.0.1/16"'))
    fresh.cli("site")
    assert "loglevel=3" in entries(fresh)["pxelinux"]
    assert "interface=eth7\n" in (fresh.data / "net" / "dnsmasq.conf").read_text()
    assert "subnet 10.9.0.0 netmask 255.255.0.0" in (fresh.data / "net" / "dhcpd.conf").read_text()


def test_address_outside_the_segment(fresh):
    fresh.init(*SEGMENT)
    job = fresh.data.parent / "job.json"
    job.write_text('{"newroot": 1}')
    for address in ("10.78.0.11", "10.77.0.1", "10.77.0.255"):
        done = fresh.run("add", "db1", "--data", fresh.data, "--mac", MAC, "--job", job, "--address", address)
        assert done.returncode == 2 and address in done.stderr
    fresh.add("db1", MAC, "--address", "fd77::11")


@pytest.mark.parametrize("argv", [
    ("--net-interface", "br0"), ("--net-address", "10.77.0.1/24"), ("--net-router", "10.77.0.1"),
    ("--net-interface", "a b", "--net-address", "10.77.0.1/24"), ("--net-interface", "br0", "--net-address", "10.77.0.1"),
    ("--net-interface", "br0", "--net-address", "10.77.0.0/24"), (*SEGMENT, "--net-router", "10.78.0.1"),
])
def test_bad_segments(fresh, argv):
    done = fresh.run("init", "--data", fresh.data, "--address", "10.77.0.1", *argv)
    assert done.returncode == 2 and not fresh.data.exists()


# --- a segment

class Network:
    """Two network namespaces: the segment's own one, and in it a client's, joined by a cable once there is a bridge."""

    def __init__(self, unshare):
        self.unshare = unshare
        self.segment = self.hold(*unshare)
        self.client = None

    @staticmethod
    def hold(*argv):
        process = subprocess.Popen([*argv, "sleep", "infinity"], preexec_fn=die_with_parent)
        comm = pathlib.Path(f"/proc/{process.pid}/comm")
        until(lambda: comm.read_text() == "sleep\n", argv)
        return process

    def enter(self, process, *argv):
        """The command line that runs `argv` there."""
        user = ["--user", "--preserve-credentials"] if "--user" in self.unshare else []
        return ["nsenter", "--target", str(process.pid), "--net", *user, *map(str, argv)]

    def run(self, *argv, where=None, **kwargs):
        return subprocess.run(self.enter(where or self.segment, *argv), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=2 * PATIENCE_S, **kwargs)

    def ip(self, line, where=None):
        done = self.run("ip", *line.split(), where=where)
        assert done.returncode == 0, f"ip {line}: {done.stdout}"
        return done.stdout

    def plug_in(self):
        self.client = self.hold(*self.enter(self.segment, "unshare", "--net"))
        self.ip("link add port type veth peer name eth0")
        self.ip(f"link set eth0 netns {self.client.pid}")
        self.ip("link set port master br0 up")

    def ask(self, mac, folder, *options, seconds=60):
        """What the DHCP client was told, or None."""
        script = folder / "udhcpc"
        script.write_text('#!/bin/sh\n[ "$1" != bound ] || env\n')
        script.chmod(0o755)
        for line in ("link set eth0 down", f"link set eth0 address {mac} up", "address flush dev eth0 scope global"):
            self.ip(line, where=self.client)
        done = self.run(BUSYBOX, "udhcpc", "-i", "eth0", "-n", "-q", "-t", str(seconds), "-T", "1", "-s", script, *options, where=self.client)
        if done.returncode != 0:
            return None
        told = dict(re.findall(r"^(\w+)=(.*)$", done.stdout, re.M))
        self.ip(f"address add {told['ip']}/{told['mask']} dev eth0", where=self.client)
        return told

    def fetch(self, url, *options):
        return self.run("curl", "--silent", "--show-error", "--max-time", "60", *options, url, where=self.client)

    def close(self):
        for process in (self.client, self.segment):
            if process:
                process.kill()
                process.wait()


WAYS = {"user": ("unshare", "--user", "--map-root-user", "--net"), "root": ("unshare", "--net")}


def ways():
    """As whoever runs the tests can make namespaces."""
    return [name for name, argv in WAYS.items() if subprocess.run([*argv, "true"], stderr=subprocess.DEVNULL).returncode == 0]


@pytest.fixture(params=ways())
def network(request):
    made = Network(WAYS[request.param])
    yield made
    made.close()


@pytest.fixture(params=programs(), ids=lambda program: pathlib.Path(program).parent.name)
def folder(request):
    """Not pytest's own, which only its owner may enter: dnsmasq gives root's rights up."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="newroot-net-"))
    path.chmod(0o755)
    service = Service(request.param, path)
    service.init("--url", "https://10.77.0.1:8443", "--address", "10.77.0.1", *SEGMENT)
    yield service
    with contextlib.suppress(FileNotFoundError):
        log = (service.data / "net" / "serve.log").read_text()
        assert "Sanitizer" not in log and "runtime error" not in log, log
    shutil.rmtree(path)


def net_up(network, service, command, *argv):
    return network.run(NET_UP, command, "--data", service.data, *argv)


def up(network, service, *argv):
    done = net_up(network, service, "up", "--server", service.program, *argv)
    assert done.returncode == 0, done.stdout + log_of(service)
    return done.stdout


def down(network, service):
    done = net_up(network, service, "down")
    assert done.returncode == 0, done.stdout
    return done.stdout


def log_of(service):
    path = service.data / "net" / "dnsmasq.log"
    return path.read_text(errors="replace") if path.exists() else ""


@pytest.fixture
def segment(network, folder):
    folder.add("db1", MAC, "--address", "10.77.0.11", token="auto")
    up(network, folder)
    yield folder
    if (folder.data / "net" / "net-up.state").exists():
        down(network, folder)


def test_segment(network, segment):
    network.plug_in()
    told = network.ask(MAC, segment.data.parent)
    assert told, log_of(segment)
    assert (told["ip"], told["boot_file"], told["siaddr"]) == ("10.77.0.11", "pxelinux.0", "10.77.0.1")
    assert "router" not in told
    entry = network.fetch(f"tftp://10.77.0.1/{ENTRIES['pxelinux']}").stdout
    assert entry == entries(segment)["pxelinux"] and segment.token() in entry
    hello = network.fetch(f"https://10.77.0.1:8443/v1/hello?mac={MAC}", "--cacert", segment.data / "ca.pem",
                          "--header", f"Authorization: Bearer {segment.token()}")
    assert '"hold":false' in hello.stdout.replace(" ", ""), hello.stdout


def test_each_loader_has_its_file(network, segment):
    network.plug_in()
    for options, boot_file in (((), "pxelinux.0"), (("-x", "0x5d:0000"), "pxelinux.0"), (("-x", "0x5d:0007"), "grubx64.efi"),
                               (("-x", "0x5d:0009"), "grubx64.efi"), (("-x", "0xaf:b10100"), "ipxe/start.ipxe"),
                               (("-x", "0x5d:0007", "-x", "0xaf:b10100"), "ipxe/start.ipxe")):
        told = network.ask(MAC, segment.data.parent, *options)
        assert told and told["boot_file"] == boot_file, (options, log_of(segment))
    # The start script is followed by hand: it leads to the entry of the MAC, relative to itself.
    start = network.fetch("tftp://10.77.0.1/ipxe/start.ipxe").stdout
    assert "chain --replace ${netX/mac:hexhyp}.ipxe" in start
    assert network.fetch(f"tftp://10.77.0.1/{ENTRIES['ipxe']}").stdout == entries(segment)["ipxe"]


def test_added_while_it_runs(network, segment):
    network.plug_in()
    assert network.ask(OTHER_MAC, segment.data.parent, seconds=3) is None
    segment.add("db2", OTHER_MAC, "--address", "10.77.0.12", token="auto")
    told = until(lambda: network.ask(OTHER_MAC, segment.data.parent, seconds=3), lambda: log_of(segment))
    assert told["ip"] == "10.77.0.12", log_of(segment)
    entry = network.fetch("tftp://10.77.0.1/pxelinux.cfg/01-52-54-00-00-00-12").stdout
    assert segment.token(OTHER_MAC) in entry
    segment.cli("remove", "db2")
    until(lambda: network.ask(OTHER_MAC, segment.data.parent, seconds=3) is None, lambda: log_of(segment))


def links(network):
    return re.findall(r"^\d+: (\S+?)[@:]", network.ip("link"), re.M)


def test_down_undoes_what_up_did(network, folder):
    before = links(network)
    said = up(network, folder)
    assert "br0" in links(network) and "10.77.0.1/24" in network.ip("address show br0")
    pids = re.findall(r"(?:dnsmasq|newroot-server) \((\d+)\)", said)
    assert len(pids) == 2 and all(os.path.exists(f"/proc/{pid}") for pid in pids)
    again = net_up(network, folder, "up", "--server", folder.program)
    assert again.returncode == 1 and "net-up down" in again.stdout
    down(network, folder)
    assert links(network) == before and "LOWER_UP" not in network.ip("link show lo")
    until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), "both have ended")
    assert net_up(network, folder, "down").returncode == 1
    up(network, folder)
    down(network, folder)


def test_what_was_there_stays(network, folder):
    for line in ("link set lo up", "link add br0 type bridge", "address add 10.77.0.1/24 dev br0"):
        network.ip(line)
    up(network, folder)
    down(network, folder)
    assert "10.77.0.1/24" in network.ip("address show br0") and "fd6e" not in network.ip("address show br0")
    assert "LOWER_UP" in network.ip("link show lo")


def test_failure_is_undone(network, folder):
    """The service's port is taken: dnsmasq and bridge go again."""
    for line in ("link set lo up", "link add br0 type bridge", "address add 10.77.0.1/24 dev br0", "link set br0 up"):
        network.ip(line)
    other = subprocess.Popen(network.enter(network.segment, "/usr/bin/python3", "-c",
                                           "import socket, time\nwith socket.create_server(('10.77.0.1', 8443)): time.sleep(3600)"),
                             preexec_fn=die_with_parent)
    try:
        until(lambda: "8443" in network.run("ss", "-ltn").stdout, "the other listens")
        done = net_up(network, folder, "up", "--server", folder.program)
        assert done.returncode == 1 and "in use" in done.stdout and "undoing" in done.stdout
        assert not (folder.data / "net" / "net-up.state").exists()
        assert not (folder.data / "net" / "dnsmasq.pid").exists()
    finally:
        other.kill()
        other.wait()
    up(network, folder)
    down(network, folder)


def test_in_a_namespace_of_its_own(folder):
    if os.geteuid() != 0 or "root" not in ways():
        pytest.skip("ip netns needs root")
    name = f"newroot-test-{os.getpid()}"
    done = subprocess.run([NET_UP, "up", "--data", folder.data, "--server", folder.program, "--netns", name],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S)
    try:
        assert done.returncode == 0, done.stdout
        assert "br0" in subprocess.run(["ip", "netns", "exec", name, "ip", "link"], stdout=subprocess.PIPE, text=True).stdout
    finally:
        subprocess.run([NET_UP, "down", "--data", folder.data], stdout=subprocess.DEVNULL, timeout=PATIENCE_S)
    assert name not in subprocess.run(["ip", "netns", "list"], stdout=subprocess.PIPE, text=True).stdout


def test_net_up_says_what_is_wrong(network, folder, tmp_path):
    few = tmp_path / "bin"
    few.mkdir()
    for tool in ("sh", "ip", "dirname", "sed", "grep"):
        (few / tool).symlink_to(shutil.which(tool))
    for argv, status, what in (
            (("--help",), 0, "Usage"), ((), 2, "up or down"), (("up",), 2, "--data"), (("fly",), 2, "'fly'"),
            (("up", "down"), 2, "not both"), (("up", "--data"), 2, "needs a value"), (("up", "--data", "/nowhere"), 1, "no folder"),
            (("up", "--data", folder.data, "--netns", "a b"), 2, "'a b'"), (("up", "--data", tmp_path), 1, "newroot-server init"),
            (("up", "--data", folder.data, "--server", "/nowhere"), 1, "did not start")):
        done = network.run(NET_UP, *argv)
        assert done.returncode == status and what in done.stdout, (argv, done.stdout)
    done = network.run("env", f"PATH={few}", NET_UP, "up", "--data", folder.data)
    assert done.returncode == 1 and "dnsmasq-base" in done.stdout
    (folder.data / "net" / "segment").unlink()
    done = net_up(network, folder, "up")
    assert done.returncode == 1 and "net_address" in done.stdout


def test_net_up_without_rights(network, folder):
    folder.data.chmod(0o755)
    done = network.run("unshare", "--user", NET_UP, "up", "--data", folder.data, "--server", folder.program)
    assert done.returncode == 1 and "root" in done.stdout, done.stdout
    assert not (folder.data / "net" / "net-up.state").exists()


# In a user namespace dnsmasq stays root.
@pytest.mark.parametrize("network", [way for way in ways() if way == "root"], indirect=True)
def test_folder_that_dnsmasq_cannot_enter(network, folder):
    folder.data.chmod(0o700)
    done = net_up(network, folder, "up", "--server", folder.program)
    assert done.returncode == 1 and "chmod o+x" in done.stdout
