"""Documents in; jobs, VMs, addresses and boot entries out. NEWROOT_GOLDEN=write takes what came out as golden."""
import copy
import gzip
import hashlib
import http.client
import json
import lzma
import os
import pathlib
import re
import sqlite3

import pytest

import archives
from common import TOP

HERE = pathlib.Path(__file__).parent
GOOD = sorted((HERE / "good").glob("*.json"))

SUM = hashlib.sha256(archives.root()).hexdigest()
LINUX = {"cpus": 1, "memory": "256MiB", "disks": ["4GiB"], "root": {"url": "archive:root.tar", "sha256": "none"},
         "job": {"volumes": [{"name": "root", "size": "1GiB", "mount": "/"}]}}


def interface(*addresses):
    return {"network": {"interfaces": [{"name": "eth0", "addresses": list(addresses)}]}}


def document(*names, group="shop", macs="52:54:00:77:01:10-52:54:00:77:01:1f", addresses="10.77.0.20-10.77.0.39", **more):
    """A small one: VMs of one package, each with an address of its final network."""
    return {"newroot_migration": 1, "group": group, "configuration": {"macs": macs, "addresses": addresses}, "defaults": {"linux": LINUX},
            "vms": [{"name": name, "use": ["linux"], "job": interface(f"10.80.0.{i + 1}/24")} for i, name in enumerate(names)], **more}


def put_archive(importer, name="root.tar", contents=archives.root()):
    file = importer.data / "archives" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(contents)


def set_state(importer, name, state, **columns):
    """As agents and creators would have left it."""
    store = sqlite3.connect(importer.data / "newroot.db")
    columns = {"state": state, **columns}
    with store:
        store.execute(f"UPDATE vm SET {', '.join(f'{column} = ?' for column in columns)} WHERE name = ?", (*columns.values(), name))
    store.close()


def contents(importer):
    """Everything in the store, for what must change nothing; but the audit tells of each import."""
    store = sqlite3.connect(importer.data / "newroot.db")
    lines = [line for line in store.iterdump() if not line.startswith('INSERT INTO "audit"')]
    store.close()
    return lines


# --- golden outputs

def entry_of(importer, path):
    return re.sub(r"newroot\.token=\w+", "newroot.token=TOKEN", path.read_text())


def outputs(importer, path):
    """{file name: text} of all that came out. The archives of the shop are there, others' are not."""
    for name in re.findall(r'"archive:((?:linux|shop)/[^"]+)"', path.read_text()):
        put_archive(importer, name)
    out = {"import.txt": importer.take(path)}
    shown = {}
    for name, vm in sorted(importer.vms().items()):
        keys = ("group", "role", "master", "imported", "mac", "address", "finals", "mode", "token", "state", "waiting", "armed")
        shown[name] = {key: vm[key] for key in keys} | {"spec": importer.show(name)["spec"]}
        out[f"jobs/{name}.json"] = importer.cli("job", name)
        out[f"pxelinux/{name}"] = entry_of(importer, importer.data / "boot/pxelinux.cfg" / f"01-{vm['mac'].replace(':', '-')}")
    out["vms.json"] = json.dumps(shown, indent=2) + "\n"
    out["dhcp-hosts"] = (importer.data / "net/dhcp-hosts").read_text()
    return out


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_golden(path, importer):
    folder = HERE / "golden" / path.stem
    out = outputs(importer, path)
    if os.environ.get("NEWROOT_GOLDEN") == "write":
        for name, text in out.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
    expected = {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}
    assert sorted(out) == sorted(expected)
    for name, text in out.items():
        assert text == expected[name], name


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_the_same_again_changes_nothing(path, importer):
    importer.take(path)
    before = contents(importer)
    assert set(importer.fates(path).values()) == {"same"}
    assert contents(importer) == before


