"""Certificates end: that is told in time, what renews itself does, and another CA comes without a VM that loses its contact."""
import datetime
import gzip
import os
import re
import shutil
import signal
import ssl
import subprocess

import pytest

from common import BUILD, until
from service import Boot, MAC, Service
from shifted_clock import ShiftedClock
from stand_by import StandBy

DAY = 86400


@pytest.fixture
def shifted(tmp_path):
    """A service, the product, whose clock is shifted; sanitizers go before any other library."""
    service = Service(BUILD / "newroot-server", tmp_path)
    service.clock = ShiftedClock(tmp_path)
    service.init()
    yield service
    service.close()


def start(service):
    """With its shifted clock."""
    service.start(env={**os.environ, **service.clock.environment})


def fields(path):
    text = subprocess.run(["openssl", "x509", "-in", path, "-noout", "-startdate", "-enddate", "-fingerprint", "-sha256"], stdout=subprocess.PIPE,
                          text=True, check=True).stdout
    begin, end = (datetime.datetime.strptime(date, "%b %d %H:%M:%S %Y %Z").timestamp() for date in re.findall(r"not\w+=(.*)", text))
    return begin, end, text.rsplit("=", 1)[1].strip()


def seconds_left(service):
    text = service.get("/metrics", token=service.operator).body.decode()
    return {which: int(left) for which, left in re.findall(r'newroot_certificate_seconds_left\{certificate="(\w+)"\} (-?\d+)', text)}


def unchecked(service):
    """A client that looks at no clock: ours is not the service's."""
    service.context = ssl._create_unverified_context


def test_browsers_take_the_certificate(fresh):
    """398 days in all are the most that they take; and it ends with its CA at the latest."""
    fresh.init()
    begin, end, _ = fields(fresh.data / "server.pem")
    assert end - begin <= 398 * DAY
    done = fresh.run("cert", "renew", "--data", fresh.data, "--days", "219")
    assert done.returncode == 2 and "days" in done.stderr


