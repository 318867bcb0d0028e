"""Requests and answers: redirects, the token, kept connections, the service's own routes."""
import time

import pytest
from faultserver import Close, Cut


def body(text):
    return lambda request, reply, n: reply.answer(text.encode())


def redirect(to, status=302):
    return lambda request, reply, n: reply.answer(b"", status, Location=to)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect(server, drive, status):
    server.on("/b", body("there"))
    result = drive("memory", server.on("/a", redirect("/b", status)))
    assert result.ok and result.lines[0] == "body 5 there", result


def test_redirects_are_bounded(server, drive):
    result = drive("memory", server.on("/a", redirect("/a")))
    assert result.error == "http.redirect" and server.count("/a") == 6, result


@pytest.mark.parametrize("to", ["http://127.0.0.1/x", "ftp://x/", "https://u:p@127.0.0.1/x", "https://"])
def test_redirect_to_what_is_refused(server, drive, to):
    result = drive("memory", server.on("/a", redirect(to)))
    assert result.error == "http.redirect" and server.count("/a") == 1, result


def test_post_is_not_redirected(server, drive):
    server.on("/v1/events", redirect("/v1/other"))
    assert drive("events", server.url + "/").error == "http.redirect"


def test_token_goes_to_the_service_only(serve, server, drive, good_cert):
    other = serve(good_cert)
    other.on("/x", body("other"))
    url = server.on("/a", redirect(other.url + "/x"))
    result = drive("memory", url, token="s3cret")
    assert result.ok, result
    assert server.requests[0].headers["authorization"] == "Bearer s3cret"
    assert "authorization" not in other.requests[0].headers
    assert "s3cret" not in "\n".join(result.lines) + result.log


def test_malformed_token_is_not_quoted(drive):
    result = drive("hello", "https://127.0.0.1:9/", token="s3c ret")
    assert result.error == "machine.boot-parameter" and "s3c" not in result.message, result


def test_connection_is_kept(server, drive):
    result = drive("memory", server.on("/a", body("x")), repeat=5)
    assert result.ok and server.connections == 1, result


def test_child_opens_its_own_connection(server, drive):
    """Parent and child take turns; neither disturbs the other's TLS state."""
    result = drive("memory", server.on("/a", body("x")), repeat=3, fork=True)
    assert result.ok and server.count("/a") == 5, result
    assert server.connections == 3
    assert [r.connection for r in server.requests].count(1) == 3


@pytest.mark.parametrize("end", [Cut, Close])
def test_kept_connection_that_was_closed(server, drive, end):
    def handler(request, reply, n):
        reply.answer(b"x")
        raise end
    result = drive("memory", server.on("/a", handler), repeat=3, retries=0)
    assert result.ok and server.count("/a") == 3, result


def test_connection_close_is_honoured(server, drive):
    url = server.on("/a", lambda q, r, n: r.answer(b"x", Connection="close"))
    result = drive("memory", url, repeat=2)
    assert result.ok and server.connections == 2, result


def test_interim_responses_are_skipped(server, drive):
    def handler(request, reply, n):
        reply.head(100)
        reply.head(103, Link="</x>")
        reply.answer(b"x")
    assert drive("memory", server.on("/a", handler)).ok


def test_endless_interim_responses(server, drive):
    def handler(request, reply, n):
        for _ in range(1000):
            reply.head(100)
    assert drive("memory", server.on("/a", handler)).error == "http.limit"


def test_head_larger_than_the_cap(server, drive):
    url = server.on("/a", lambda q, r, n: r.answer(b"x", X_Long="y" * 20000))
    assert drive("memory", url).error == "http.limit"


@pytest.mark.parametrize("headers", [{"Content_Length": "5x"}, {"Transfer_Encoding": "gzip, chunked"},
                                     {"Content_Length": "1", "Transfer_Encoding": "chunked"}])
def test_ambiguous_framing_is_refused(server, drive, headers):
    def handler(request, reply, n):
        reply.head(200, **headers)
        reply.send("hello")
    assert drive("memory", server.on("/a", handler)).error == "http.syntax"


def test_answer_larger_than_the_cap(server, drive):
    result = drive("memory", server.on("/a", body("x" * 70000)))
    assert result.error == "http.limit" and "65536" in result.message, result


def test_head(server, drive):
    url = server.on("/a", lambda q, r, n: r.head(200, Content_Length=12345, Accept_Ranges="bytes", ETag='"e"'))
    result = drive("head", url, repeat=2)
    assert result.lines[0] == 'length 12345 has 1 ranges 1 etag "e"', result
    assert server.connections == 1


def test_head_of_nothing(server, drive):
    assert drive("head", server.url + "/none").error == "archive.missing"


def test_head_survives_a_service_restart(server, drive):
    def handler(request, reply, n):
        if n < 2:
            raise Cut
        reply.head(200, Content_Length=1)
    assert drive("head", server.on("/a", handler)).ok