def test_private_keys_are_not_shown(importer):
    jobs = [json.loads((TOP / "tests/jobs/good" / name).read_text()) for name in ("sync.json", "databases-of-a-follower.json")]
    old, new = jobs[0]["sync"]["ssh"]["key"], jobs[1]["databases"]["source"]["ssh"]["key"]
    wanted = document("a")
    wanted["vms"][0]["ssh"] = {"host": "10.80.0.99", "key": old, "host_key": jobs[0]["sync"]["ssh"]["host_key"]}
    wanted["vms"][0]["sync"] = {"trees": [{"path": "/srv/www"}]}
    importer.take(wanted)
    wanted["vms"][0]["ssh"] |= {"key": new, "port": 2222}
    printed = importer.take(wanted)
    assert "/sync/ssh/key: ... -> ..." in printed and "/sync/ssh/port" in printed and "BEGIN" not in printed
    assert importer.job("a")["sync"]["ssh"]["key"] == new
    wanted["vms"][0]["ssh"]["key"] = new.replace("BEGIN", "BEGUN")
    assert not any("BEGUN" in error or "b3Blbn" in error for error in importer.refuse(wanted))


# --- sums of this service's own archives

def without_sum(*names):
    changed = document(*names)
    changed["defaults"] = {"linux": {**LINUX, "root": {"url": "archive:root.tar"}}}
    return changed


def sum_of(importer, name="a"):
    return importer.job(name)["archives"][0]["sha256"]


def test_a_sum_that_is_left_out_is_the_files(importer):
    put_archive(importer)
    importer.take(without_sum("a", "b"))
    assert sum_of(importer, "a") == sum_of(importer, "b") == SUM
    assert importer.fates(without_sum("a", "b")) == {"a": "same", "b": "same"}
    another = archives.root(more={"etc/motd": b"another"})
    put_archive(importer, contents=another)
    assert importer.fates(without_sum("a", "b")) == {"a": "change", "b": "change"}
    assert sum_of(importer) == hashlib.sha256(another).hexdigest()


def test_a_sum_of_a_file_that_is_not_there(importer):
    [error] = importer.refuse(without_sum("a", "b"))
    assert error.startswith("/vms/0 (a) job: /archives/0/sha256: it is left out, and archives/root.tar isn't there")
    (importer.data / "archives/root.tar").mkdir()
    assert len(importer.refuse(without_sum("a"))) == 1


def test_a_sum_that_is_told_is_compared(importer):
    """With what is known: `archives` has taken it, an import does not."""
    put_archive(importer)
    wrong = without_sum("a")
    wrong["defaults"]["linux"]["root"]["sha256"] = "0" * 64
    importer.take(wrong, "--dry-run")
    importer.cli("archives")
    [error] = importer.refuse(wrong)
    assert error.startswith(f'/vms/0 (a) job: /archives/0/sha256: "000000000000…" is refused: archives/root.tar has {SUM}')
    right = without_sum("a")
    right["defaults"]["linux"]["root"]["sha256"] = SUM.upper()
    importer.take(right)


# --- facts of this service's own archives

def job_of(**more):
    """A document of one VM, whose job says this besides."""
    wanted = document("a")
    wanted["vms"][0]["job"] |= more
    return wanted


def machine(**more):
    wanted = document("a")
    wanted["defaults"] = {"linux": {**LINUX, **more}}
    return wanted


