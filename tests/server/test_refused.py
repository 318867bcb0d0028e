"""Each way to be refused: its status and code, a line in the log that says who, and a count in the metrics."""
import contextlib
import json
import re
import socket
import sqlite3
import ssl

import pytest

from common import PATIENCE_S, TOP, until
from service import MAC, Boot, job_of

OTHER, AWAY, LATE = "52:54:00:00:00:12", "52:54:00:00:00:13", "52:54:00:00:00:14"
CODES = set(re.findall(r'\[REFUSE_\w+\] =\s*\{MHD_HTTP_\w+,\s*"([\w.-]+)"\}', (TOP / "server-stub/http/reply.c").read_text()))


@pytest.fixture
def group(fresh):
    fresh.init()
    fresh.add("db1", MAC, "--group", "shop", token="auto")
    fresh.add("db2", OTHER, "--group", "shop", token="auto", job=job_of("db2/root.tar"))
    fresh.add("waits", LATE, token="auto")
    fresh.late = fresh.token(LATE)
    with contextlib.closing(sqlite3.connect(fresh.data / "newroot.db", timeout=60)) as store:
        store.execute("UPDATE vm SET state = 'waiting for archives' WHERE name = 'waits'")
        store.commit()
    fresh.add("away", AWAY, "--address", "10.9.9.9")
    (fresh.data / "archives" / "root.tar").write_bytes(b"archive")
    fresh.start()
    return fresh


def agent(service, path, mac=MAC, **kwargs):
    return service.get(f"{path}{'&' if '?' in path else '?'}mac={mac}", **kwargs)


def replayed(service):
    """A job request that was answered, sent once more by somebody else."""
    path = f"/v1/job?boot={Boot().id}"
    assert agent(service, path, token=service.token()).status == 200
    return agent(service, f"/v1/job?boot={Boot().id}", token=service.token())


def login(service, **kwargs):
    return service.request("POST", "/v1/login", **kwargs)


def often(service):
    for number in range(10):
        login(service, body=json.dumps({"token": f"{number:032x}"}))
    return login(service, body=json.dumps({"token": "f" * 32}))


def by_cookie(service):
    return service.request("POST", "/v1/vms/db1/arm", headers={"Cookie": service.login()["Cookie"], "Content-Type": "text/plain"})


