"""Whole VMs with OpenRC and with systemd: their configuration, quarantined from the first packet on, cut over and back."""
import json
import re
import time

from jobs import GIB, MIB, install_job
from outside import GATEWAY6, INSIDE, INTERNAL, OUTSIDE, PORT, ROUTER, Outside
from process import run
from vm import BUILD

INSTALL_S = 1500
BOOT_S = 600
CUTOVER_S = 900
SECOND_MAC = "52:54:00:77:77:01"
MANIFEST = "/etc/puppet/code/environments/production/manifests/site.pp"
PROBE = f"""#!/bin/bash
# Connects at once when the first interface is up.
[ "$IFACE $ADDRFAM" = "$PROBE_WHEN inet6" ] || [ "$1" = now ] || exit 0
for to in {" ".join(INSIDE + OUTSIDE)}; do
    timeout 5 bash -c "exec 3<>/dev/tcp/$to/{PORT}" 2>/dev/null && echo $to open || echo $to closed
done | tee -a /var/log/probe
"""
CLOSED = {**dict.fromkeys(INSIDE, "open"), **dict.fromkeys(OUTSIDE, "closed")}
OPEN = dict.fromkeys(INSIDE + OUTSIDE, "open")
# Every file that a cutover could change, its time, what runs, and the firewall.
SNAPSHOT = "find /etc /var/lib/newroot -printf '%p %y %m %s %T@ %l\\n' | sort; pidof cron; nft list table inet newroot_quarantine || iptables -t mangle -S"


def moved_job(lab, inputs, address, names, files=(), **changes):
    """A VM with two NICs; quarantined, cron off, a program that connects as soon as the network is up."""
    first, second = names
    return install_job(
        lab, inputs, address, "web1.example.test",
        network={
            "hostname": "web1.example.test",
            "interfaces": [{"name": first, "mac": lab_mac(address), "addresses": [f"{address}/24", f"fd77::{address.split('.')[-1]}/64"],
                            "gateways": ["10.77.0.1", GATEWAY6],
                            "routes": [{"to": INTERNAL[0], "via": ROUTER}, {"to": INTERNAL[1], "via": GATEWAY6}]},
                           {"name": second, "mac": SECOND_MAC, "addresses": ["10.80.0.11/24", "10.80.0.12/24"], "mtu": 1400}],
            "nameservers": ["10.77.0.1"], "search": ["example.test"],
            "hosts": [{"address": "10.80.0.9", "names": ["db1.example.test", "db1"]}]},
        files=[{"path": "/etc/network/if-up.d/probe", "mode": "0755", "content": PROBE.replace("$PROBE_WHEN", first)},
               {"path": "/etc/motd", "content": "moved\n", "owner": "nobody", "mode": "0640"}, *files],
        quarantine={"allow": INTERNAL}, migrating=True, **changes)


def lab_mac(address):
    return f"52:54:00:77:00:{int(address.split('.')[-1]):02x}"


class Target:
    """A VM of a case, with what all cases ask of it."""

    def __init__(self, lab, inputs, root, names, **changes):
        self.lab, self.names = lab, names
        self.outside = Outside(lab)
        root_only = [{"to": "/", "url": lab.archive(root), "sha256": inputs.sums[root]}]
        self.vm = lab.vm("web1", lambda address: moved_job(lab, inputs, address, names, archives=root_only, **changes),
                         [2 * GIB, 2 * GIB], more={SECOND_MAC: "br1"})

    def install(self):
        self.vm.start("n")
        self.vm.wait_for(r"installed; next", INSTALL_S)
        self.vm.wait_end(300)

    def boot(self):
        """With a hardware clock that is two days ahead."""
        self.outside.forget()
        self.vm.clock = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 2 * 86400))
        self.vm.start("c")
        self.vm.wait_for(r"login:", BOOT_S)
        self.lab.service.wait_state("web1", "complete", BOOT_S)

    def inside(self, command, seconds=300):
        return self.lab.service.ssh(self.vm.address, command, seconds)

    def connections(self):
        return dict(line.split() for line in self.inside("/etc/network/if-up.d/probe now").splitlines())

    def notes(self):
        return [event.get("text", "") for event in self.lab.service.events("web1") if event["type"] == "note"]