SMALL = {"boot": {"size": "64MiB"}, "volumes": [{"name": "root", "size": "32MiB", "fs": "ext4", "mount": "/"}]}
VAR = {"name": "var", "size": "1GiB", "mount": "/var"}
MOUNTS = {"nfs": {"mounts": [{"from": "10.80.0.9:/srv", "to": "/srv"}]}}
PACKAGE = {"kernel": {"url": "archive:linux/kernel.rpm", "sha256": "none"}}
ROOT, KERNEL = "/vms/0 (a) job: /archives/0", "/vms/0 (a) job: /kernel"
# What the document says, what the files are, and how it is refused.
CANNOT_WORK = {
    "no kernel": (document("a"), archives.root("boot/"), ROOT, "the root archive has no kernel", "step.kernel"),
    "kernel too old for the profile": (document("a"), archives.root("boot/", more={"boot/vmlinuz-3.10.0-1160.el7.x86_64": b"x"}), ROOT,
                                       'accepted is "profile": "3.10"', "step.kernel"),
    "quarantine without a tool": (job_of(quarantine={"allow": []}), archives.root("nft"), ROOT, "neither iptables", "step.configure"),
    "quarantine for IPv4 alone": (job_of(quarantine={"allow": []}), archives.root("nft", more={"sbin/iptables-restore": b"x"}), ROOT, "neither iptables", "step.configure"),
    "larger than its volume": (machine(job=SMALL), archives.root(more={"usr/lib/large": bytes(97 << 20)}), ROOT, "more than the volume of / and those mounted below it have (96 MiB)", "archive.space"),
    "no init": (document("a"), archives.root("systemd"), ROOT, "no init system", "step.configure"),
    "NFS mounts without mount.nfs": (job_of(**MOUNTS), archives.root("mount.nfs"), ROOT, "no mount.nfs", "step.configure"),
    "another machine": (document("a"), archives.root(machine=183), ROOT, "are for aarch64", "step.configure"),
    "ConnMan": (document("a"), archives.root(more=archives.starts("connman")), ROOT, "ConnMan starts at boot", "step.configure"),
    "ConnMan beside another": (document("a"), archives.root(more=archives.starts("connman") | archives.starts("networking")), ROOT, "ConnMan starts", "step.configure"),
    "no network manager": (document("a"), archives.root(more=archives.starts()), ROOT, "nothing that newroot knows would configure", "step.configure"),
    "cut": (document("a"), gzip.compress(archives.root())[:-20], ROOT, "ends before its end", "archive.truncated"),
    "nothing at all": (document("a"), b"", ROOT, "the archive is empty", "archive.truncated"),
    "no archive": (document("a"), b"x" * 5000, ROOT, "neither tar nor cpio", "archive.format"),
    "lz4": (document("a"), b"\x04\x22\x4d\x18" + bytes(100), ROOT, "it is lz4", "archive.format"),
    "pzstd": (document("a"), b"\x50\x2a\x4d\x18" + bytes(100), ROOT, "it is pzstd", "archive.format"),
    "lzma": (document("a"), lzma.compress(archives.root(), format=lzma.FORMAT_ALONE), ROOT, "it is lzma", "archive.format"),
    "more memory than the machine has": (document("a"), lzma.compress(archives.root(), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 192 << 20}]), ROOT,
                                         "of the machine's 256 MiB half", "memory"),
}


@pytest.mark.parametrize("name", CANNOT_WORK)
def test_what_cannot_work_is_refused(name, importer):
    wanted, contents, place, words, code = CANNOT_WORK[name]
    put_archive(importer, contents=contents)
    [error] = importer.refuse(wanted)
    assert error.startswith(f"{place}: ") and words in error and error.endswith(f"[{code}]"), error
    assert importer.vms() == {}


def test_a_kernel_package_is_looked_into(importer):
    put_archive(importer, contents=archives.root("boot/"))
    put_archive(importer, "linux/kernel.rpm", archives.tar({"boot/vmlinuz-2.6.18-164.el5": b"x"}))
    [error] = importer.refuse(job_of(**PACKAGE))
    assert error.startswith(f"{KERNEL}: kernel 2.6.18-164.el5 can't mount the filesystems") and '"2.6.18"' in error
    importer.take(job_of(**PACKAGE, profile="2.6.18"))


def test_what_suits_is_taken(importer):
    """A tool where /usr isn't merged, one of two kernels, a kernel in an archive of its own."""
    both = {"boot/vmlinuz-5.10.0-1": b"x", "boot/vmlinuz-2.6.18-1": b"x", "./sbin/iptables-restore": b"x", "./sbin/ip6tables-restore": b"x"}
    put_archive(importer, contents=archives.root("boot/", "nft", more=both))
    importer.take(job_of(quarantine={"allow": []}), "--dry-run")
    # One archive of a whole tree, whose parts go to volumes of their own.
    put_archive(importer, contents=archives.root(more={"var/large": bytes(97 << 20)}))
    importer.take(machine(job={**SMALL, "volumes": [*SMALL["volumes"], VAR]}), "--dry-run")
    put_archive(importer, contents=archives.root("boot/"))
    put_archive(importer, "boot.tar", archives.tar({"vmlinuz-6.1": b"x"}))
    importer.take(job_of(archives=[{"to": "/", "url": "archive:root.tar", "sha256": "none"},
                                   {"to": "/boot", "url": "archive:boot.tar", "sha256": "none"}]))


