"""What a VM's token opens: its own archives, while it may install; what it is refused stands with it."""
import contextlib
import json
import sqlite3

import pytest

from common import until
from service import MAC, OWN, Boot, job_of

OTHER = "52:54:00:00:00:12"
DATABASES = {"databases": {"engine": "mariadb", "dumps": [{"database": "shop", "url": OWN + "shop.sql", "sha256": "none"}]},
             "kernel": {"url": OWN + "linux.rpm", "sha256": "none"}}


@pytest.fixture
def shop(fresh):
    """Two VMs with archives of their own; what is in an archive is its path."""
    fresh.init()
    fresh.add("db1", MAC, token="auto", job=job_of("db1/root.tar", "db1/a%20b.tar", **DATABASES))
    fresh.add("web1", OTHER, token="auto", job=job_of("web1/root.tar"))
    for path in ("db1/root.tar", "db1/a b.tar", "web1/root.tar", "shop.sql", "linux.rpm", "old/root.tar"):
        file = fresh.data / "archives" / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(path.encode())
    fresh.start()
    fresh.boot = Boot()
    return fresh


def opened(service, path, mac=MAC, **kwargs):
    """The status, and the code of what is no archive."""
    answer = service.get(f"/v1/archives/{path}", token=service.tokens[mac], **kwargs)
    return answer.status if answer.status < 400 else (answer.status, answer.json["error"])


def said(service, *states):
    answer = service.post([service.boot.event("state", state=state) for state in states], token=service.tokens[MAC])
    assert answer.status == 200
    return service.show("db1")["state"]


def put(service, **columns):
    with contextlib.closing(sqlite3.connect(service.data / "newroot.db", timeout=60)) as store:
        for column, value in columns.items():
            store.execute(f"UPDATE vm SET {column} = ? WHERE name = 'db1'", (value,))
        store.commit()


NOT_NAMED, REACH = (403, "archive.not-named"), (403, "vm.reach")
ALL = ("db1/root.tar", "db1/a%20b.tar", "linux.rpm", "shop.sql")


def test_a_token_opens_what_its_job_names(shop):
    shop.tokens = {mac: shop.token(mac) for mac in (MAC, OTHER)}
    for path in (*ALL, "db1%2froot.tar", "%64b1/root.tar", "db1/root.tar?generation=1"):
        assert opened(shop, path) == 200, path
    for path in ("web1/root.tar", "old/root.tar", "db1/../web1/root.tar", "db1/%2e%2e/web1/root.tar", "db1%2f..%2fweb1/root.tar", "db1//root.tar",
                 "db1/root.tar/", "db1/a%2520b.tar", "DB1/root.tar", "db1", "", "nowhere", "db1/root.tar%0a", "db1/root.tar%00"):
        assert opened(shop, path) == NOT_NAMED, path
    assert opened(shop, "web1/root.tar", headers={"Range": "bytes=0-3"}) == NOT_NAMED
    assert shop.request("HEAD", "/v1/archives/web1/root.tar", token=shop.tokens[MAC]).status == 403
    assert opened(shop, "db1/root.tar", headers={"Range": "bytes=0-3"}) == 206
    assert shop.request("HEAD", "/v1/archives/db1/root.tar", token=shop.tokens[MAC]).status == 200
    assert opened(shop, "web1/root.tar", OTHER) == 200
    facts = shop.get("/v1/facts/web1/root.tar", token=shop.tokens[MAC])
    assert (facts.status, facts.json["error"]) == NOT_NAMED
    until(lambda: shop.show("db1")["refused"], "the refusals are stored")
    assert {row["reason"] for row in shop.show("db1")["refused"]} == {"archive.not-named"}, "one row, however many they are"


def test_it_opens_them_while_the_vm_installs(shop):
    """By its states in order, and what its first boot and an operator's order make of them."""
    shop.tokens = {mac: shop.token(mac) for mac in (MAC, OTHER)}
    assert shop.get(f"/v1/job?mac={MAC}&boot={shop.boot.id}", token=shop.tokens[MAC]).status == 200
    assert said(shop, "configuring") == "configuring"
    assert [opened(shop, path) for path in ALL] == [200] * 4
    shop.post([shop.boot.event("error", step="unpack", code="net.cut", message="cut")], token=shop.tokens[MAC])
    assert shop.show("db1")["state"] == "error" and opened(shop, "db1/root.tar") == 200, "others of its unpackers are at it"
    shop.cli("retry", "db1")
    assert opened(shop, "db1/root.tar") == 200
    shop.boot = Boot()
    assert shop.get(f"/v1/job?mac={MAC}&boot={shop.boot.id}", token=shop.tokens[MAC]).status == 200
    for state in ("configuring", "installed", "first boot", "complete"):
        said(shop, state)
        wanted = {"configuring": 200, "complete": REACH}.get(state, NOT_NAMED)
        assert [opened(shop, path) for path in ALL[:3]] == [wanted] * 3, state
        assert opened(shop, "shop.sql") == (REACH if state == "complete" else 200), state
    shop.cli("boot", "db1", "--mode", "rescue")
    assert opened(shop, "db1/root.tar") == 200, "an operator's order lets a volume be laid anew"
    assert opened(shop, "web1/root.tar") == NOT_NAMED
    for state in ("cut over", "cancelled", "waiting for archives"):
        put(shop, state=state, mode="install" if state.startswith("wait") else "rescue")
        assert opened(shop, "db1/root.tar") == REACH, state
    until(lambda: {row["reason"] for row in shop.show("db1")["refused"]} >= {"vm.reach"}, "the refusal is stored")


def test_a_job_that_is_replaced_stays_open_to_who_runs_by_it(shop):
    """An import comes while the VM unpacks: its fetch is cut, and goes on."""
    shop.tokens = {mac: shop.token(mac) for mac in (MAC, OTHER)}
    assert shop.get(f"/v1/job?mac={MAC}&boot={shop.boot.id}", token=shop.tokens[MAC]).status == 200
    with contextlib.closing(sqlite3.connect(shop.data / "newroot.db", timeout=60)) as store:
        store.execute("UPDATE vm_text SET job = ? WHERE vm = (SELECT id FROM vm WHERE name = 'db1')", (json.dumps(job_of("old/root.tar")),))
        store.commit()
    assert opened(shop, "db1/root.tar", headers={"Range": "bytes=4-"}) == 206
    assert opened(shop, "old/root.tar") == 200
    shop.cli("arm", "db1")
    before = shop.tokens[MAC]
    until(lambda: shop.token() != before, "the new token")
    assert opened(shop, "db1/root.tar") == (403, "archive.reader"), "a token is for one installation"
    shop.tokens[MAC] = shop.token()
    assert shop.get(f"/v1/job?mac={MAC}", token=shop.tokens[MAC]).status == 200
    assert opened(shop, "db1/root.tar") == NOT_NAMED and opened(shop, "old/root.tar") == 200


def test_vms_without_token_and_address_open_what_their_jobs_name(shop):
    shop.add("bare1", "52:54:00:00:00:13", job=job_of("old/root.tar"))
    shop.add("bare2", "52:54:00:00:00:14", job=job_of("linux.rpm"))
    for path, status in (("old/root.tar", 200), ("linux.rpm", 200), ("web1/root.tar", 403)):
        assert shop.get(f"/v1/archives/{path}").status == status, path