def check_configuration(target):
    """As the job wants it, seen from inside."""
    first, second = target.names
    inside = target.inside
    assert inside("hostname; hostname -f").split() == ["web1", "web1.example.test"] or \
        inside("hostname; hostname -f").split() == ["web1.example.test"] * 2
    assert "10.80.0.9" in inside("getent hosts db1")
    assert inside("cat /etc/resolv.conf").splitlines()[-2:] == ["search example.test", "nameserver 10.77.0.1"]
    links = {link["ifname"]: link for link in json.loads(inside("ip -j address"))}
    assert (links[first]["address"], links[second]["address"]) == (target.vm.mac, SECOND_MAC)
    assert {a["local"] for a in links[first]["addr_info"] if a["scope"] == "global"} == {
        target.vm.address, f"fd77::{target.vm.address.split('.')[-1]}"}
    assert {a["local"] for a in links[second]["addr_info"] if a["family"] == "inet"} == {"10.80.0.11", "10.80.0.12"}
    assert links[second]["mtu"] == 1400
    routes = inside("ip route; ip -6 route")
    for line in (f"default via 10.77.0.1 dev {first}", f"{INTERNAL[0]} via {ROUTER} dev {first}",
                 f"default via {GATEWAY6} dev {first}", f"{INTERNAL[1]} via {GATEWAY6} dev {first}"):
        assert line in routes
    assert inside("cat /etc/motd; stat -c '%U %a' /etc/motd") == "moved\nnobody 640\n"
    assert "xvd" not in inside("cat /etc/fstab; cat /etc/mtab")
    assert re.search(r" / xfs ", inside("cat /proc/mounts")) and inside("swapon --noheadings --show=NAME").strip()


def check_clock(target):
    """The quarantine closes NTP: the first boot has set it, and the hardware clock."""
    assert abs(int(target.inside("date +%s")) - time.time()) < 60
    assert abs(int(target.inside("cat /sys/class/rtc/rtc0/since_epoch")) - time.time()) < 60
    assert any("ahead of the service's, and is set" in note for note in target.notes())


def check_quarantine(target):
    """Closed since before the network was up: nothing has reached the outside, though it was tried at once."""
    assert dict(line.split() for line in target.inside("cat /var/log/probe").splitlines()) == CLOSED
    assert target.connections() == CLOSED
    target.inside(f"for i in $(seq 100); do echo > /dev/udp/{OUTSIDE[0]}/9; done; true")
    assert target.outside.packets() == 0
    logged = target.inside("dmesg | grep 'newroot quarantine: '")
    for address in ("192.0.2.1", "2001:0db8:0000:0000:0000:0000:0000:0001"):
        assert f"DST={address}" in logged
    assert len(logged.splitlines()) < 60


BEHIND = """ip netns add shop && ip link add c0 type veth peer name c1 netns shop
ip addr add 172.30.0.1/24 dev c0 && ip link set c0 up && echo 1 >/proc/sys/net/ipv4/ip_forward
ip netns exec shop sh -c 'ip addr add 172.30.0.2/24 dev c1; ip link set c1 up; ip route add default via 172.30.0.1'
ip netns exec shop timeout 5 bash -c 'exec 3<>/dev/tcp/192.0.2.1/7000' && echo open || echo closed
ip netns del shop"""


def check_who_is_behind(target):
    """A container's packets do not leave, and a flush of all tables is seen within two looks."""
    service = target.lab.service
    assert target.inside(BEHIND).split()[-1] == "closed" and target.outside.packets() == 0
    # People test it from where they are.
    assert service.ssh(target.vm.address, "echo seen", 300, "-b", OUTSIDE[0]) == "seen\n"
    target.inside("nft flush ruleset || { iptables -t mangle -F; ip6tables -t mangle -F; }")
    service.wait_state("web1", "error", 300)
    assert service.errors("web1")[-1]["code"] == "quarantine.removed"
    assert target.connections() == CLOSED
    service.cli("retry", "web1")
    service.wait_state("web1", "complete", 300)