def test_network_managers_that_suit_are_taken(importer):
    """One is known, the job chooses, or nobody can know before it is unpacked."""
    both = archives.starts("connman") | archives.starts("networking")
    put_archive(importer, contents=archives.root(more=both))
    importer.take(job_of(services={"disable": ["connman"]}), "--dry-run")
    importer.take(job_of(archives=[{"to": "/", "url": "archive:root.tar", "sha256": "none"},
                                   {"to": "/etc", "url": "archive:root.tar", "sha256": "none"}]), "--dry-run")
    put_archive(importer, contents=archives.root(more=archives.starts("networking")))
    importer.take(document("a"))


def test_archives_of_one_volume_are_summed(importer):
    put_archive(importer)
    for name in ("one.tar", "two.tar"):
        put_archive(importer, name, archives.tar({"file": bytes(20 << 20)}))
    wanted = machine(job={"volumes": [{"name": "root", "size": "1GiB", "mount": "/"}, {"name": "srv", "size": "32MiB", "fs": "ext4", "mount": "/srv"}]})
    wanted["vms"][0]["job"]["archives"] = [{"to": "/srv/one", "url": "archive:one.tar", "sha256": "none"},
                                           {"to": "/srv/two", "url": "archive:two.tar", "sha256": "none"}]
    [error] = importer.refuse(wanted)
    assert error.startswith("/vms/0 (a) job: /archives/2: ") and "with what goes there before it" in error


def test_a_file_that_becomes_another_is_read_again(importer):
    put_archive(importer, contents=archives.root("boot/"))
    importer.refuse(document("a"))
    put_archive(importer)
    importer.take(document("a"))


# --- refusing

def test_ten_mistakes(importer):
    before = contents(importer)
    errors = importer.refuse(HERE / "bad/ten-mistakes.json")
    expected = (HERE / "bad/ten-mistakes.expect").read_text().splitlines()
    assert len(errors) == len(expected) == 10
    for error, line in zip(errors, expected):
        place, code, part = line.split(" | ")
        assert error.startswith(f"{place}: ") and error.endswith(f"[{code}]") and part in error
    assert contents(importer) == before and importer.vms() == {}


def test_dry_run(importer):
    before = contents(importer)
    assert "Nothing was changed" in importer.take(document("a", "b"), "--dry-run")
    assert contents(importer) == before
    assert importer.fates(document("a", "b"), "--dry-run") == importer.fates(document("a", "b")) == {"a": "add", "b": "add"}


def test_no_file(importer):
    for file in (importer.data / "nothing.json", importer.data):
        done = importer.run("import", "--data", importer.data, file)
        assert done.returncode == 1 and str(file) in done.stderr
    assert importer.run("import", "--data", importer.data).returncode == 2


def test_too_large(importer):
    file = importer.data.parent / "large.json"
    file.write_text('{"group": "' + "x" * (40 << 20) + '"}')
    done = importer.run("import", "--data", importer.data, file)
    assert done.returncode == 1 and "at most 41943040 are accepted" in done.stderr


@pytest.mark.parametrize("group", ["other", ""])
def test_names_of_other_groups(importer, group):
    importer.add("b", "52:54:00:00:00:11", *(["--group", group] if group else []))
    [error] = importer.refuse(document("a", "b"))
    assert error.startswith('/vms/1/name: "b" is refused: there is a VM of this name') and "[service.vm]" in error
    assert list(importer.vms()) == ["b"]


@pytest.mark.parametrize("key, value", [("mac", "52:54:00:00:00:11"), ("address", "10.77.9.9")])
def test_what_another_vm_has(importer, key, value):
    importer.add("x", "52:54:00:00:00:11", "--address", "10.77.9.9")
    wanted = document("a")
    wanted["vms"][0][key] = value
    [error] = importer.refuse(wanted)
    assert error == f"/vms/0/{key}: {value} is refused: it is taken already, by the VM 'x' [service.vm]"


