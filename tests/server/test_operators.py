"""Operators: the login, what they see, and what they do; creators' token on their routes."""
import json
import re
import socket
import ssl
import threading
import time

import pytest

from common import TOP, until
from service import MAC, Boot

OTHER = "52:54:00:00:00:12"
ROUTES = re.findall(r'ROUTE\((GET|POST), "([^"]+)", (\w+),', (TOP / "server-stub/http/routes.def").read_text())


def routes(admission):
    found = [(method, path.replace("**", "x").replace("*", "db1")) for method, path, admit in ROUTES if admit in admission]
    assert found
    return found


@pytest.fixture
def group(fresh):
    """A group of two VMs with tokens, serving."""
    fresh.init()
    fresh.add("db1", MAC, "--group", "shop", token="auto")
    fresh.add("web1", OTHER, "--group", "shop", token="auto")
    fresh.start()
    return fresh


@pytest.mark.parametrize("method, path", routes(("admit_operator", "admit_viewer", "admit_metrics", "admit_uploader")))
def test_operators_routes_need_a_login(group, method, path):
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Basic b3BlcmF0b3I6"}, {"Authorization": f"Bearer {group.token()}"},
                    {"Authorization": f"Bearer {group.creator}"}, {"Authorization": "Bearer " + "0" * 5000},
                    {"Cookie": "newroot_session="}, {"Cookie": "newroot_session=" + "0" * 32},
                    {"Cookie": f"newroot_session={group.operator}", "Content-Type": "application/json"}):
        answer = group.request(method, path, headers=headers)
        assert (answer.status, answer.json["error"]) == (401, "operator.login"), headers
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert f"operator.login: {path.replace('db1', '*')}" in group.log()
    assert group.show("db1")["state"] == "created"


@pytest.mark.parametrize("method, path", routes(("admit_creator",)))
def test_creators_routes_need_a_token(group, method, path):
    for token in (None, group.token(), group.creator[:-1], group.creator + "0"):
        answer = group.request(method, path, token=token)
        assert (answer.status, answer.json["error"]) == (401, "creator.login")
    for token in (group.creator, group.operator):
        assert group.request(method, path, token=token).status in (200, 400)


def test_neither_token_opens_the_routes_of_vms(group):
    for token in (group.operator, group.creator):
        assert group.get(f"/v1/job?mac={MAC}", token=token).json["error"] == "vm.token"
        assert group.get("/v1/archives/root.tar", token=token).json["error"] == "archive.reader"


def test_login_and_logout(group):
    answer = group.request("POST", "/v1/login", body=json.dumps({"token": group.operator}))
    assert (answer.status, answer.json) == (200, {"seconds": 43200})
    cookie, *words = answer.headers["Set-Cookie"].split("; ")
    assert set(words) == {"Max-Age=43200", "Path=/", "Secure", "HttpOnly", "SameSite=Strict"}
    assert re.fullmatch("newroot_session=[0-9a-f]{32}", cookie) and group.operator not in cookie
    session = {"Cookie": cookie, "Content-Type": "application/json"}
    other = group.login()
    assert group.get("/v1/vms", headers=session).status == 200
    answer = group.request("POST", "/v1/logout", headers=session)
    assert answer.status == 200 and "Max-Age=0" in answer.headers["Set-Cookie"]
    assert group.get("/v1/vms", headers=session).status == 401
    assert group.get("/v1/vms", headers=other).status == 200, "another browser stays logged in"
    assert group.operator not in group.log() and cookie.split("=")[1] not in group.log()


