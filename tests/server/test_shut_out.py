"""Attacks that would shut others out: with connections. A hostile peer has addresses of its own in 127.0.0.0/8, as on its segment."""
import contextlib
import re
import resource
import socket
import ssl
import time

import pytest

from common import until
from service import MAC, Service, programs

HEAD_S = 20  # HTTP_HEAD_SECONDS


def few_places():
    """The service has (256 - 64) / 2 = 96 places then: 48 for strangers, 24 for those of one network, 6 kept for operators."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def connect(service, address, tls=True):
    plain = socket.create_connection(("127.0.0.1", service.port), timeout=30, source_address=(address, 0))
    return service.context().wrap_socket(plain, server_hostname="localhost") if tls else plain


def ask(service, address, path, token=None):
    """The status that a peer at this address gets, over a connection of its own."""
    with connect(service, address) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode() +
                     (f"Authorization: Bearer {token}\r\n" if token else "").encode() + b"\r\n")
        return int(peer.recv(65536).split()[1])


def metrics(service, address="127.0.0.1"):
    with connect(service, address) as peer:
        peer.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + service.operator.encode() + b"\r\n\r\n")
        text = b""
        while part := peer.recv(65536):
            text += part
    return {key: int(value) for key, value in re.findall(rf"^(newroot_connections\S+) (\d+)", text.decode().replace("\r", ""), re.M)}


def is_ended(peer):
    """Whether the service has ended the connection."""
    peer.settimeout(0)
    try:
        return peer.recv(1) == b""
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True


@pytest.fixture
def small(fresh):
    """A service with few places, and a VM whose address is known."""
    fresh.init()
    fresh.add("db1", MAC, "--address", "127.0.0.20", token="auto")
    fresh.start(preexec_fn=few_places)
    return fresh


def test_silent_connections_shut_nobody_out(small):
    """Of four networks and many addresses; nobody was heard of before."""
    with contextlib.ExitStack() as held:
        silent = []
        for number in range(300):
            with contextlib.suppress(OSError):
                silent.append(held.enter_context(connect(small, f"127.0.{number % 4}.{100 + number % 50}", tls=False)))
        assert ask(small, "127.0.0.30", "/healthz") == 200, "a stranger of the same network"
        assert ask(small, "127.0.9.9", "/metrics", small.operator) == 200, "an operator from anywhere"
        assert ask(small, "127.0.0.20", f"/v1/hello?mac={MAC}", small.token()) == 200, "the VM at its address"
        found = metrics(small)
        assert found['newroot_connections{who="stranger"}'] <= 48
        assert found['newroot_connections_ended_total{why="room"}'] >= 200
        assert small.log().count("warning: connections: ") == 1, "told, and not 250 times"
        assert sum(map(is_ended, silent)) >= 200


def test_whoever_proved_who_he_is_makes_room_for_nobody(small):
    with contextlib.ExitStack() as held:
        vm = held.enter_context(connect(small, "127.0.0.20"))
        vm.sendall(f"GET /v1/hello?mac={MAC} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {small.token()}\r\n\r\n".encode())
        assert b" 200 " in vm.recv(65536)
        for number in range(150):
            with contextlib.suppress(OSError):
                held.enter_context(connect(small, f"127.0.0.{100 + number % 50}", tls=False))
        for _ in range(80):  # and from its very address
            with contextlib.suppress(OSError):
                held.enter_context(connect(small, "127.0.0.20", tls=False))
        assert not is_ended(vm)
        assert ask(small, "127.0.0.20", f"/v1/hello?mac={MAC}", small.token()) == 200


def opened(service):
    """A stream; None while the service refuses one."""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        return service.stream("/v1/stream")
    return None


def test_an_address_has_so_many_connections_and_no_more(fresh):
    """Those that are used stay; one that says nothing goes for the next."""
    fresh.init()
    fresh.add("db1")
    fresh.start("--per-address", "4")
    streams = [fresh.stream("/v1/stream") for _ in range(3)]
    silent = connect(fresh, "127.0.0.1", tls=False)
    assert fresh.get(f"/v1/hello?mac={MAC}").status == 200
    until(lambda: is_ended(silent), "the silent one makes room")
    streams.append(until(lambda: opened(fresh), "the VM's connection has ended"))
    with pytest.raises((ConnectionError, ssl.SSLError, OSError)):
        fresh.get(f"/v1/hello?mac={MAC}")
    assert ask(fresh, "127.0.0.2", "/metrics", fresh.operator) == 200
    for stream in streams:
        assert stream.read()
        stream.close()


def test_deadlines_count_from_the_beginning_and_not_from_the_last_byte(tmp_path):
    """A handshake that never begins, a head and a body whose bytes drip; an agent that rests between two requests stays."""
    service = Service(programs()[0], tmp_path)
    service.init()
    service.add("db1", token="auto")
    service.start()
    try:
        with contextlib.ExitStack() as held:
            silent = held.enter_context(connect(service, "127.0.0.2", tls=False))
            head, body, rest = (held.enter_context(connect(service, f"127.0.0.{number}")) for number in (3, 4, 5))
            head.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
            body.sendall(b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n{")
            rest.sendall(f"GET /v1/hello?mac={MAC} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.token()}\r\n\r\n".encode())
            began, ended = time.monotonic(), {}
            peers = {"silent": silent, "head": head, "body": body}
            while len(ended) < len(peers) and time.monotonic() < began + 4 * HEAD_S:
                for name, peer in peers.items():
                    if name not in ended and is_ended(peer):
                        ended[name] = time.monotonic() - began
                for name in {"head", "body"} - set(ended):
                    with contextlib.suppress(OSError):
                        peers[name].settimeout(5)
                        peers[name].sendall(b" ")
                time.sleep(0.25)
            assert set(ended) == set(peers), ended
            assert all(HEAD_S - 2 < seconds < HEAD_S + 10 for seconds in ended.values()), ended
            assert b" 200 " in rest.recv(65536) and not is_ended(rest), "it has proved who it is"
            assert metrics(service)['newroot_connections_ended_total{why="deadline"}'] == 3
    finally:
        service.close()