def check_open_quarantine_is_told(target):
    """As after a boot that did not load it."""
    service = target.lab.service
    target.inside("/etc/newroot/quarantine/lift; rm /var/lib/newroot/first-boot.done; newroot first-boot --background")
    service.wait_state("web1", "error", BOOT_S)
    assert service.errors("web1")[-1]["code"] == "first-boot.quarantine"
    assert target.connections() == CLOSED
    target.inside("newroot first-boot --background")
    service.wait_state("web1", "complete", BOOT_S)


def cut_over_and_back(target, cutover):
    """Dry runs change nothing; what `cutover` checks holds in between."""
    inside = target.inside
    before = inside(SNAPSHOT)
    told = inside("newroot cutover --dry-run", CUTOVER_S)
    assert "Nothing was changed." in told and "start cron" in told
    assert inside(SNAPSHOT) == before
    inside("newroot cutover", CUTOVER_S)
    assert target.connections() == OPEN
    assert target.outside.packets() > 0
    assert inside("pidof cron; test ! -e /etc/newroot/migrating && echo gone").split()[1:] == ["gone"]
    cutover()
    inside("newroot cutover --undo", CUTOVER_S)
    assert target.connections() == CLOSED
    assert inside("pidof cron || echo stopped; test -e /etc/newroot/migrating && echo back").split() == ["stopped", "back"]


WRITER = """i=0; while [ ! -e /run/enough ] && [ $i -lt 60 ]; do
    i=$((i+1)); head -c 200000 /dev/urandom >/data/written.$i; cp /data/written.$i /root/written.$i; sync
done; touch /run/written"""
# What is not needed any more and could help goes; e2fsck stays to judge.
NO_TOOLS = "rm -f $(command -v mkswap swapon swapoff); ! command -v lvm dmsetup resize2fs xfs_growfs"
COMPARE = "set -e; ls /data/written.* | wc -l; for file in /data/written.*; do cmp $file /root/${file##*/}; done; sync"
AREA = "cat /proc/swaps | tail -n +2; blkid -o export /dev/local/swap | grep UUID"


def check_nodes(target):
    """The start of this system mounts an empty /dev, and nothing of its own makes nodes of volumes."""
    inside = target.inside
    assert re.search(r"^fresh /dev tmpfs ", inside("cat /proc/mounts"), re.M)
    assert re.search(r"^/dev/\S+ /data ext3 ", inside("cat /proc/mounts"), re.M)
    assert inside("cd /dev/local && stat -L -c '%n %F' *").splitlines() == [f"{name} block special file" for name in ("data", "root", "swap")]


