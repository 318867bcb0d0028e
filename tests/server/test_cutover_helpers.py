"""hosts, forward, runbook: what is printed is loaded, followed and taken out again for real."""
import json
import re
import subprocess

import pytest

from common import TOP
from migration import SHOP, change, put
from namespaces import inside
from network import Network

ODD_GROUP = "a.b-c_1"
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICBlvViQMMrln6Z+yPiav4mRT6iByW2NSXNakNbUIvj+"


@pytest.fixture
def shop(fresh):
    fresh.init()
    put(fresh)
    return fresh


def one(public, finals="10.80.0.11", group="shop"):
    return {"web1": {"role": "app", "finals": finals, "public": public}}


# --- hosts

def test_hosts(shop):
    lines = shop.cli("hosts", "shop").splitlines()
    assert lines[0].startswith("# begin: ") and lines[-1].startswith("# end; ")
    assert all(line.endswith("# newroot group shop") for line in lines)
    assert [line.split()[:2] for line in lines[1:-1]] == [
        ["10.80.0.11", "db.shop.example"], ["10.80.0.14", "www.shop.example"], ["10.80.0.14", "shop.example"],
        ["fd00:80::14", "www.shop.example"]]


def test_hosts_are_found_by_the_resolver(shop, tmp_path):
    """In a mount namespace, where /etc/hosts is ours."""
    file = tmp_path / "hosts"
    file.write_text("127.0.0.1 localhost\n" + shop.cli("hosts", "shop"))
    done = subprocess.run(["unshare", "--mount", "sh", "-euc", 'mount --bind "$1" /etc/hosts; getent ahosts www.shop.example', "sh",
                           file], stdout=subprocess.PIPE, text=True, check=True)
    assert {"10.80.0.14", "fd00:80::14"} <= set(done.stdout.split())


@pytest.mark.parametrize("group", ["shop", ODD_GROUP])
def test_hosts_are_taken_out_exactly(fresh, tmp_path, group):
    """Whatever else is in the file: other groups, an end that is missing, lines that only look alike."""
    fresh.init()
    put(fresh, one([{"names": ["www.example"]}]), group=group)
    put(fresh, {"x1": {"finals": "10.0.0.9", "public": [{"names": ["x.example"]}]}}, group="aXb-c_1", first=0x60)
    others = ["127.0.0.1 localhost # newroot group", f"# newroot group {group}2", f"10.0.0.1 a # newroot group {group} too",
              f"10.0.0.1 b # x newroot group {group}", *fresh.cli("hosts", "aXb-c_1").splitlines(), "", "no newline at the end"]
    lines = fresh.cli("hosts", group).splitlines()
    file = tmp_path / "hosts"
    file.write_text("\n".join([*others[:2], *lines, *others[2:4], *lines[:-1], *others[4:]]))
    before = file.read_text()
    command = fresh.cli("hosts", group, "--remove")
    assert command.count("\n") == 1 and "/etc/hosts" in command
    for _ in range(2):
        subprocess.run(["sh", "-euc", command.replace("/etc/hosts", f"'{file}'")], check=True)
        assert file.read_text() == "\n".join(others)
    assert command.strip() in lines[-1]
    subprocess.run(["sh", "-euc", f"cp '{file}.bak' '{file}'"], check=True)
    assert before.startswith("127.0.0.1")


def test_hosts_of_a_group_that_is_gone(shop):
    for name in SHOP:
        shop.cli("remove", name)
    assert shop.run("hosts", "shop", "--data", shop.data).returncode == 1
    assert "# newroot group shop" in shop.cli("hosts", "shop", "--remove")
    assert shop.run("hosts", "shop'; reboot #", "--remove").returncode == 2


# --- bad data

@pytest.mark.parametrize("public, where, why", [
    ([{"names": ["www.example\n10.0.0.1 evil"]}], "web1: public[0].names[0]", "no host name"),
    ([{"names": ["ok.example", "-x"]}], "web1: public[0].names[1]", "no host name"),
    ([{"names": ["a..b"]}], "web1: public[0].names[0]", "no host name"),
    ([{"names": ["*.example"]}], "web1: public[0].names[0]", "no host name"),
    ([{"names": ["x" * 64]}], "web1: public[0].names[0]", "no host name"),
    ([{"names": [".".join(["x" * 60] * 5)]}], "web1: public[0].names[0]", "no host name"),
    ([{"names": [""]}], "web1: public[0].names[0]", "no host name"),
    ([{"names": [7]}], "web1: public[0].names[0]", "no host name"),
    ([{"names": "www.example"}], "web1: public[0].names", "array"),
    (["www.example"], "web1: public[0]", "object"),
    ([{"names": []}, {"names": ["a"], "old": "192.0.2.300"}], "web1: public[1].old", "'192.0.2.300' is no address"),
    ([{"names": ["a"], "old": "2001:db8::7"}], "web1: public[0].new", "no final address"),
    ([{"names": ["a"], "new": "$(reboot)"}], "web1: public[0].new", "no address"),
])
def test_bad_public_data_is_refused(fresh, public, where, why):
    fresh.init()
    put(fresh, one(public))
    for command in ("hosts", "forward", "runbook"):
        done = fresh.run(command, "shop", "--data", fresh.data)
        assert done.returncode == 1 and done.stdout == "" and f"{where}: " in done.stderr and why in done.stderr, done.stderr