# What is refused, how it is asked for, what comes back; and whether it is kept with the VM that it names.
REFUSED = {
    "another token": (lambda s: agent(s, "/v1/job", token="0" * 32), 403, "vm.token", True),
    "another VM's token": (lambda s: agent(s, "/v1/job", token=s.token(OTHER)), 403, "vm.token", True),
    "another VM's token for events": (lambda s: s.post([Boot().event("note")], token=s.token(OTHER)), 403, "vm.token", True),
    "another VM's token for a peer": (lambda s: agent(s, "/v1/peers/db2/state", token=s.token(OTHER)), 403, "vm.token", True),
    "no token": (lambda s: agent(s, "/v1/hello"), 403, "vm.no-token", True),
    "another address": (lambda s: agent(s, "/v1/job", AWAY), 403, "vm.address", False),
    "a replayed job request": (replayed, 409, "vm.state", False),
    "an unknown MAC": (lambda s: agent(s, "/v1/job", "52:54:00:00:00:99"), 404, "vm.unknown", False),
    "no MAC": (lambda s: s.get("/v1/job"), 400, "request.mac", False),
    "a long boot": (lambda s: agent(s, f"/v1/job?boot={'x' * 37}", token=s.token()), 400, "request.boot", False),
    "a bad query": (lambda s: agent(s, "/v1/peers/db2/state?wait=forever", token=s.token()), 400, "request.query", False),
    "no reader": (lambda s: s.get("/v1/archives/root.tar"), 403, "archive.reader", False),
    "a path out of the archives": (lambda s: s.get("/v1/archives/%2e%2e/ca.key", token=s.token()), 403, "archive.not-named", True),
    "an archive that is not there": (lambda s: s.get("/v1/archives/vm1/root.tar", token=s.token()), 404, "file.missing", False),
    "another VM's archive": (lambda s: s.get("/v1/archives/db2/root.tar", token=s.token()), 403, "archive.not-named", True),
    "another VM's facts": (lambda s: s.get("/v1/facts/db2/root.tar", token=s.token()), 403, "archive.not-named", True),
    "an archive before its time": (lambda s: s.get("/v1/archives/root.tar", token=s.late), 403, "vm.reach", False),
    "beyond the archive's end": (lambda s: s.get("/v1/archives/root.tar", token=s.token(), headers={"Range": "bytes=7-"}), 416, "request.range", False),
    "no login": (lambda s: s.get("/v1/vms"), 401, "operator.login", False),
    "an agent's token for operators": (lambda s: s.act("/v1/vms/db1/arm", token=s.token()), 401, "operator.login", False),
    "the creators' token for operators": (lambda s: s.act("/v1/vms/db1/arm", token=s.creator), 401, "operator.login", False),
    "a principal without the role": (lambda s: s.act("/v1/vms/db1/arm", token=s.cli("token", "add", "ann", "--role", "viewer").strip()), 403,
                                     "principal.role", False),
    "a session that is none": (lambda s: s.act("/v1/sessions/nosuch/end"), 404, "session.unknown", False),
    "a wrong login": (lambda s: login(s, body='{"token": "x"}'), 401, "operator.login", False),
    "an agent's token for creators": (lambda s: s.get("/v1/needs-creating", token=s.token()), 401, "creator.login", False),
    "another site's form": (by_cookie, 415, "request.type", False),
    "too many logins": (often, 429, "limit", False),
    "no JSON": (lambda s: s.post("nonsense", token=s.token()), 400, "body", False),
    "too much": (lambda s: s.request("POST", "/v1/login", headers={"Content-Length": "5000", "Expect": "100-continue"}), 413, "body.size", False),
    "a body where none is": (lambda s: s.get("/healthz", body="x"), 413, "body.size", False),
    "another method": (lambda s: s.request("DELETE", "/v1/vms/db1"), 405, "request.method", False),
    "another path": (lambda s: s.get("/v1/vm"), 404, "request.route", False),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_and_told(group, what):
    ask, status, code, kept = REFUSED[what]
    session = group.login()
    answer = ask(group)
    assert (answer.status, answer.json["error"]) == (status, code)
    assert answer.json["message"]
    assert f"refused: 127.0.0.1 {code}: " in group.log()
    counted = group.get("/metrics", headers=session)
    assert re.search(rf'newroot_refusals_total\{{code="{re.escape(code)}"\}} [1-9]', counted.body.decode())
    until(lambda: not kept or group.show("db1")["refused"], "the refusal is stored")
    assert [row["reason"] for row in group.show("db1")["refused"]] == [code] * kept
    assert not {"arm", "hold"} & {row["cause"].split()[0] for row in group.show("db1")["history"]}


def test_every_code_is_tried():
    """The store's own failure is tried beside the description of the API, and a full disk in test_floods."""
    assert {code for _, _, code, _ in REFUSED.values()} == CODES - {"store", "store.reserve"}


def raw(service, *parts, wait):
    """Bytes as they are, over TLS; what came back until the end, or until nothing came for `wait` seconds."""
    out = b""
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as plain:
        with service.context().wrap_socket(plain, server_hostname="localhost") as tls:
            tls.settimeout(wait)
            try:
                for part in parts:
                    tls.sendall(part)
                while part := tls.recv(65536):
                    out += part
            except (ConnectionError, ssl.SSLError, TimeoutError):
                pass
    return out


HEAD = b"GET /v1/vms HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
BOMBS = {
    "many headers": HEAD + b"".join(b"X-%d: y\r\n" % number for number in range(20000)) + b"\r\n",
    "one long header": HEAD + b"X: " + b"y" * 1000000 + b"\r\n\r\n",
    "a header without end": HEAD + b"X: " + b"y" * 3000000,
    "many cookies": HEAD + b"Cookie: " + b"newroot_session=" + b"0; newroot_session=" * 1500 + b"1\r\n\r\n",
    "folded headers": HEAD + b"X: y\r\n" + b" z\r\n" * 20000 + b"\r\n",
    "a long method": b"G" * 100000 + b" / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long query": b"GET /v1/vms?" + b"a=b&" * 20000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "many query values": b"GET /v1/job?" + b"mac=&" * 5000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "empty lines": b"\r\n" * 100000,
    "NULs": b"\0" * 100000,
    "two lengths": b"POST /v1/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\nContent-Length: 30\r\n\r\n{}",
    "a length and chunks": b"POST /v1/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                           b"0\r\n\r\nGET /v1/vms HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long chunk": b"POST /v1/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + b"x" * 100000,
    "a long extension": b"POST /v1/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 100000 + b"\r\nx\r\n",
    "many chunks": b"POST /v1/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 20000,
}


@pytest.mark.parametrize("what", BOMBS)
def test_bombs_are_defused(group, what):
    out = raw(group, BOMBS[what], wait=3)
    assert b" 200 " not in out.split(b"\r\n")[0] and b"db1" not in out
    assert group.get("/healthz").json == {"status": "ok"}
    memory = int(group.get("/metrics", token=group.operator).body.split(b"\nprocess_resident_memory_bytes ")[1].split()[0])
    assert memory < 300 << 20


def test_slow_request_harms_nobody(group):
    """A connection that sends a byte at a time is one connection."""
    with socket.create_connection(("127.0.0.1", group.port), timeout=60) as plain:
        with group.context().wrap_socket(plain, server_hostname="localhost") as tls:
            for byte in b"GET /v1/vms":
                tls.sendall(bytes([byte]))
            assert group.get("/healthz").status == 200


def test_requests_in_a_row_are_judged_one_by_one(group):
    first = b"GET /v1/vms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + group.operator.encode() + b"\r\n\r\n"
    second = b"GET /v1/vms HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    out = raw(group, first + second, wait=PATIENCE_S)
    assert re.findall(rb"HTTP/1.1 (\d+) ", out) == [b"200", b"401"]
