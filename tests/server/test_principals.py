"""Principals: who may do what by name and role, how that ends; and the audit of what they did."""
import contextlib
import json
import os
import sqlite3
import time

import pytest

from common import until
from service import MAC, OTHER, Boot
from test_operators import ROUTES

# By a route's admission: who is let in.
MAY = {"admit_viewer": {"viewer", "operator", "admin"}, "admit_operator": {"operator", "admin"}, "admit_metrics": {"metrics", "operator", "admin"},
       "admit_uploader": {"viewer", "operator", "uploader", "admin"}, "admit_creator": {"creator", "admin"}}


@pytest.fixture
def shop(fresh):
    """A VM each of two groups, serving; `tokens` has that of a principal of each role, viewer1 and so on."""
    fresh.start_with(db1="shop", book1="books")
    fresh.tokens = {role: principal(fresh, f"{role}1", "--role", role) for role in ("viewer", "metrics", "operator", "creator", "uploader", "admin")}
    return fresh


def principal(service, name, *argv):
    return service.cli("token", "add", name, *argv).strip()


def audit(service):
    return json.loads(service.cli("audit", "--json"))


def last(service):
    row = audit(service)[-1]
    return row["who"], row["from"], row["act"], row["what"], row["outcome"]


def code(answer):
    return answer.status, answer.json.get("error") if answer.status >= 400 else None


def test_each_role_opens_its_routes_and_no_other(shop):
    """Every route of the table, by every role."""
    assert {admit for _, _, admit in ROUTES} - {"NULL", "admit_vm", "admit_reader"} == set(MAY)
    for method, path, admit in ROUTES:
        if admit not in MAY or path in ("/v1/stream", "/v1/vms/*/log"):
            continue
        for role, token in shop.tokens.items():
            answer = shop.request(method, path.replace("*", "nobody"), token=token)
            refused = code(answer) == (403, "principal.role")
            assert refused != (role in MAY[admit]), (role, method, path, answer.status)
            assert answer.status != 401


def test_everybody_is_told_who_he_is(shop):
    group = principal(shop, "ann", "--role", "operator,creator", "--group", "shop")
    rows = {"viewer1": ("viewer", None, False, True), "operator1": ("operator", None, True, True), "admin1": ("admin", None, True, True),
            "ann": ("operator,creator", "shop", True, False), "operator": ("admin", None, True, True)}
    for name, row in rows.items():
        token = {"ann": group, "operator": shop.operator}.get(name) or shop.tokens[row[0]]
        answer = shop.get("/v1/me", token=token)
        assert answer.json == dict(zip(("name", "roles", "group", "acts", "archives"), (name, *row)))
        assert (shop.act("/v1/vms/db1/hold", token=token).status == 200) == row[2], "as the routes themselves judge"
        assert (shop.get("/v1/archives", token=token).status == 200) == row[3]


def test_metrics_need_only_their_role(shop):
    assert shop.get("/metrics", token=shop.tokens["metrics"]).status == 200
    assert code(shop.get("/v1/vms", token=shop.tokens["metrics"])) == (403, "principal.role")
    assert code(shop.act("/v1/vms/db1/arm", token=shop.tokens["metrics"])) == (403, "principal.role")