# --- pools

def addresses(importer):
    return {name: (vm["mac"][-2:], vm["address"].split(".")[-1]) for name, vm in importer.vms().items()}


def test_pool_is_stable(importer):
    importer.take(document("a", "b", "c"))
    assert addresses(importer) == {"a": ("10", "20"), "b": ("11", "21"), "c": ("12", "22")}
    assert importer.fates(document("c", "new", "a"))["b"] == "remove"
    assert addresses(importer) == {"a": ("10", "20"), "c": ("12", "22"), "new": ("11", "21")}


def test_pool_of_two_groups(importer):
    small = {"macs": "52:54:00:77:01:10-52:54:00:77:01:12", "addresses": "10.77.0.20-10.77.0.22"}
    importer.take(document("a", "b", **small))
    importer.take({**document("x", group="more", **small), "defaults": {"linux": {**LINUX, "job": {**LINUX["job"]}}}})
    assert addresses(importer)["x"] == ("12", "22")
    errors = importer.refuse(document("x", "y", group="more", **small))
    assert [error.split(":")[0] for error in errors] == ["/configuration/macs", "/configuration/addresses"]


def test_addresses_outside_of_the_segment(importer):
    settings = importer.data / "service.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "net_interface": "br0", "net_address": "10.77.0.21/24"}))
    bad = document("db1", "db2", addresses="10.77.0.20-10.77.1.5")
    bad["vms"][1]["address"] = "10.78.0.5"
    errors = importer.refuse(bad)
    assert [error.split(":")[0] for error in errors] == ["/configuration/addresses", "/vms/1/address"]
    assert all("10.77.0.21/24" in error for error in errors)
    importer.take(document("db1", "db2"))
    assert [vm["address"] for vm in importer.vms().values()] == ["10.77.0.20", "10.77.0.22"]


def test_the_machine_of_a_vm_that_is_gone_is_not_installed(importer):
    """It may come to the network still: with its old MAC it must not be taken for one that is to be installed."""
    importer.take(document("db1", "db2"))
    old = importer.vms()["db1"]["mac"]
    set_state(importer, "db1", "complete", armed=0)
    importer.cli("remove", "db1")
    importer.take(document("db1", "db2", "db3"))
    vms = importer.vms()
    assert vms["db1"]["state"] == "waiting for archives" and old not in [vm["mac"] for vm in vms.values()]
    assert not (importer.data / "boot" / "pxelinux.cfg" / f"01-{old.replace(':', '-')}").exists()
    # What nobody has made yet leaves its MAC to the next.
    importer.take(document("db2", "db3"))
    free = ({vm["mac"] for vm in vms.values()} - {vm["mac"] for vm in importer.vms().values()}).pop()
    importer.take(document("db2", "db3", "db4"))
    assert importer.vms()["db4"]["mac"] == free
    # The document itself may give it again.
    own = document("db2", "db3", "db5")
    own["vms"][2]["mac"] = old
    importer.take(own)
    assert importer.vms()["db5"]["mac"] == old


def test_pool_moves(importer):
    """What is created keeps what it has; what isn't gets one of the new pool."""
    importer.take(document("a", "b"))
    set_state(importer, "a", "configuring")
    moved = document("a", "b", macs="52:54:00:77:02:10-52:54:00:77:02:1f", addresses="10.77.1.20-10.77.1.39")
    assert importer.fates(moved) == {"a": "same", "b": "change"}
    vms = importer.vms()
    assert (vms["a"]["mac"], vms["b"]["mac"]) == ("52:54:00:77:01:10", "52:54:00:77:02:10")
    assert (vms["a"]["address"], vms["b"]["address"]) == ("10.77.0.20", "10.77.1.20")
    entries = {path.name for path in (importer.data / "boot/pxelinux.cfg").iterdir()}
    assert "01-52-54-00-77-02-10" in entries and "01-52-54-00-77-01-11" not in entries


