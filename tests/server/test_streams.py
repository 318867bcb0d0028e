"""What is live: the stream of all VMs, the log of one, and the state of a peer that is waited for."""
import contextlib
import http.client
import threading
import time

import pytest

from common import until
from service import MAC, OTHER, Boot


@pytest.fixture
def group(fresh):
    fresh.start_with(db1="shop", db2="shop")
    return fresh


def vm(name, **members):
    return lambda message: message.get("event") == "vm" and message["data"]["name"] == name and \
        all(message["data"][key] == value for key, value in members.items())


def gone(message):
    return message.get("event") == "gone"


def installation(boot):
    return [boot.event("state", state="configuring"), boot.event("begin", step="unpack")]


def test_stream_of_vms(group):
    stream = group.stream("/v1/stream")
    assert stream.response.headers["Content-Type"] == "text/event-stream"
    first = [stream.read(), stream.read()]
    assert [message["data"]["name"] for message in first] == ["db1", "db2"]
    assert [message["id"] for message in first] == ["1", "2"] and first[0]["event"] == "vm"
    assert first[0]["data"] == group.ask("/v1/vms")["vms"][0]
    group.post(installation(Boot()))
    began = time.monotonic()
    message = stream.until(vm("db1"))[-1]
    assert time.monotonic() - began < 14, "by itself, not with the next sign of life"
    assert (message["data"]["state"], message["data"]["step"]) == ("configuring", "unpack")
    group.cli("hold", "db2")
    stream.until(vm("db2", held="held by the operator"))
    group.act("/v1/groups/shop/hold")
    seen = stream.until(vm("db1", hold=True))
    assert not any(gone(message) for message in seen)
    stream.close()


def test_stream_tells_who_came_and_who_went(group):
    stream = group.stream("/v1/stream")
    stream.until(vm("db2"))
    group.add("web1", "52:54:00:00:00:13")
    messages = stream.until(gone)
    assert any(vm("web1")(message) for message in messages)
    assert messages[-1]["data"] == {"vms": ["db1", "db2", "web1"]}
    group.cli("remove", "web1")
    assert stream.until(gone)[-1]["data"] == {"vms": ["db1", "db2"]}
    group.cli("remove", "db2")
    group.add("db3", OTHER)
    messages = stream.until(lambda message: gone(message) and "db3" in message["data"]["vms"])
    assert messages[-1]["data"] == {"vms": ["db1", "db3"]} and any(vm("db3")(message) for message in messages)
    for name in ("db1", "db3"):
        group.cli("remove", name)
    assert stream.until(lambda message: gone(message) and not message["data"]["vms"])
    group.add("db9", OTHER)
    assert stream.until(vm("db9"))
    stream.close()


def test_stream_goes_on_where_it_was_cut(group):
    stream = group.stream("/v1/stream")
    last = stream.until(vm("db2"))[-1]["id"]
    stream.close()
    group.post(installation(Boot()))
    stream = group.stream("/v1/stream", {"Last-Event-ID": last, "Authorization": f"Bearer {group.operator}"})
    messages = stream.until(gone)
    assert [message["data"].get("name") for message in messages] == ["db1", None], "what changed, and who there is"
    stream.close()
    for id_ in ("99999", "x", "-1", "9" * 30):
        stream = group.stream("/v1/stream", {"Last-Event-ID": id_, "Authorization": f"Bearer {group.operator}"})
        assert {stream.read()["data"]["name"], stream.read()["data"]["name"]} == {"db1", "db2"}, "as from the beginning"
        stream.close()


def test_log_of_a_vm(group):
    boot = Boot()
    events = [boot.event("note", text=f"ünïcode {number}") for number in range(3)]
    log = group.stream("/v1/vms/db1/log")
    group.post(events)
    messages = [log.read() for _ in events]
    assert [message["data"] for message in messages] == events
    assert [message["id"] for message in messages] == [f"{boot.id}:{number}" for number in (1, 2, 3)]
    group.post([Boot().event("heartbeat")], mac=OTHER)
    second = Boot()
    group.post([second.event("heartbeat")])
    assert log.read()["data"]["boot"] == second.id, "another VM's events are not in it"
    log.close()


def test_log_begins_with_the_last_events(group):
    first, second = Boot(), Boot()
    group.post([first.event("note") for _ in range(300)])
    group.post([second.event("note") for _ in range(50)])
    log = group.stream("/v1/vms/db1/log")
    ids = [log.read()["id"] for _ in range(200)]
    assert ids == [f"{first.id}:{number}" for number in range(151, 301)] + [f"{second.id}:{number}" for number in range(1, 51)]
    log.close()