def test_the_certificate_ends_with_its_ca(shifted):
    for days in (7200, 7290):
        shifted.clock.set(days)
        subprocess.run([shifted.program, "cert", "renew", "--data", shifted.data], env={**os.environ, **shifted.clock.environment}, check=True,
                       stdout=subprocess.DEVNULL)
        assert fields(shifted.data / "server.pem")[1] == fields(shifted.data / "ca.pem")[1]
    shifted.clock.set(7400)
    done = subprocess.run([shifted.program, "cert", "renew", "--data", shifted.data], env={**os.environ, **shifted.clock.environment},
                          stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1 and "ca rotate begin" in done.stderr


def test_it_is_renewed_at_two_thirds_of_its_life(shifted):
    """While it runs, without an operator; a connection that is open stays."""
    unchecked(shifted)
    start(shifted)
    begin, end, first = fields(shifted.data / "server.pem")
    key = (shifted.data / "server.key").read_bytes()
    kept = shifted.connect()
    assert shifted.get("/healthz", connection=kept).status == 200
    shifted.clock.set(84)
    until(lambda: seconds_left(shifted)["service"] < end - datetime.datetime.now().timestamp() - 83 * DAY, "the clock is shifted")
    assert fields(shifted.data / "server.pem")[2] == first, "not yet"
    shifted.clock.set(86)
    until(lambda: fields(shifted.data / "server.pem")[2] != first, "it is renewed")
    until(lambda: ssl.get_server_certificate(("127.0.0.1", shifted.port)) == (shifted.data / "server.pem").read_text(), "it is served")
    assert shifted.get("/healthz", connection=kept).status == 200, "nobody was cut off"
    assert (shifted.data / "server.key").read_bytes() == key, "pins stay good"
    assert "the certificate was renewed" in shifted.log() and shifted.warnings() == []
    assert "serve from its daily look: cert renew: done" in shifted.cli("audit") and shifted.run("audit", "--verify", "--data", shifted.data).returncode == 0


def test_the_end_of_the_ca_is_told_two_years_before(shifted):
    unchecked(shifted)
    start(shifted)
    shown = shifted.ask("/v1/certificates")
    assert shown["warning"] is None and shown["ca_until"] == fields(shifted.data / "ca.pem")[1]
    shifted.clock.set(7300 - 725)
    until(lambda: "the site's CA ends on" in shifted.log(), shifted.log)
    assert "ca rotate begin" in shifted.ask("/v1/certificates")["warning"]
    assert 724 * DAY < seconds_left(shifted)["ca"] < 726 * DAY
    assert shifted.get("/healthz").status == 200


def test_a_certificate_of_another_ca_is_told_and_left_alone(shifted, tmp_path):
    other = Service(shifted.program, tmp_path / "other")
    (tmp_path / "other").mkdir()
    other.init()
    for name in ("server.key", "server.pem"):
        shutil.copy(other.data / name, shifted.data / name)
    unchecked(shifted)
    start(shifted)
    shifted.clock.set(200)
    until(lambda: "not of this site's CA, so it is not renewed by itself" in shifted.log(), shifted.log)
    assert (shifted.data / "server.pem").read_bytes() == (other.data / "server.pem").read_bytes()


def matches(data):
    """What `serve` would have to say of the pair."""
    def public(*argv):
        return subprocess.run(["openssl", *argv], stdout=subprocess.PIPE, check=True).stdout
    keys = re.findall(r"-----BEGIN.*?-----END PRIVATE KEY-----\n", (data / "server.key").read_text(), re.S)
    of_cert = public("x509", "-in", data / "server.pem", "-noout", "-pubkey")
    return of_cert in [subprocess.run(["openssl", "pkey", "-pubout"], input=key.encode(), stdout=subprocess.PIPE, check=True).stdout for key in keys]


def cut_off(service, at, *argv):
    """The command dies at its `at`th renaming of a file. False: it has fewer. Leaks can't be looked for under strace."""
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject=renameat:signal=SIGKILL:when={at}", service.program, *argv, "--data",
                           service.data], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def test_key_and_certificate_are_replaced_as_one(fresh):
    """Whenever it dies, there is a pair, and the next try goes through."""
    fresh.init()
    at = 1
    while cut_off(fresh, at, "cert", "renew", "--new-key"):
        assert matches(fresh.data), at
        at += 1
    assert at > 3, "key, certificate, key, settings"
    assert (fresh.data / "server.key").read_text().count("BEGIN") == 1 and matches(fresh.data)
    fresh.start()
    assert fresh.get("/healthz").status == 200


def in_site_image(service):
    return gzip.decompress((service.data / "boot/site.img").read_bytes()).decode(errors="replace").count("BEGIN CERTIFICATE")


def stand_by(service, mac, folder):
    """A VM that does, with the anchors that its site image had."""
    anchors = folder / f"{mac.replace(':', '')}.pem"
    shutil.copy(service.data / "ca.pem", anchors)
    agent = StandBy(service.port, mac, anchors)
    agent.stand_by()
    return agent


def test_another_ca_comes_without_a_vm_that_loses_its_contact(fresh, tmp_path):
    fresh.init()
    for name, mac in (("db1", MAC), ("db2", "52:54:00:00:00:12"), ("new1", "52:54:00:00:00:13")):
        fresh.add(name, mac)
    fresh.start()
    known, behind = stand_by(fresh, MAC, tmp_path), stand_by(fresh, "52:54:00:00:00:12", tmp_path)
    old = (fresh.data / "ca.pem").read_bytes()
    fresh.cli("ca", "rotate", "begin")
    assert (fresh.data / "ca.pem").read_bytes().startswith(old) and in_site_image(fresh) == 2
    until(lambda: "anchors" in known.say(), "it is told")
    assert "anchors" not in known.say(), "once it has said that it knows"
    assert "anchors" in behind.say(learn=False)
    done = fresh.run("ca", "rotate", "finish", "--data", fresh.data)
    assert done.returncode == 1 and "db2" in done.stderr and "db1" not in done.stderr and "new1" not in done.stderr
    done = fresh.run("ca", "rotate", "state", "--data", fresh.data)
    assert done.returncode == 0 and "1 of 2 VMs" in done.stdout and "db2" in done.stdout
    behind.say()
    behind.say()
    fresh.cli("ca", "rotate", "finish")
    assert in_site_image(fresh) == 1 and not (fresh.data / "ca-next.key").exists()
    assert not old.startswith((fresh.data / "ca.pem").read_bytes())
    for agent in (known, behind):
        until(lambda agent=agent: "anchors" in agent.say(), "the old one is dropped")
        assert agent.anchors.read_bytes() == (fresh.data / "ca.pem").read_bytes() and agent.say()["taken"]


