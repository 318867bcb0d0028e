"""One hostile VM that knows the protocol, beside three honest VMs and an operator: they go on as if it weren't there.

Each row of ATTACKS is done again and again, for ATTACK_SECONDS (default 60) together, by two processes. Single attacks have their quick tests in tests/server.
"""
import contextlib
import http.client
import json
import multiprocessing
import os
import random
import socket
import threading
import time

from service import Boot, Service, programs
from test_hostile_events import hostile

SECONDS = int(os.environ.get("ATTACK_SECONDS", "60"))
EVIL = "52:54:00:00:00:66"
HONEST = [f"52:54:00:00:00:{number}" for number in (21, 22, 23)]
REPORTS = 100  # of an honest VM in one round


class Hostile:
    """The VM: its token, addresses of its own, the protocol."""

    def __init__(self, service):
        self.service, self.token, self.held, self.read = service, service.token(EVIL), [], []

    def peer(self):
        address = f"127.0.{random.randrange(1, 5)}.{random.randrange(2, 250)}"
        return socket.create_connection(("127.0.0.1", self.service.port), timeout=5, source_address=(address, 0))

    def ask(self, method, path, body=None, token=None, **headers):
        connection = self.service.connect()
        connection.timeout = 5
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers={"Authorization": f"Bearer {token or self.token}", **headers})
            answer = connection.getresponse()
            text = answer.read()
        if answer.status == 200 and (b"honest" in text or b"secret" in text):
            self.read.append((path, text[:80]))

    def post(self, events):
        self.ask("POST", f"/v1/events?mac={EVIL}", json.dumps(events))

    def silent(self):
        self.held = self.held[-200:] + [self.peer() for _ in range(50)]

    def dripping(self):
        tls = self.service.context().wrap_socket(self.peer(), server_hostname="localhost")
        tls.sendall(random.choice([b"GET / HTTP/1.1\r\nX: ", b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n{"]))
        self.held = self.held[-200:] + [tls]

    def flood(self):
        boot = Boot()
        self.post([boot.event("note", text="x" * 100000) for _ in range(20)])

    def half(self):
        tls = self.service.context().wrap_socket(self.peer(), server_hostname="localhost")
        tls.sendall(f"POST /v1/events?mac={EVIL} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\nContent-Length: 2000000\r\n\r\n[".encode())
        self.held = self.held[-200:] + [tls]

    def boots(self):
        self.post([Boot().event("begin", step="check")])

    def wrong_types(self):
        self.post([random.choice(list(hostile(Boot())))])


def asks(method, path, **kwargs):
    return lambda evil: evil.ask(method, path, **kwargs)


ATTACKS = {
    "silent connections": Hostile.silent, "dripped heads and bodies": Hostile.dripping, "floods of events": Hostile.flood, "half-sent bodies": Hostile.half,
    "new boots": Hostile.boots, "events of wrong types": Hostile.wrong_types,
    **{f"state {state}": lambda evil, state=state: evil.post([Boot().event("state", state=state)])
       for state in ("configuring", "installed", "first boot", "complete", "cut over", "error")},
    **{f"job of {mac}": asks("GET", f"/v1/job?mac={mac}&mode=plan") for mac in HONEST},
    **{f"events of {mac}": asks("POST", f"/v1/events?mac={mac}", body="[]") for mac in HONEST},
    **{f"hello of {mac}": asks("GET", f"/v1/hello?mac={mac}", token="0" * 32) for mac in HONEST},
    **{f"operators' {path}": asks("GET", path) for path in ("/v1/vms", "/v1/vms/honest21", "/v1/vms/honest21/events", "/v1/groups", "/v1/stream", "/metrics", "/v1/archives",
                                                             "/v1/needs-creating", "/v1/needs-provisioning")},
    **{f"{action} of another": asks("POST", f"/v1/vms/honest21/{action}", body="{}") for action in ("arm", "hold", "cancel", "cutover", "retry", "mark")},
    **{f"path {path}": asks("GET", path) for path in ("/v1/archives/../operator.token", "/v1/boot/pxelinux.cfg/01-52-54-00-00-00-21", "/v1/boot/..%2fca.key", "/%c2%9b31m")},
    "a peer outside of its group": asks("GET", f"/v1/peers/honest21/state?mac={EVIL}"),
    "wrong logins": asks("POST", "/v1/login", body='{"token": "guess"}'), "404s": asks("GET", "/nothing"),
}


def run(service, end, results):
    """An attacker, a process of its own; what it tried, and what it could read."""
    evil, tried = Hostile(service), {}
    while time.monotonic() < end:
        name = random.choice(list(ATTACKS))
        with contextlib.suppress(OSError, http.client.HTTPException):
            ATTACKS[name](evil)
        tried[name] = tried.get(name, 0) + 1
    results.put((tried, evil.read))


def install(service, mac):
    """Seconds that an honest VM's reports take."""
    boot, token, began = Boot(), service.token(mac), time.monotonic()
    with contextlib.closing(service.connect()) as connection:  # kept alive, as an agent does
        for _ in range(REPORTS):
            assert service.post([boot.event("note", text="x" * 200)], mac=mac, token=token, connection=connection).status == 200
            time.sleep(0.05)
    return time.monotonic() - began


def honest_round(service, slowest):
    """All three at once, and the operator beside them; seconds of the slowest VM."""
    times = []
    threads = [threading.Thread(target=lambda mac=mac: times.append(install(service, mac))) for mac in HONEST]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        began = time.monotonic()
        assert service.act("/v1/vms/honest21/hold").status == 200 and service.ask("/v1/vms")
        slowest.append((time.monotonic() - began) / 2)
        time.sleep(0.2)
    assert len(times) == len(HONEST), "an honest VM failed"
    return max(times)


def test_a_hostile_vm_harms_nobody(tmp_path):
    service = Service(programs()[0], tmp_path)
    service.init()
    service.add("evil", EVIL, token="auto")
    for mac in HONEST:
        service.add(f"honest{mac[-2:]}", mac, token="auto")
    service.start()
    try:
        alone, slowest, rounds, results = honest_round(service, []), [], [], multiprocessing.Queue()
        end = time.monotonic() + SECONDS
        attackers = [multiprocessing.Process(target=run, args=(service, end, results)) for _ in range(2)]
        for attacker in attackers:
            attacker.start()
        while time.monotonic() < end:
            rounds.append(honest_round(service, slowest))
        told = [results.get(timeout=60) for _ in attackers]
        for attacker in attackers:
            attacker.join()
        count, read = sum(sum(tried.values()) for tried, _ in told), [path for _, paths in told for path in paths]
        stored = sum(path.stat().st_size for path in service.data.glob("newroot.db*"))
        history = service.show("honest21")["history"]
        print(f"{len(ATTACKS)} attacks, {count} times in {SECONDS} s; honest VMs {alone:.1f} s alone, {max(rounds):.1f} s beside it; "
              f"the operator waited {max(slowest):.2f} s at most; the store has {stored >> 20} MiB; read of others: {len(read)}")
        assert len(ATTACKS) >= 40
        assert max(slowest) < 1
        assert not read
        assert sum("hold by" in row["cause"] for row in history) >= min(len(slowest), 400)
        assert stored < (16 + 4 + SECONDS // 60 + 8) << 20
        assert max(rounds) < 1.5 * alone, "their time alone"
    finally:
        service.close()
