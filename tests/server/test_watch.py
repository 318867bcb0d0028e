"""watch: on a real terminal, without one, and with agents that would command it."""
import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import time
import unicodedata

import pytest

from common import PATIENCE_S, TOP, until
from migration import change, put
from screen import ENTER, LEAVE, Terminal, strangers
from service import MAC, Boot

ARCHIVE = "https://service:8443/v1/archives/db1/root.tar.gz"
EVIL = "\x1b]0;pwned\x07\x1b[2J\x1b[31m\u009b2J\u202eabc\x7f\r\n\x08\u200bx\x1bc\u2028"


@pytest.fixture
def terminal(fresh):
    """Opens a terminal with watch on it."""
    opened = []

    def open_(*argv, columns=80, lines=24, **environment):
        opened.append(Terminal([fresh.program, "watch", "--data", fresh.data, *argv], columns, lines, **environment))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.fixture
def shop(fresh):
    """Two VMs of a group; served."""
    fresh.init()
    fresh.add("db1", MAC, "--group", "shop")
    fresh.add("web1", "52:54:00:00:00:12", "--group", "shop")
    fresh.start()
    return fresh


def once(service, *argv, **environment):
    done = subprocess.run([service.program, "watch", "--once", "--data", service.data, *argv], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env={**os.environ, "LC_ALL": "C.UTF-8", **environment})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def report(service, boot, *events, mac=MAC):
    answer = service.post([boot.event(type_, **members) for type_, members in events], mac)
    assert answer.status == 200, answer.body
    return answer


def unpack(service, boot, done=300, total=1200, rate=10, item=ARCHIVE, mac=MAC):
    report(service, boot, ("state", {"state": "configuring"}), ("begin", {"step": "unpack"}),
           ("progress", {"step": "unpack", "item": item, "done": done << 20, "total": total << 20, "rate": rate << 20}), mac=mac)


def test_shows_what_happens(shop, terminal):
    """From created to an error that holds the group, and on, each within a look or two."""
    window, boot, peer = terminal(), Boot(), Boot()
    window.wait(r"^shop  2 VMs: 2 created$", r"^db1 +created$", r"^web1 +created$")
    unpack(shop, boot)
    window.wait(r"^db1 +configuring +unpack +10/17 █+░+ +25%   10\.0   1:30$", r"shop  2 VMs: 1 created, 1 configuring; 10\.0 MiB/s")
    report(shop, peer, ("state", {"state": "configuring"}), ("wait", {"reason": "db1 is not complete (configuring)"}),
           mac="52:54:00:00:00:12")
    window.wait(r"^ +waits: db1 is not complete \(configuring\)$")
    report(shop, boot, ("error", {"step": "unpack", "code": "archive.hash", "where": ARCHIVE, "message": "not what the job says"}))
    text = window.wait(r"^db1 +error +unpack +10/17$", r"^ +error: archive\.hash: https://service", r"^ +help: The archive is not the one",
                       r"^web1 .*\n +held: db1 has an error$")
    assert all(columns(line) <= 80 for line in text.splitlines()), text
    shop.cli("release", "shop", "--group")
    assert "held:" not in window.wait(r"^web1 +configuring\n +waits: ")
    shop.cli("hold", "shop", "--group")
    window.wait(r"; held by the operator$")
    shop.cli("remove", "web1")
    window.wait(r"^shop  1 VM: 1 error; held")
    assert window.end("q") == 0 and not strangers(window.sent)


def test_works_without_the_service(shop, terminal):
    window = terminal("shop")
    window.wait(r"^db1 +created")
    shop.kill()
    shop.cli("cancel", "db1")
    window.wait(r"^db1 +cancelled")
    shop.start()
    unpack(shop, Boot(), mac="52:54:00:00:00:12")
    window.wait(r"^web1 +configuring +unpack")


