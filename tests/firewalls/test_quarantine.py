"""The quarantine's rules as the golden files show them, loaded for real in a network namespace of their own."""
import itertools
import re

import pytest

from firewall_hosts import INSIDE, OUTSIDE, connects, is_answered, is_cut_off, listen, sends

# What stands for the quarantine while the kernel lets something out; {tables}: iptables or ip6tables.
OPENED = {
    "iptables": ("{tables} -t mangle -D POSTROUTING -j newroot-quarantine", "{tables} -t mangle -F", "{tables} -t mangle -F newroot-quarantine",
                 "{tables} -t mangle -F; {tables} -t mangle -X"),
    "nft": ("nft flush ruleset", "nft delete table inet newroot_quarantine", "nft delete chain inet newroot_quarantine postrouting",
            "nft 'chain inet newroot_quarantine postrouting {{ policy accept; }}'"),
}


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
    moved.run("iptables -t mangle -S | grep -q newroot && iptables -t mangle -I POSTROUTING -j newroot-quarantine; true")
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


def test_what_is_open_is_not_loaded(hosts, folder):
    moved, _ = hosts
    tool = "nft" if (folder / "rules.nft").exists() else "iptables"
    for opened, tables in itertools.product(OPENED[tool], ("iptables", "ip6tables")):
        moved.run(f"{folder}/load")
        moved.run(f"{folder}/loaded")
        moved.run(opened.format(tables=tables))
        assert any(sends(moved, address) for address in OUTSIDE), opened
        assert not moved.succeeds(f"{folder}/loaded"), opened


BUSY = """#!/bin/sh
# As iptables since 1.4.20 answers while another one holds the lock: once.
mkdir "$0.was-here" 2>/dev/null && exit 4
exec /usr/sbin/${0##*/} "$@"
"""


def test_another_firewall_at_work_is_no_opening(hosts, folder):
    if (folder / "rules.nft").exists():
        pytest.skip("nft asks again by itself")
    moved, _ = hosts
    moved.run(f"{folder}/load")
    for tables in ("iptables", "ip6tables"):
        (folder / tables).write_text(BUSY)
        (folder / tables).chmod(0o755)
    script = folder / "loaded"
    script.write_text(script.read_text().replace("PATH=", f"PATH={folder}:"))
    moved.run(str(script))
    assert (folder / "iptables.was-here").is_dir() and (folder / "ip6tables.was-here").is_dir()


def test_answers_go_everywhere(hosts, folder, listeners):
    moved, other = hosts
    moved.run(f"{folder}/load")
    for address in ("10.80.0.5", "192.0.2.5", "fd00::5", "2001:db8::5"):
        assert connects(other, address), address
    assert all(connects(moved, address) for address in INSIDE)
    assert all(is_cut_off(moved, address) for address in OUTSIDE)
    assert is_answered(other, "192.0.2.5") and is_answered(other, "2001:db8::5")


def test_nothing_is_forwarded_but_to_what_is_allowed(hosts, guest, folder, listeners):
    """What a container, a VPN's client or whoever the VM does NAT for sends through it."""
    moved, other = hosts
    assert all(connects(guest, address) and is_answered(guest, address) for address in INSIDE + OUTSIDE)
    moved.run(f"{folder}/load")
    assert all(connects(guest, address) and is_answered(guest, address) for address in INSIDE)
    assert all(is_cut_off(guest, address) and not is_answered(guest, address, seconds=1) for address in OUTSIDE)
    # Answers to who connects to it, from wherever: people test what runs there.
    process = listen(guest)
    other.run("ip route add 172.30.0.0/24 via 192.0.2.5; ip -6 route add fd30::/64 via 2001:db8::5")
    assert is_cut_off(other, "172.30.0.2") and is_cut_off(other, "fd30::2")
    for rules in folder.glob("rules.*"):
        rules.write_text(re.sub(r"^(.*)10\.80\.0\.0/24(.*)\n", r"\g<0>\g<1>172.30.0.0/24\2\n", rules.read_text(), flags=re.M))
        rules.write_text(re.sub(r"^(.*)fd00::/64(.*)\n", r"\g<0>\g<1>fd30::/64\2\n", rules.read_text(), flags=re.M))
    moved.run(f"{folder}/load")
    assert connects(other, "172.30.0.2") and connects(other, "fd30::2")
    process.kill()
    process.wait()


def test_nat_does_not_lead_out(hosts, folder, listeners):
    """The system's own nat table may send elsewhere what is meant for an address that is allowed, or for itself."""
    moved, _ = hosts
    for tables, allowed, own, outside in (("iptables", INSIDE[0], "10.80.0.5", OUTSIDE[0]), ("ip6tables", INSIDE[1], "fd00::5", f"[{OUTSIDE[1]}]")):
        for address in (allowed, own):
            moved.run(f"{tables} -t nat -A OUTPUT -d {address} -p tcp -j DNAT --to {outside}")
    assert all(connects(moved, address) for address in ("10.80.0.5", "fd00::5"))
    moved.run(f"{folder}/load")
    assert all(is_cut_off(moved, address) for address in INSIDE + ("10.80.0.5", "fd00::5"))


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
