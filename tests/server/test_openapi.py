"""docs/openapi.json describes the service: all of its routes, and nothing that it doesn't answer."""
import json
import re
import sqlite3

import pytest

import openapi
from common import TOP
from service import MAC, Boot
from test_creators import become

ROUTES = re.findall(r'ROUTE\((GET|POST), "([^"]+)"', (TOP / "server-stub/http/routes.def").read_text())
OPERATIONS = {(method, path): operation for path, item in openapi.DOCUMENT["paths"].items() for method, operation in item.items()}
OTHER, THIRD = "52:54:00:00:00:12", "52:54:00:00:00:13"


def documented(path):
    """A route's path as the document has it; the modules of the page are one."""
    return re.sub(r"^/\w+\.js$", "/{module}.js", path.replace("**", "{path}").replace("*", "{name}"))


def test_every_route_is_described():
    assert {(method.lower(), documented(path)) for method, path in ROUTES} == set(OPERATIONS)


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == "$ref" else references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_references_lead_somewhere():
    used = set(references(openapi.DOCUMENT))
    for name in used:
        assert openapi.resolve({"$ref": name})
    for kind in ("schemas", "responses", "parameters"):
        for name in openapi.DOCUMENT["components"][kind]:
            assert f"#/components/{kind}/{name}" in used, name


def test_operations_are_whole():
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(ids) == len(set(ids))
    schemes = openapi.DOCUMENT["components"]["securitySchemes"]
    for (method, path), operation in OPERATIONS.items():
        parameters = [openapi.resolve(parameter) for parameter in operation.get("parameters", ())]
        assert {row["name"] for row in parameters if row["in"] == "path"} == set(re.findall(r"\{(\w+)\}", path)), path
        assert operation["summary"] and operation["tags"] and "200" in operation["responses"]
        assert all(name in schemes for choice in operation["security"] for name in choice)
        assert ("requestBody" in operation) == (method == "post")


def test_schemas_are_schemas():
    for name, schema in openapi.DOCUMENT["components"]["schemas"].items():
        openapi.jsonschema.Draft202012Validator.check_schema(schema)
        assert schema.get("additionalProperties") is False or schema["type"] == "string" or name in ("Event", "Spec"), name


@pytest.fixture
def group(fresh):
    """VMs in the states that all answers take."""
    fresh.init()
    fresh.add("db1", MAC, "--group", "shop", token="auto")
    fresh.add("db2", OTHER, "--group", "shop", "--address", "10.9.9.9", token="none")
    fresh.add("book1", THIRD, "--group", "books")
    for number, name in enumerate(("new", "newer", "built")):
        fresh.add(name, f"52:54:00:00:01:{number:02x}", token="auto")
        become(fresh, name, "needs provisioning" if name == "built" else "needs creating")
    (fresh.data / "archives" / "root.tar").write_bytes(b"archive")
    fresh.cli("archives")
    fresh.start()
    fresh.tokens = {role: fresh.cli("token", "add", f"{role}1", "--role", role).strip() for role in ("viewer", "metrics")}
    return fresh


