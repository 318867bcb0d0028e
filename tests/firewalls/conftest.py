"""Hosts that tests of the quarantine share, each with a firewall of its own."""
import os
import shutil

import pytest

from firewall_hosts import Host, files_of, listen


@pytest.fixture(name="hosts")
def fixture_hosts():
    """The moved VM and a neighbour that has addresses within and without what is allowed."""
    if os.getuid() != 0:
        pytest.skip("needs root: network namespaces and firewalls")
    moved, other = Host(), Host()
    moved.link("v0", other, "v1", (5, 7), ("10.80.0.{}/24", "192.0.2.{}/24", "fd00::{}/64", "2001:db8::{}/64"))
    yield moved, other
    moved.close()
    other.close()


@pytest.fixture(name="guest")
def fixture_guest(hosts):
    """A container behind the moved VM, which does NAT for it, as Docker does."""
    made = Host()
    moved = hosts[0]
    moved.link("g0", made, "g1", (1, 2), ("172.30.0.{}/24", "fd30::{}/64"))
    made.run("ip route add default via 172.30.0.1; ip -6 route add default via fd30::1")
    moved.run("echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding;"
              "iptables -t nat -A POSTROUTING -o v0 -j MASQUERADE; ip6tables -t nat -A POSTROUTING -o v0 -j MASQUERADE")
    yield made
    made.close()


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


@pytest.fixture(name="listeners")
def fixture_listeners(hosts):
    made = [listen(host) for host in hosts]
    yield
    for process in made:
        process.kill()
        process.wait()