def test_who_never_learnt_is_named_and_lost_only_by_force(fresh, tmp_path):
    """An agent of an earlier version says nothing of anchors."""
    fresh.init()
    fresh.add("db1")
    fresh.start()
    boot = Boot()
    fresh.post([boot.event("state", state=state) for state in ("configuring", "installed", "first boot", "complete")])
    fresh.cli("ca", "rotate", "begin")
    done = fresh.run("ca", "rotate", "finish", "--data", fresh.data)
    assert done.returncode == 1 and "never said what it has" in done.stderr and "--force" in done.stderr
    fresh.cli("ca", "rotate", "finish", "--force")
    until(lambda: ssl.get_server_certificate(("127.0.0.1", fresh.port)) == (fresh.data / "server.pem").read_text(), "the new one is served")
    assert fresh.get("/healthz").status == 200


def test_a_change_is_undone_and_begun_again(fresh, tmp_path):
    fresh.init()
    fresh.add("db1")
    fresh.start()
    agent = stand_by(fresh, MAC, tmp_path)
    old = (fresh.data / "ca.pem").read_bytes()
    fresh.cli("ca", "rotate", "begin")
    assert fresh.run("ca", "rotate", "begin", "--data", fresh.data).returncode == 1, "one at a time"
    until(lambda: "anchors" in agent.say(), "it is told")
    fresh.cli("ca", "rotate", "undo")
    assert (fresh.data / "ca.pem").read_bytes() == old and in_site_image(fresh) == 1 and not (fresh.data / "ca-next.key").exists()
    until(lambda: "anchors" in agent.say(), "it is told")
    assert agent.anchors.read_bytes() == old
    for verb in ("undo", "finish"):
        done = fresh.run("ca", "rotate", verb, "--data", fresh.data)
        assert done.returncode == 1 and "no change of the CA was begun" in done.stderr
    fresh.cli("ca", "rotate", "begin")
    done = fresh.run("ca", "rotate", "finish", "--data", fresh.data)
    assert done.returncode == 1 and "db1" in done.stderr, "what it knew of the first one does not count"


@pytest.mark.parametrize("verb", ["begin", "undo", "finish"])
def test_a_change_that_is_cut_off_leaves_a_site_that_works(fresh, tmp_path, verb):
    """At each renaming: the certificate is one that agents take which have the anchors of before or of now; the same once more goes through."""
    fresh.init()
    if verb != "begin":
        fresh.cli("ca", "rotate", "begin")
    backup, at, before = tmp_path / "backup", 0, (fresh.data / "ca.pem").read_bytes()
    shutil.copytree(fresh.data, backup)
    cut = True
    while cut:
        at += 1
        shutil.rmtree(fresh.data)
        shutil.copytree(backup, fresh.data)
        cut = cut_off(fresh, at, "ca", "rotate", verb)
        for anchors in (before, (fresh.data / "ca.pem").read_bytes()):
            (tmp_path / "anchors").write_bytes(anchors)
            subprocess.run(["openssl", "verify", "-CAfile", tmp_path / "anchors", fresh.data / "server.pem"], check=True, stdout=subprocess.DEVNULL)
        again = fresh.run("ca", "rotate", verb, "--data", fresh.data)
        assert again.returncode == 0 or "no change of the CA was begun" in again.stderr or "already" in again.stderr, again.stderr
        assert matches(fresh.data) and fresh.run("cert", "state", "--data", fresh.data).returncode == 0
    assert at > 2
