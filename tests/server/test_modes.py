"""Who on this machine may read what is secret: modes at the start, and boot entries for the TFTP server alone."""
import grp
import json
import os
import subprocess

import pytest

from service import MAC

SECRETS = {"ca.key": 0o600, "server.key": 0o600, "operator.token": 0o600, "creator.token": 0o600, "newroot.db": 0o600, "archives": 0o700}
ENTRIES = ("pxelinux.cfg", "ipxe", "grub")


def mode(path):
    return path.stat().st_mode & 0o7777


def serve(service):
    """A start that is to be refused: what it says."""
    done = service.run("serve", "--data", service.data, "--listen", "127.0.0.1:0")
    assert done.returncode == 1
    return done.stderr


def test_what_others_could_read_is_closed_and_told(fresh):
    fresh.init()
    for name in SECRETS:
        (fresh.data / name).chmod(0o755 if name == "archives" else 0o644)
    fresh.start()
    for name, wanted in SECRETS.items():
        assert mode(fresh.data / name) == wanted, name
        assert f"warning: {name} was open to others (mode {'755' if name == 'archives' else '644'}), and is closed now" in fresh.log()
    assert "cert renew --new-key" in fresh.log() and "delete the file and send SIGHUP" in fresh.log()
    fresh.stop()
    told = fresh.log().count("was open to others")
    fresh.start()
    assert fresh.log().count("was open to others") == told, "once"


@pytest.mark.parametrize("name", ["ca.key", "operator.token"])
def test_what_is_another_users_is_refused(fresh, name):
    fresh.init()
    os.chown(fresh.data / name, 12345, -1)
    assert f"{name}: belongs to uid 12345" in serve(fresh)
    os.chown(fresh.data / name, os.geteuid(), -1)
    (fresh.data / name).rename(fresh.data.parent / name)
    (fresh.data / name).symlink_to(fresh.data.parent / name)
    assert f"{name}: is no regular file" in serve(fresh)


def test_a_folder_that_others_may_change_is_refused(fresh):
    fresh.init()
    fresh.data.chmod(0o777)
    assert "others may replace what is in it" in serve(fresh)


def test_boot_entries_are_for_the_tftp_servers_group(fresh):
    """A user of this machine reads none; one in the group does: as dnsmasq does, which has given root's rights up."""
    group = grp.getgrgid(12)
    fresh.init("--net-interface", "br0", "--net-address", "10.77.0.1/24", "--net-group", group.gr_name)
    fresh.add("db1", MAC, token="auto")
    assert f"group={group.gr_name}\n" in (fresh.data / "net/dnsmasq.conf").read_text()
    fresh.start()
    fresh.cli("arm", "db1")
    fresh.add("db2", "52:54:00:00:00:12", token="auto")
    for folder in ENTRIES:
        path = fresh.data / "boot" / folder
        assert (mode(path), path.stat().st_gid) == (0o2750, group.gr_gid)
        files = list(path.iterdir())
        assert len(files) >= 3 and {(mode(file), file.stat().st_gid) for file in files} == {(0o640, group.gr_gid)}, folder
    entry = fresh.data / "boot" / "pxelinux.cfg" / f"01-{MAC.replace(':', '-')}"
    for parent in list(entry.parents)[3:]:
        if not parent.stat().st_mode & 1:
            parent.chmod(parent.stat().st_mode | 0o011)

    def read_as(gid):
        return subprocess.run(["cat", entry], user=65534, group=gid, extra_groups=[], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    assert b"newroot.token=" not in read_as(65534)
    assert b"newroot.token=" in read_as(group.gr_gid)


def test_entries_that_are_there_are_given_to_the_group(fresh):
    fresh.init()
    fresh.add("db1", MAC, token="auto")
    settings = json.loads((fresh.data / "service.json").read_text())
    (fresh.data / "service.json").write_text(json.dumps({**settings, "net_group": grp.getgrgid(12).gr_name}))
    fresh.cli("site")
    for folder in ENTRIES:
        assert {(mode(file), file.stat().st_gid) for file in (fresh.data / "boot" / folder).iterdir()} == {(0o640, 12)}, folder
    (fresh.data / "service.json").write_text(json.dumps({**settings, "net_group": "nobody-has-it"}))
    done = fresh.run("site", "--data", fresh.data)
    assert done.returncode == 1 and "there is no group nobody-has-it on this machine" in done.stderr