def test_nothing_to_print_is_told(fresh):
    fresh.init()
    put(fresh, {"db1": {"finals": "10.0.0.1"}})
    for command in ("hosts", "forward"):
        done = fresh.run(command, "shop", "--data", fresh.data)
        assert done.returncode == 1 and "shop: no VM of the group has" in done.stderr
    for command in ("hosts", "forward", "runbook"):
        done = fresh.run(command, "nobody", "--data", fresh.data)
        assert done.returncode == 1 and "nobody: there is no VM in a group of this name" in done.stderr
    assert "| db1 |" in fresh.cli("runbook", "shop")


@pytest.mark.parametrize("vms, why", [
    ({"web1": {"finals": "10.0.0.1", "public": [{"names": ["a"], "old": "192.0.2.7"}]},
      "web2": {"finals": "10.0.0.2", "public": [{"names": ["b"], "old": "192.0.2.7"}]}},
     "192.0.2.7: would have to go to two addresses: 10.0.0.1 (web1) and 10.0.0.2 (web2)"),
    (one([{"names": ["a"], "old": "192.0.2.7", "new": "fd00::1"}]), "192.0.2.7: can't be forwarded to fd00::1 (web1)"),
])
def test_forwards_that_can_not_be(fresh, vms, why):
    fresh.init()
    put(fresh, vms)
    for command in ("forward", "runbook"):
        done = fresh.run(command, "shop", "--data", fresh.data)
        assert done.returncode == 1 and why in done.stderr and done.stdout == ""


# --- forward

def rules(text, chain):
    return [line for line in text.splitlines() if line.startswith(f"-I {chain} ")]


def test_forward_is_deterministic_and_commented(shop):
    text = shop.cli("forward", "shop")
    assert re.sub(r"as of .* UTC", "", text) == re.sub(r"as of .* UTC", "", shop.cli("forward", "shop"))
    assert re.search(r"^# newroot: forward the old public addresses of group shop, as of 20\d\d-", text)
    assert len(rules(text, "PREROUTING")) == len(rules(text, "OUTPUT")) == len(rules(text, "POSTROUTING")) == 2, "no duplicates"
    assert "--ctorigdst 192.0.2.7 " in text and "2001:" not in text and "newroot-server forward shop --ipv6" in text
    six = shop.cli("forward", "shop", "--ipv6")
    assert len(rules(six, "PREROUTING")) == 1 and "192.0.2" not in six


def test_one_family_only(fresh):
    fresh.init()
    put(fresh, one([{"names": ["a"], "old": "2001:db8::7"}, {"old": "192.0.2.7", "new": "192.0.2.7"}], "fd00::1"))
    done = fresh.run("forward", "shop", "--data", fresh.data)
    assert done.returncode == 2 and "use --ipv6" in done.stderr
    assert "192.0.2.7" not in fresh.cli("forward", "shop", "--ipv6") + fresh.cli("forward", "shop", "--nft")
    assert "table ip " not in fresh.cli("forward", "shop", "--nft")
    assert fresh.run("forward", "shop", "--nft", "--ipv6", "--data", fresh.data).returncode == 2


def undo_of(text):
    return [line.split(None, 2)[2] for line in text.splitlines() if line.startswith("# undo ")]


def saved(net):
    """The edge's rules, without times and counts."""
    return re.sub(r"^#.*|\[\d+:\d+\]", "", net.edge("iptables-save; ip6tables-save"), flags=re.M)


# An edge as it was: its old server's redirection, and nothing else let through.
EDGE = """
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
for program in iptables ip6tables; do
    $program -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
    $program -A FORWARD -m comment --comment "newroot group shop2" -j DROP
    $program -A FORWARD -m comment --comment newroot -j DROP
done
iptables -t nat -A PREROUTING -d 192.0.2.7 -j DNAT --to-destination 10.80.0.99
ip6tables -t nat -A PREROUTING -d 2001:db8::7 -j DNAT --to-destination fd00:80::99
"""


def assert_forwards(net, expected=True):
    for source in ("client", "edge"):
        for address, seen in (("192.0.2.7", "10.80.0.1"), ("2001:db8::7", "fd00:80::1")):
            wait = 60 if expected else 1
            assert net.reached(address, source, wait) == (seen if expected else "nobody"), (source, address)