def requests(service):
    """Requests that bring every described answer but those of a broken or busy service: (method, path, how)."""
    boot = Boot()
    operator, creator, agent = ({"token": token} for token in (service.operator, service.creator, service.token()))
    session, wrong = {"headers": service.login()}, {"token": "0" * 32}
    no_json = {"headers": {"Cookie": session["headers"]["Cookie"]}}

    def report(vm, what):
        return {"body": json.dumps({"vm": vm, "report": what, "creator": "rack1"})}
    yield from (("GET", path, {}) for path in ("/healthz", "/", "/page.css", "/page.js", "/favicon.svg", "/other.js"))
    for path in ("/", "/page.css", "/page.js", "/favicon.svg"):
        yield "GET", path, {"headers": {"If-None-Match": service.get(path).headers["ETag"]}}
    for name in ("hello", "job", "plan", "peers/db2/state"):
        yield "GET", f"/v1/{name}", agent
        yield "GET", f"/v1/{name}?mac={MAC}", wrong
        yield "GET", f"/v1/{name}?mac=52:54:00:00:00:99", agent
    yield "GET", f"/v1/hello?mac={MAC}", agent
    yield "GET", f"/v1/plan?mac={MAC}", agent
    yield "GET", f"/v1/peers/db2/state?mac={MAC}&not=complete&wait=1", agent
    for _ in range(2):
        yield "GET", f"/v1/job?mac={MAC}", agent
    for how in ({**agent, "body": json.dumps([boot.event("begin", step="unpack"), boot.event("progress", step="unpack", item="/", done=1, total=2, rate=1),
                                              boot.event("error", step="unpack", code="archive.hash", where="/", message="wrong")])},
                {**agent, "body": "[]"}, {**agent, "headers": {"Content-Length": "3000000", "Expect": "100-continue"}}, wrong):
        yield "POST", f"/v1/events?mac={MAC}", how
    yield "POST", "/v1/events?mac=52:54:00:00:00:99", agent
    for folder, name in (("archives", "root.tar"), ("boot", "site.img")):
        for how in ({}, {"Range": "bytes=0-1"}, {"Range": "bytes=99999999-"}):
            yield "GET", f"/v1/{folder}/{name}", {**agent, "headers": how}
        yield "GET", f"/v1/{folder}/{'vm1/root.tar' if folder == 'archives' else 'none'}", agent
    for folder in ("archives", "facts"):
        yield "GET", f"/v1/{folder}/root.tar", wrong
    for name in ("root.tar", "vm1/root.tar"):
        yield "GET", f"/v1/facts/{name}", agent
    for body in (json.dumps({"token": service.operator}), "{}", json.dumps({"token": "x"}), "x" * 5000):
        yield "POST", "/v1/login", {"body": body}
    for path in ("archives", "certificates", "groups", "vms", "vms?group=shop", "vms/db1", "vms/new", "vms/nobody", "vms/db1/events", "vms/db1/events?limit=x",
                 "vms/nobody/events", "vms/nobody/log"):
        yield "GET", f"/v1/{path}", operator
        yield "GET", f"/v1/{path}", {}
    yield "GET", "/metrics", operator
    yield "GET", "/metrics", {}
    yield "GET", "/v1/stream", {}
    for work, vm in (("creating", "new"), ("provisioning", "built")):
        path = f"/v1/needs-{work}"
        yield "GET", path, creator
        yield "GET", path, {}
        for name, what in ((vm, "taken"), ("db2", "taken"), ("nobody", "taken"), (vm, "done"), (vm, "sold")):
            yield "POST", path, {**creator, **report(name, what)}
        yield "POST", path, {}
        yield "POST", path, {**creator, "body": "x" * 5000}
        yield "POST", path, no_json
    # db1 is in error here; what is allowed comes before what isn't any more.
    for action in ("hold", "release", "retry", "retry", "cancel", "arm", "cutover", "mark", "reopen"):
        yield "POST", f"/v1/vms/db1/{action}", operator
    for action in ("hold", "release", "cutover", "mark", "reopen", "arm", "cancel", "retry"):
        yield "POST", f"/v1/groups/shop/{action}", operator
    events = [boot.event("state", state=state) for state in ("configuring", "installed", "first boot", "complete")]
    yield "POST", f"/v1/events?mac={THIRD}", {"body": json.dumps(events)}
    for path in ("vms/book1/cutover", "vms/book1/mark", "vms/book1/reopen", "groups/books/mark", "groups/books/reopen", "groups/books/mark", "vms/book1/cancel", "vms/book1/arm", "groups/books/cutover", "groups/books/mark",
                 "groups/books/arm"):
        yield "POST", f"/v1/{path}", operator
    for kind, name in (("vms", "db1"), ("groups", "shop")):
        for action in ("retry", "arm", "hold", "release", "cancel", "cutover", "mark", "reopen"):
            path = f"/v1/{kind}/{name}/{action}"
            yield "POST", path, {}
            yield "POST", path, no_json
            yield "POST", path, {**operator, "body": "[]"}
            yield "POST", path, {**operator, "body": "x" * 5000}
            yield "POST", path.replace(name, "nobody"), operator
    for (method, path), operation in OPERATIONS.items():
        if "operator" in str(operation.get("security")) or "creator" in str(operation.get("security")):
            yield method.upper(), path.replace("{name}", "db1"), {"token": service.tokens["viewer" if path == "/metrics" else "metrics"]}
    for how in (operator, {}):
        yield "GET", "/v1/sessions", how
        yield "GET", "/v1/me", how
    own = next(row["id"] for row in service.ask("/v1/sessions")["sessions"])
    for how in (no_json, {}, {**operator, "body": "x" * 5000}, {**operator, "body": "[]"}, operator, operator):
        yield "POST", f"/v1/sessions/{own}/end", how
    session, no_json = service.login(), {"headers": {"Cookie": service.login()["Cookie"]}}
    for how in (no_json, {}, {**operator, "body": "x" * 5000}, {"headers": session}):
        yield "POST", "/v1/logout", how


def test_every_described_answer_is_given(group):
    seen = {("get", path, "200") for path in ("/v1/stream", "/v1/vms/{name}/log")}
    for path in ("/v1/stream", "/v1/vms/db1/log"):
        group.stream(path).close()
    for method, path, how in requests(group):
        answer = group.request(method, path, **how)
        known = openapi.template(path)
        seen.add((method.lower(), known, str(answer.status)))
    seen = {answer for answer in seen if answer[2] not in ("429", "503")}
    wanted = {(method, path, status) for (method, path), operation in OPERATIONS.items() for status in operation["responses"]
              if status not in ("429", "503")}
    missing = sorted(wanted - seen)
    assert not missing, missing


def test_broken_store_is_told(group):
    """503 where it is described: the store's tables are gone."""
    session = group.login()
    with sqlite3.connect(group.data / "newroot.db") as store:
        store.execute("PRAGMA foreign_keys = OFF")
        for table in ("vm", "vm_group", "event", "boot", "archive"):
            store.execute(f"DROP TABLE {table}")
    store.close()
    for (method, path), operation in OPERATIONS.items():
        if "503" not in operation["responses"]:
            continue
        report = json.dumps({"vm": "new", "report": "taken", "creator": "x"}) if method == "post" and "needs" in path else None
        answer = group.request(method.upper(), path.replace("{name}", "db1").replace("{path}", "root.tar") + f"?mac={MAC}", headers=session,
                               body=report)
        assert (path, answer.status) == (path, 503)
    assert "no such table" in group.log()
    assert group.get("/v1/boot/site.img").status == 200


def test_documents_name_each_other():
    """Each code of a refusal is in the table of docs/server.md, with its status, and each path in that of the routes."""
    manual = (TOP / "docs" / "server.md").read_text()
    rows = re.findall(r'\[REFUSE_\w+\] =\s*\{MHD_HTTP_(\w+),\s*"([\w.-]+)"\}', (TOP / "server-stub/http/reply.c").read_text())
    assert len(rows) > 15
    for _, code in rows:
        assert f"`{code}`" in manual, code
    for path in openapi.DOCUMENT["paths"]:
        shown = path.replace("{name}", "NAME").replace("{path}", "").replace("{module}", "page").rstrip("/") or "/"
        if shown.rsplit("/", 1)[1] not in ("retry", "arm", "hold", "release", "cancel", "cutover", "mark", "reopen"):
            assert shown in manual, shown
