"""The quarantine's rules as the golden files show them, loaded for real in a network namespace of their own."""
import os
import re
import shutil
import subprocess

import pytest

from common import PATIENCE_S, TOP

GOLDEN = TOP / "tests" / "unit" / "golden" / "os"
FOLDER = "/etc/newroot/quarantine/"
INSIDE, OUTSIDE = ("10.80.0.7", "fd00::7"), ("192.0.2.7", "2001:db8::7")

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root: network namespaces and firewalls")


class Host:
    """A network namespace, held by a sleeping process."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "--mount", "sh", "-c", "echo; exec sleep 3600"],
                                       stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        self.run("ip link set lo up")

    def run(self, command, check=True):
        return subprocess.run(["nsenter", "-t", str(self.holder.pid), "--net", "--mount", "sh", "-c", command],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=check, timeout=PATIENCE_S)

    def python(self, program):
        done = self.run(f"/usr/bin/python3 -c '{program}'", check=False)
        return done.stdout.strip()

    def close(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


@pytest.fixture(name="hosts")
def fixture_hosts():
    """The moved VM and a neighbour that has addresses within and without what is allowed."""
    moved, other = Host(), Host()
    moved.run(f"ip link add v0 type veth peer name v1 netns {other.holder.pid}")
    for host, link, number in ((moved, "v0", 5), (other, "v1", 7)):
        host.run(f"ip link set {link} up; ip addr add 10.80.0.{number}/24 dev {link};"
                 f"ip addr add 192.0.2.{number}/24 dev {link};"
                 f"ip addr add fd00::{number}/64 dev {link} nodad; ip addr add 2001:db8::{number}/64 dev {link} nodad")
    yield moved, other
    moved.close()
    other.close()


def files_of(name):
    """{file name: (mode, text)} of the quarantine's folder in a golden file."""
    parts = re.split(r"^=== (.*)\n", (GOLDEN / name).read_text(), flags=re.M)
    return {head.split()[0].removeprefix(FOLDER): (int(head.split()[1], 8), text)
            for head, text in zip(parts[1::2], parts[2::2]) if head.startswith(FOLDER)}


@pytest.fixture(name="folder", params=["iptables", "iptables-legacy", "nft"])
def fixture_folder(request, hosts, tmp_path):
    golden = "moved-debian-systemd" if request.param == "nft" else "moved-debian-openrc"
    if not shutil.which(request.param):
        pytest.skip(f"no {request.param} here")
    if request.param == "iptables-legacy":
        hosts[0].run('mount --bind "$(readlink -f /usr/sbin/iptables-legacy)" "$(readlink -f /usr/sbin/iptables)"')
        assert "legacy" in hosts[0].run("iptables -V").stdout
    for name, (mode, text) in files_of(golden).items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    return tmp_path


SEND = """
import socket
s = socket.socket(socket.{family}, socket.SOCK_DGRAM)
try:
    s.sendto(b"x", ("{address}", 9))
    print("sent")
except PermissionError:
    print("dropped")
"""


def sends(host, address):
    family = "AF_INET6" if ":" in address else "AF_INET"
    return {"sent": True, "dropped": False}[host.python(SEND.format(family=family, address=address))]


CONNECT = """
import socket
try:
    print(socket.create_connection(("{address}", 7000), {seconds}).recv(9).decode())
except OSError as e:
    print(type(e).__name__)
"""
ASK = """
import socket
s = socket.socket(socket.AF_INET6 if ":" in "{address}" else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(60)
s.sendto(b"hello", ("{address}", 7000))
print(s.recv(9).decode())
"""
LISTEN = """
import socket, threading
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
u.bind(("::", 7000))
def echo():
    while True:
        u.sendto(*u.recvfrom(9))
threading.Thread(target=echo, daemon=True).start()
s = socket.socket(socket.AF_INET6)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("::", 7000))
s.listen()
while True:
    s.accept()[0].send(b"hello")
"""


@pytest.fixture(name="listeners")
def fixture_listeners(hosts):
    made = [subprocess.Popen(["nsenter", "-t", str(host.holder.pid), "--net", "/usr/bin/python3", "-c", LISTEN])
            for host in hosts]
    for host in hosts:
        host.run("for i in $(seq 300); do ss -ltn | grep -q :7000 && exit; sleep 0.3; done; exit 1")
    yield
    for process in made:
        process.kill()
        process.wait()


def connects(host, address, seconds=60):
    return host.python(CONNECT.format(address=address, seconds=seconds)) == "hello"


def is_cut_off(host, address):
    return not connects(host, address, seconds=1)