@pytest.mark.parametrize("type_", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"])
def test_post_by_cookie_says_that_it_is_json(group, type_):
    session = {"Cookie": group.login()["Cookie"], **({"Content-Type": type_} if type_ else {})}
    for path in ("/v1/vms/db1/hold", "/v1/logout", "/v1/needs-creating"):
        answer = group.request("POST", path, headers=session)
        assert (answer.status, answer.json["error"]) == (415, "request.type")
    assert group.show("db1")["hold"] is False
    session["Content-Type"] = "application/json; charset=utf-8"
    assert group.request("POST", "/v1/vms/db1/hold", headers=session).status == 200


def test_wrong_logins_are_logged_and_slowed_down(group):
    def try_login(token):
        return group.request("POST", "/v1/login", body=json.dumps({"token": token}))
    for number in range(10):
        answer = try_login(f"{number:032x}")
        assert (answer.status, answer.json["error"]) == (401, "operator.login")
    assert group.log().count("operator.login: login: this is not the token") == 10
    assert (try_login("0" * 32).status, try_login("0" * 32).json["error"]) == (429, "limit")
    assert try_login("0" * 32).headers["Retry-After"] == "60"
    assert group.get("/v1/vms", token="0" * 32).status == 429, "a token is an attempt, too"
    assert try_login(group.operator).status == 200, "the right one waits for nobody's wrong ones"
    assert group.get("/v1/vms", token=group.operator).status == 200
    assert group.get("/v1/needs-creating", token=group.creator).status == 200
    assert group.get(f"/v1/hello?mac={MAC}", token=group.token()).status == 200, "agents are not concerned"


def test_sessions_survive_the_slowing_down(group):
    session = group.login()
    for number in range(11):
        group.get("/v1/vms", token=f"{number:032x}")
    assert group.get("/v1/vms", headers=session).status == 200


def test_oldest_session_makes_room(group):
    first, sessions = group.login(), []
    time.sleep(1.1)
    sessions = [group.login() for _ in range(64)]
    assert group.get("/v1/vms", headers=first).status == 401
    assert group.get("/v1/vms", headers=sessions[0]).status == group.get("/v1/vms", headers=sessions[-1]).status == 200


@pytest.mark.parametrize("body, where", [
    ("", "token"), ("{}", "token"), ('{"token": ""}', "token"), ('{"token": 1}', "token"), ('{"token": "x", "name": "y"}', "name"),
    ('{"token": "' + "x" * 40 + '"}', "token"), ('{"token": "x", "token": "y"}', "line 1 column"), ("[]", "line 1 column 1"),
    ("token=x", "line 1 column"), ("{", "line 1 column"), (b'{"token": "\xff"}', "line 1 column"), ('{"token": "a\\u0000"}', "line 1 column"),
    ("[" * 3000, "line 1 column"),
])
def test_malformed_logins(group, body, where):
    answer = group.request("POST", "/v1/login", body=body)
    assert (answer.status, answer.json["error"]) == (400, "body")
    assert answer.json["message"].startswith(where), answer.json


def test_oversized_login(group):
    answer = group.request("POST", "/v1/login", body=b"x" * 5000)
    assert (answer.status, answer.json["error"]) == (413, "body.size")


def test_new_operator_token_ends_sessions(group):
    session, old = group.login(), group.operator
    (group.data / "operator.token").unlink()
    group.process.send_signal(1)
    until(lambda: group.get("/v1/vms", headers=session).status == 401, "the session has ended")
    assert group.operator != old and group.get("/v1/vms", token=group.operator).status == 200
    assert group.get("/v1/vms", token=old).status == 401


def test_broken_token_file_keeps_the_token(group):
    token = group.operator
    (group.data / "operator.token").write_text("secret\n")
    group.process.send_signal(1)
    until(lambda: "tokens stay as they were" in group.log(), group.log)
    assert group.get("/v1/vms", token=token).status == 200
    assert group.stop() == 0
    done = group.run("serve", "--data", group.data, "--listen", "127.0.0.1:0")
    assert done.returncode == 1 and "operator.token" in done.stderr and "hex digits" in done.stderr


def test_creator_token_of_an_old_data_folder(fresh):
    fresh.init()
    (fresh.data / "creator.token").unlink()
    fresh.start()
    assert fresh.get("/v1/needs-creating", token=fresh.creator).status == 200
    assert (fresh.data / "creator.token").stat().st_mode & 0o777 == 0o600


def test_vms_and_groups(group):
    group.add("alone", "52:54:00:00:00:13")
    listed = group.ask("/v1/vms")
    assert [vm["name"] for vm in listed["vms"]] == ["alone", "db1", "web1"]
    assert listed["version"] == max(vm["version"] for vm in listed["vms"])
    assert [vm["name"] for vm in group.ask("/v1/vms?group=shop")["vms"]] == ["db1", "web1"]
    assert group.ask("/v1/vms?group=none")["vms"] == []
    assert group.ask("/v1/groups") == {"groups": [{"name": "shop", "hold": False, "imported": False, "vms": 2, "states": {"created": 2}}]}
    group.post([Boot().event("state", state="configuring")], token=group.token())
    assert group.ask("/v1/groups")["groups"][0]["states"] == {"configuring": 1, "created": 1}
    assert group.token() not in json.dumps(group.ask("/v1/vms"))


def test_vm_in_detail(group):
    boot = Boot()
    group.post([boot.event("state", state="configuring"), boot.event("begin", step="unpack")], token=group.token())
    group.get(f"/v1/job?mac={MAC}")
    until(lambda: group.ask("/v1/vms/db1")["refused"], "the refusal is stored")
    vm = group.ask("/v1/vms/db1")
    shown = group.show("db1")
    assert shown.pop("events") and vm == shown
    assert vm["boots"][0]["boot"] == boot.id and vm["timeline"][0]["step"] == "unpack" and vm["spec"] is None
    assert vm["refused"][0]["reason"] == "vm.no-token"
    answer = group.get("/v1/vms/nobody", token=group.operator)
    assert (answer.status, answer.json["error"]) == (404, "vm.unknown")


def test_events_of_a_vm(group):
    assert group.ask("/v1/vms/db1/events") == {"events": []}
    first, second = Boot(), Boot()
    events = [first.event("note", text=str(number)) for number in range(5)]
    group.post(events, token=group.token())
    group.post([second.event("heartbeat")], token=group.token())
    path = "/v1/vms/db1/events"
    assert [event["boot"] for event in group.ask(path)["events"]] == [second.id], "the newest boot's"
    assert group.ask(f"{path}?boot={first.id}")["events"] == events
    assert group.ask(f"{path}?boot={first.id}&after=3")["events"] == events[3:]
    assert group.ask(f"{path}?boot={first.id}&after=1&limit=2")["events"] == events[1:3]
    assert group.ask(f"{path}?boot={first.id}&after=5")["events"] == []
    for query, code in (("after=-1", "request.query"), ("after=x", "request.query"), ("limit=0", "request.query"), ("limit=1001", "request.query"),
                        ("after=", "request.query"), ("after=99999999999999999999", "request.query"), ("boot=x", "request.boot"),
                        (f"boot={Boot().id}", "request.boot")):
        answer = group.get(f"{path}?{query}", token=group.operator)
        assert (answer.status, answer.json["error"]) == (400, code), query


def test_actions(group):
    boot = Boot()

    def act(action, name="db1"):
        answer = group.act(f"/v1/vms/{name}/{action}")
        return answer.status, answer.json.get("state", answer.json.get("error"))
    assert act("hold") == (200, "created")
    assert group.show("db1")["held"] == "held by the operator"
    assert group.get(f"/v1/hello?mac={MAC}", token=group.token()).json["hold"] is True
    assert act("release") == (200, "created") and group.show("db1")["hold"] is False
    assert act("retry") == (409, "vm.state") and act("cutover") == (409, "vm.state")
    assert act("cancel") == (200, "cancelled") and act("retry") == (200, "created")
    group.post([boot.event("state", state=state) for state in ("configuring", "installed", "first boot", "complete")], token=group.token())
    assert act("mark") == (200, "cut over") and act("arm") == (409, "vm.state")
    assert act("hold", "nobody") == (404, "vm.unknown")
    causes = [row["cause"] for row in group.show("db1")["history"]]
    assert causes[:2] == ["hold by the operator at 127.0.0.1", "release by the operator at 127.0.0.1"]
    assert "refused: retry by the operator at 127.0.0.1" in causes


def test_arming_hands_the_job_out_again(group):
    boot, token = Boot(), group.token()
    assert group.get(f"/v1/job?mac={MAC}&boot={boot.id}", token=token).status == 200
    assert group.get(f"/v1/job?mac={MAC}&boot={Boot().id}", token=token).status == 409
    assert group.act("/v1/vms/db1/arm").json["armed"] is True


@pytest.mark.parametrize("body, status", [(None, 200), ("", 200), ("{}", 200), ("[]", 400), ("{", 400), ('{"force": "yes"}', 400), ("x" * 5000, 413)])
def test_bodies_of_actions(group, body, status):
    for path in ("/v1/vms/db1/hold", "/v1/groups/shop/hold"):
        assert group.request("POST", path, body=body, token=group.operator).status == status


def test_actions_on_a_group(group):
    group.add("alone", "52:54:00:00:00:13")
    assert group.act("/v1/groups/shop/hold").json == {"group": "shop"}
    assert [vm["held"] for vm in group.ask("/v1/vms")["vms"]] == [None] + ["its group 'shop' is held by the operator"] * 2
    assert group.ask("/v1/groups")["groups"][0]["hold"] is True
    assert group.act("/v1/groups/shop/release").status == 200
    before = group.show("web1")["history"]
    answer = group.act("/v1/groups/shop/cutover")
    assert (answer.status, answer.json["error"]) == (409, "vm.state")
    assert group.show("web1")["history"] == before, "nothing is done to any when one refuses"
    assert group.act("/v1/groups/shop/cancel").status == 200
    assert group.ask("/v1/groups")["groups"][0]["states"] == {"cancelled": 2}
    answer = group.act("/v1/groups/none/hold")
    assert (answer.status, answer.json["error"]) == (404, "vm.unknown")


@pytest.mark.parametrize("method, path, status, allow", [
    ("POST", "/v1/vms/db1/dance", 404, None), ("GET", "/v1/vms/db1/hold", 405, "POST"), ("POST", "/v1/vms/db1", 405, "GET, HEAD"),
    ("POST", "/v1/vms//hold", 404, None), ("POST", "/v1/vms/a%2fb/hold", 404, None), ("POST", "/v1/vms/db1/hold/", 404, None),
    ("DELETE", "/v1/vms/db1", 405, "GET, HEAD"), ("PUT", "/v1/needs-creating", 405, "GET, HEAD, POST"), ("PATCH", "/v1/stream", 405, "GET, HEAD"),
    ("OPTIONS", "/v1/login", 405, "POST"), ("TRACE", "/", 405, "GET, HEAD"), ("POST", f"/v1/vms/{'x' * 64}/hold", 404, None),
    ("BREW", "/v1/none", 404, None), ("GET", "/v1/vms/", 404, None), ("GET", "//v1/vms", 404, None), ("GET", "/V1/vms", 404, None),
])
def test_routes_and_methods(group, method, path, status, allow):
    answer = group.request(method, path, token=group.operator)
    assert (answer.status, answer.headers["Allow"]) == (status, allow)


def test_actions_at_once(group):
    statuses = []

    def act(path):
        statuses.append(group.act(path).status)
    threads = [threading.Thread(target=act, args=(f"/v1/vms/{name}/{action}",)) for name in ("db1", "web1") for action in ("hold", "release") * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200} and len(statuses) == 32


def test_page_is_there_for_everyone_and_its_data_is_not(group):
    for path, type_ in (("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript"), ("/favicon.svg", "image/svg+xml")):
        answer = group.get(path)
        assert answer.status == 200 and answer.headers["Content-Type"].startswith(type_) and answer.body
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        etag = answer.headers["ETag"]
        again = group.get(path, headers={"If-None-Match": etag})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
        assert group.get(path, headers={"If-None-Match": '"other"'}).body == answer.body
        assert b"db1" not in answer.body and group.request("HEAD", path).status == 200


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-CCM", "AES128-GCM-SHA256"])
def test_no_suite_without_authentication_or_with_a_lasting_key(group, suite):
    context = group.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{suite}:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", group.port), timeout=60) as plain, pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"])
