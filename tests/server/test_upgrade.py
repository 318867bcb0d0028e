"""A store of an older version: it is copied, brought up to date in one transaction, and goes on where it was."""
import contextlib
import json
import os
import pathlib
import sqlite3

import pytest

from service import Boot

FIXTURES = pathlib.Path(__file__).parent


def load(service, version):
    """The data folder with the store of that version in place of its own."""
    service.init()
    path = service.data / "newroot.db"
    for left in service.data.glob("newroot.db*"):
        left.unlink()
    with contextlib.closing(sqlite3.connect(path)) as store:
        store.executescript((FIXTURES / f"store-v{version}.sql").read_text())
    path.chmod(0o600)
    return path


def query(path, text):
    with contextlib.closing(sqlite3.connect(path)) as store:
        return store.execute(text).fetchall()


def shape(path):
    """Every table with its columns, every index and trigger."""
    tables = [name for name, in query(path, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    others = query(path, "SELECT type, name, sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL ORDER BY name")
    return {name: sorted(column[1:] for column in query(path, f"PRAGMA table_info({name})")) for name in tables}, others


@pytest.fixture
def newest(fresh, tmp_path):
    """The shape of a store that is made today."""
    data = tmp_path / "made-today"
    assert fresh.run("init", "--data", data, "--name", "localhost").returncode == 0
    return shape(data / "newroot.db")


@pytest.mark.parametrize("version", [4])
def test_an_older_store_goes_on(fresh, newest, version):
    path = load(fresh, version)
    listed = fresh.run("list", "--data", fresh.data)
    assert listed.returncode == 0 and [row.split()[0] for row in listed.stdout.splitlines()[-3:]] == ["db1", "db2", "web1"]
    assert f"the store was upgraded from version {version} to " in listed.stderr and f"the old one is newroot.db.v{version}" in listed.stderr
    assert shape(path) == newest
    copy = fresh.data / f"newroot.db.v{version}"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert query(copy, "PRAGMA user_version") == [(version,)] and query(copy, "SELECT count(*) FROM event") == [(4,)]
    assert fresh.run("list", "--data", fresh.data).stderr == "", "once"
    assert sorted(file.name for file in fresh.data.glob("newroot.db.*")) == [copy.name], "nothing half-made is left"
    fresh.start()
    answer = fresh.post([{**Boot().event("heartbeat"), "boot": "aaaaaaaa-0b0a-0908-0706-050403020100", "seq": 4}], mac="52:54:00:00:00:11",
                        token="0123456789abcdef0123456789abcdef")
    assert (answer.status, answer.json["taken"]) == (200, 4)
    assert json.loads(fresh.cli("job", "db2"))["databases"]["replication"] == {"user": "follower", "password": ""}, "it has been used"
    assert json.loads(fresh.cli("job", "db1"))["databases"]["login"]["password"] == "of-the-login"
    assert query(path, "SELECT name, secretless FROM vm WHERE secretless") == [("db2", 1)]
    shown = fresh.show("db1")
    assert shown["state"] == "configuring" and len(shown["history"]) >= 4 and shown["refused"][0]["count"] == 2


@pytest.mark.parametrize("version", [3, 99])
def test_a_version_that_is_not_known_is_refused(fresh, version):
    path = load(fresh, 4)
    with contextlib.closing(sqlite3.connect(path)) as store:
        store.execute(f"PRAGMA user_version = {version}")
    done = fresh.run("list", "--data", fresh.data)
    assert done.returncode == 1 and f"is of version {version}; this newroot-server reads version" in done.stderr
    assert query(path, "PRAGMA user_version") == [(version,)] and not list(fresh.data.glob("newroot.db.v*"))


def test_an_upgrade_that_fails_changes_nothing(fresh):
    """Its last step is in the way of what is there already: nothing of the ones before is kept."""
    path = load(fresh, 4)
    with contextlib.closing(sqlite3.connect(path)) as store:
        store.execute("ALTER TABLE vm_text ADD COLUMN given TEXT NOT NULL DEFAULT ''")
    before = shape(path)
    done = fresh.run("list", "--data", fresh.data)
    assert done.returncode == 1 and "from version 4" in done.stderr
    assert shape(path) == before and query(path, "PRAGMA user_version") == [(4,)]
    assert os.path.exists(fresh.data / "newroot.db.v4")
