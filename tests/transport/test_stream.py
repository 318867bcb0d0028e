"""fetch_stream against a server that cuts, stalls, lies and recovers."""
import threading
import time

import pytest
from faultserver import Close, Cut
from payload import DATA, DATA_SHA256

from common import PATIENCE_S

ETAG = '"v1"'


def rest(request, reply, data=DATA, etag=ETAG):
    """Answer a GET as a good server does: whole, or from where Range says."""
    start = request.start
    extra = {"ETag": etag} if etag else {}
    if start and request.headers.get("if-range", etag) == etag:
        reply.head(206, Content_Length=len(data) - start, Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}",
                   **extra)
        reply.send(data[start:])
    else:
        reply.answer(data, Accept_Ranges="bytes", **extra)


def cut_at(percent, etag=ETAG, end=Cut):
    """The first GET ends after `percent` of the data; later ones are served well."""
    def handler(request, reply, n):
        if n:
            rest(request, reply, etag=etag)
            return
        reply.head(200, Content_Length=len(DATA), **({"ETag": etag} if etag else {}))
        reply.send(DATA[:len(DATA) * percent // 100])
        raise end
    return handler


def test_whole(server, fetch):
    result, data = fetch(server.on("/a", lambda q, r, n: rest(q, r)), sha256=DATA_SHA256)
    assert result.ok and data == DATA, result
    assert server.names == ["127.0.0.1"] or server.names == [None]


def test_empty(server, fetch):
    result, data = fetch(server.on("/a", lambda q, r, n: r.answer(b"")))
    assert result.ok and data == b"", result


@pytest.mark.parametrize("percent", [0, 10, 50, 99])
@pytest.mark.parametrize("end", [Cut, Close])
def test_cut_is_resumed(server, fetch, percent, end):
    result, data = fetch(server.on("/a", cut_at(percent, end=end)), sha256=DATA_SHA256)
    assert result.ok and data == DATA, result
    assert server.count("/a") == 2
    again = server.requests[1].headers
    if percent:
        assert again["if-range"] == ETAG and int(again["range"][6:-1]) > 0
    else:
        assert "range" not in again


def test_many_cuts_with_progress_are_not_counted(server, fetch):
    step = len(DATA) // 12

    def handler(request, reply, n):
        start = request.start
        reply.head(206 if start else 200, Content_Length=len(DATA) - start, ETag=ETAG,
                   Content_Range=f"bytes {start}-{len(DATA) - 1}/{len(DATA)}")
        reply.send(DATA[start:start + step])
        if start + step < len(DATA):
            raise Cut
    result, data = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.ok and data == DATA, result
    assert server.count("/a") >= 12


def test_cuts_without_progress_are_bounded(server, fetch):
    def handler(request, reply, n):
        raise Cut
    result, _ = fetch(server.on("/a", handler), retries=3)
    assert result.error == "net.cut" and "gave up after 4 attempts" in result.message, result
    assert server.count("/a") == 4
    assert result.where == server.url + "/a"


def test_stall_is_resumed(server, fetch):
    """Its connection is still there when the client has come again."""
    again = threading.Event()

    def handler(request, reply, n):
        if n:
            again.set()
            rest(request, reply)
            return
        reply.head(200, Content_Length=len(DATA), ETag=ETAG)
        reply.send(DATA[:100000])
        again.wait(PATIENCE_S)
        raise Cut
    result, data = fetch(server.on("/a", handler), sha256=DATA_SHA256, stall_ms=1000, retries=100)
    assert result.ok and data == DATA, result
    assert again.is_set()


def test_silence_before_the_first_byte_times_out(server, fetch):
    over = threading.Event()

    def handler(request, reply, n):
        over.wait(PATIENCE_S)
        raise Cut
    result, _ = fetch(server.on("/a", handler), first_ms=200, retries=1)
    over.set()
    assert result.error == "net.timeout" and "within 0.2 s" in result.message, result


def test_trickling_head_times_out(server, fetch):
    def handler(request, reply, n):
        reply.send("HTTP/1.1 200 OK\r\nX: ")
        for _ in range(2000):
            reply.send("a")
            time.sleep(0.05)
    result, _ = fetch(server.on("/a", handler), first_ms=1000, retries=0)
    assert result.error == "net.timeout", result


def other_node(data=DATA, etag='"v2"', ranges=True):
    """The first GET is cut; another node answers the others: with its own ETag, or none."""
    def handler(request, reply, n):
        if not n:
            cut_at(50)(request, reply, 0)
        extra = {"ETag": etag} if etag else {}
        if ranges:
            reply.head(206, Content_Length=len(data) - request.start,
                       Content_Range=f"bytes {request.start}-{len(data) - 1}/{len(data)}", **extra)
            reply.send(data[request.start:])
        else:
            reply.answer(data, **extra)
    return handler


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("etag", ['"v2"', 'W/"v1"', None])
def test_the_hash_decides_on_another_etag(server, fetch, etag, ranges):
    url = server.on("/a", other_node(etag=etag, ranges=ranges))
    result, data = fetch(url, sha256=DATA_SHA256)
    assert result.ok and data == DATA and server.count("/a") == 2, result


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("etag", ['"v2"', None])
def test_halves_of_two_files_are_not_joined(server, fetch, etag, ranges):
    url = server.on("/a", other_node(data=DATA[:-1] + b"x", etag=etag, ranges=ranges))
    result, data = fetch(url)
    assert result.error in ("archive.changed", "net.cut") and len(data) < len(DATA), result


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("etag", ['"v2"', None])
def test_halves_of_two_files_have_another_hash(server, fetch, etag, ranges):
    url = server.on("/a", other_node(data=bytes(len(DATA)), etag=etag, ranges=ranges))
    result, _ = fetch(url, sha256=DATA_SHA256)
    assert result.error == ("archive.hash" if ranges and not etag else "archive.changed"), result


def test_a_doubtful_etag_is_not_asked_for_again(server, fetch):
    """Nodes that take turns would each send the whole file once more."""
    def handler(request, reply, n):
        etag = f'"v{n}"'
        known = request.headers.get("if-range", etag) == etag
        start = request.start if known else 0
        extra = {"Content_Range": f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"} if start else {}
        reply.head(206 if start else 200, Content_Length=len(DATA) - start, ETag=etag, **extra)
        reply.send(DATA[start:len(DATA) * (n + 1) // 3])
        if n < 2:
            raise Cut
    result, data = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.ok and data == DATA, result
    assert ["if-range" in r.headers for r in server.requests] == [False, True, False]


def test_range_of_unknown_length(server, fetch):
    def handler(request, reply, n):
        if not n:
            cut_at(50)(request, reply, 0)
        reply.head(206, Content_Length=len(DATA) - request.start, ETag=ETAG,
                   Content_Range=f"bytes {request.start}-{len(DATA) - 1}/*")
        reply.send(DATA[request.start:])
    result, data = fetch(server.on("/a", handler))
    assert result.ok and data == DATA, result


@pytest.mark.parametrize("command", ["head", "stream", "memory"])
def test_packed_contents_are_refused(server, drive, command):
    url = server.on("/a", lambda q, r, n: r.answer(DATA, Content_Encoding="gzip"))
    result = drive(command, url)
    assert result.error == "http.syntax" and 'Content-Encoding "gzip"' in result.message, result


def test_a_packed_refusal_is_a_refusal(server, fetch):
    result, _ = fetch(server.on("/a", lambda q, r, n: r.answer(b"packed", 403, Content_Encoding="gzip")))
    assert result.error == "http.forbidden", result


@pytest.mark.parametrize("refusal", [403, 405, 501])
@pytest.mark.parametrize("data", [DATA, b""], ids=["data", "empty"])
@pytest.mark.parametrize("ranges", [True, False])
def test_a_refused_head_is_asked_by_get(server, drive, refusal, data, ranges):
    """As S3 does with a URL that is signed for GET."""
    def handler(request, reply, n):
        if request.method == "HEAD":
            reply.head(refusal, Content_Length=100)
        elif not ranges:
            reply.answer(data, ETag=ETAG)
        elif not data:
            reply.answer(b"<Error/>", 416, Content_Range="bytes */0")
        else:
            assert request.headers["range"] == "bytes=0-0"
            reply.answer(data[:1], 206, ETag=ETAG, Content_Range=f"bytes 0-0/{len(data)}")
    result = drive("head", server.on("/a", handler))
    assert result.ok and result.lines[0].startswith(f"length {len(data)} has 1"), result
    assert [r.method for r in server.requests] == ["HEAD", "GET"]


def trickle(size=10, pause=0.02):
    def handler(request, reply, n):
        reply.head(200 if not request.start else 206, Content_Length=len(DATA) - request.start, ETag=ETAG,
                   Content_Range=f"bytes {request.start}-{len(DATA) - 1}/{len(DATA)}")
        for i in range(request.start, len(DATA), size):
            reply.send(DATA[i:i + size])
            time.sleep(pause)
    return handler


def test_a_trickle_times_out(server, fetch):
    result, _ = fetch(server.on("/a", trickle()), rate_ms=500, rate_bytes=65536, retries=2, sha256=DATA_SHA256)
    assert result.error == "net.timeout" and "65536 are the least" in result.message, result
    assert "gave up after 3 attempts" in result.message and server.count("/a") == 3, result


def test_cuts_after_a_few_bytes_are_bounded(server, fetch):
    def handler(request, reply, n):
        reply.head(200 if not request.start else 206, Content_Length=len(DATA) - request.start, ETag=ETAG,
                   Content_Range=f"bytes {request.start}-{len(DATA) - 1}/{len(DATA)}")
        reply.send(DATA[request.start:request.start + 10])
        raise Cut
    result, _ = fetch(server.on("/a", handler), retries=3)
    assert result.error == "net.cut" and server.count("/a") == 4, result


def test_a_slow_reader_is_no_slow_peer(server, fetch):
    """48 pieces of 20 ms: a disk that is slower than the least rate of the network."""
    result, data = fetch(server.on("/a", lambda q, r, n: rest(q, r)), rate_ms=400, rate_bytes=2**30, slow_ms=20)
    assert result.ok and data == DATA, result


def test_changed_length_is_refused(server, fetch):
    def handler(request, reply, n):
        if not n:
            cut_at(50, etag=None)(request, reply, 0)
        rest(request, reply, data=DATA + b"more", etag=None)
    result, _ = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.error == "archive.changed", result


def test_shrunk_file_is_refused(server, fetch):
    def handler(request, reply, n):
        if n:
            reply.answer(b"", 416, Content_Range="bytes */100")
        else:
            cut_at(50, etag=None)(request, reply, 0)
    result, _ = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.error == "archive.changed", result


def test_peer_that_cannot_resume(server, fetch):
    def handler(request, reply, n):
        if n:
            reply.answer(DATA, ETag=ETAG)
        else:
            cut_at(50)(request, reply, 0)
    result, _ = fetch(server.on("/a", handler))
    assert result.error == "net.cut" and "can't resume" in result.message, result
    assert server.count("/a") == 2


def test_without_etag_the_hash_vouches(server, fetch):
    result, data = fetch(server.on("/a", cut_at(50, etag=None)), sha256=DATA_SHA256)
    assert result.ok and data == DATA, result


def test_without_etag_and_hash_no_resuming(server, fetch):
    result, _ = fetch(server.on("/a", cut_at(50, etag=None)))
    assert result.error == "net.cut" and "no ETag" in result.message, result
    assert server.count("/a") == 1


def test_weak_etag_is_none(server, fetch):
    result, _ = fetch(server.on("/a", cut_at(50, etag='W/"v1"')))
    assert result.error == "net.cut", result


def test_wrong_range_is_refused(server, fetch):
    def handler(request, reply, n):
        if not n:
            cut_at(50)(request, reply, 0)
        reply.head(206, Content_Length=10, Content_Range=f"bytes 0-9/{len(DATA)}", ETag=ETAG)
        reply.send(DATA[:10])
    result, _ = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.error == "http.syntax" and "sends others" in result.message, result


def test_wrong_hash(server, fetch):
    result, _ = fetch(server.on("/a", lambda q, r, n: rest(q, r)), sha256="00" * 32)
    assert result.error == "archive.hash" and DATA_SHA256 in result.message, result


def test_length_shorter_than_the_data(server, fetch):
    def handler(request, reply, n):
        reply.head(200, Content_Length=len(DATA) - 5, ETag=ETAG)
        reply.send(DATA)
    result, data = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.error == "archive.hash" and data == DATA[:-5], result


def test_length_longer_than_the_data(server, fetch):
    def handler(request, reply, n):
        if request.start >= len(DATA):
            reply.answer(b"", 416)
            return
        reply.head(200, Content_Length=len(DATA) + 5, ETag=ETAG)
        reply.send(DATA)
        raise Close
    result, _ = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.error == "archive.changed", result


def chunks(data, size):
    for i in range(0, len(data), size):
        piece = data[i:i + size]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)


@pytest.mark.parametrize("size", [1000, 16384, 100001])
def test_chunked(server, fetch, size):
    def handler(request, reply, n):
        reply.head(200, Transfer_Encoding="chunked")
        reply.send(b"".join(chunks(DATA, size)) + b"0\r\nTrailer: x\r\n\r\n")
    result, data = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.ok and data == DATA, result


def test_cut_chunked_is_resumed(server, fetch):
    def handler(request, reply, n):
        if n:
            rest(request, reply)
            return
        reply.head(200, Transfer_Encoding="chunked", ETag=ETAG)
        reply.send(b"".join(chunks(DATA[:1000000], 5000)))
        raise Cut
    result, data = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.ok and data == DATA, result


def test_body_ended_by_close_notify(server, fetch):
    def handler(request, reply, n):
        reply.head(200)
        reply.send(DATA)
        raise Close
    result, data = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.ok and data == DATA, result


def test_body_ended_without_close_notify_is_cut(server, fetch):
    def handler(request, reply, n):
        reply.head(200)
        reply.send(DATA)
        raise Cut
    result, _ = fetch(server.on("/a", handler), retries=1)
    assert result.error == "net.cut", result


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_passing_refusals_are_retried(server, fetch, status):
    def handler(request, reply, n):
        if n < 2:
            reply.answer(b"later", status)
        else:
            rest(request, reply)
    result, data = fetch(server.on("/a", handler), sha256=DATA_SHA256)
    assert result.ok and data == DATA and server.count("/a") == 3, result


def test_trouble_that_lasts_is_told(server, fetch):
    url = server.on("/a", lambda q, r, n: r.answer(b'{"error":"store","message":"because"}', 503))
    result, _ = fetch(url, retries=1)
    assert result.error == "http.busy" and "because" in result.message and server.count("/a") == 2, result


def test_retry_after_is_honoured(server, fetch):
    def handler(request, reply, n):
        if not n:
            reply.answer(b"", 503, Retry_After="1")
        else:
            rest(request, reply)
    began = time.monotonic()
    result, _ = fetch(server.on("/a", handler))
    assert result.ok and time.monotonic() - began >= 1, result


@pytest.mark.parametrize("status, code", [(400, "http.status"), (401, "http.forbidden"), (403, "http.forbidden"), (404, "archive.missing"),
                                          (410, "archive.missing")])
def test_final_refusals_are_not(server, fetch, status, code):
    url = server.on("/a", lambda q, r, n: r.answer(b'{"error":"x","message":"because"}', status))
    result, _ = fetch(url)
    assert result.error == code and server.count("/a") == 1, result
    if code.startswith("http."):
        assert "because" in result.message


def test_reader_that_went_away(server, drive):
    url = server.on("/a", lambda q, r, n: rest(q, r))
    result = drive("stream", url, pieces=1)
    assert result.error == "io" and "Broken pipe" in result.message, result
    assert "sys 32" in result.lines[0] and server.count("/a") == 1


def test_nobody_listens(fetch):
    result, _ = fetch("https://127.0.0.1:9/a", retries=1)
    assert result.error == "net.connect" and "refused" in result.message, result


def test_unknown_name(fetch):
    result, _ = fetch("https://nowhere.invalid/a", retries=0)
    assert result.error == "net.resolve", result
