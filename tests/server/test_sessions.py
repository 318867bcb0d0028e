"""Sessions of the page: that they end, who sees and ends whose; and what is kept of logins that failed."""
import json
import re
import socket

import pytest

from clocks import Clocks
from common import until
from service import MAC, Service, programs

HOUR = 3600


def log_in(service, token, **headers):
    answer = service.request("POST", "/v1/login", body=json.dumps({"token": token}), headers=headers)
    assert answer.status == 200, answer.body
    return {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Content-Type": "application/json"}


def sessions(service, headers):
    answer = service.get("/v1/sessions", headers=headers)
    assert answer.status == 200, answer.body
    return answer.json["sessions"]


def own(service, headers):
    return next(row["id"] for row in sessions(service, headers) if row["own"])


def end(service, id_, headers):
    return service.request("POST", f"/v1/sessions/{id_}/end", headers=headers)


def status(service, headers):
    return service.get("/v1/vms", headers=headers).status


def audit(service):
    return [(row["who"], row["from"], row["act"], row["what"], row["outcome"]) for row in json.loads(service.cli("audit", "--json"))]


@pytest.fixture
def shop(fresh):
    fresh.init()
    fresh.add("db1", MAC, "--group", "shop")
    fresh.start()
    fresh.tokens = {role: fresh.cli("token", "add", f"{role}1", "--role", role).strip() for role in ("viewer", "operator", "metrics")}
    return fresh


@pytest.fixture
def timed(tmp_path):
    """A service whose clocks can be moved."""
    service, clocks = Service(programs()[0], tmp_path), Clocks(tmp_path)
    service.init()
    service.add("db1", MAC, "--group", "shop")
    service.start(env=clocks.environment)
    service.clocks = clocks
    yield service
    service.close()


def test_a_session_ends_when_it_is_not_used(timed):
    used, left = log_in(timed, timed.operator), log_in(timed, timed.operator)
    for _ in range(3):
        timed.clocks.move(steady=HOUR // 2)
        assert status(timed, used) == 200
    assert status(timed, left) == 401
    assert b"newroot_sessions 1\n" in timed.get("/metrics", token=timed.operator).body, "nobody has to ask for it"
    timed.clocks.move(steady=HOUR + 1)
    assert status(timed, used) == 401


def test_a_session_ends_however_much_it_is_used(timed):
    session = log_in(timed, timed.operator)
    for _ in range(23):
        timed.clocks.move(steady=HOUR // 2)
        assert status(timed, session) == 200
    timed.clocks.move(steady=HOUR // 2)
    assert status(timed, session) == 401


def test_the_clock_on_the_wall_ends_and_prolongs_none(timed):
    session = log_in(timed, timed.operator)
    timed.clocks.move(wall=48 * HOUR)
    assert status(timed, session) == 200
    timed.clocks.move(wall=-96 * HOUR, steady=HOUR + 1)
    assert status(timed, session) == 401


def test_everybody_sees_his_own_and_an_admin_all(shop):
    admin, viewer, other = log_in(shop, shop.operator), log_in(shop, shop.tokens["viewer"]), log_in(shop, shop.tokens["operator"])
    rows = sessions(shop, admin)
    assert [row["who"] for row in rows] == ["operator", "viewer1", "operator1"] and {row["from"] for row in rows} == {"127.0.0.1"}
    assert [row["own"] for row in rows] == [True, False, False]
    assert all(row["begun_ms"] <= row["used_ms"] for row in rows)
    assert [row["who"] for row in sessions(shop, viewer)] == ["viewer1"]
    for name, body in (("list", shop.cli("session", "list")), ("api", json.dumps(rows))):
        for headers in (admin, viewer, other):
            assert headers["Cookie"].split("=")[1] not in body, name
    assert [line.split()[1] for line in shop.cli("session", "list").splitlines()[1:]] == ["operator", "viewer1", "operator1"]
    assert shop.get("/v1/sessions", token=shop.tokens["metrics"]).status == 403


def test_who_may_end_whose(shop):
    admin, viewer, other = log_in(shop, shop.operator), log_in(shop, shop.tokens["viewer"]), log_in(shop, shop.tokens["operator"])
    stream = shop.stream("/v1/stream", other)
    assert stream.read()["data"]["name"] == "db1"
    ids = {name: own(shop, headers) for name, headers in (("admin", admin), ("viewer", viewer), ("other", other))}
    for id_ in (ids["admin"], ids["other"], "00000000", "..", "x" * 60, "deadbeef.new"):
        refused = end(shop, id_, viewer)
        assert (refused.status, refused.json["error"]) == (404, "session.unknown"), id_
    assert status(shop, admin) == status(shop, other) == 200
    ended = end(shop, ids["other"], admin)
    assert (ended.status, ended.json) == (200, {"id": ids["other"]})
    assert status(shop, other) == 401
    shop.cli("hold", "db1")
    assert stream.read() is None, "its stream ends as well"
    assert end(shop, ids["viewer"], viewer).status == 200 and status(shop, viewer) == 401
    assert end(shop, ids["viewer"], admin).status == 404
    until(lambda: ("operator", "127.0.0.1", "session end", f"session {ids['other']} of operator1", "done") in audit(shop), lambda: audit(shop))


def test_the_command_line_ends_one(shop):
    session, other = log_in(shop, shop.operator), log_in(shop, shop.tokens["viewer"])
    id_ = own(shop, session)
    assert shop.cli("session", "end", id_) == f"{id_} is over\n"
    assert status(shop, session) == 401 and status(shop, other) == 200
    assert audit(shop)[-1][2:] == ("session", f"end {id_}", "done") or f"end {id_}" in audit(shop)[-1][3]
    for argv in (("end", id_), ("end", "../operator.token"), ("end",), ("show",), ("list", "x")):
        assert shop.run("session", *argv, "--data", shop.data).returncode == 2, argv
    shop.cli("token", "revoke", "viewer1")
    assert len(shop.cli("session", "list").splitlines()) == 1


def test_a_browser_that_logs_in_again_leaves_no_session_behind(shop):
    first = log_in(shop, shop.operator)
    second = log_in(shop, shop.tokens["operator"], Cookie=first["Cookie"])
    assert status(shop, first) == 401 and status(shop, second) == 200


def test_what_a_killed_service_left_is_no_session(shop):
    log_in(shop, shop.operator)
    shop.kill()
    shop.start()
    assert shop.cli("session", "list").splitlines()[1:] == []
    log_in(shop, shop.operator)
    shop.stop()
    assert shop.cli("session", "list").splitlines()[1:] == []


def test_sessions_go_on_without_their_list(shop):
    """As on a full disk: nobody is locked out."""
    folder = shop.data / "sessions"
    folder.rmdir()
    folder.write_text("")
    session = log_in(shop, shop.operator)
    assert status(shop, session) == 200 and "a session is not listed" in shop.log()
    folder.unlink()
    folder.mkdir()
    assert status(shop, session) == 200


def login_from(service, address, token="0" * 32):
    """The status of a login from an address of this machine."""
    body = json.dumps({"token": token}).encode()
    with socket.create_connection(("127.0.0.1", service.port), timeout=60, source_address=(address, 0)) as plain, \
            service.context().wrap_socket(plain, server_hostname="localhost") as peer:
        peer.sendall(b"POST /v1/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return int(peer.recv(65536).split()[1])


def test_logins_stand_in_the_audit(shop):
    log_in(shop, shop.tokens["viewer"])
    assert login_from(shop, "127.0.0.9") == 401
    assert login_from(shop, "127.0.0.9", shop.tokens["metrics"]) == 401, "no role for the page"
    assert shop.get("/v1/vms", token="1" * 32).status == 401
    wanted = [("viewer1", "127.0.0.1", "login", "session", "done"), ("unknown", "127.0.0.9", "login", "wrong token at /v1/login", "refused"),
              ("metrics1", "127.0.0.9", "login", "wrong token at /v1/login", "refused"), ("unknown", "127.0.0.1", "login", "wrong token at /v1/vms", "refused")]

    def rows():
        return [(*row[:3], re.sub(r"^session [0-9a-f]{8}$", "session", row[3]), row[4]) for row in audit(shop) if row[2] == "login"]
    until(lambda: rows() == wanted, rows)
    assert shop.cli("audit", "--verify")


def test_a_flood_of_them_does_not_fill_it(shop):
    """From one address, then from many: the audit keeps all that it ever had. Another address's is still seen, and the rest is counted."""
    for _ in range(40):
        login_from(shop, "127.0.0.9")
    assert login_from(shop, "127.0.0.10") == 401

    def kept():
        return [row for row in audit(shop) if row[2] == "login"]
    until(lambda: any(row[1] == "127.0.0.10" for row in kept()), kept)
    assert [row[1] for row in kept()] == ["127.0.0.9"] * 5 + ["127.0.0.10"]
    assert kept()[-1][3] == "wrong token at /v1/login, after 35 more here or elsewhere"
    for number in range(100):
        login_from(shop, f"127.0.1.{number}")
    assert len(kept()) <= 60
    assert login_from(shop, "127.0.0.11", shop.operator) == 200, "who comes with the right one is not in that"
    until(lambda: kept()[-1][1:3] == ("127.0.0.11", "login") and kept()[-1][4] == "done", kept)
