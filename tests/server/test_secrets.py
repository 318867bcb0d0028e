"""Passwords in jobs: shown to nobody for a plan, gone from the store when they have been used; and tokens, which end."""
import contextlib
import json
import sqlite3

import pytest

from common import until
from service import MAC, Boot, job_of

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAAcanary\n-----END OPENSSH PRIVATE KEY-----\n"
WORDS = ["canary-of-the-login", "canary-of-the-replica", "canary-of-the-source", "AAAAAcanary"]
JOB = job_of("root.tar", databases={
    "engine": "mysql", "role": "master", "login": {"password": WORDS[0]}, "replication": {"user": "follower", "password": WORDS[1]},
    "source": {"user": "mover", "password": WORDS[2], "ssh": {"host": "old", "host_key": "ssh-ed25519 AAAA", "key": KEY}}},
    sync={"ssh": {"host": "old", "host_key": "ssh-ed25519 AAAA", "key": KEY}, "trees": [{"path": "/srv"}]})


@pytest.fixture
def db1(fresh):
    fresh.init()
    fresh.add("db1", MAC, job=JOB)
    fresh.start()
    fresh.boot = Boot()
    return fresh


def put(service, **columns):
    with contextlib.closing(sqlite3.connect(service.data / "newroot.db", timeout=60)) as store:
        for column, value in columns.items():
            store.execute(f"UPDATE vm SET {column} = ?", (value,))
        store.commit()


def ask(service, query=""):
    return service.get(f"/v1/job?mac={MAC}{query}")


def said(service, *states):
    answer = service.post([service.boot.event("state", state=state) for state in states])
    assert answer.status == 200, answer.body
    return service.show("db1")["state"]


def told(service):
    return [row["cause"] for row in service.show("db1")["history"]]


def kept(service):
    """What of the secrets stands in any file of the store, once it is closed."""
    service.close()
    found = [word for word in WORDS if any(word.encode() in file.read_bytes() for file in service.data.glob("newroot.db*"))]
    service.start()
    return found


def test_a_plan_shows_no_secret_and_is_noted(db1):
    answer = ask(db1, "&mode=plan")
    assert answer.status == 200 and not [word for word in WORDS if word.encode() in answer.body]
    shown = answer.json
    assert shown["databases"]["login"] == {"password": ""} and shown["sync"]["ssh"]["key"] == "", "as the agent's own record has it"
    assert shown["archives"] == JOB["archives"] and shown["databases"]["replication"]["user"] == "follower"
    assert told(db1) == ["the job is looked at, without secrets, from 127.0.0.1"]
    head = db1.request("HEAD", f"/v1/job?mac={MAC}")
    assert head.status == 200 and len(told(db1)) == 2
    assert ask(db1, f"&boot={db1.boot.id}").json == JOB


def test_a_plan_is_for_who_may_install(db1):
    for state, before, mode, status in (("needs creating", "", "install", 200), ("created", "", "install", 200), ("configuring", "", "install", 200),
                                        ("error", "configuring", "install", 200), ("waiting for archives", "", "install", 409),
                                        ("needs provisioning", "", "install", 409), ("first boot", "", "install", 409),
                                        ("error", "first boot", "install", 409), ("complete", "", "install", 409), ("complete", "", "plan", 200),
                                        ("complete", "", "rescue", 200), ("complete", "", "wait", 409), ("cut over", "", "plan", 409),
                                        ("cancelled", "created", "rescue", 409)):
        put(db1, state=state, before=before, mode=mode, changed_ms=2 ** 42)
        answer = ask(db1, "&mode=plan")
        assert answer.status == status, (state, before, mode, answer.body)
        assert told(db1)[-1] == ("refused: " if status == 409 else "") + "the job is looked at, without secrets, from 127.0.0.1"


def test_the_boot_that_has_the_job_gets_it_no_more_once_installed(db1):
    assert ask(db1, f"&boot={db1.boot.id}").json == JOB
    assert ask(db1, f"&boot={db1.boot.id}").json == JOB, "an answer can get lost"
    said(db1, "configuring", "installed")
    assert (ask(db1, f"&boot={db1.boot.id}").status, ask(db1, f"&boot={db1.boot.id}").json["error"]) == (409, "vm.state")


