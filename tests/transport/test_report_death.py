"""`newroot report-death`, the shipped program, against a service on the loopback."""
import json
import subprocess

import pytest
from common import BUILD, PATIENCE_S

MAC = "52:54:00:12:34:56"


@pytest.fixture
def posts(server):
    """The events that the service has taken."""
    taken = []

    def handler(request, reply, n):
        taken.extend(json.loads(request.body))
        reply.answer(json.dumps({"taken": taken[-1]["seq"], "hold": False}).encode())
    server.on("/v1/events", handler)
    return taken


@pytest.fixture
def report_death(server, authority, tmp_path):
    params, log, spool = tmp_path / "params", tmp_path / "log", tmp_path / "spool"
    params.write_text(f"newroot.url={server.url} newroot.token=s3cret BOOTIF=01-{MAC.replace(':', '-')}\n")
    log.write_text("".join(f"line {i}\n" for i in range(100)))

    def run(*args):
        return subprocess.run([BUILD / "newroot", "report-death", "--params", params, "--log", log, "--spool", spool,
                               "--ca", authority.cert, "--limit", "120", *args], capture_output=True, text=True,
                              timeout=2 * PATIENCE_S)
    run.spool = spool
    return run


def test_killed_agent(report_death, posts, server):
    done = report_death("--status", "139")
    assert done.returncode == 0, done
    error, state = posts
    assert error["type"] == "error" and error["code"] == "agent.died" and "signal 11" in error["message"]
    assert error["stderr"][-1] == "line 99" and len(error["stderr"]) == 20
    assert state["type"] == "state" and state["state"] == "error"
    assert [e["seq"] for e in posts] == [1, 2] and error["boot"] == state["boot"]
    assert server.requests[0].path.startswith("/v1/events?mac=" + MAC)
    assert server.requests[0].headers["authorization"] == "Bearer s3cret"


def test_what_the_agent_left_comes_first(report_death, posts):
    boot = "01234567-89ab-cdef-0123-456789abcdef"
    report_death.spool.write_text(json.dumps({
        "boot": boot, "next": 6, "batch": [{"boot": boot, "seq": 5, "ms": 1, "type": "begin", "step": "lvm"}],
        "pending": [{"ms": 2, "type": "note", "text": "x"}]}))
    assert report_death("--status", "137").returncode == 0
    assert [(e["seq"], e["type"]) for e in posts] == [(5, "begin"), (6, "note"), (7, "error"), (8, "state")]
    assert {e["boot"] for e in posts} == {boot}


def test_agent_that_ended_by_itself(report_death, posts):
    assert report_death("--status", "5").returncode == 0
    assert [e["type"] for e in posts] == ["note"]
    assert "status 5" in posts[0]["text"] and "line 99" in posts[0]["text"]


def test_service_that_is_away(report_death, server):
    server.on("/v1/events", lambda q, r, n: r.answer(b"", 503))
    done = report_death("--status", "139", "--limit", "2")
    assert done.returncode == 5
    spool = json.loads(report_death.spool.read_text())
    assert [e["type"] for e in spool["batch"] + spool["pending"]] == ["error", "state"]


@pytest.mark.parametrize("args", [[], ["--status", "x"], ["--status", "256"], ["--status", "1", "more"], ["--odd"]])
def test_wrong_usage(report_death, args):
    done = report_death(*args)
    assert done.returncode == 2 and "usage:" in done.stderr