def test_log_goes_on_where_it_was_cut(group):
    first, second = Boot(), Boot()
    group.post([first.event("note") for _ in range(700)])
    group.post([second.event("note") for _ in range(3)])
    wanted = [f"{first.id}:{number}" for number in range(11, 701)] + [f"{second.id}:{number}" for number in (1, 2, 3)]
    log = group.stream("/v1/vms/db1/log", {"Last-Event-ID": f"{first.id}:10", "Authorization": f"Bearer {group.operator}"})
    assert [log.read()["id"] for _ in wanted] == wanted
    log.close()
    for id_ in ("x", f"{Boot().id}:3", f"{first.id}:x", f"{first.id}", "a" * 5000):
        log = group.stream("/v1/vms/db1/log", {"Last-Event-ID": id_, "Authorization": f"Bearer {group.operator}"})
        assert log.read()["id"] == f"{first.id}:504", "as from the beginning"
        log.close()


def test_log_with_gaps_repeats_nothing(group):
    boot = Boot()
    events = [boot.event("note") for _ in range(900)]
    group.post(events[:5] + events[600:])
    log = group.stream("/v1/vms/db1/log", {"Last-Event-ID": f"{boot.id}:0", "Authorization": f"Bearer {group.operator}"})
    wanted = [1, 2, 3, 4, 5, *range(601, 901)]
    assert [log.read()["data"]["seq"] for _ in wanted] == wanted
    events.append(boot.event("heartbeat"))
    group.post(events[-1:])
    assert log.read()["data"]["seq"] == 901
    log.close()


def test_log_of_a_removed_vm_ends(group):
    log = group.stream("/v1/vms/db1/log")
    group.cli("remove", "db1")
    assert log.read() is None
    assert group.stream("/v1/vms/db1/log").status == 404


def test_silent_stream_says_that_it_lives(group):
    began = time.monotonic()
    stream = group.stream("/v1/vms/db1/log")
    line = b"\n"
    while not line.startswith(b":"):
        line = stream.response.readline()
    assert time.monotonic() - began > 14
    stream.close()


def test_stream_ends_with_the_session(group):
    session = group.login()
    stream = group.stream("/v1/stream", session)
    stream.until(vm("db2"))
    group.request("POST", "/v1/logout", headers=session)
    group.cli("hold", "db1")
    assert stream.read() is None


def test_stream_ends_with_the_token_it_was_opened_with(group):
    """operator.token is made anew: whoever had the old one sees no more; who has the new one does."""
    stream = group.stream("/v1/stream")
    stream.until(vm("db2"))
    (group.data / "operator.token").unlink()
    group.process.send_signal(1)
    until(lambda: (group.data / "operator.token").exists() and "read again" in group.log(), "the token is another")
    later = group.stream("/v1/stream")
    later.until(vm("db2"))
    group.cli("hold", "db1")
    assert stream.read() is None
    assert later.read()["data"]["hold"] is True
    later.close()


def test_streams_are_limited(fresh):
    fresh.init()
    fresh.add("db1", MAC)
    fresh.start("--per-address", "100")
    streams = [fresh.stream("/v1/stream") for _ in range(64)]
    assert {stream.read()["data"]["name"] for stream in streams} == {"db1"}
    answer = fresh.get("/v1/vms/db1/log", token=fresh.operator)
    assert (answer.status, answer.json["error"]) == (429, "limit")
    fresh.cli("hold", "db1")
    assert {stream.read()["data"]["hold"] for stream in streams} == {True}
    for stream in streams[:2]:
        stream.close()
    fresh.cli("release", "db1")

    def one_more():
        """Who has left is missed with the next message."""
        fresh.cli("hold", "db1")
        stream = fresh.stream("/v1/stream")
        stream.close()
        return stream.status == 200
    until(one_more, "there is room again")
    for stream in streams:
        stream.close()


def test_head_of_a_stream(group):
    for path in ("/v1/stream", "/v1/vms/db1/log"):
        answer = group.request("HEAD", path, token=group.operator)
        assert (answer.status, answer.body) == (200, b"")


def peer(service, name="db1", mac=OTHER, query=""):
    return service.get(f"/v1/peers/{name}/state?mac={mac}{query}")


def test_state_of_a_peer(group):
    assert peer(group).json == {"name": "db1", "state": "created", "complete": False}
    boot = Boot()
    group.post([boot.event("state", state=state) for state in ("configuring", "installed", "first boot", "complete")])
    assert peer(group).json == {"name": "db1", "state": "complete", "complete": True}
    group.act("/v1/vms/db1/mark")
    assert peer(group).json["complete"] is True