def test_mac_is_sent(server, drive):
    server.on("/v1/hello", body('{"service":"s","time":1,"hold":true}'))
    result = drive("hello", server.url + "/")
    assert result.ok and result.lines[0] == "hello s 1 1", result
    assert server.requests[0].path == "/v1/hello?mac=52:54:00:12:34:56"


@pytest.mark.parametrize("status, code", [(400, "service.events"), (413, "service.events"), (401, "http.forbidden"),
                                          (403, "http.forbidden"), (404, "http.status")])
def test_refused_events_are_told_from_a_refused_agent(server, drive, status, code):
    server.on("/v1/events", lambda q, r, n: r.answer(b'{"error":"body","message":"because"}', status))
    result = drive("events", server.url + "/")
    assert result.error == code and "because" in result.message, result


def test_small_answers_have_a_time_limit(server, drive):
    """Though something comes all the time."""
    def trickle(request, reply, n):
        reply.head(200, Content_Length=1000)
        for _ in range(1000):
            reply.send(b" ")
            time.sleep(0.2)
    server.on("/v1/events", trickle)
    result = drive("events", server.url + "/", stall_ms=600)
    assert result.error == "net.timeout", result


def test_events_are_posted(server, drive):
    server.on("/v1/events", body('{"taken":7,"hold":true}'))
    result = drive("events", server.url + "/")
    assert result.ok and result.lines[0] == "taken 7 hold 1 again 0", result
    assert server.requests[0].method == "POST" and server.requests[0].body == b'[{"seq":1}]'


def test_new_start_is_asked_for(server, drive):
    server.on("/v1/events", body('{"taken":7,"hold":false,"again":true}'))
    result = drive("events", server.url + "/")
    assert result.ok and result.lines[0] == "taken 7 hold 0 again 1", result


BOOT = "01234567-89ab-cdef-0123-456789abcdef"


def test_job_is_asked_for_by_boot(server, drive):
    server.on("/v1/job", body('{"newroot":1}'))
    result = drive("job", server.url + "/", boot=BOOT)
    assert result.ok and result.lines[0] == 'job 13 {"newroot":1}', result
    assert drive("job", server.url + "/", boot=BOOT, look=True).ok
    paths = [f"/v1/job?mac=52:54:00:12:34:56&boot={BOOT}", f"/v1/job?mac=52:54:00:12:34:56&boot={BOOT}&mode=plan"]
    assert [r.path for r in server.requests] == paths


def test_job_that_is_not_handed_out(server, drive):
    server.on("/v1/job", lambda q, r, n: r.answer(b'{"error":"vm.state","message":"handed out already; retry db1"}',
                                                  409))
    result = drive("job", server.url + "/", boot=BOOT)
    assert result.error == "service.not-armed" and "handed out already; retry db1" in result.message, result
    assert len(server.requests) == 1


def test_job_survives_a_service_restart(server, drive):
    def handler(request, reply, n):
        if n < 2:
            raise Cut
        reply.answer(b"{}")
    server.on("/v1/job", handler)
    assert drive("job", server.url + "/", boot=BOOT).ok


def test_peer_is_waited_for(server, drive):
    """The service may be silent for a while before it answers: that is no time-out."""
    def handler(request, reply, n):
        asked = len(server.requests)
        time.sleep(1 if asked > 1 else 0)
        reply.answer(b'{"name":"db1","state":"complete","complete":true}' if asked > 2 else
                     b'{"name":"db1","state":"first boot","complete":false}')
    server.on("/v1/peers/db1/state", handler)
    result = drive("peer", server.url + "/", peer="db1", mac="52:54:00:00:00:02")
    assert result.ok and result.lines[:3] == ["peer first boot complete 0"] * 2 + ["peer complete complete 1"], result
    first, later, _ = (r.path for r in server.requests)
    assert first == "/v1/peers/db1/state?mac=52:54:00:00:00:02"
    assert later == first + "&not=first%20boot&wait=10"
    assert server.connections == 1


def test_peer_that_is_gone(server, drive):
    server.on("/v1/peers/db1/state", lambda q, r, n: r.answer(b'{"error":"vm.unknown","message":"no VM db1"}', 404))
    result = drive("peer", server.url + "/", peer="db1")
    assert result.error == "service.peer" and '"db1"' in result.message and "no VM db1" in result.message, result


@pytest.mark.parametrize("answer", ["", "[]", "{}", '{"service":"s","time":"x","hold":true}', "{\"service\":\"s\"",
                                    '{"service":"s","time":1,"hold":1}'])
def test_hello_that_breaks_the_protocol(server, drive, answer):
    server.on("/v1/hello", body(answer))
    assert drive("hello", server.url + "/").error == "service.answer"


@pytest.mark.parametrize("url", ["http://x/", "https://h/path", "https://h?q", "h", "https://1.2.3.4.5/"])
def test_service_url_that_is_refused(drive, url):
    assert drive("hello", "https://127.0.0.1:9/", service=url).error == "url"
