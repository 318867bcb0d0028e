"""Every field of every event with every wrong type: what is taken is shown by all that show something, and no line stops the others."""
import contextlib
import json
import os
import re
import subprocess

import pytest

from common import until
from service import MAC, Boot

# Also in tests/page: what an event may hold, and what stands there instead.
FIELDS = {
    "begin": ["step"], "end": ["step", "ok", "ms_taken", "bytes"], "progress": ["step", "item", "done", "total", "rate"], "note": ["text"],
    "plan": ["text"], "error": ["step", "code", "where", "message", "stderr", "kernel"], "wait": ["step", "reason"], "heartbeat": ["step"],
    "state": ["state"],
}
WELL = {"step": "check", "ok": True, "ms_taken": 5, "bytes": 7, "item": "x", "done": 1, "total": 2, "rate": 1, "text": "t", "code": "job.value", "where": "w",
        "message": "m", "stderr": ["a"], "kernel": ["b"], "reason": "r", "state": "configuring"}
WRONG = [None, True, -1, 9223372036854775807, -9223372036854775808, 1e308, "", "\x1b[2J\u009b31m\u202egnp\u2028", "x" * 7000, [], [[["a"]]], {},
         {"toString": 1, "valueOf": 2}, {"__proto__": {"x": 1}}, [None, {"toString": None}], "9" * 400]
BAD = ["\x1b", "\u009b", "\u202e", "\u2028"]


def hostile(boot):
    """One event for each field and wrong value; none of them may be of another form than JSON's."""
    for type_, fields in FIELDS.items():
        for field in fields:
            for wrong in WRONG:
                members = {name: WELL[name] for name in fields if name in ("step", "state")}
                yield boot.event(type_, **{**members, field: wrong})
    yield {**boot.event("note", text="late"), "ms": 253402300799999}


def post_all(service):
    """How many were taken, each posted alone, so that one that is refused takes none along."""
    return sum(post_one(service, MAC, event) for event in hostile(Boot()))


def post_one(service, mac, event):
    """Whether it was taken; requests like these are in no description."""
    with contextlib.closing(service.connect()) as connection:
        connection.request("POST", f"/v1/events?mac={mac}", body=json.dumps([event]))
        answer = connection.getresponse()
        assert answer.status in (200, 400), (event, answer.read())
        return answer.status == 200


def clean(text):
    return not [mark for mark in BAD if mark in text]


def test_every_field_with_every_wrong_type(service):
    taken = post_all(service)
    assert taken > 150
    service.post([{**Boot().event("note", text="the end")}])
    shown = service.run("show", "--data", service.data, "db1", "--events")
    assert shown.returncode == 0 and "the end" in shown.stdout and clean(shown.stdout)
    assert clean(service.cli("show", "db1", "--json")) and clean(service.cli("list")) and clean(service.cli("list", "--json"))
    assert len(service.show("db1")["events"]) == taken + 1
    watched = subprocess.run([service.program, "watch", "--once", "--data", service.data], stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=True)
    assert clean(watched.stdout.decode())
    with contextlib.closing(service.connect()) as connection:
        connection.request("GET", f"/v1/vms/db1/events?boot={service.show('db1')['boots'][0]['boot']}",
                           headers={"Authorization": f"Bearer {service.operator}"})
        assert len(json.loads(connection.getresponse().read())["events"]) == taken
    for row in service.ask("/v1/vms/db1")["timeline"]:
        assert 0 <= row["ms_taken"] <= 1 << 53 and 0 <= row["bytes"] <= 1 << 53
    assert "newroot_events_total" in service.get("/metrics", token=service.operator).body.decode()
    assert clean(service.log())


@pytest.mark.parametrize("ms", [-1, 253402300800000, 8640000000000001, 1 << 53, 1e300, "now", None, [], {}])
def test_no_time_that_nobody_can_write(service, ms):
    answer = service.post([{**Boot().event("note", text="x"), "ms": ms}])
    assert (answer.status, answer.json["error"]) == (400, "body") and "events[0].ms" in answer.json["message"]


def test_long_events_keep_no_view_waiting(service):
    """What a timeline is made of is small; a list of events and a live log come in pieces."""
    answer = service.post([Boot().event("end", step="check", ok=True, more="x" * 9000)])
    assert answer.status == 400 and "at most 8192" in answer.json["message"]
    boot = Boot()
    for _ in range(3):
        assert service.post([boot.event("note", text="x" * 120000) for _ in range(8)]).status == 200
    until(lambda: service.show("db1")["boots"], "stored")
    stream = service.stream("/v1/vms/db1/log")
    assert [stream.read()["data"]["seq"] for _ in range(24)] == list(range(1, 25)), "all of them, in pieces"
    stream.close()


def test_the_log_is_printable_utf8(service):
    """A request's path, as bytes: C1 in both forms, marks of direction, broken UTF-8."""
    with contextlib.closing(service.connect()) as connection:
        connection.connect()
        connection.sock.sendall(b"GET /\xc2\x9b31m\x9b2J\xe2\x80\xae\xff\xc0\xaf\xed\xa0\x80%1b[31m HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while connection.sock.recv(65536):
            pass
    log = (service.data.parent / "log").read_bytes()
    assert b"request.route" in log
    text = log.decode()  # strictly
    assert all(letter == "\n" or letter.isprintable() for letter in text), text


def test_a_flood_of_one_kind_hides_no_login(service):
    """And each line says when."""
    connection = service.connect()
    for _ in range(200):
        service.get("/nothing", connection=connection)
    assert service.request("POST", "/v1/login", body=json.dumps({"token": "0" * 32}), connection=connection).status == 401
    service.login()
    log = service.log()
    assert "operator.login: login: this is not the token" in log and "operator logged in from 127.0.0.1" in log
    assert log.count("request.route") < 150
    for line in log.splitlines():
        assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ newroot-server: ", line), line