def test_two_vms_swap(importer):
    wanted = document("a", "b")
    for vm, end in zip(wanted["vms"], ("01", "02")):
        vm["mac"], vm["address"] = f"52:54:00:99:00:{end}", f"10.77.5.{int(end)}"
    importer.take(wanted)
    for vm, end in zip(wanted["vms"], ("02", "01")):
        vm["mac"], vm["address"] = f"52:54:00:99:00:{end}", f"10.77.5.{int(end)}"
    assert importer.fates(wanted) == {"a": "change", "b": "change"}
    assert {name: vm["address"] for name, vm in importer.vms().items()} == {"a": "10.77.5.2", "b": "10.77.5.1"}


# --- archives

def test_waits_for_its_archives(importer):
    importer.take(document("a"))
    vm = importer.vms()["a"]
    assert (vm["state"], vm["waiting"]) == ("waiting for archives", "archive root.tar is not there yet")
    put_archive(importer)
    importer.take(document("a", "b"))
    assert importer.vms()["b"]["state"] == "needs creating"


def test_waits_again(importer):
    put_archive(importer)
    wanted = document("a", "b")
    importer.take(wanted)
    for name in "ab":
        assert importer.vms()[name]["state"] == "needs creating"
    wanted["vms"][0]["root"] = {"url": "archive:other.tar"}
    assert "(archive other.tar is not there yet)" in importer.take(wanted)
    vms = importer.vms()
    assert (vms["a"]["state"], vms["b"]["state"]) == ("waiting for archives", "needs creating")
    assert vms["a"]["waiting"] == "archive other.tar is not there yet"
    assert importer.show("a")["history"][-1]["cause"] == "its new job names an archive that is not there yet"


# --- changes

def changed(wanted, vm, **keys):
    wanted = copy.deepcopy(wanted)
    wanted["vms"][vm].update(keys)
    return wanted


def test_changes_are_shown(importer):
    wanted = document("a")
    importer.take(wanted)
    wanted["vms"][0].update(memory="512MiB", network="net2", role="app", parameters="quiet")
    wanted["vms"][0]["job"]["network"]["nameservers"] = ["10.80.0.2", "10.80.0.3"]
    wanted["vms"][0]["job"]["files"] = [{"path": "/etc/key", "content": "secret"}]
    importer.take(wanted)
    wanted["vms"][0]["job"]["files"][0]["content"] = "another secret"
    wanted["vms"][0]["job"]["network"]["nameservers"].pop()
    lines = importer.take(wanted).splitlines()
    assert lines == ["group shop: 1 changed",
                     "change  a                waiting for archives: it gets the new job (archive root.tar is not there yet)",
                     '        /job/network/nameservers/1: "10.80.0.3" -> nothing', "        /job/files/0/content: ... -> ..."]


STATES = {"waiting for archives": "change", "needs creating": "change", "created": "change", "configuring": "later", "needs provisioning": "later",
          "provisioning": "later", "first boot": "later", "complete": "later", "cut over": "later", "error": "later", "cancelled": "later"}


@pytest.mark.parametrize("state", STATES)
def test_a_new_job_in_each_state(importer, state):
    wanted = document("a")
    put_archive(importer)
    importer.take(wanted)
    set_state(importer, "a", state, before="configuring" if state in ("error", "cancelled") else "", armed=state == "created")
    before = importer.vms()["a"]
    wanted["vms"][0]["job"].update(finish="poweroff", **interface("10.80.0.77/24"))
    assert importer.fates(wanted) == {"a": STATES[state]}
    after = importer.vms()["a"]
    assert importer.job("a")["finish"] == "poweroff"
    assert after["state"] == before["state"] and after["armed"] == before["armed"]
    # It may still come from where its old job puts it.
    assert after["finals"] == ["10.80.0.77"] + (["10.80.0.1"] if STATES[state] == "later" else [])
    assert importer.show("a")["history"][-1]["cause"].startswith("imported anew")


HARDWARE = {"cpus": 2, "memory": "512MiB", "disks": ["4GiB", "1GiB"], "mac": "52:54:00:99:00:01", "address": "10.77.9.9"}


