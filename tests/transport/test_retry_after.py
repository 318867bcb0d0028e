"""Whoever is refused for now and tries again leaves the service alone as long as it asks (the agent's own lives: tests/unit)."""
import json
import subprocess
import sys
import time

import pytest

from api import PATIENCE_MAX_S, Away
from common import TOP, until

NEEDS = {"lease_seconds": 300, "vms": []}
VM = {"name": "db1", "network": "elsewhere"}


@pytest.fixture
def creator(authority, server, tmp_path):
    """creator(): the creator for QEMU against the played service, asking without a pause of its own."""
    started = []

    def start():
        token = tmp_path / "token"
        token.write_text("secret")
        with (tmp_path / "creator.log").open("w") as log:
            started.append(subprocess.Popen(
                [sys.executable, "-B", TOP / "tests/qemu/creator.py", "--service", server.url, "--ca", authority.cert, "--token-file", token,
                 "--folder", tmp_path / "vms", "--interval", "0.02"], stdout=log, stderr=log))

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("status", [429, 503])
def test_a_creator_that_polls(server, creator, status):
    asked = []

    def busy(request, reply, n):
        asked.append(time.monotonic())
        if n == 0:
            reply.answer(b"{}", status, Retry_After=2)
        else:
            reply.answer(json.dumps(NEEDS).encode())
    server.on("/v1/needs-creating", busy)
    server.on("/v1/needs-provisioning", lambda request, reply, n: reply.answer(json.dumps(NEEDS).encode()))
    creator()
    until(lambda: len(asked) > 2, "the creator asks again")
    assert asked[1] - asked[0] >= 2, "it waits as long as the service asks"


def test_a_creator_that_reports(server, creator):
    """What it has to say of a VM waits, and so does all the rest."""
    asked = []

    def needs(request, reply, n):
        asked.append((request.method, time.monotonic()))
        reports = [method for method, _ in asked if method == "POST"]
        if request.method == "GET":
            reply.answer(json.dumps(NEEDS | {"vms": [] if len(reports) > 1 else [VM]}).encode())
        elif len(reports) == 2:
            reply.answer(b"{}", 429, Retry_After=2)
        else:
            reply.answer(b"{}")
    server.on("/v1/needs-creating", needs)
    server.on("/v1/needs-provisioning", lambda request, reply, n: (asked.append(("GET", time.monotonic())), reply.answer(json.dumps(NEEDS).encode())))
    creator()
    until(lambda: [method for method, _ in asked].count("POST") > 2, "the report is told again")
    refused = [at for method, at in asked if method == "POST"][1]
    later = [at for _, at in asked if at > refused]
    assert later[0] - refused >= 2, "nothing else is asked meanwhile"


@pytest.mark.parametrize("told, least", [(None, 0), ("", 0), ("7", 7), (" 7 ", 7), ("-7", 0), ("Fri, 07 Nov 2025 23:59:59 GMT", 0),
                                         ("86400", PATIENCE_MAX_S), ("9" * 40, PATIENCE_MAX_S), ("\u0664\u0662", 0)])
def test_no_service_stops_a_creator_for_ever(told, least):
    waits = {Away("busy", told).wait_s for _ in range(50)}
    assert all(least <= wait <= least * 1.25 for wait in waits)
    assert len(waits) > 1 or not least, "those who were refused together do not come back together"