def test_peers_are_of_the_same_group(group):
    group.add("other", "52:54:00:00:00:13", "--group", "books")
    group.add("alone", "52:54:00:00:00:14")
    group.add("alone2", "52:54:00:00:00:15")
    for name, mac in (("other", OTHER), ("nobody", OTHER), ("db1", "52:54:00:00:00:13"), ("alone2", "52:54:00:00:00:14")):
        answer = peer(group, name, mac)
        assert (answer.status, answer.json["error"]) == (404, "vm.unknown")
    assert peer(group, mac="52:54:00:00:00:77").json["error"] == "vm.unknown"
    assert peer(group, mac="x").json["error"] == "request.mac"


@pytest.mark.parametrize("query", ["&not=sleeping", "&not=", "&wait=x", "&wait=61", "&wait=-1", "&not=created&wait=1e3"])
def test_malformed_waits(group, query):
    answer = peer(group, query=query)
    assert (answer.status, answer.json["error"]) == (400, "request.query")


def test_waiting_for_a_peer(group):
    answers = []

    def wait():
        began = time.monotonic()
        answer = peer(group, query="&not=created&wait=60")
        answers.append((answer.json["state"], time.monotonic() - began))
    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.5)
    group.cli("hold", "db1")
    group.post([Boot().event("heartbeat")])
    time.sleep(0.7)
    assert not answers, "other changes are no reason to answer"
    group.post([Boot().event("state", state="configuring")])
    thread.join()
    [(state, seconds)] = answers
    assert state == "configuring" and seconds < 40


def test_wait_for_a_peer_ends_in_time(group):
    began = time.monotonic()
    assert peer(group, query="&not=created&wait=2").json["state"] == "created"
    assert time.monotonic() - began > 1.9
    began = time.monotonic()
    peer(group, query="&not=created")
    peer(group, query="&not=configuring&wait=60")
    assert time.monotonic() - began < 40


def test_peer_removed_while_it_is_waited_for(group):
    answers = []
    thread = threading.Thread(target=lambda: answers.append(peer(group, query="&not=created&wait=60")))
    thread.start()
    time.sleep(0.5)
    group.cli("remove", "db1")
    thread.join()
    assert (answers[0].status, answers[0].json["error"]) == (404, "vm.unknown")


def test_many_wait_at_once(fresh):
    fresh.init()
    macs = [f"52:54:00:00:03:{number:02x}" for number in range(40)]
    fresh.add("db1", MAC, "--group", "shop")
    for number, mac in enumerate(macs):
        fresh.add(f"vm{number}", mac, "--group", "shop")
    fresh.start()
    states = []
    threads = [threading.Thread(target=lambda mac=mac: states.append(peer(fresh, mac=mac, query="&not=created&wait=60").json["state"]))
               for mac in macs]
    for thread in threads:
        thread.start()
    time.sleep(1.5)
    assert not states
    fresh.post([Boot().event("state", state="configuring")])
    for thread in threads:
        thread.join()
    assert states == ["configuring"] * 40


def test_stops_while_all_of_it_is_open(group):
    streams = [group.stream(path) for path in ("/v1/stream", "/v1/vms/db1/log", "/v1/vms/db2/log")]
    answers = []

    def wait():
        # Answered with the state that it is, or cut off: an agent asks again either way.
        with contextlib.suppress(OSError, http.client.HTTPException):
            answers.append(peer(group, query="&not=created&wait=60").status)
    threads = [threading.Thread(target=wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    assert not answers
    began = time.monotonic()
    assert group.stop() == 0, group.log()
    assert time.monotonic() - began < 40
    for thread in threads:
        thread.join()
    assert set(answers) <= {200}
    for stream in streams:
        stream.close()


def test_clients_that_go_away(group):
    """Connections cut while they are suspended: noticed, and let go."""
    for _ in range(10):
        stream = group.stream("/v1/stream")
        stream.read()
        stream.close()
    group.cli("hold", "db1")
    time.sleep(1)
    group.cli("release", "db1")

    def none_is_open():
        group.cli("hold", "db1")
        return metrics_streams(group) == 0
    until(none_is_open, lambda: f"{metrics_streams(group)} streams are open: none is")


def metrics_streams(service):
    text = service.get("/metrics", token=service.operator).body.decode()
    return int(text.split("\nnewroot_streams ")[1].split()[0])