@pytest.mark.parametrize("key", HARDWARE)
def test_hardware_of_a_created_vm(importer, key):
    wanted = document("a")
    importer.take(wanted)
    new = changed(wanted, 0, **{key: HARDWARE[key]})
    set_state(importer, "a", "configuring")
    [error] = importer.refuse(new)
    assert error.startswith(f"/vms/0/{key}: ") and "a is created already, with" in error and "[service.state]" in error
    set_state(importer, "a", "needs creating")
    assert importer.fates(new) == {"a": "change"}


def test_hardware_while_a_creator_is_at_it(importer):
    importer.take(document("a"))
    set_state(importer, "a", "needs creating", lease_by="c1", lease_until_ms=1 << 60)
    new = changed(document("a"), 0, memory="512MiB")
    assert "512 MiB is refused: a is created already, with 256 MiB" in importer.refuse(new)[0]
    set_state(importer, "a", "needs creating", lease_until_ms=1)
    assert importer.fates(new) == {"a": "change"}


def test_gone_from_the_document(importer):
    importer.take(document("a", "b", "c", "d"))
    for name, state in (("b", "complete"), ("c", "created"), ("d", "needs creating")):
        set_state(importer, name, state)
    importer.add("byhand", "52:54:00:00:00:11", "--group", "shop")
    out = importer.take(document("a"))
    assert "keep    b                complete: no longer in the document; `cancel` and `remove` it by hand" in out
    assert importer.fates(document("a")) == {"a": "same", "b": "keep", "c": "keep"}
    assert set(importer.vms()) == {"a", "b", "c", "byhand"}
    assert set(importer.fates(document("a", "b", "c")).values()) == {"same"}


def test_a_vm_added_by_hand_is_taken_over(importer):
    importer.add("a", "52:54:00:00:00:11", "--group", "shop", "--address", "10.77.3.3")
    assert importer.fates(document("a")) == {"a": "change"}
    vm = importer.show("a")
    assert vm["imported"] and vm["mac"] == "52:54:00:00:00:11" and vm["spec"]["cpus"] == 1


def test_the_document_is_kept(importer):
    importer.take(document("a"))
    store = sqlite3.connect(importer.data / "newroot.db")
    [(kept,)] = store.execute("SELECT document FROM vm_group WHERE name = 'shop'")
    store.close()
    assert json.loads(kept) == document("a")


# --- beside a running service

class Agent:
    """A VM in configuration mode, at its own address."""

    def __init__(self, importer, name):
        self.service, self.vm = importer, importer.vms()[name]
        self.token = importer.token(self.vm["mac"])

    def job(self, boot):
        connection = http.client.HTTPSConnection("127.0.0.1", self.service.port, context=self.service.context(), timeout=60,
                                                 source_address=(self.vm["address"], 0))
        return self.service.get(f"/v1/job?mac={self.vm['mac']}&boot={boot}", token=self.token, connection=connection)


def test_while_it_runs(importer):
    wanted = document("a", "b", addresses="127.0.0.20-127.0.0.30")
    put_archive(importer)
    importer.start()
    importer.take(wanted)
    creator = (importer.data / "creator.token").read_text().strip()
    listed = importer.get("/v1/needs-creating", token=creator).json["vms"]
    assert [(vm["name"], vm["cpus"], vm["memory"], vm["disks"]) for vm in listed] == [(name, 1, 256 << 20, [4 << 30]) for name in "ab"]
    boot = "0b6ff6b4-6a0b-4a5c-9d0e-0123456789ab"
    first = Agent(importer, "a").job(boot)
    assert first.status == 200 and importer.vms()["a"]["state"] == "configuring"
    wanted["defaults"]["linux"] = {**LINUX, "job": {**LINUX["job"], "finish": "poweroff"}}
    assert importer.fates(wanted) == {"a": "later", "b": "change"}
    assert importer.vms()["a"]["state"] == "configuring"
    assert Agent(importer, "a").job("0b6ff6b4-6a0b-4a5c-9d0e-ffffffffffff").status == 409, "armed again only by the operator"
    importer.cli("arm", "a")
    assert Agent(importer, "a").job("0b6ff6b4-6a0b-4a5c-9d0e-ffffffffffff").json["finish"] == "poweroff"
