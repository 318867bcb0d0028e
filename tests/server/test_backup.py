"""backup and restore: one file from which a site goes on elsewhere, and which is checked whole before anything is written."""
import contextlib
import hashlib
import io
import json
import os
import sqlite3
import stat
import subprocess
import tarfile
import threading

import pytest

from common import PATIENCE_S
from service import MAC, Boot, Service
from test_upgrade import load, query

SECRETS = ("ca.key", "server.key", "operator.token", "creator.token", "newroot.db")


def backup(service, file=None):
    file = file or service.data.parent / "site.backup"
    return file, service.cli("backup", file)


def restored(service, file, name="restored", *, status=0):
    """A service whose data folder was made from `file`; with a status of 1, what was said."""
    other = Service(service.program, service.data.parent / name)
    other.data.parent.mkdir(exist_ok=True)
    done = other.run("restore", "--data", other.data, file)
    assert done.returncode == status, done.stderr
    return (other, done.stdout) if status == 0 else done.stderr


def members(file):
    with tarfile.open(file) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def build(file, content):
    """A set of these members, with sums that are right."""
    manifest = json.loads(content["manifest.json"])
    for item in manifest["files"]:
        data = content[item["path"]]
        item.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())
    content["manifest.json"] = json.dumps(manifest).encode()
    content["manifest.sha256"] = hashlib.sha256(content["manifest.json"]).hexdigest().encode()
    with tarfile.open(file, "w") as tar:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return file


def with_manifest(file, to, change):
    content = members(file)
    manifest = json.loads(content["manifest.json"])
    change(manifest)
    content["manifest.json"] = json.dumps(manifest).encode()
    return build(to, content)


def kinds(folder):
    """But for what a running service has there, and a set does not."""
    return {str(path.relative_to(folder)): (path.stat().st_mode, path.stat().st_uid, path.stat().st_gid)
            for path in folder.rglob("*") if not path.relative_to(folder).parts[0].startswith(("newroot.db-", "sessions"))}


def test_a_running_site_goes_on_elsewhere(fresh):
    """An agent in the middle, a writer that never pauses, an operator: nobody has to be told anything."""
    fresh.init("--net-interface", "br0", "--net-address", "10.77.0.1/24")
    fresh.add("db1", token="auto")
    fresh.add("noisy", "52:54:00:00:00:12")
    (fresh.data / "boot/vmlinuz").write_bytes(os.urandom(300_000))
    (fresh.data / "boot/grub/x86_64-efi").mkdir()
    (fresh.data / "boot/grub/x86_64-efi/normal.mod").write_text("a module")
    fresh.start()
    token, boot = fresh.token(), Boot()
    job = fresh.get(f"/v1/job?mac={MAC}&boot={boot.id}", token=token)
    assert job.status == 200
    assert fresh.post([boot.event("begin", step="wipe"), boot.event("begin", step="unpack")], token=token).json["taken"] == 2
    noise, stop, sent = Boot(), threading.Event(), []

    def report():
        with contextlib.closing(fresh.connect()) as connection:
            while not stop.is_set():
                sent.append(fresh.post([noise.event("heartbeat") for _ in range(20)], "52:54:00:00:00:12", connection=connection).json["taken"])

    writer = threading.Thread(target=report)
    writer.start()
    try:
        for turn in range(3):
            file, told = backup(fresh)
    finally:
        stop.set()
        writer.join()
    assert "not in it: 0 archives" in told and len(sent) > 1
    before = kinds(fresh.data)
    fresh.stop()

    other, told = restored(fresh, file)
    assert f"{other.data} is https://127.0.0.1:8443 as it was at " in told
    assert kinds(other.data) == before, "with their modes and owners"
    for path in ("boot/vmlinuz", "boot/grub/x86_64-efi/normal.mod", "ca.key", "operator.token", "site/defaults", "service.json"):
        assert (other.data / path).read_bytes() == (fresh.data / path).read_bytes(), path
    assert "dhcp-hostsfile=" + str(other.data) in (other.data / "net/dnsmasq.conf").read_text()
    (count, least, most), = query(other.data / "newroot.db", "SELECT count(*), min(seq), max(seq) FROM event JOIN boot ON boot.id = event.boot "
                                  f"WHERE boot.uuid = '{noise.id}'")
    assert least == 1 and count == most and most % 20 == 0 and most <= sent[-1], "batches are there whole, and without a gap"

    other.port = fresh.port
    other.start()
    try:
        assert other.get(f"/v1/job?mac={MAC}&boot={boot.id}", token=token).body == job.body, "the boot that has the job has it still"
        assert other.get(f"/v1/job?mac={MAC}&boot={Boot().id}", token=token).status == 409
        assert other.post([boot.event("end", step="unpack", result="ok")], token=token).json["taken"] == 3
        assert [step["step"] for step in other.show("db1")["timeline"]] == ["wipe", "unpack"]
        assert other.ask("/v1/vms") and other.get("/v1/vms", token=fresh.operator).status == 200
        acts = [row["act"] for row in json.loads(other.cli("audit", "--json"))]
        assert acts.count("backup") == 3 and acts[-1] == "restore"
        other.cli("audit", "--verify")
    finally:
        other.close()


