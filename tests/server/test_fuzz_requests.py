"""
Thousands of mutated requests at the whole service, under the sanitizers when that program was built: nothing crashes or
hangs, and nothing is told or done that a login or a VM's token is needed for. SEED=N repeats another run.
"""
import http.client
import os
import random
import socket
import ssl
import threading
import time

import pytest

import openapi
from service import JOB, MAC, Service, programs

SEED = int(os.environ.get("SEED", "20261122"))
SECONDS = float(os.environ.get("FUZZ_SECONDS", "10"))
LEAST = 500  # requests, however long they take
THREADS = 3
OTHER = "52:54:00:00:00:12"
# What no answer may contain: it is in VMs, jobs and archives that the requests have no right to.
SECRETS = [b"canary-group", b"canary-job", b"canary-archive", b"PRIVATE KEY", b"canary-hidden"]

METHODS = ["GET"] * 8 + ["POST"] * 6 + ["HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH", "get", "X" * 300, "", "G\0T"]
SEGMENTS = ["", "v1", "v1", "v1", "vms", "vms", "groups", "db1", "db2", "hold", "arm", "retry", "cancel", "release", "cutover", "mark", "events", "log", "stream",
            "login", "logout", "job", "hello", "peers", "state", "archives", "boot", "root.tar", "site.img", "ca.key", "operator.token", "..", "%2e%2e",
            "%2f", "%00", "%252e%252e", ".", "*", "**", "needs-creating", "needs-provisioning", "metrics", "healthz", "page.js", "x" * 70, "\xff", "%ff", "%"]
PATHS = [path.replace("{name}", "db1").replace("{path}", "root.tar").replace("{module}", "page") for path in openapi.DOCUMENT["paths"]]
KEYS = ["mac", "boot", "mode", "not", "wait", "after", "limit", "group", "x", "", "mac%00"]
VALUES = [MAC, OTHER, "plan", "created", "1", "0", "-1", "9" * 25, "", "%", "%00", "x" * 300, "52:54", "00000000-1111-2222-3333-444444444444", "&", "a=b"]
# Those of the second list say something about the connection or the length.
PLAIN = ["Authorization", "Cookie", "Content-Type", "Range", "If-Range", "If-None-Match", "Last-Event-ID", "Accept-Encoding", "X"]
FRAMING = ["Connection", "Expect", "Transfer-Encoding", "Host", "Content-Length", "Upgrade"]
TEXTS = ["Bearer " + "0" * 32, "Bearer", "Basic eDp5", "newroot_session=" + "0" * 32, "newroot_session", "=", ";;;", "application/json", "bytes=0-", "bytes=-1",
         '"x"', "*", "keep-alive", "close", "100-continue", "chunked", "gzip, chunked", "-1", "5", "99999999999999999999", "\x01", "\xff" * 20, "x" * 2000, "",
         "websocket", "00000000-1111-2222-3333-444444444444:1"]
BODIES = ["", "{}", "[]", "null", "{", '{"token": "' + "0" * 32 + '"}', '{"token": ""}', '{"vm": "db1", "report": "taken", "creator": "x"}',
          '[{"boot": "00000000-1111-2222-3333-444444444444", "seq": 1, "ms": 1, "type": "note"}]', "[" * 500, '{"a":' * 300, "\xff\xfe", "x" * 5000, "\0"]

LAST = b"\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def choose_target(rng):
    if rng.random() < 0.6:
        path = rng.choice(PATHS)
    else:
        path = "/" + "/".join(rng.choice(SEGMENTS) for _ in range(rng.randrange(6)))
    if rng.random() < 0.5:
        path += "?" + "&".join(f"{rng.choice(KEYS)}={rng.choice(VALUES)}" for _ in range(rng.randrange(4)))
    return path


