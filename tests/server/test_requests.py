"""Who gets what: identity, jobs, archives, boot files, and what is refused."""
import hashlib
import http.client
import os
import socket
import ssl
import threading
import time

import pytest

from common import until
from service import JOB, MAC, Boot, job_of


def put_archive(service, path="root.tar", size=300000):
    data = os.urandom(size)
    file = service.data / "archives" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return data


def refusals(service, name, count):
    """Nobody waits until a refusal is stored; the tests do."""
    until(lambda: sum(row["count"] for row in service.show(name)["refused"]) >= count, "all refusals are stored")
    return service.show(name)["refused"]


def test_hello(service):
    answer = service.get(f"/v1/hello?mac={MAC}")
    assert answer.status == 200
    assert answer.json["service"].startswith("newroot-server ")
    assert answer.json["hold"] is False
    assert abs(answer.json["time"] - time.time()) < 60


def test_job(service):
    boot = Boot().id
    answer = service.get(f"/v1/job?mac={MAC}&boot={boot}")
    assert (answer.status, answer.json) == (200, JOB)
    assert service.get(f"/v1/job?mac=52-54-00-00-00-11&boot={boot}").json == JOB, "an answer can get lost"


def test_job_is_handed_out_once_for_each_arming(service):
    first, other = Boot().id, Boot().id
    assert service.get(f"/v1/job?mac={MAC}&mode=plan").json == JOB, "only looked at, and it has no secret"
    assert service.request("HEAD", f"/v1/job?mac={MAC}&boot={other}").status == 200, "neither"
    assert service.get(f"/v1/job?mac={MAC}&boot={first}").status == 200
    for query in ("", f"&boot={other}", "&boot="):
        answer = service.get(f"/v1/job?mac={MAC}{query}")
        assert (answer.status, answer.json["error"]) == (409, "vm.state"), query
    assert "handed out already" in service.show("db1")["history"][-1]["cause"]
    service.cli("arm", "db1")
    assert service.get(f"/v1/job?mac={MAC}&boot={other}").status == 200
    assert service.get(f"/v1/job?mac={MAC}&boot={first}").status == 409


@pytest.mark.parametrize("path, status, code", [
    ("/v1/job", 400, "request.mac"),
    ("/v1/job?mac=", 400, "request.mac"),
    ("/v1/job?mac=52:54:00:00:00:1", 400, "request.mac"),
    ("/v1/job?mac=01:00:5e:00:00:01", 400, "request.mac"),
    ("/v1/job?mac=52:54:00:00:00:99", 404, "vm.unknown"),
    ("/v1/hello?mac=52:54:00:00:00:99", 404, "vm.unknown"),
    (f"/v1/job?mac={MAC}&boot=%ff", 400, "request.boot"),
    (f"/v1/job?mac={MAC}&boot=here", 400, "request.boot"),
    ("/v1/jobs", 404, "request.route"),
    ("/v1/job/", 404, "request.route"),
    ("/v1/events?mac=" + MAC, 405, "request.method"),
    ("/v1/archives/vm1/data.tar", 404, "file.missing"),
    ("/v1/archives/none.tar", 403, "archive.not-named"),
    ("/v1/archives/", 403, "archive.not-named"),
])
def test_refused(service, path, status, code):
    answer = service.get(path)
    assert (answer.status, answer.json["error"]) == (status, code)
    assert answer.json["message"]


def test_method_says_what_is_allowed(service):
    assert service.get(f"/v1/events?mac={MAC}").headers["Allow"] == "POST"
    answer = service.request("DELETE", f"/v1/job?mac={MAC}")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_token(fresh):
    fresh.init()
    fresh.add("db1", MAC, token="auto")
    fresh.add("db2", "52:54:00:00:00:12", token="auto")
    fresh.start()
    token, other = fresh.token(), fresh.token("52:54:00:00:00:12")
    assert token != other
    assert fresh.get(f"/v1/job?mac={MAC}", token=token).status == 200
    for shown, code in ((None, "vm.no-token"), (other, "vm.token"), (token[:-1], "vm.token"), (token + "0", "vm.token"),
                        ("x" * 4000, "vm.token")):
        answer = fresh.get(f"/v1/job?mac={MAC}", token=shown)
        assert (answer.status, answer.json["error"]) == (403, code)
    assert {row["reason"]: row["count"] for row in refusals(fresh, "db1", 5)} == {"vm.no-token": 1, "vm.token": 4}
    assert token not in fresh.log()