def check_iptables(texts):
    with Network() as net:
        load_iptables(net, texts)


def load_iptables(net, texts):
    net.edge(EDGE)
    before = saved(net)
    assert_forwards(net, False)
    programs = ("iptables", "ip6tables")
    for program, text in zip(programs, texts):
        net.edge(f"{program}-restore --test --noflush", input=text)
        for _ in range(2):
            net.edge(f"{program}-restore --noflush", input=text)
    assert_forwards(net)
    for text in texts:
        undo, = undo_of(text)
        net.sh(f"exec ip netns exec edge sh -s", input=undo)
    assert saved(net) == before
    assert_forwards(net, False)


@pytest.mark.parametrize("group", ["shop", ODD_GROUP])
def test_iptables_forward_for_real(fresh, group):
    fresh.init()
    put(fresh, group=group)
    inside(check_iptables, texts=[fresh.cli("forward", group), fresh.cli("forward", group, "--ipv6")])


def check_nft(text):
    with Network() as net:
        load_nft(net, text)


def load_nft(net, text):
    # With chains of iptables, where the default is to drop: --nft says what lets the packets through.
    net.edge(EDGE)
    net.edge("nft add table inet filter")
    net.edge("nft add chain inet filter forward { type filter hook forward priority 0 \\; }")
    net.edge("iptables -I FORWARD -m conntrack --ctstate DNAT -j ACCEPT; ip6tables -I FORWARD -m conntrack --ctstate DNAT -j ACCEPT")
    before = net.edge("nft -s list ruleset")
    assert_forwards(net, False)
    for _ in range(2):
        net.edge("nft -f -", input=text)
    assert net.edge("nft -s list ruleset").count("dnat to 10.80.0.14") == 2, "loading it again adds nothing"
    assert_forwards(net)
    hint = re.search(r"^# +(nft insert rule .*)", text, re.M)[1]
    net.edge(hint)
    broken = text.replace("chain output", "chian output")
    assert subprocess.run(["ip", "netns", "exec", "edge", "nft", "-f", "-"], input=broken, text=True, stderr=subprocess.PIPE).returncode
    assert_forwards(net)
    net.edge("nft flush chain inet filter forward")
    for undo in undo_of(text):
        net.edge(undo)
    assert net.edge("nft -s list ruleset") == before
    assert_forwards(net, False)


@pytest.mark.parametrize("group", ["shop", ODD_GROUP])
def test_nft_forward_for_real(fresh, group):
    fresh.init()
    put(fresh, group=group)
    inside(check_nft, text=fresh.cli("forward", group, "--nft"))


# --- runbook

def blocks(text):
    return re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)


def section(text, title):
    return re.split(r"^## ", text.split(f" {title}\n\n", 1)[1], flags=re.M)[0]


def test_runbook_orders_by_need(shop):
    text = shop.cli("runbook", "shop")
    into = section(text, "Into service")
    assert re.findall(r"^\d\. \[ \] (\w+)", into, re.M) == ["nfs1", "db1", "db2", "web1"]
    assert "web1, db2, db1, nfs1." in section(text, "The window begins")
    assert "held-back services run: mysql, cron" in into and "quarantine" in into
    assert "db2 replicates db1" in section(text, "Before")
    assert "`newroot-server retry NAME` has it go on" in into


def test_of_an_imported_document(fresh, tmp_path):
    """The manual's own document."""
    fresh.init()
    document = tmp_path / "shop.json"
    document.write_text(re.search(r"```json\n(.*?)```", (TOP / "docs" / "migration.md").read_text(), re.S)[1])
    fresh.cli("import", document)
    text = fresh.cli("runbook", "shop")
    assert re.findall(r"^\d\. \[ \] (\w+)", section(text, "Into service"), re.M) == ["web1", "db1", "db2", "web2"], "web1 serves NFS"
    assert "    - db2: needs creating\n" in text or "    - db2: waiting for archives\n" in text
    assert section(text, "Into service").count("its quarantine is lifted") == 4 == text.count("puppet has run")
    assert [int(wave) for wave in re.findall(r"in wave (\d), does", section(text, "Into service"))] == [1, 2, 3, 4]
    assert "10.80.0.21      www.shop.example " in fresh.cli("hosts", "shop")
    assert "-d 192.0.2.7 " in fresh.cli("forward", "shop") and "DNAT --to-destination 10.80.0.21\n" in fresh.cli("forward", "shop")


def test_runbook_asks_for_a_last_sync(fresh):
    """Only of the VMs whose job has one; they are told to cut over, for they wait for it."""
    fresh.init()
    sync = {"ssh": {"host": "10.80.0.5", "key_file": "/root/.ssh/id", "host_key": HOST_KEY}, "trees": [{"path": "/srv/www"}]}
    put(fresh, {"web1": {"finals": "10.80.0.21", "job": {"sync": sync}}, "web2": {"finals": "10.80.0.22"}})
    data = section(fresh.cli("runbook", "shop"), "The last data")
    assert re.findall(r"(\w+): `newroot sync` on it", data) == ["web1"]


