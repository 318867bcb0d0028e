"""docs/openapi.json, held against what the service answers: every answer that a test gets is checked by it."""
import functools
import json
import re
import urllib.parse

import jsonschema

from common import TOP

DOCUMENT = json.loads((TOP / "docs" / "openapi.json").read_text())
# Any request may be told that it is too large or too much, or that the service is out of order.
ANYWHERE = {413, 429, 503}


def resolve(node):
    """What a $ref of the document stands for."""
    while "$ref" in node:
        found = DOCUMENT
        for word in node["$ref"].removeprefix("#/").split("/"):
            found = found[word]
        node = found
    return node


def pattern(path):
    return re.compile(re.escape(path).replace(r"\{name\}", "[^/]+").replace(r"\{path\}", ".*").replace(r"\{module\}", r"\w+"), re.S)


PATTERNS = {path: pattern(path) for path in DOCUMENT["paths"]}


def template(path):
    """The document's path of a request, or None. Escapes are undone once, as the service does it."""
    plain = urllib.parse.unquote(path.split("?")[0], errors="replace")
    return next((known for known, regex in PATTERNS.items() if regex.fullmatch(plain)), None)


@functools.lru_cache(maxsize=None)
def validator(schema_text):
    schema = {**json.loads(schema_text), "components": DOCUMENT["components"]}
    return jsonschema.Draft202012Validator(schema)


def validate(value, schema):
    validator(json.dumps(schema)).validate(value)


def check_refusal(answer, status, code):
    assert (answer.status, json.loads(answer.body)["error"]) == (status, code)


def check(method, path, body, answer):
    """Fails when the answer is none that the document has for the request."""
    known = template(path)
    if known is None:
        return check_refusal(answer, 404, "request.route") if method != "HEAD" else None
    operation = DOCUMENT["paths"][known].get("get" if method == "HEAD" else method.lower())
    if operation is None:
        return check_refusal(answer, 405, "request.method")
    what = f"{method} {known}"
    assert answer.status in ANYWHERE or str(answer.status) in operation["responses"], f"{what}: {answer.status} is not in openapi.json"
    if answer.status in ANYWHERE and str(answer.status) not in operation["responses"]:
        return None
    check_answer(what, method, answer, resolve(operation["responses"][str(answer.status)]))
    if answer.status == 200 and body and "requestBody" in operation:
        validate(json.loads(body), operation["requestBody"]["content"]["application/json"]["schema"])
    return None


def check_answer(what, method, answer, described):
    for header in described.get("headers", {}):
        assert answer.headers[header], f"{what}: {answer.status} lacks {header}"
    if "content" not in described:
        assert not answer.body, f"{what}: {answer.status} has a body"
        return
    type_ = answer.headers["Content-Type"].split(";")[0]
    assert type_ in described["content"], f"{what}: {answer.status} is {type_}"
    if type_ == "application/json" and method != "HEAD":
        validate(json.loads(answer.body), described["content"][type_]["schema"])