def test_address(fresh):
    fresh.init()
    fresh.add("here", MAC, "--address", "127.0.0.1")
    fresh.add("there", "52:54:00:00:00:12", "--address", "10.9.9.9")
    fresh.start()
    assert fresh.get(f"/v1/job?mac={MAC}").status == 200
    answer = fresh.get("/v1/job?mac=52:54:00:00:00:12")
    assert (answer.status, answer.json["error"]) == (403, "vm.address")
    [row] = refusals(fresh, "there", 1)
    assert (row["address"], row["reason"]) == ("127.0.0.1", "vm.address")
    answer = fresh.post([Boot().event("heartbeat")], mac="52:54:00:00:00:12")
    assert (answer.status, answer.json["error"]) == (403, "vm.address")
    assert fresh.show("there")["events"] == []


def test_archives_are_for_vms(fresh):
    fresh.init()
    data = put_archive(fresh)
    fresh.start()
    assert fresh.get("/v1/archives/root.tar").json["error"] == "archive.reader"
    fresh.add("there", "52:54:00:00:00:12", "--address", "10.9.9.9")
    assert fresh.get("/v1/archives/root.tar").status == 403
    fresh.add("db1", token="auto")
    assert fresh.get("/v1/archives/root.tar").json["error"] == "archive.reader"
    assert fresh.get("/v1/archives/root.tar", token="0" * 32).status == 403
    assert fresh.get("/v1/archives/root.tar", token=fresh.token()).body == data


def test_archive_whole_and_ranges(service):
    data = put_archive(service, "vm1/root.tar")
    answer = service.get("/v1/archives/vm1/root.tar")
    assert (answer.status, answer.body) == (200, data)
    assert answer.headers["Accept-Ranges"] == "bytes"
    etag = answer.headers["ETag"]
    assert etag.startswith('"') and etag.endswith('"')
    head = service.request("HEAD", "/v1/archives/vm1/root.tar")
    assert (head.status, head.body, int(head.headers["Content-Length"])) == (200, b"", len(data))
    assert head.headers["ETag"] == etag
    size = len(data)
    for text, first, last in (("100-199", 100, 199), ("299999-", 299999, 299999), ("-10", size - 10, size - 1),
                              ("0-999999999", 0, size - 1), ("-999999999", 0, size - 1)):
        for headers in ({}, {"If-Range": etag}):
            answer = service.get("/v1/archives/vm1/root.tar", headers={"Range": f"bytes={text}", **headers})
            assert answer.status == 206, text
            assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
            assert answer.body == data[first:last + 1]


@pytest.mark.parametrize("headers", [
    {"Range": "bytes=100-199", "If-Range": '"other"'},
    {"Range": "bytes=100-199", "If-Range": "Wed, 21 Oct 2015 07:28:00 GMT"},
    {"Range": "bytes=100-199,300-"}, {"Range": "lines=1-2"}, {"Range": "bytes=9-1"}, {"Range": "bytes=a-"},
])
def test_archive_whole_when_the_range_does_not_hold(service, headers):
    data = put_archive(service)
    answer = service.get("/v1/archives/root.tar", headers=headers)
    assert (answer.status, answer.body) == (200, data)


def test_archive_range_beyond_the_end(service):
    data = put_archive(service)
    for text in (f"{len(data)}-", "99999999999-", "-0"):
        answer = service.get("/v1/archives/root.tar", headers={"Range": f"bytes={text}"})
        assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{len(data)}")


def test_archive_changed_gets_another_etag(service):
    put_archive(service)
    first = service.get("/v1/archives/root.tar").headers["ETag"]
    data = put_archive(service)
    answer = service.get("/v1/archives/root.tar", headers={"Range": "bytes=10-19", "If-Range": first})
    assert (answer.status, answer.body) == (200, data)


def test_empty_archive(service):
    put_archive(service, size=0)
    answer = service.get("/v1/archives/root.tar")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")


def test_archive_hash(service):
    data = put_archive(service)
    assert "Newroot-SHA256" not in service.get("/v1/archives/root.tar").headers
    digest = hashlib.sha256(data).hexdigest()
    assert service.cli("archives").split()[:3] == [digest, str(len(data)), "root.tar"]
    assert service.get("/v1/archives/root.tar").headers["Newroot-SHA256"] == digest
    put_archive(service)
    assert "Newroot-SHA256" not in service.get("/v1/archives/root.tar").headers


def test_archive_add(service, tmp_path):
    file = tmp_path / "data.tar"
    file.write_bytes(b"contents")
    digest = hashlib.sha256(b"contents").hexdigest()
    assert service.cli("archive", "add", file, "vm1/data.tar").split()[0] == digest
    answer = service.get("/v1/archives/vm1/data.tar")
    assert (answer.body, answer.headers["Newroot-SHA256"]) == (b"contents", digest)
    assert service.run("archive", "add", "--data", service.data, file, "../data.tar").returncode == 2
    assert not [path for path in (service.data / "archives").rglob(".*")]


