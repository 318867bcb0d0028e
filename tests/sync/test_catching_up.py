"""`newroot sync`, the real program, against a real sshd and rsync: what comes along, what stays, and how each failure is told."""
import os
import shutil
import signal
import subprocess

import pytest

from common import PATIENCE_S, until
from old_vm import keygen
from service import MAC
from two_vms import processes_with

MIB = 1 << 20


def differences(old, new):
    """What rsync would still change, owners, links, ACLs and extended attributes included."""
    return subprocess.run(["rsync", "-aHAXn", "--numeric-ids", "--delete", "--itemize-changes", f"{old}/", f"{new}/"],
                          stdout=subprocess.PIPE, text=True, check=True).stdout


def fill(old):
    for number in range(300):
        old.write(f"pages/{number % 7}/{number}.html", f"page {number}\n" * 40)
    # Its next content has the same length: rsync sees that by the time, which it counts in seconds.
    os.utime(old.write("media/film.bin", os.urandom(8 * MIB)), (1_500_000_000, 1_500_000_000))


def test_the_second_pass_is_much_cheaper(old, new):
    fill(old)
    first = new.sync()
    assert differences(old.tree, new.tree) == ""
    assert first["bytes"] > 8 * MIB
    with open(old.tree / "media/film.bin", "r+b") as film:
        film.seek(3 * MIB)
        film.write(b"another scene")
    old.write("pages/new.html", "new\n")
    (old.tree / "pages/0/0.html").unlink()
    second = new.sync()
    assert differences(old.tree, new.tree) == ""
    assert second["bytes"] < first["bytes"] / 50
    assert any("pass 1, 1 tree: 301 of 3" in note for note in new.notes)
    assert any("pass 2, 1 tree: 2 of 3" in note and ", 1 deleted; " in note for note in new.notes)
    assert len((new.root / "var/lib/newroot/sync.passes").read_text().splitlines()) == 2
    # It is the group's business only when it is one of the installation.
    assert new.service.show("web1")["state"] == "complete"


def test_what_attends_is_still_followed(new, service):
    """A pass reports beside it."""
    new.sync()
    assert service.show("web1")["step"] == "sync"
    service.post([service.attending.event("error", code="first-boot.quarantine", message="it was open")], mac=MAC)
    assert service.show("web1")["state"] == "error"
    new.sync()
    service.cli("retry", "web1")
    service.post([service.attending.event("state", state="cut over")], mac=MAC)
    assert service.show("web1")["claims_cutover"], "nobody ordered it, but it is heard"


def test_files_stay_what_they_are(old, new):
    old.write("a", "hard\n")
    os.link(old.tree / "a", old.tree / "b")
    (old.tree / "to-a").symlink_to("a")
    with open(old.tree / "sparse", "wb") as sparse:
        sparse.truncate(64 * MIB)
    os.chown(old.write("owned", "x"), 12345, 23456)
    old.write("program", "x").chmod(0o4751)
    subprocess.run(["setfacl", "-m", "u:4711:r", old.tree / "owned"], check=True)
    subprocess.run(["setfattr", "-n", "user.origin", "-v", "old", old.tree / "a"], check=True)
    old.write("with blank and Übergröße", "x")
    new.sync()
    assert differences(old.tree, new.tree) == ""
    assert (new.tree / "a").stat().st_ino == (new.tree / "b").stat().st_ino
    assert (new.tree / "sparse").stat().st_blocks < 1000
    assert "user:4711:r--" in subprocess.check_output(["getfacl", "-nc", new.tree / "owned"], text=True)


def test_what_is_left_alone(old, new):
    """Excludes, what the job wrote, and a tree of which nothing is deleted."""
    mail = old.folder / "mail"
    for name in ("index.html", "sessions/1", "deep/sessions/2", "cache/x", "deep/cache/y", "config.php", "odd*name/x", "oddXname/x"):
        old.write(name, "old")
    old.write("inbox", "old", mail)
    for name in ("gone", "sessions/mine", "config.php"):
        (new.tree / name).parent.mkdir(parents=True, exist_ok=True)
        (new.tree / name).write_text("new")
    (new.root / "var/mail").mkdir()
    (new.root / "var/mail/kept").write_text("new")
    new.instruct({"path": "/srv/www", "from": str(old.tree), "exclude": ["sessions/*", "/cache/"]},
                 {"path": "/var/mail", "from": str(mail), "delete": False},
                 protect=["/srv/www/config.php", "/srv/www/odd*name", "/srv/other"])
    new.sync()
    assert sorted(str(path.relative_to(new.tree)) for path in new.tree.rglob("*") if path.is_file()) == [
        "config.php", "deep/cache/y", "index.html", "oddXname/x", "sessions/mine"]
    assert (new.tree / "config.php").read_text() == "new"
    assert sorted(os.listdir(new.root / "var/mail")) == ["inbox", "kept"]