def check_growing(target):
    """A mounted xfs root, ext3 data (by the old kernels' ioctl, too) and swap, under a writer, with nothing but newroot."""
    inside = target.inside
    run(["sh", "-c", 'exec "$@" < "$0"', BUILD / "old/kernel", *target.lab.service.ssh_argv(target.vm.address, "cat >/old-kernel; chmod +x /old-kernel")])
    uuid = inside(AREA).split("UUID=")[1]
    inside(f"{NO_TOOLS} && (({WRITER}) </dev/null >/dev/null 2>&1 &)")
    told = inside("newroot grow --dry-run root +128MiB")
    assert "volume /dev/local/root: 1 GiB -> 1152 MiB\n" in told and "xfs on /: 1 GiB -> 1152 MiB\n" in told and "Nothing was changed" in told
    assert inside("blockdev --getsize64 /dev/local/root") == f"{GIB}\n"
    for size, words in (("100MiB", "only made larger"), ("+50GiB", "has no room for 50 GiB more: "), ("200", "is no size")):
        said = inside(f"newroot grow data {size} 2>&1 && echo IT PASSED || true")
        assert words in said and "IT PASSED" not in said
    inside("newroot grow root +128MiB")
    inside("newroot grow data 400MiB")
    # As on a kernel that can only add one group after the other.
    print(inside("time /old-kernel 2.6.18 --record /run/record newroot grow data 600MiB 2>&1"))
    assert "ioctl EXT4_IOC_RESIZE_FS" in inside("cat /run/record")
    inside("newroot grow swap +32MiB")
    assert "nothing to do" in inside("newroot grow swap 96MiB")
    sizes = inside("blockdev --getsize64 /dev/local/root /dev/local/data; awk '{print $3}' /proc/swaps")
    assert sizes.split() == [str(1152 * MIB), str(600 * MIB), "Size", str(96 * 1024 - 4)]
    assert inside(AREA).split("UUID=")[1] == uuid
    for place, least in (("/", 1070), ("/data", 540)):
        assert int(inside(f"df --output=size -B {MIB} {place} | tail -1")) >= least
    inside("touch /run/enough; while [ ! -e /run/written ]; do sleep 0.1; done")
    assert int(inside(COMPARE)) > 0
    inside("umount /data; e2fsck -fn /dev/local/data && mount /data && rm -f /data/written.* /root/written.*")
    assert any("volume /dev/local/root: 1 GiB -> 1152 MiB; xfs on /: 1 GiB -> 1152 MiB" in note for note in target.notes())
    assert target.lab.service.state("web1") == "complete"


def test_openrc(lab, inputs):
    # The kernel calls the first NIC eth0: the names are swapped, and the addresses are on the NICs of their MACs.
    target = Target(lab, inputs, inputs.bare_openrc, ("eth1", "eth0"),
                    volumes=[{"name": "root", "size": "1GiB", "mount": "/"}, {"name": "data", "size": "200MiB", "mount": "/data", "fs": "ext3"},
                             {"name": "swap", "size": "64MiB", "fs": "swap"}],
                    services={"disable": ["vixie-cron", "cron", "crond", "anacron"], "enable": ["rpcbind"]})
    target.install()
    target.boot()
    check_configuration(target)
    check_clock(target)
    inside = target.inside
    assert "hvc0" not in inside("grep -v ^# /etc/inittab") and "xvda1" in inside("cat /etc/fstab.premigration")
    assert "00:16:3e" not in inside("cat /etc/udev/rules.d/*.rules")
    assert "running" in inside("rc-service rpcbind status")
    check_nodes(target)
    check_growing(target)
    check_quarantine(target)
    check_who_is_behind(target)
    check_open_quarantine_is_told(target)
    cut_over_and_back(target, lambda: inside("rc-service cron status"))


def test_systemd(lab, inputs):
    manifest = 'file { "/etc/applied": content => "by puppet\\n" }\nnotify { "the manifest was applied": }\n'
    files = [{"path": MANIFEST, "content": manifest}]
    target = Target(lab, inputs, inputs.systemd, ("lan0", "shop0"), puppet={"held": True}, files=files,
                    services={"disable": ["cron", "mariadb", "no-such-service"], "enable": ["rsync"]})
    target.install()
    target.boot()
    check_configuration(target)
    check_clock(target)
    inside = target.inside
    # The first boot of a systemd enables what its presets say, so what is off is masked.
    assert inside("systemctl is-enabled rsync cron mariadb puppet || true").split() == ["enabled", "masked", "masked", "masked"]
    assert inside("systemctl --failed --plain --no-legend") == ""
    check_quarantine(target)
    check_who_is_behind(target)
    check_open_quarantine_is_told(target)
    assert "no /etc/applied" in inside("cat /etc/applied || echo no /etc/applied")

    def cutover():
        assert inside("cat /etc/applied; systemctl is-active mariadb puppet") == "by puppet\nactive\ninactive\n"
        assert any("the manifest was applied" in note for note in target.notes())

    cut_over_and_back(target, cutover)