@pytest.mark.parametrize("way", ["q", "\x03", "\x04", "\x1c", signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_leaves_the_terminal_as_it_was(shop, terminal, way):
    window = terminal()
    window.wait("db1")
    status = window.end(way) if isinstance(way, str) else window.end(sig=way)
    assert status == 0 and window.sent.startswith(ENTER) and window.sent.endswith(LEAVE)
    assert window.process.stderr.read() == b""


def test_leaves_the_terminal_as_it_was_when_it_fails(shop, terminal):
    window = terminal()
    window.wait("db1")
    # A change that comes last has the pages read anew.
    with contextlib.closing(sqlite3.connect(shop.data / "newroot.db", isolation_level=None)) as store:
        store.execute("BEGIN IMMEDIATE")
        store.execute("UPDATE vm SET mac = mac")
        shop.kill()
        os.truncate(shop.data / "newroot.db-wal", 0)
        (shop.data / "newroot.db").write_bytes(b"rubbish" * 10000)
        store.execute("COMMIT")
    window.read_until(lambda: window.process.poll() is not None)
    assert window.process.returncode == 1
    window.read()
    assert window.sent.endswith(LEAVE) and b"store" in window.process.stderr.read()


def test_other_keys_do_nothing(shop, terminal):
    window = terminal()
    window.wait("db1")
    window.type("x\r\x1b[A\x1bOQ")
    time.sleep(1)
    assert window.process.poll() is None
    assert not strangers(window.sent), "keys aren't echoed"
    assert window.end("q") == 0


def state_of(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


def test_stops_and_goes_on(shop, terminal):
    """Ctrl-Z gives the terminal back; fg takes it again."""
    window = terminal()
    window.wait("db1")
    window.process.send_signal(signal.SIGTSTP)
    window.read_until(lambda: state_of(window.process.pid) == "T")
    window.read()
    assert window.sent.endswith(LEAVE)
    window.process.send_signal(signal.SIGCONT)
    shop.cli("cancel", "db1")
    window.wait(r"^db1 +cancelled")
    assert window.sent.count(ENTER) == 2
    assert window.end("q") == 0 and window.sent.endswith(LEAVE)


@pytest.mark.parametrize("size", [(80, 24), (200, 50), (40, 10), (20, 3), (1, 1), (400, 24)])
def test_fits_every_window(shop, terminal, size):
    unpack(shop, Boot(), item="中" * 60)
    report(shop, Boot(), ("error", {"code": "x", "message": "word " * 100 + "w" * 300}), mac="52:54:00:00:00:12")
    window = terminal()
    window.wait("db1")
    window.resize(*size)
    window.process.send_signal(signal.SIGWINCH)

    def fits():
        lines = window.screen()
        return len(lines) <= size[1] and max(map(columns, lines)) <= size[0]
    until(fits, window.screen)
    if size[0] >= 80:
        text = window.wait(r"^web1 +error", r"^db1 +configuring +unpack +10/17 ██.* 25%   10\.0   1:30$")
        assert text
    assert window.end("q") == 0


def test_resizing_is_seen_at_once(shop, terminal):
    """And not only with the next look, two of which there are in a second."""
    window = terminal()
    window.wait("LEFT$")
    taken = []
    for columns_ in range(60, 40, -1):
        drawn = window.sent.count("\x1b[H")
        window.resize(columns_, 24)
        began = time.monotonic()
        window.read_until(lambda: window.sent.count("\x1b[H") > drawn)
        taken.append(time.monotonic() - began)
    assert sorted(taken)[4] < 0.4, f"from look to look it is half a second: {taken}"
    window.resize(30, 24)
    window.wait(r"^NAME +STATE +[S…]*$")


def test_short_window_shows_what_matters(fresh, terminal):
    """Of forty VMs, those in error and at work; the others are counted."""
    fresh.init()
    put(fresh, {f"vm{i}": {"state": "complete"} for i in range(40)})
    put(fresh, {"busy": {"state": "configuring"}, "bad": {"state": "error"}}, first=0x80)
    text = terminal().wait(r"^shop  42 VMs: 1 error, 1 configuring, 40 complete$", "^bad +error", "^busy +configuring")
    assert "vm7" not in text and "more lines" not in text
    window = terminal(lines=4)
    text = window.wait(r"more lines; `watch GROUP`")
    assert len(window.screen()) == 4
    rows = [line.split()[0] for line in once(fresh)[1].splitlines() if line.startswith("vm")]
    assert rows == [f"vm{i}" for i in range(40)], "numbers count as numbers"


def test_no_agent_commands_the_terminal(shop, terminal):
    """Whatever texts agents and creators send: on the screen, in the table, as lines of a log."""
    window, boot, peer = terminal(lines=50), Boot(), Boot()
    with Lines(shop) as lines:
        unpack(shop, boot, item=EVIL)
        report(shop, boot, ("wait", {"reason": f"waits {EVIL}"}))
        report(shop, peer, ("error", {"code": f"code{EVIL}", "where": EVIL, "message": f"message {EVIL}"}), mac="52:54:00:00:00:12")
        window.wait(r"waits: waits \?\]0;pwned\?", r"error: code\?\]0;pwned")
        lines.wait("message ")
    status, text, _ = once(shop)
    assert status == 0 and "?]0;pwned??[2J?[31m?2J?abc????" in re.sub(r"\n +", "", text)
    assert not strangers(text) and "\x1b" not in text
    assert not strangers(lines.text) and "\x1b" not in lines.text
    assert window.end("q") == 0
    assert strangers(window.sent) == []


class Lines:
    """watch on a pipe."""

    def __init__(self, service, *argv, **environment):
        self.process = subprocess.Popen([service.program, "watch", "--data", service.data, *argv], stdout=subprocess.PIPE,
                                        env={**os.environ, "LC_ALL": "C.UTF-8", **environment})
        os.set_blocking(self.process.stdout.fileno(), False)
        self.text = ""

    def read(self):
        self.text += (self.process.stdout.read() or b"").decode()
        return [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", "", line) for line in self.text.splitlines()]

    def wait(self, words, after=0):
        until(lambda: any(re.search(words, line) for line in self.read()[after:]), lambda: f"{words} in:\n{self.text}")
        return self.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(PATIENCE_S) == 0
        self.read()


def test_lines_without_a_terminal(shop):
    boot = Boot()
    with Lines(shop) as lines:
        lines.wait("web1")
        unpack(shop, boot)
        lines.wait("unpack")
        for done in range(400, 800, 100):
            unpack(shop, boot, done)
        report(shop, boot, ("error", {"code": "archive.hash", "where": "x", "message": "no"}))
        lines.wait("^web1 .*held")
        shop.cli("release", "db1")
        lines.wait("^web1 created$", after=5)
        shop.cli("remove", "db1")
        lines.wait("gone")
    help_ = "The archive is not the one the job means: correct the sha256 or the file."
    assert lines.read() == [
        "db1 created", "web1 created", "db1 configuring, unpack 10/17",
        "web1 created; held: db1 has an error", f"db1 error, unpack 10/17; error: archive.hash: x: no; help: {help_}", "web1 created",
        "db1 is gone"]


def test_lines_of_one_group(shop):
    shop.add("other", "52:54:00:00:00:13", "--group", "crm")
    with Lines(shop, "crm", TERM="dumb") as lines:
        lines.wait("other")
        shop.cli("cancel", "db1")
        shop.cli("cancel", "other")
        assert lines.wait("cancelled") == ["other created", "other cancelled"]


def test_a_reader_that_leaves_ends_it(shop):
    process = subprocess.Popen([shop.program, "watch", "--data", shop.data], stdout=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    shop.cli("cancel", "db1")
    assert process.wait(PATIENCE_S) == -signal.SIGPIPE


def test_dumb_terminals_get_lines(shop, terminal):
    window = terminal(TERM="dumb")
    window.read_until(lambda: "web1 created" in window.sent)
    assert "\x1b" not in window.sent
    assert window.end("\x03") == 0


def test_once(shop):
    unpack(shop, Boot())
    status, text, _ = once(shop, "shop")
    assert status == 0 and "\x1b" not in text
    assert re.search(r"^db1 +configuring +unpack +10/17 ████░░░░░░░░░░  25%   10\.0   1:30$", text, re.M), text
    assert max(map(columns, text.splitlines())) <= 80
    wide = once(shop, COLUMNS="120")[1]
    assert "██████░" in wide and max(map(columns, wide.splitlines())) <= 120
    assert not re.search("[^\n -~]", once(shop, LC_ALL="C")[1]) and "####----------  25%" in once(shop, LC_ALL="C")[1]


def test_colours_can_be_left_out(shop, terminal):
    plain, painted = terminal(NO_COLOR="1"), terminal()
    plain.wait("db1"), painted.wait("db1")
    assert not re.search(r"\x1b\[\d+m", plain.sent) and re.search(r"\x1b\[\d+m", painted.sent)


def test_unknown_group(shop):
    status, text, error = once(shop, "nobody")
    assert status == 1 and text == "" and "nobody: there is no VM in a group of this name" in error
    assert once(shop, "a", "b")[0] == 2


def test_without_any_vm(fresh, terminal):
    fresh.init()
    assert "0 VMs" in once(fresh)[1]
    window = terminal()
    window.wait("0 VMs")
    fresh.add("first")
    window.wait(r"^first +created", r"\(no group\)")


def test_silence_is_told(fresh):
    fresh.init()
    put(fresh, {"db1": {"state": "configuring"}, "web1": {"state": "complete"}})
    for name in ("db1", "web1"):
        change(fresh, name, changed_ms=0, seen_ms=int(time.time() * 1000) - 200000)
    assert once(fresh)[1].count("silent: no event for 3 min") == 1


def test_creators_are_named(fresh):
    fresh.init()
    put(fresh, {"db1": {"state": "provisioning"}, "web1": {"state": "needs creating"}})
    for name in ("db1", "web1"):
        change(fresh, name, lease_by="cloud\x1b[2J", lease_until_ms=int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000) + (60000 if name == "db1" else -1))
    assert once(fresh)[1].count("creator: cloud?[2J is at it") == 1


def test_steps_are_the_agents():
    table = (TOP / "agent/steps/steps.c").read_text()
    agent = re.findall(r"&step_(\w+)", table)
    source = (TOP / "server-stub/watch/steps.c").read_text()
    assert re.findall(r'"(\w+)"', source[source.index("steps[STEPS_COUNT]"):source.index("};")]) == agent
    assert f"STEPS_COUNT {len(agent)}" in (TOP / "server-stub/watch/steps.h").read_text()