def is_answered(host, address):
    return host.python(ASK.format(address=address)) == "hello"


def test_only_what_is_allowed_is_sent(hosts, folder):
    moved, _ = hosts
    assert all(sends(moved, address) for address in INSIDE + OUTSIDE)
    assert moved.run(f"{folder}/loaded", check=False).returncode != 0
    for _ in range(2):
        moved.run(f"{folder}/load")
        moved.run(f"{folder}/loaded")
        assert all(sends(moved, address) for address in INSIDE + ("127.0.0.1", "::1"))
        assert not any(sends(moved, address) for address in OUTSIDE)
    # Two at once may both have made the jump.
    moved.run("iptables -t mangle -S | grep -q newroot && iptables -t mangle -I OUTPUT -j newroot-quarantine; true")
    moved.run(f"{folder}/lift")
    assert moved.run(f"{folder}/loaded", check=False).returncode != 0
    assert all(sends(moved, address) for address in INSIDE + OUTSIDE)
    moved.run(f"{folder}/lift")


def test_what_was_saved_with_it_is_lifted_too(hosts, folder):
    """Gentoo's iptables save all tables when they stop; people do it by hand."""
    moved, _ = hosts
    moved.run(f"{folder}/load; mount -t tmpfs none /var/lib; cd /var/lib; mkdir iptables ip6tables nftables")
    moved.run("iptables -t mangle -A OUTPUT -d 192.0.2.99 -j DROP; iptables-save -c >/var/lib/iptables/rules-save;"
              "ip6tables-save >/var/lib/ip6tables/rules-save; nft list ruleset >/var/lib/nftables/rules-save")
    tool = "nft" if (folder / "rules.nft").exists() else "ip"
    assert "newroot" in moved.run(f"cat /var/lib/{tool}*/rules-save").stdout
    moved.run(f"{folder}/lift")
    saved = moved.run(f"cat /var/lib/{tool}*/rules-save").stdout
    assert "newroot" not in saved and "192.0.2.99" in saved
    moved.run("nft -f /var/lib/nftables/rules-save" if tool == "nft" else
              "iptables-restore </var/lib/iptables/rules-save && ip6tables-restore </var/lib/ip6tables/rules-save")
    assert all(sends(moved, address) for address in OUTSIDE)


def test_half_a_quarantine_is_not_loaded(hosts, folder):
    moved, _ = hosts
    moved.run(f"{folder}/load")
    assert moved.run(f"cd {folder}; if [ -e rules.nft ]; then nft flush ruleset; else ip6tables -t mangle -D OUTPUT 1; fi; ./loaded",
                     check=False).returncode != 0


def test_answers_go_everywhere(hosts, folder, listeners):
    moved, other = hosts
    moved.run(f"{folder}/load")
    for address in ("10.80.0.5", "192.0.2.5", "fd00::5", "2001:db8::5"):
        assert connects(other, address), address
    assert all(connects(moved, address) for address in INSIDE)
    assert all(is_cut_off(moved, address) for address in OUTSIDE)
    assert is_answered(other, "192.0.2.5") and is_answered(other, "2001:db8::5")


def test_survives_a_firewall_of_the_system(hosts, folder):
    moved, _ = hosts
    moved.run(f"{folder}/load")
    moved.run("printf '*filter\\n:INPUT ACCEPT [0:0]\\n:OUTPUT ACCEPT [0:0]\\nCOMMIT\\n' | iptables-restore")
    assert sends(moved, INSIDE[0])
    assert not sends(moved, OUTSIDE[0])
    assert not sends(moved, OUTSIDE[1])


def test_without_connection_tracking_and_logging(hosts, folder, listeners):
    """As 2.6.18 has it for IPv6: TCP's answers still go out, new connections don't."""
    if (folder / "rules.nft").exists():
        pytest.skip("every kernel with nft has it")
    for name in ("rules.v4", "rules.v6"):
        text = (folder / name).read_text()
        assert "-m state" in text and "-j LOG" in text
        (folder / name).write_text(text.replace("-m state --state", "-m state --no-such-state"))
    moved, other = hosts
    moved.run(f"{folder}/load")
    assert connects(other, "192.0.2.5") and connects(other, "2001:db8::5")
    assert all(is_cut_off(moved, address) for address in OUTSIDE)
    assert connects(moved, INSIDE[0])


def test_a_refusal_is_told(hosts, folder):
    for rules in folder.glob("rules.*"):
        rules.write_text("*no-such-table\nCOMMIT\n")
    done = hosts[0].run(f"{folder}/load", check=False)
    assert done.returncode != 0
