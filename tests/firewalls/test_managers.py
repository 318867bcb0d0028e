"""The quarantine beside the firewalls of moved systems, each the real one: what these reload does not open it unseen."""
import itertools

import pytest

from firewall_hosts import INSIDE, OUTSIDE, connects, is_cut_off
from packages import add_packages

DOCKER = "docker -H unix:///run/docker.sock"
FIREWALL_CMD = "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/bus firewall-cmd"


def save_tables(host):
    """As Gentoo, RHEL and netfilter-persistent keep them; those of before the move have no quarantine."""
    host.run("iptables-save | sed /newroot/d >/run/saved.v4; ip6tables-save | sed /newroot/d >/run/saved.v6")


def start_ufw(host):
    add_packages(host)
    host.run("ufw --force enable")


def start_firewalld(host, backend="nftables"):
    add_packages(host)
    host.run(f"sed -i 's/^FirewallBackend=.*/FirewallBackend={backend}/' /etc/firewalld/firewalld.conf; mkdir /run/dbus")
    host.start(["dbus-daemon", "--config-file=/usr/share/dbus-1/system.conf", "--address=unix:path=/run/bus", "--nofork"], "test -S /run/bus")
    host.start(["env", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/bus", "firewalld", "--nofork", "--nopid"], f"{FIREWALL_CMD} --state")


def start_firewalld_on_iptables(host):
    start_firewalld(host, "iptables")


def start_docker(host):
    add_packages(host)
    run_docker(host)


def run_docker(host):
    host.start(["dockerd", "-H", "unix:///run/docker.sock", "--data-root", "/run/docker-data", "--exec-root", "/run/docker-exec", "-s", "vfs"],
               f"{DOCKER} info")


def restart_docker(host):
    host.stop()
    run_docker(host)


# On a busy machine it may answer later than D-Bus waits: the next question is answered behind the reload.
RELOADS = tuple(f"{FIREWALL_CMD} {how} || {FIREWALL_CMD} --state" for how in ("--reload", "--complete-reload"))
# What each does at boot, behind the quarantine, and later: commands, or functions of the host.
MANAGERS = {
    "by-hand": ("iptables -F; ip6tables -F", "iptables -t mangle -F; ip6tables -t mangle -F", "nft flush ruleset", "nft -f /etc/nftables.conf"),
    "saved-tables": (save_tables, "iptables-restore </run/saved.v4; ip6tables-restore </run/saved.v6"),
    "ufw": (start_ufw, "ufw reload", "ufw disable", "ufw --force enable", "ufw --force reset"),
    "firewalld": (start_firewalld, *RELOADS),
    "firewalld-on-iptables": (start_firewalld_on_iptables, *RELOADS),
    "docker": (start_docker, f"{DOCKER} network create shop", restart_docker),
}
# Nothing new is learnt from these: nftables' tables beside the other kind.
LEFT_OUT = {("firewalld", "iptables-legacy"), ("firewalld-on-iptables", "nft")}


def escapes(*hosts):
    """Whoever reaches the outside."""
    return [(host, address) for host, address in itertools.product(hosts, OUTSIDE) if not is_cut_off(host, address)]


def do(host, what):
    if callable(what):
        what(host)
    else:
        host.run(what)


@pytest.mark.parametrize("manager", MANAGERS)
def test_nothing_is_opened_unseen(request, hosts, guest, folder, listeners, manager):
    if (manager, request.node.callspec.params["folder"]) in LEFT_OUT:
        pytest.skip("the same tables as in another case")
    moved, _ = hosts
    assert all(connects(host, address) for host in (moved, guest) for address in OUTSIDE), "there is a way out to be closed"
    for what in MANAGERS[manager]:
        moved.run(f"{folder}/load")
        moved.run(f"{folder}/loaded")
        assert not escapes(moved, guest)
        do(moved, what)
        assert not moved.succeeds(f"{folder}/loaded") or not escapes(moved, guest), what
    moved.run(f"{folder}/load")
    assert not escapes(moved, guest)
    assert all(connects(moved, address) for address in INSIDE)