def test_a_viewer_sees_and_does_not_act(shop):
    answer = shop.request("POST", "/v1/login", body=json.dumps({"token": shop.tokens["viewer"]}))
    session = {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Content-Type": "application/json"}
    assert shop.get("/v1/vms", headers=session).status == 200
    assert code(shop.request("POST", "/v1/vms/db1/hold", headers=session)) == (403, "principal.role")
    assert shop.show("db1")["hold"] is False
    for role in ("metrics", "creator", "uploader"):
        assert code(shop.request("POST", "/v1/login", body=json.dumps({"token": shop.tokens[role]}))) == (401, "operator.login")


def test_what_is_revoked_or_over_opens_nothing(shop):
    """At once: also the session that was begun with it, and the stream that is open."""
    token = shop.tokens["operator"]
    answer = shop.request("POST", "/v1/login", body=json.dumps({"token": token}))
    session = {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Content-Type": "application/json"}
    stream = shop.stream("/v1/stream", token=token)
    assert stream.status == 200 and stream.read()
    assert shop.run("token", "revoke", "nobody", "--data", shop.data).returncode == 2
    assert principal(shop, "late", "--role", "operator", "--days", "1")
    with contextlib.closing(sqlite3.connect(shop.data / "newroot.db", timeout=60)) as store:
        store.execute("UPDATE principal SET revoked_ms = ? WHERE name = 'operator1'", (int(time.time() * 1000),))
        store.execute("UPDATE principal SET expires_ms = ? WHERE name = 'admin1'", (int(time.time() * 1000) - 1,))
        store.commit()
    for shown in ({"token": token}, {"headers": session}, {"token": shop.tokens["admin"]}):
        assert code(shop.get("/v1/vms", **shown)) == (401, "operator.login"), shown
    shop.cli("hold", "db1")
    until(lambda: stream.read() is None, "the stream ends")
    listed = shop.cli("token", "list")
    assert "revoked" in listed and "expired" in listed


def session_of(service, token, **headers):
    answer = service.request("POST", "/v1/login", body=json.dumps({"token": token}), headers=headers)
    assert answer.status == 200, answer.body
    return {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Content-Type": "application/json"}


@pytest.mark.parametrize("ended", ["revoke", "expire"])
def test_who_gets_a_name_again_gets_no_session_of_who_had_it_before(shop, ended):
    """Nor does the stream go on: neither that of the session, nor that of the old token."""
    session = session_of(shop, shop.tokens["viewer"])
    streams = [shop.stream("/v1/stream", session), shop.stream("/v1/stream", token=shop.tokens["viewer"])]
    assert [stream.read()["data"]["name"] for stream in streams] == ["db1", "db1"]
    if ended == "revoke":
        shop.cli("token", "revoke", "viewer1")
    else:
        with contextlib.closing(sqlite3.connect(shop.data / "newroot.db", timeout=60)) as store:
            store.execute("UPDATE principal SET expires_ms = 1 WHERE name = 'viewer1'")
            store.commit()
    again = principal(shop, "viewer1", "--role", "admin")
    assert shop.get("/v1/vms", token=again).status == 200
    assert code(shop.get("/v1/vms", headers=session)) == (401, "operator.login")
    assert code(shop.request("POST", "/v1/vms/db1/hold", headers=session)) == (401, "operator.login")
    shop.cli("hold", "db1")
    for stream in streams:
        until(lambda: (message := stream.read()) is None or message["data"]["name"] == "book1", "what was begun is read")
        assert stream.read() is None
    assert "newroot_sessions 0" in shop.get("/metrics", token=again).body.decode(), "it is no session any more"


def test_a_name_is_given_once(shop):
    for argv, why in ((("add", "viewer1", "--role", "admin"), "valid"), (("add", "operator", "--role", "admin"), "operator.token"),
                      (("add", "x", "--role", "king"), "'king' is none"), (("add", "x"), "--role is required"), (("add", "a b", "--role", "viewer"), "name"),
                      (("sell", "x"), "is not accepted so")):
        done = shop.run("token", *argv, "--data", shop.data)
        assert done.returncode == 2 and why in done.stderr, argv
    assert shop.cli("token", "revoke", "viewer1") == "viewer1 is revoked\n"
    again = principal(shop, "viewer1", "--role", "viewer,metrics")
    assert again != shop.tokens["viewer"]
    assert shop.get("/v1/vms", token=again).status == shop.get("/metrics", token=again).status == 200
    assert shop.get("/v1/vms", token=shop.tokens["viewer"]).status == 401


def test_tokens_stand_in_the_store_as_hashes(shop):
    shop.close()
    stored = b"".join(file.read_bytes() for file in shop.data.glob("newroot.db*"))
    assert not [name for name, token in shop.tokens.items() if token.encode() in stored]
    assert not [name for name, token in shop.tokens.items() if token in shop.log()]


def test_a_principal_of_one_group_sees_no_other(shop):
    token = principal(shop, "ann", "--role", "operator,creator", "--group", "shop")
    assert [vm["name"] for vm in shop.get("/v1/vms", token=token).json["vms"]] == ["db1"]
    assert [group["name"] for group in shop.get("/v1/groups", token=token).json["groups"]] == ["shop"]
    assert shop.get("/v1/vms/db1", token=token).status == shop.act("/v1/groups/shop/hold", token=token).status == 200
    for path in ("/v1/vms/book1", "/v1/vms/book1/events", "/v1/vms/book1/log"):
        assert code(shop.get(path, token=token)) == (404, "vm.unknown"), "as if it were not there"
    for path in ("/v1/vms/book1/arm", "/v1/groups/books/hold"):
        assert code(shop.act(path, token=token)) == (404, "vm.unknown")
    for path in ("/metrics", "/v1/archives"):
        assert code(shop.get(path, token=token)) == (403, "principal.role")
    report = json.dumps({"vm": "book1", "report": "taken", "creator": "ann"})
    assert code(shop.request("POST", "/v1/needs-creating", body=report, token=token)) == (404, "vm.unknown")
    stream = shop.stream("/v1/stream", token=token)
    assert stream.read()["data"]["name"] == "db1"
    shop.cli("hold", "book1")
    shop.cli("hold", "db1")
    assert stream.read()["data"]["name"] == "db1", "a change of the other group is not told"
    stream.close()


def test_creators_cannot_end_each_others_leases(shop):
    with contextlib.closing(sqlite3.connect(shop.data / "newroot.db", timeout=60)) as store:
        store.execute("UPDATE vm SET imported = 1, state = 'needs creating', version = version + 9")
        store.commit()
    other = principal(shop, "rack2", "--role", "creator")

    def report(token, what, creator):
        return code(shop.request("POST", "/v1/needs-creating", token=token, body=json.dumps({"vm": "db1", "report": what, "creator": creator})))
    assert report(other, "taken", "rack2") == (200, None)
    for token, creator in ((shop.tokens["creator"], "rack2"), (shop.creator, "rack2"), (other, "creator1"), (shop.tokens["creator"], "x")):
        for what in ("taken", "done", "failed"):
            assert report(token, what, creator) == (400, "body"), (creator, what)
    for token, creator in ((shop.tokens["creator"], "creator1"), (shop.creator, "rack1")):
        assert report(token, "failed", creator) == (409, "vm.state")
    assert shop.show("db1")["lease"]["by"] == "rack2"
    assert report(other, "done", "rack2") == (200, None)
    assert last(shop) == ("rack2", "127.0.0.1", "creating done", "db1 as rack2", "done")


def test_every_change_stands_in_the_audit(shop, tmp_path):
    """From either side: who, from where, what; what was refused too, and what changed nothing not."""
    user = f"(uid {os.getuid()})"
    assert [(row["act"], row["what"].split()[0]) for row in audit(shop)[:3]] == [("init", "--data"), ("add", "--data"), ("add", "--data")]
    shop.act("/v1/vms/db1/hold", token=shop.tokens["operator"])
    assert last(shop) == ("operator1", "127.0.0.1", "hold", "db1", "done")
    assert shop.show("db1")["history"][-1]["cause"] == "hold by operator1 at 127.0.0.1"
    shop.act("/v1/groups/shop/release")
    assert last(shop) == ("operator", "127.0.0.1", "release", "group shop", "done")
    assert shop.act("/v1/vms/db1/cutover").status == 409 and last(shop)[2:] == ("cutover", "db1", "refused")
    count = len(audit(shop))
    assert shop.act("/v1/vms/nobody/hold").status == 404 and shop.get("/v1/vms").status == 401
    shop.cli("list")
    assert len(audit(shop)) == count
    (tmp_path / "x.tar").write_bytes(b"x")
    for argv in (("boot", "db1", "--mode", "rescue"), ("arm", "db1"), ("archive", "add", tmp_path / "x.tar"), ("cert", "renew"), ("site",),
                 ("token", "revoke", "uploader1"), ("remove", "book1")):
        shop.cli(*argv)
        who, origin, act, what, outcome = last(shop)
        assert user in who or os.path.exists("/proc/self/loginuid"), who
        assert (origin, act, outcome) == ("the command line", argv[0], "done") and str(argv[-1]) in f"{act} {what}"
    assert "book1" in shop.cli("audit"), "what was removed is not forgotten"
    (shop.data / "operator.token").unlink()
    shop.process.send_signal(1)
    until(lambda: last(shop)[2:] == ("token", "operator.token", "another"), lambda: audit(shop)[-1])
    assert not [token for token in shop.tokens.values() if token in shop.cli("audit")]


@pytest.mark.parametrize("attack", [
    "UPDATE audit SET who = 'nobody' WHERE id = 3", "UPDATE audit SET at_ms = at_ms + 1 WHERE id = 3", "UPDATE audit SET what = 'x' WHERE id = 3",
    "DELETE FROM audit WHERE id = 3", "DELETE FROM audit WHERE id = 1", "UPDATE audit SET id = 99 WHERE id = 3", "UPDATE audit SET outcome = '' WHERE id = 9",
    "UPDATE audit SET hash = '0' WHERE id = 3"])
def test_the_audit_cannot_be_changed_unseen(shop, attack):
    before = shop.cli("audit", "--verify")
    assert before == f"{len(audit(shop))} rows, the last one {audit(shop)[-1]['hash']}\n"
    with contextlib.closing(sqlite3.connect(shop.data / "newroot.db", timeout=60)) as store:
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            store.execute(attack)
        store.rollback()
        store.executescript("DROP TRIGGER audit_kept; DROP TRIGGER audit_fixed;")
        store.execute(attack)
        store.commit()
    done = shop.run("audit", "--verify", "--data", shop.data)
    assert done.returncode == 1 and "is not what was written" in done.stderr


def test_agents_leave_the_audit_alone(shop):
    count = len(audit(shop))
    shop.post([Boot().event("state", state="configuring")])
    assert len(audit(shop)) == count