TRAVERSALS = [
    "../service.json", "..%2fservice.json", "%2e%2e/service.json", "%2e%2e%2fca.key", "./root.tar", "a/../root.tar", "/root.tar",
    "//etc/passwd", "%2fetc%2fpasswd", "link", "folder/ca.key", "root.tar%00", "root.tar/", ".hidden", "fifo", "",
    "a/" * 600 + "a", "%ff%fe", "..\\service.json", "%252e%252e/service.json", "%252e%252e%252fca.key", "..%252fca.key", "%c0%ae%c0%ae/ca.key",
    "..%5cca.key", "root.tar%2500", "root.tar%00.gz", "root.tar%0a", "folder%2fca.key", "%2flink", "root.tar%", "root.tar%2", "....//ca.key", "~root/.profile",
]


def traps(folder):
    (folder / "root.tar").write_bytes(b"archive")
    (folder / ".hidden").write_bytes(b"hidden")
    (folder / "link").symlink_to("../ca.key")
    (folder / "folder").symlink_to("..")
    os.mkfifo(folder / "fifo")


def test_traversal(service):
    """Neither by a request, nor by a job that names such a path."""
    for route in ("archives", "boot"):
        traps(service.data / route)
    service.add("db2", "52:54:00:00:00:12", token="auto", job=job_of(*TRAVERSALS))
    token = service.token("52:54:00:00:00:12")
    for path in TRAVERSALS:
        for route, how, refused in (("boot", {}, (404,)), ("archives", {}, (403,)), ("archives", {"token": token}, (403, 404))):
            answer = service.get(f"/v1/{route}/{path}", **how)
            assert answer.status in refused, (path, route, answer.body)
            assert b"PRIVATE" not in answer.body


def test_boot_files(service):
    assert service.get("/v1/boot/site.img").body == (service.data / "boot" / "site.img").read_bytes()
    assert service.get("/v1/boot/pxelinux.cfg/default").status == 404
    assert service.get(f"/v1/boot/pxelinux.cfg/01-{MAC.replace(':', '-')}").status == 404


def test_body_too_large(service):
    connection = service.connect()
    connection.request("POST", f"/v1/events?mac={MAC}", headers={"Content-Length": "10000000", "Expect": "100-continue"})
    answer = connection.getresponse()
    assert answer.status == 413


def test_endless_body_is_cut_off(service):
    def chunks():
        for _ in range(4096):
            yield b"x" * 4096
    with pytest.raises((ConnectionError, ssl.SSLError, http.client.HTTPException)):
        connection = service.connect()
        connection.request("POST", f"/v1/events?mac={MAC}", body=chunks(), encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})
        connection.getresponse()
    assert service.get(f"/v1/hello?mac={MAC}").status == 200


def raw(service, data):
    """Bytes as they are, over TLS; what came back within a moment."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as plain:
        with service.context().wrap_socket(plain, server_hostname="localhost") as tls:
            tls.settimeout(3)
            tls.sendall(data)
            out = b""
            try:
                while part := tls.recv(65536):
                    out += part
            except (ConnectionError, ssl.SSLError, TimeoutError):
                pass
            return out


MALFORMED = [
    b"\x00" * 100 + b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100000 + b"\r\n\r\n",
    b"GET /v1/archives/" + b"a" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /v1/events?mac=" + MAC.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/events?mac=" + MAC.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"GET /v1/job?mac=" + MAC.encode() + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\nxxx",
]


@pytest.mark.parametrize("data", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_requests(service, data):
    answer = raw(service, data.replace(b"\r\nHost: x", b"\r\nHost: x\r\nConnection: close"))
    assert not answer.startswith(b"HTTP/1.1 200")
    assert service.get(f"/v1/hello?mac={MAC}").status == 200


def test_plain_http_and_noise_are_survived(service):
    for data in (b"GET / HTTP/1.1\r\n\r\n", os.urandom(2000), b""):
        with socket.create_connection(("127.0.0.1", service.port), timeout=60) as plain:
            plain.sendall(data)
    assert service.get(f"/v1/hello?mac={MAC}").status == 200


def test_many_downloads_at_once(service):
    data = put_archive(service, size=3000000)
    bodies = []

    def fetch():
        bodies.append(service.get("/v1/archives/root.tar").body == data)
    threads = [threading.Thread(target=fetch) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == [True] * 12
