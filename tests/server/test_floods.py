"""Attacks that would fill what all share: the disk, the memory of bodies, the store. An honest VM and the operator notice nothing."""
import contextlib
import json
import sqlite3
import uuid

import pytest

from common import until
from service import MAC, Boot, Service, programs

OTHER = "52:54:00:00:00:12"
FULL = 2 * 1024 * 1024 - 4096  # of one body


@pytest.fixture
def two(fresh):
    """A hostile VM (MAC) and an honest one (OTHER)."""
    fresh.init()
    fresh.add("evil", MAC, token="auto")
    fresh.add("good", OTHER, token="auto")
    fresh.start()
    return fresh


def body(boot, size=FULL):
    """One body of events, about so large."""
    events = [boot.event("note", text="x" * 100000) for _ in range(size // 100200)]
    return json.dumps(events)


def honest_and_operator(service):
    assert service.post([Boot().event("state", state="configuring")], mac=OTHER, token=service.token(OTHER)).status == 200
    assert service.act("/v1/vms/good/hold").status == 200
    assert service.act("/v1/vms/good/release").status == 200


def test_a_vm_sends_its_share_and_is_told_when_to_come_again(two):
    boot, token, answers = Boot(), two.token(), []
    for _ in range(6):
        answers.append(two.post(body(boot), token=token))
    assert [answer.status for answer in answers] == [200, 200, 429, 429, 429, 429]
    assert answers[2].json["error"] == "limit" and 30 < int(answers[2].headers["Retry-After"]) <= 120
    assert (two.data / "newroot.db").stat().st_size + (two.data / "newroot.db-wal").stat().st_size < 16 << 20
    assert two.post([boot.event("note", text="small")], token=token).status == 200, "what fits still comes through"
    honest_and_operator(two)


def test_bodies_without_announced_size_count_the_same(two):
    boot, token = Boot(), two.token()

    def send():
        connection = two.connect()
        connection.request("POST", f"/v1/events?mac={MAC}", body=iter([body(boot).encode()]), encode_chunked=True,
                           headers={"Authorization": f"Bearer {token}", "Transfer-Encoding": "chunked"})
        return connection.getresponse()
    answers = [send() for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    honest_and_operator(two)


def half_sent(service, mac, token):
    """A request whose body stops in the middle; what was answered at once, if anything."""
    connection = service.connect()
    connection.putrequest("POST", f"/v1/events?mac={mac}")
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Content-Length", str(FULL))
    connection.endheaders()
    with contextlib.suppress(OSError):
        connection.send(b"[" + b" " * (FULL // 2))
    connection.sock.settimeout(1)
    with contextlib.suppress(OSError):
        return connection, connection.getresponse().status
    return connection, None


def test_half_sent_bodies_cut_off_nobody_else(two):
    """Forty of them, as it took to fill the memory of all bodies."""
    token = two.token()
    held = [half_sent(two, MAC, token) for _ in range(2)]
    assert [status for _, status in held] == [None, None]
    more = [half_sent(two, MAC, token) for _ in range(6)]
    room = int(two.get("/metrics", token=two.operator).body.split(b"\nnewroot_body_bytes ")[1].split()[0])
    assert room <= 4 << 20, "no memory for more than two"
    assert two.post(body(Boot()), mac=OTHER, token=two.token(OTHER)).status == 200
    honest_and_operator(two)
    for connection, _ in held + more:
        connection.close()


def test_a_full_disk_leaves_room_for_operators(two):
    """The reserve is more than there is."""
    token = two.token()
    two.stop()
    two.start("--reserve", str(1 << 30))
    answers = [two.post([Boot().event("note", text="x")], token=token) for _ in range(3)]
    assert {(answer.status, answer.json["error"]) for answer in answers} == {(503, "store.reserve")}
    assert int(answers[0].headers["Retry-After"]) > 0
    assert (two.get("/healthz").status, two.get("/healthz").json) == (503, {"status": "disk"})
    assert int(two.get("/healthz").headers["Retry-After"]) > 0
    two.get(f"/v1/hello?mac={MAC}")
    assert two.act("/v1/vms/evil/hold").status == 200
    assert two.show("evil")["refused"] == [], "nothing is written for somebody who is refused"
    assert two.log().count("are kept for operators") == 1
    assert f"newroot_disk_reserve_bytes {1 << 50}" in two.get("/metrics", token=two.operator).body.decode()


def test_the_log_of_the_store_shrinks_again(two):
    """A reader that stays keeps it growing; afterwards it is small."""
    reader = sqlite3.connect(f"file:{two.data}/newroot.db?mode=ro", uri=True)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM event").fetchall()
    for mac in (MAC, OTHER):
        boot = Boot()
        assert [two.post(body(boot), mac=mac, token=two.token(mac)).status for _ in range(2)] == [200, 200]
    with sqlite3.connect(two.data / "newroot.db", timeout=60) as writer:  # and as much again beside the service
        writer.execute("CREATE TABLE filler (x)")
        writer.execute("INSERT INTO filler VALUES (zeroblob(20000000))")
    log = two.data / "newroot.db-wal"
    assert log.stat().st_size > 24 << 20
    reader.close()

    def is_small():
        two.act("/v1/vms/good/hold")
        return log.stat().st_size <= 16 << 20
    until(is_small, lambda: f"{log.stat().st_size} bytes")


def test_what_a_removed_vm_had_goes_back_to_the_filesystem(two):
    boot = Boot()
    assert [two.post(body(boot), token=two.token()).status for _ in range(2)] == [200, 200]
    two.stop()
    before = (two.data / "newroot.db").stat().st_size
    two.cli("remove", "evil")
    assert before > 4 << 20 and (two.data / "newroot.db").stat().st_size < 1 << 20


def test_what_is_kept_of_a_vm_has_an_end(tmp_path):
    """Three boots of 100 MiB: the oldest goes, and the operator's words stay."""
    service = Service(programs()[0], tmp_path)
    service.init()
    service.add("evil")
    with sqlite3.connect(service.data / "newroot.db") as store:
        for number in range(3):
            boot = store.execute("INSERT INTO boot (vm, uuid, taken, stored, first_ms) VALUES (1, ?, 100, 100, 1)", (str(uuid.uuid4()),)).lastrowid
            store.executemany("INSERT INTO event VALUES (?, ?, 1, 1, 'note', '', ?)", [(boot, seq, "x" * (1 << 20)) for seq in range(1, 101)])
    service.start()
    try:
        service.act("/v1/vms/evil/hold")
        assert service.post([Boot().event("note", text="x")]).status == 200
        boots = service.ask("/v1/vms/evil")["boots"]
        assert sorted(boot["stored"] for boot in boots) == [0, 1, 100, 100], "two of them, the new one, and that there was the oldest"
        assert any(row["cause"].startswith("hold by") for row in service.ask("/v1/vms/evil")["history"])
    finally:
        service.close()


def stored_refusals(service):
    with sqlite3.connect(f"file:{service.data}/newroot.db?mode=ro", uri=True) as store:
        return store.execute("SELECT coalesce(sum(count), 0) FROM refusal").fetchone()[0]


def test_hello_without_a_token_writes_no_more_than_it_may(two):
    """Four hundred of them over one connection; each is refused, and twenty are written."""
    connection = two.connect()
    for _ in range(400):
        assert two.get(f"/v1/hello?mac={MAC}", connection=connection).status == 403
    until(lambda: stored_refusals(two) >= 20, "the first ones are written")
    honest_and_operator(two)
    assert stored_refusals(two) <= 25
    assert 'newroot_refusals_total{code="vm.no-token"} 400' in two.get("/metrics", token=two.operator).body.decode()