def test_the_agents_suites(group, suite):
    context = group.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
    with socket.create_connection(("127.0.0.1", group.port), timeout=60) as plain:
        assert context.wrap_socket(plain, server_hostname="localhost").cipher()[0] == suite


def test_browsers_stay_with_tls(group):
    assert group.get("/").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_health(group):
    assert group.get("/healthz").json == {"status": "ok"}


def metrics(service):
    text = service.get("/metrics", token=service.operator)
    assert text.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return dict(line.rsplit(" ", 1) for line in text.body.decode().splitlines() if not line.startswith("#"))


def test_metrics(group):
    (group.data / "archives" / "root.tar").write_bytes(b"x" * 100000)
    boot, token = Boot(), group.token()
    events = [boot.event("state", state="configuring"), boot.event("heartbeat")]
    group.post(events, token=token)
    group.post(events, token=token)
    group.act("/v1/vms/web1/hold")
    group.get("/v1/archives/root.tar", token=token, headers={"Range": "bytes=0-49999"})
    group.get("/nothing")
    group.get("/v1/vms")
    stream = group.stream("/v1/stream")
    found = metrics(group)
    assert found['newroot_vms{state="configuring"}'] == "1" and found['newroot_vms{state="created"}'] == "1"
    assert found["newroot_vms_held"] == "1" and found["newroot_groups"] == "1"
    assert found["newroot_events_total"] == "2"
    assert found["newroot_archive_bytes_total"] == "50000"
    assert found['newroot_requests_total{method="POST",route="/v1/events",status="200"}'] == "2"
    assert found['newroot_requests_total{method="GET",route="/v1/archives/{path}",status="206"}'] == "1"
    assert found['newroot_requests_total{method="POST",route="/v1/vms/{name}/hold",status="200"}'] == "1"
    assert found['newroot_requests_total{method="",route="",status="404"}'] == "1"
    assert found['newroot_refusals_total{code="operator.login"}'] == "1"
    assert found["newroot_streams"] == "1" and found['newroot_build_info{version="0.1"}'] == "1"
    assert int(found["process_resident_memory_bytes"]) > 1000000 and abs(int(found["process_start_time_seconds"]) - time.time()) < 600
    stream.close()


def test_metrics_follow_the_text_format(group):
    lines = group.get("/metrics", token=group.operator).body.decode().splitlines()
    family = None
    for line in lines:
        if line.startswith("# HELP "):
            family = line.split()[2]
        elif line.startswith("# TYPE "):
            assert line.split()[2] == family and line.split()[3] in ("counter", "gauge")
            assert (line.split()[3] == "counter") == family.endswith("_total")
        else:
            assert re.fullmatch(rf'{family}(\{{\w+="[^"\\]*"(,\w+="[^"\\]*")*\}})? \d+', line), line