def test_secrets_leave_when_the_first_boot_is_done(db1):
    ask(db1, f"&boot={db1.boot.id}")
    said(db1, "configuring", "installed", "first boot")
    db1.post([db1.boot.event("error", step="import", code="database", message="no"), db1.boot.event("state", state="error")])
    db1.cli("retry", "db1")
    assert said(db1, "first boot") == "first boot" and kept(db1) == WORDS, "a retry still may need a new installation"
    assert said(db1, "complete") == "complete" and kept(db1) == []
    assert json.loads(db1.cli("job", "db1"))["archives"] == JOB["archives"], "the rest is left"
    db1.cli("arm", "db1")
    answer = ask(db1, f"&boot={Boot().id}")
    assert answer.status == 409 and "its job's passwords left the store" in answer.json["message"] and "`add`" in answer.json["message"]
    db1.cli("remove", "db1")
    db1.add("db1", MAC, job=JOB)
    assert ask(db1).json == JOB


DOCUMENT = {"newroot_migration": 1, "group": "shop", "configuration": {"macs": f"{MAC}-52:54:00:00:00:1f", "addresses": "127.0.0.1-127.0.0.9"},
            "vms": [{"name": "db1", "role": "db-master", "data_center": "lab", "network": "n", "cpus": 1, "memory": "1GiB", "disks": ["20GiB"],
                     "job": {"archives": [{"to": "/", "url": "https://elsewhere/root.tar", "sha256": "none"}], "clock": "report",
                             "volumes": [{"name": "root", "size": "rest", "mount": "/"}], "kernel": {"url": "https://elsewhere/k.rpm", "sha256": "none"},
                             "network": {"interfaces": [{"name": "eth0", "addresses": ["127.0.0.1/8"]}]},
                             "databases": {"engine": "mysql", "login": {"password": WORDS[0]}}}}]}


def test_an_import_brings_them_back_for_an_arming_alone(fresh, tmp_path):
    document = tmp_path / "shop.json"
    document.write_text(json.dumps(DOCUMENT))
    fresh.init()
    fresh.cli("import", document)
    fresh.start()
    token, fresh.boot = fresh.token(), Boot()
    job = fresh.get(f"/v1/job?mac={MAC}&boot={fresh.boot.id}", token=token).json
    assert job["databases"]["login"]["password"] == WORDS[0]
    fresh.post([fresh.boot.event("state", state=state) for state in ("configuring", "installed", "first boot", "complete")], token=token)
    assert kept(fresh) == [], "nor in the document"
    assert "same    db1" in fresh.cli("import", document) and kept(fresh) == []
    fresh.cli("arm", "db1")
    until(lambda: fresh.token() != token, "the new token")
    assert fresh.get(f"/v1/job?mac={MAC}", token=fresh.token()).status == 409
    assert "it gets the new job" in fresh.cli("import", document)
    assert fresh.get(f"/v1/job?mac={MAC}", token=fresh.token()).json == job


def test_a_token_is_void_once_its_vm_is_in_service(db1):
    ask(db1, f"&boot={db1.boot.id}")
    said(db1, "configuring", "installed", "first boot", "complete")
    db1.cli("cutover", "db1", "--mark")
    assert db1.post([db1.boot.event("heartbeat")]).status == 200, "its last words may come a little later"
    put(db1, changed_ms=1700000000000)
    for answer in (db1.post([db1.boot.event("state", state="complete")]), db1.get(f"/v1/hello?mac={MAC}"), ask(db1), ask(db1, "&mode=plan"),
                   db1.get("/v1/archives/root.tar"), db1.get(f"/v1/peers/db2/state?mac={MAC}")):
        assert (answer.status, answer.json["error"]) == (403, "vm.reach")
    assert db1.show("db1")["state"] == "cut over"
    until(lambda: [row for row in db1.show("db1")["refused"] if row["reason"] == "vm.reach"], "the refusal is stored")