def choose_request(rng):
    """(text, whether its length is told as it is and nothing in it lets the answer wait)."""
    lines = [f"{rng.choice(METHODS)} {choose_target(rng)} HTTP/1.1", "Host: localhost"]
    whole = True
    for _ in range(rng.choice([0, 0, 1, 2, 4])):
        framing = rng.random() < 0.08
        whole = whole and not framing
        lines.append(f"{rng.choice(FRAMING if framing else PLAIN)}: {rng.choice(TEXTS)}")
    body = rng.choice(BODIES) if rng.random() < 0.5 else ""
    if body or rng.random() < 0.5:
        lines.append(f"Content-Length: {len(body.encode('latin-1'))}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1"), whole


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(data))
        kind = rng.randrange(4)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at:at + rng.randrange(1, 12)]
        elif kind == 2:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 12)))
        else:
            data[at:at] = data[rng.randrange(len(data)):][:rng.randrange(1, 80)]
        if not data:
            return b"\r\n"
    return bytes(data)


class Peer:
    """A connection that is made anew whenever it was closed."""

    def __init__(self, service):
        self.service, self.context, self.tls = service, service.context(), None

    def connect(self, timeout):
        if not self.tls:
            plain = socket.create_connection(("127.0.0.1", self.service.port), timeout=60)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.tls = self.context.wrap_socket(plain, server_hostname="localhost")
        self.tls.settimeout(timeout)

    def close(self):
        if self.tls:
            self.tls.close()
        self.tls = None

    def ask(self, data):
        """One answer to one whole request; (None, b"") when the connection was closed instead."""
        self.connect(60)
        try:
            self.tls.sendall(data)
            response = http.client.HTTPResponse(self.tls, method="HEAD" if data.startswith(b"HEAD ") else "GET")
            response.begin()
            body = response.read()
            if response.will_close:
                self.close()
            return response.status, body
        except (ConnectionError, ssl.SSLError, http.client.HTTPException):
            self.close()
            return None, b""

    def throw(self, data):
        """Bytes and a request that ends the connection; all that comes back within a moment."""
        self.close()
        self.connect(0.05)
        out = b""
        try:
            self.tls.sendall(data + LAST)
            while part := self.tls.recv(65536):
                out += part
        except (ConnectionError, ssl.SSLError, TimeoutError):
            pass
        self.close()
        return out


def needs_a_right(data):
    """Whether the route of a well-formed request is for operators, creators or VMs."""
    method, target = data.split(b"\r\n")[0].decode("latin-1").split(" ")[:2]
    known = openapi.template(target)
    operation = known and openapi.DOCUMENT["paths"][known].get("get" if method == "HEAD" else method.lower())
    return bool(operation and operation["security"])


def hammer(service, seed, until, counts, failures):
    rng, peer = random.Random(seed), Peer(service)
    while (time.monotonic() < until or len(counts) < LEAST) and not failures:
        data, whole = choose_request(rng)
        try:
            if whole and b" \0" not in data and rng.random() < 0.9:
                status, out = peer.ask(data)
                if status in (200, 206) and needs_a_right(data):
                    failures.append((status, data))
            else:
                out = peer.throw(mutate(rng, data) if rng.random() < 0.8 else data)
        except TimeoutError:
            failures.append(("no answer", data))
            return
        counts.append(len(out))
        if any(secret in out for secret in SECRETS):
            failures.append((out, data))
    peer.close()


@pytest.fixture
def guarded(tmp_path):
    service = Service(programs()[-1], tmp_path)
    service.init()
    service.add("db1", MAC, "--group", "canary-group", token="auto", job={**JOB, "note": "canary-job"})
    service.add("db2", OTHER, "--group", "canary-group", token="auto", job={**JOB, "note": "canary-job"})
    (service.data / "archives" / "root.tar").write_bytes(b"canary-archive")
    (service.data / "boot" / ".hidden").write_bytes(b"canary-hidden")
    service.start()
    yield service
    service.close()
    assert "Sanitizer" not in service.log() and "runtime error" not in service.log(), service.log()


def test_mutated_requests(guarded):
    counts, failures = [], []
    before = [guarded.show(name) for name in ("db1", "db2")]
    until = time.monotonic() + SECONDS
    threads = [threading.Thread(target=hammer, args=(guarded, SEED + number, until, counts, failures)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]
    print(f"{len(counts)} requests, {sum(map(bool, counts))} answers")
    assert guarded.get("/healthz").json == {"status": "ok"}
    for old in before:
        new = guarded.show(old["name"])
        assert {key: new[key] for key in new if key not in ("refused", "version")} == {key: old[key] for key in old if key not in ("refused", "version")}
    assert guarded.stop() == 0