def with_data(old, new):
    """The new VM's own server has its data in the tree, and the old one's its own."""
    for name in ("data/ibdata1", "data/shop/line.ibd", "page"):
        old.write(name, "old")
    (new.tree / "data/shop").mkdir(parents=True)
    (new.tree / "data/ibdata1").write_text("new")
    (new.tree / "data/own").write_text("new")


def data_is_its_own(new):
    assert sorted(os.listdir(new.tree)) == ["data", "page"] and sorted(os.listdir(new.tree / "data")) == ["ibdata1", "own", "shop"]
    assert (new.tree / "data/ibdata1").read_text() == "new" and os.listdir(new.tree / "data/shop") == []


def test_data_of_a_configured_server(old, new):
    """The tree is reached by another way than the server takes."""
    (new.root / "real").mkdir()
    new.tree.symlink_to("../real")
    with_data(old, new)
    (new.root / "etc/my.cnf").write_text("[mysqld]\ndatadir = /real/data\n")
    new.instruct(databases=True)
    new.sync()
    data_is_its_own(new)
    new.instruct({"path": "/srv/www/data/shop", "from": str(old.tree / "data/shop")}, databases=True)
    assert "has its data in /real/data" in new.fail("sync")
    data_is_its_own(new)


def test_data_of_a_running_server(old, new):
    """Whatever its configuration says."""
    with_data(old, new)
    shutil.copy(shutil.which("sleep"), new.root / "mysqld")
    new.before = (f"{{ setpriv --pdeathsig KILL chroot {new.root} sh -c 'cd /srv/www/data && exec /mysqld 600' >/dev/null 2>&1 & "
                  "until grep -q mysqld /proc/$!/comm; do sleep 0.1; done; } &&")
    new.sync()
    data_is_its_own(new)
    new.instruct({"path": "/srv/www/data", "from": str(old.tree / "data")})
    assert "has its data in /srv/www/data" in new.fail("sync")
    data_is_its_own(new)


def test_one_tree_of_two(old, new):
    other = old.folder / "other"
    old.write("a", "x")
    old.write("b", "x", other)
    new.instruct({"path": "/srv/www", "from": str(old.tree)}, {"path": "/srv/deep/other", "from": str(other)})
    new.sync("--tree", "/srv/deep/other")
    assert os.listdir(new.root / "srv/deep/other") == ["b"] and not new.tree.exists()
    assert "accepted are /srv/www, /srv/deep/other" in new.fail("usage", "--tree", "/srv")


def test_a_dry_run_changes_and_tells_nothing(old, new):
    fill(old)
    events = len(new.events)
    status, out, _ = new.run("--dry-run")
    assert status == 0
    assert "would bring 301 of 3" in out and "  8.0 MiB  /srv/www/media/film.bin" in out and "Nothing was changed." in out
    assert not new.tree.exists() and not (new.root / "var/lib/newroot/sync.passes").exists()
    assert len(new.events) == events


def test_after_cutover_it_refuses(old, new):
    old.write("order", "of yesterday")
    new.tree.mkdir()
    (new.tree / "order").write_text("of today, of a customer")
    new.marker.unlink()
    new.fail("sync.cut-over")
    new.fail("sync.cut-over", "--dry-run")
    assert (new.tree / "order").read_text() == "of today, of a customer"
    new.sync("--force")
    assert (new.tree / "order").read_text() == "of yesterday"


def test_refusals_of_ssh(old, new):
    old.write("a", "x")
    new.instruct(host_key=keygen(old.folder / "other"))
    assert "another key than host_key" in new.fail("ssh.host-key")
    new.instruct(key=(old.folder / "other").read_text())
    new.fail("ssh.login")
    new.instruct()
    old.stop()
    assert "Connection refused" in new.fail("ssh.connect")
    assert new.notes[-1].startswith("pass 1 failed [ssh.connect]")
    end = [event for event in new.events if event["type"] == "end"][-1]
    assert end["step"] == "sync" and not end["ok"]
    assert new.service.show("web1")["state"] == "complete"
    old.start()
    new.sync()


def test_no_rsync_there(old, new):
    (old.bin / "rsync").write_text("#!/bin/sh\nexit 127\n")
    (old.bin / "rsync").chmod(0o755)
    assert "in the old system" in new.fail("sync.rsync")


@pytest.mark.parametrize("version", ["rsync  version 2.6.8  protocol version 29\nCapabilities: 64-bit files, ACLs",
                                     "rsync  version 3.0.6  protocol version 30\nCapabilities: no ACLs, no xattrs"])