def test_runbook_fetches_what_was_written_since(shop):
    for name, job in (("db1", {"databases": {"source": {}}}), ("web1", {"sync": {}}), ("nfs1", {"sync": {}, "databases": {"source": {}}}),
                      ("db2", {"volumes": [{"name": "root"}, {"name": "data", "snapshot": "10%"}]})):
        change(shop, name, "vm_text", job=json.dumps(job))
    text = shop.cli("runbook", "shop")
    before, window, data, after = (section(text, title) for title in ("Before", "The window begins", "The last data", "After"))
    assert re.findall(r"On (\w+), as root, `newroot rescue reset --yes` and a reboot have undone", before) == ["db2"]
    assert re.findall(r"(\w+) follows the old master", before) == ["db1", "nfs1"]
    assert re.findall(r"On (\w+), as root, `newroot sync` has run", before) == ["nfs1", "web1"]
    assert re.findall(r"old master of (\w+) takes no writes any more: `SET GLOBAL read_only = ON`", window) == ["db1", "nfs1"]
    assert "- [ ] web1: `newroot sync` on it, as root, a last time.\n" in data
    assert re.findall(r"(\w+) is not undone any more: `rm /etc/newroot/sync.json`", after) == ["nfs1", "web1"]
    assert re.search(r"^- \[ \] db1: nothing; it follows the old master.* before it promotes it\.$", data, re.M)
    assert re.search(r"^- \[ \] nfs1: `newroot sync` on it, .* its databases follow", data, re.M)


def test_runbook_lists_dns(shop):
    rows = [tuple(cell.strip() for cell in line.split("|")[2:6]) for line in section(shop.cli("runbook", "shop"), "DNS").splitlines()
            if line.startswith("| [ ]")]
    assert rows == [("db.shop.example", "A", "192.0.2.9", "10.80.0.11"), ("www.shop.example", "A", "192.0.2.7", "10.80.0.14"),
                    ("shop.example", "A", "192.0.2.7", "10.80.0.14"),
                    ("www.shop.example", "AAAA", "2001:db8::7", "fd00:80::14")]


def test_runbook_tells_what_is_missing(fresh):
    fresh.init()
    put(fresh, {"db1": {"finals": "10.0.0.1"}, "web1": {"finals": "10.0.0.2", "state": "configuring"}})
    text = fresh.cli("runbook", "shop")
    assert "Not complete yet" in text and "    - web1: configuring\n" in text and "    - db1" not in text
    assert "iptables" not in text and "hosts" not in text, "nothing public moves"
    assert '"Into service".\n\nA VM whose cutover is undone' in text, "no line of the list"
    assert re.findall(r"^## (.*)", text, re.M) == ["1. Before", "2. The window begins", "3. The last data", "4. Into service",
                                                   "5. After", "Going back"]


def check_runbook(**kwargs):
    with Network() as net:
        follow(net, **kwargs)


def follow(net, program, data, text):
    """Every command of the page, in its order, on the edge or in the service's place."""
    net.edge(EDGE)
    before = saved(net)
    folder = net.sh("mktemp -d").strip()
    for block in blocks(text):
        script = block.replace("newroot-server", program)
        net.sh(f"cd {folder}; exec ip netns exec edge sh -eus", input=script)
        if block.startswith(("sysctl", "nft -f")):
            assert_forwards(net)
        listed = json.loads(subprocess.run([program, "list", "--data", data, "--json"], stdout=subprocess.PIPE, check=True).stdout)
        if " reopen " in block:
            assert "cut over" not in {vm["state"] for vm in listed}
        if " cutover " in block:
            assert {vm["name"] for vm in listed if vm["cutover"] or vm["state"] == "cut over"} == set(SHOP)
            assert any(vm["cutover"] for vm in listed), "those that hold something back are ordered"
    assert saved(net) == before
    net.sh(f"rm -r {folder}")


def test_runbook_followed_to_the_letter(fresh, tmp_path):
    """The page's two ways, iptables and nftables, one after the other; its way back undoes both."""
    fresh.data = tmp_path / "it's data"
    fresh.init()
    put(fresh)
    text = fresh.cli("runbook", "shop")
    assert len(blocks(text)) == 12
    inside(check_runbook, program=str(fresh.program), data=str(fresh.data), text=text)


def test_runbook_works_from_any_folder(shop):
    done = subprocess.run([shop.program, "runbook", "shop", "--data", "data"], cwd=shop.data.parent, stdout=subprocess.PIPE,
                          text=True, check=True)
    assert f"newroot-server hosts shop --data {shop.data}\n" in done.stdout