@pytest.mark.parametrize("umask", [0, 0o777])
def test_a_set_is_for_nobody_else(fresh, umask):
    fresh.init()
    file = fresh.data.parent / "site.backup"
    done = subprocess.run([fresh.program, "backup", "--data", fresh.data, file], umask=umask, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in fresh.data.parent.iterdir()) == ["data", "site.backup"], "nothing half-made is left"
    assert not [path for path in fresh.data.iterdir() if "copy" in path.name]
    content = members(file)
    assert set(SECRETS) <= set(content) and list(content)[-2:] == ["service.json", "manifest.sha256"]
    other, _ = restored(fresh, file)
    for name in SECRETS:
        assert stat.S_IMODE((other.data / name).stat().st_mode) == 0o600, name


def test_standard_output_takes_a_set(fresh):
    fresh.init()
    done = subprocess.run([fresh.program, "backup", "--data", fresh.data, "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    file = fresh.data.parent / "of-stdout"
    file.write_bytes(done.stdout)
    assert b"not in it: 0 archives" in done.stderr
    restored(fresh, file)


def test_what_can_not_be_written_leaves_nothing(fresh):
    fresh.init()
    with open("/dev/full", "wb") as full:
        done = subprocess.run([fresh.program, "backup", "--data", fresh.data, "-"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "can't write" in done.stderr
    folder = fresh.data.parent / "a-folder"
    folder.mkdir()
    assert fresh.run("backup", "--data", fresh.data, folder).returncode == 1
    assert fresh.run("backup", "--data", fresh.data, fresh.data.parent / "none" / "file").returncode == 1
    assert sorted(path.name for path in fresh.data.parent.iterdir()) == ["a-folder", "data"]


def test_a_file_that_changes_meanwhile_ends_it(fresh):
    """A key of one moment and a certificate of another would be no site."""
    fresh.init()
    with subprocess.Popen([fresh.program, "backup", "--data", fresh.data, "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        begun = process.stdout.read(1)
        assert begun, "the manifest is written, the store fills the pipe"
        fresh.cli("cert", "renew", "--new-key")
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1 and b"it changed while the backup was made" in said, said


def test_a_link_is_left_out_and_told(fresh):
    fresh.init()
    (fresh.data / "boot/pxelinux.0").symlink_to("/usr/lib/PXELINUX/pxelinux.0")
    done = fresh.run("backup", "--data", fresh.data, fresh.data.parent / "set")
    assert done.returncode == 0 and "boot/pxelinux.0 is left out" in done.stderr


def test_archives_that_are_missing_are_named(fresh):
    fresh.init()
    for name in ("here", "other", "gone"):
        (fresh.data.parent / name).write_bytes(os.urandom(1000))
        fresh.cli("archive", "add", fresh.data.parent / name, f"shop/{name}.tar")
    (fresh.data / "archives/unread").write_text("no sum is known of it")
    file, told = backup(fresh)
    assert "not in it: 4 archives" in told
    folder = fresh.data.parent / "restored" / "data" / "archives" / "shop"
    folder.mkdir(parents=True)
    (folder / "here.tar").write_bytes((fresh.data / "archives/shop/here.tar").read_bytes())
    (folder / "other.tar").write_text("cut off")
    _, told = restored(fresh, file)
    rows = {line[64:].split()[1]: line for line in told.splitlines()[2:]}
    assert set(rows) == {"shop/other.tar", "shop/gone.tar", "unread"}
    assert rows["shop/gone.tar"].startswith(hashlib.sha256((fresh.data.parent / "gone").read_bytes()).hexdigest())
    assert "of another size" in rows["shop/other.tar"] and "sum not known" in rows["unread"]


def test_a_folder_with_anything_in_it_is_refused(fresh):
    fresh.init()
    file, _ = backup(fresh)
    before = kinds(fresh.data)
    done = fresh.run("restore", "--data", fresh.data, file)
    assert done.returncode == 1 and "is left as it is" in done.stderr and kinds(fresh.data) == before
    folder = fresh.data.parent / "restored" / "data"
    folder.mkdir(parents=True)
    restored(fresh, file)
    other = fresh.data.parent / "second" / "data"
    other.mkdir(parents=True)
    (other / "notes").write_text("mine")
    assert "has notes in it" in restored(fresh, file, "second", status=1) and os.listdir(other) == ["notes"]


def test_a_damaged_set_writes_nothing(fresh):
    """A byte that is another in each member, a set that was cut, one that has more or fewer members."""
    fresh.init()
    file, _ = backup(fresh)
    whole = file.read_bytes()
    damaged = fresh.data.parent / "damaged"

    def refused(data):
        damaged.write_bytes(data)
        said = restored(fresh, damaged, "damaged-folder", status=1)
        assert not (fresh.data.parent / "damaged-folder" / "data").exists()
        return said

    with tarfile.open(file) as tar:
        places = [(member.name, member.offset_data + member.size // 2) for member in tar if member.size]
    assert len(places) > 8
    for name, place in places:
        assert "damaged" in refused(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:]), name
    for size in (0, 1, 511, 5000, len(whole) // 2, len(whole) - 2048):
        refused(whole[:size])
    content = members(file)
    content.pop("ca.key")
    refused(build_raw(content))
    content = members(file)
    refused(build_raw({"manifest.json": content.pop("manifest.json"), "more": b"", **content}))
    assert "is no backup" in refused(build_raw({"manifest.json": b"{}"}))


def build_raw(content):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("path", ["../outside", "/etc/outside", "boot/../../outside", "archives/x", "net/x", "boot//x", "a/b", ""])
def test_a_path_that_leads_elsewhere_is_refused(fresh, path):
    fresh.init()
    file, _ = backup(fresh)
    content = members(file)
    manifest = json.loads(content["manifest.json"])
    manifest["files"][1]["path"] = path
    content = {path if name == "ca.key" else name: data for name, data in content.items()}
    content["manifest.json"] = json.dumps(manifest).encode()
    assert "its manifest is damaged" in restored(fresh, build(fresh.data.parent / "set", content), status=1)


@pytest.mark.parametrize("change, version", [({"store": 99}, "version 99"), ({"newroot_backup": 2}, "backup format 2")])
def test_a_newer_set_is_refused(fresh, change, version):
    fresh.init()
    file, _ = backup(fresh)
    said = restored(fresh, with_manifest(file, fresh.data.parent / "newer", lambda manifest: manifest.update(change)), status=1)
    assert version in said and "restore it with that version or a newer one" in said


def test_an_older_store_is_upgraded(fresh):
    """A set of the version before: its store is brought up to date when it is opened, as any is."""
    fresh.init()
    file, _ = backup(fresh)
    content = members(file)
    older = fresh.data.parent / "older"
    older.mkdir()
    content["newroot.db"] = load(Service(fresh.program, older), 4).read_bytes()
    manifest = json.loads(content["manifest.json"])
    manifest["store"] = 4
    content["manifest.json"] = json.dumps(manifest).encode()
    other, _ = restored(fresh, build(fresh.data.parent / "set", content))
    assert query(other.data / "newroot.db", "PRAGMA user_version") == query(fresh.data / "newroot.db", "PRAGMA user_version")
    assert (other.data / "newroot.db.v4").exists() and "db1" in other.cli("list")


def test_owners_are_restored(fresh):
    fresh.init()
    os.chown(fresh.data / "boot", 12345, 12346)
    (fresh.data / "boot/vmlinuz").write_text("a kernel")
    os.chown(fresh.data / "boot/vmlinuz", 12345, 12347)
    (fresh.data / "boot/vmlinuz").chmod(0o640)
    other, _ = restored(fresh, backup(fresh)[0])
    assert kinds(other.data)["boot/vmlinuz"] == (stat.S_IFREG | 0o640, 12345, 12347)
    assert kinds(other.data)["boot"][1:] == (12345, 12346)


def test_the_store_is_whole(fresh):
    fresh.init()
    fresh.add("db1")
    file, _ = backup(fresh)
    store = fresh.data.parent / "store"
    store.write_bytes(members(file)["newroot.db"])
    with contextlib.closing(sqlite3.connect(store)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT name FROM vm").fetchall() == [("db1",)]