def test_an_old_rsync_there(old, new, version):
    """What it does not know is not asked of it, and a note tells."""
    (old.bin / "rsync").write_text(f'#!/bin/sh\necho "$*" >>{old.folder}/asked\n[ "$1" != --version ] || {{ echo "{version}"; exit; }}\n'
                                   'exec /usr/bin/rsync "$@"\n')
    (old.bin / "rsync").chmod(0o755)
    old.write("a", "x")
    new.sync()
    assert any(note.startswith("ACLs and extended attributes are not brought") for note in new.notes)
    words = (old.folder / "asked").read_text().splitlines()[1].split()
    assert words[0] == "--server" and not set("AX") & set(words[2].split(".")[0])


def test_a_tree_that_is_missing_there_deletes_nothing(old, new):
    new.tree.mkdir()
    (new.tree / "kept").write_text("x")
    old.tree.rmdir()
    words = new.fail("sync.partial")
    assert "No such file or directory" in words
    assert (new.tree / "kept").exists()


def test_a_tree_that_is_empty_there_deletes_nothing(old, new):
    """As when its disk is not mounted; where nothing can be lost it is no error."""
    new.sync()
    (new.tree / "kept").write_text("x")
    assert "is empty there" in new.fail("sync")
    assert (new.tree / "kept").exists()
    new.instruct({"path": "/srv/www", "from": str(old.tree), "delete": False})
    new.sync()
    assert (new.tree / "kept").exists()


def slow(old, new, name="film.bin"):
    """A pass that is in the middle of its first file, by the bytes of it that are there."""
    old.write(name, os.urandom(6 * MIB))
    new.instruct(limit="1MiB")
    process = new.start()
    until(lambda: [path for path in new.root.glob("srv/www/.*") if path.is_file() and path.stat().st_size >= MIB], "a part is there")
    return process


def test_files_that_vanish_are_noted(old, new):
    old.write("z", "x")
    process = slow(old, new)
    (old.tree / "z").unlink()
    _, words = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, words
    assert any("deleted there while they were brought" in note for note in new.notes)
    steps = [event for event in new.events if event["type"] == "progress"]
    assert any(event["item"] == "/srv/www" and 0 < event["done"] < 6 * MIB and event["rate"] for event in steps), steps
    assert not (new.tree / "z").exists() and (new.tree / "film.bin").stat().st_size == 6 * MIB


def test_two_at_once(old, new):
    process = slow(old, new)
    process.send_signal(signal.SIGSTOP)  # so that it is not done before the other has begun
    assert "another `newroot cutover`, or a `newroot sync`, is running" in new.start().communicate(timeout=PATIENCE_S)[1]
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_an_interruption_costs_little(old, new, number):
    new.tree.mkdir()
    (new.tree / "film.bin").write_text("whole")
    process = slow(old, new)
    process.send_signal(number)
    _, words = process.communicate(timeout=PATIENCE_S)
    until(lambda: not processes_with(str(old.tree)), "rsync has ended on both sides")
    assert (new.tree / "film.bin").read_text() == "whole"
    if number != signal.SIGKILL:
        new.check_traces()
        assert process.returncode == 1 and "[interrupted]" in words
    new.instruct()
    assert new.sync()["bytes"] < 5.5 * MIB
    assert differences(old.tree, new.tree) == ""


def test_the_service_may_be_away(old, new, service):
    """The pass goes on, and what it has to tell waits for the service."""
    old.write("a", "x")
    service.stop()
    process = new.start()
    until(lambda: (new.tree / "a").exists(), "the file is there")
    service.start()
    _, words = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, words
    assert new.notes[-1].startswith("pass 1, 1 tree: 1 of 2 files")


def test_the_key_is_nowhere(old, new):
    old.write("a", "x")
    new.sync()
    new.instruct(key=old.key, host_key=keygen(old.folder / "other"))
    words = new.fail("ssh.host-key")
    secret = old.key.splitlines()[2]
    assert secret not in words + new.log + str(new.events)


def test_settings_of_people_are_not_rsyncs(new, old):
    """Those of root's environment and home, which on the old VM were right for somebody."""
    (new.root / "root/.popt").write_text("rsync alias --numeric-ids --dry-run\n")
    new.before = "HOME=/root RSYNC_ICONV=UTF-8,ISO-8859-1 RSYNC_RSH=false LC_ALL=de_DE.UTF-8; export HOME RSYNC_ICONV RSYNC_RSH LC_ALL; "
    old.write("Zoë.txt", "her page")
    new.sync()
    assert (new.tree / "Zoë.txt").read_text() == "her page"
