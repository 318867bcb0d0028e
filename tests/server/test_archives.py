"""Facts of archives: read once, in a process of their own, behind all else; shown, and told to agents."""
import gzip
import hashlib
import json
import lzma
import os
import pathlib
import signal
import subprocess
import time

import pytest

import archives
from common import until
from service import MAC

SYSTEM = archives.root(more={"usr/sbin/iptables-restore": b"x", "etc/motd": bytes(10000)})
OLD_S = 3600


def put(service, name, contents):
    """As if it had lain there for a while."""
    file = service.data / "archives" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(contents)
    os.utime(file, (time.time() - OLD_S,) * 2)
    return file


def facts_of(fresh, contents, name="x"):
    put(fresh, name, contents)
    return next(row["facts"] for row in json.loads(fresh.cli("archives", "--json")) if row["path"] == name)


def test_what_is_found(fresh):
    fresh.init()
    facts = facts_of(fresh, gzip.compress(SYSTEM))
    assert (facts["whole"], facts["format"], facts["compression"]) == (True, "tar", "gzip")
    assert (facts["inits"], facts["networks"], facts["machines"], facts["kernels"]) == (["systemd"], ["debian"], ["x86_64"], ["6.1.0-9"])
    assert sorted(facts["tools"]) == ["iptables-restore", "mount.nfs", "nft"]
    assert (facts["entries"], facts["inodes"]) == (8, 8) and facts["unpacked"] > 10000
    line, more = fresh.cli("archives").splitlines()
    assert line.endswith("  x") and "whole; tar, gzip; unpacked" in more and "kernel 6.1.0-9; init systemd; network debian; tools" in more


def test_memory_that_is_needed(fresh):
    fresh.init()
    xz = lzma.compress(SYSTEM, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 64 << 20}])
    assert 64 << 20 < facts_of(fresh, xz)["memory"] < 70 << 20
    long = subprocess.run(["zstd", "--long=27", "-c"], input=os.urandom(1 << 20) + SYSTEM, stdout=subprocess.PIPE, check=True).stdout
    assert facts_of(fresh, long)["memory"] == 128 << 20
    assert facts_of(fresh, gzip.compress(SYSTEM))["memory"] == 0


@pytest.mark.parametrize("contents, code, words", [
    (b"", "archive.truncated", "empty"),
    (gzip.compress(SYSTEM)[:-9], "archive.truncated", "ends before its end"),
    (SYSTEM[:3000], "archive.truncated", "ends before its end"),
    (b"\x04\x22\x4d\x18" + bytes(9), "archive.format", "lz4"),
    (gzip.compress(SYSTEM)[:200] + b"\xff" * 200, "archive.format", "damaged"),
], ids=("empty", "gzip cut", "tar cut", "lz4", "damaged"))
def test_what_is_not_whole(fresh, contents, code, words):
    fresh.init()
    facts = facts_of(fresh, contents)
    assert facts["whole"] is False and facts["error"]["code"] == code and words in facts["error"]["message"]
    assert "can't be unpacked: " in fresh.cli("archives")
    [row] = json.loads(fresh.cli("archives", "--json"))
    assert len(row["sha256"]) == 64


def test_the_sum_is_of_all_of_it(fresh, tmp_path):
    """Also when its first bytes tell that it cannot be read: whoever decompresses it ends at once."""
    file = tmp_path / "large"
    file.write_bytes(b"\x04\x22\x4d\x18" + bytes(50 << 20))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert {json.loads(fresh.run("facts", file).stdout)["sha256"] for _ in range(5)} == {digest}


def test_a_dump_is_whole_without_being_an_archive(fresh):
    fresh.init()
    facts = facts_of(fresh, gzip.compress(b"CREATE TABLE x (y INT);\n" * 100))
    assert (facts["whole"], facts["format"], facts["compression"]) == (True, "other", "gzip")


def test_names_in_an_archive_are_no_facts_of_ours(fresh):
    """Thousands of kernels, and names that would be orders to a terminal."""
    fresh.init()
    many = {f"boot/vmlinuz-{i}.{'9' * 100}": b"" for i in range(2000)} | {"boot/vmlinuz-1\x1b[2J": b"", "boot/vmlinuz-../x": b""}
    facts = facts_of(fresh, archives.tar(many))
    assert len(facts["kernels"]) == 16 and len(json.dumps(facts)) < 16384
    assert "\x1b" not in fresh.cli("archives")


def listed(service):
    return {row["path"]: row["facts"] for row in service.ask("/v1/archives")["archives"]}


def test_the_service_reads_what_comes(service):
    put(service, "vm1/root.tar", SYSTEM)
    assert service.get("/v1/facts/vm1/data.tar").status == 404
    until(lambda: listed(service).get("vm1/root.tar"), "facts")
    answer = service.get(f"/v1/facts/vm1/root.tar?mac={MAC}")
    assert answer.status == 200 and answer.json["kernels"] == ["6.1.0-9"] and len(answer.json["sha256"]) == 64
    assert service.get("/v1/facts/../operator.token").status == 403
    # Another file in its place is read anew; until then nothing is known of it.
    put(service, "vm1/root.tar", archives.root("boot/"))
    until(lambda: (facts := listed(service)["vm1/root.tar"]) and facts["kernels"] == [], "facts of the new one")


def test_what_is_being_written_is_left_alone(service):
    (service.data / "archives/new.tar").write_bytes(SYSTEM)
    put(service, "old.tar", SYSTEM)
    until(lambda: listed(service)["old.tar"], "facts")
    assert listed(service)["new.tar"] is None


def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def readers(service):
    """The process that reads, and its own children: they are the service's, whichever thread began them."""
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(service.process.pid)], stdout=subprocess.PIPE, text=True).stdout
    pids = [int(line.split()[0]) for line in found.splitlines() if " facts -" in line]
    return [(pid, children(pid)) for pid in pids if len(children(pid)) == 3]


def endless(service):
    """So large a file that reading it is not over before the test is; it takes no room."""
    file = put(service, "endless.tar", b"")
    os.truncate(file, 1 << 42)
    os.utime(file, (time.time() - OLD_S,) * 2)
    return until(lambda: readers(service), "a reader")[0]


def test_a_reader_has_no_rights_and_no_priority(service):
    _, stages = endless(service)
    status = [pathlib.Path(f"/proc/{pid}/status").read_text() for pid in stages]
    limits = [pathlib.Path(f"/proc/{pid}/limits").read_text() for pid in stages]
    assert sum("Uid:\t65534\t65534\t65534\t65534" in text and "NoNewPrivs:\t1" in text for text in status) == 2
    assert sum("Max file size             0 " in text for text in limits) == 2
    assert all(os.getpriority(os.PRIO_PROCESS, pid) == 19 for pid in stages)


def test_a_reader_that_dies_takes_nothing_along(service):
    put(service, "a.tar", SYSTEM)
    until(lambda: listed(service).get("a.tar") and not readers(service), "its reader has ended")
    reader, _ = endless(service)
    os.kill(reader, signal.SIGKILL)
    until(lambda: "endless.tar: its reader ended with status 0x9" in service.log(), service.log)
    assert service.get("/healthz").status == 200
    assert listed(service)["a.tar"]["whole"] and listed(service)["endless.tar"] is None


def test_a_stage_that_crashes_takes_nothing_along(service):
    _, stages = endless(service)
    until(lambda: "Uid:\t65534" in pathlib.Path(f"/proc/{stages[-1]}/status").read_text(), "a stage that has given its rights up")
    os.kill(stages[-1], signal.SIGSEGV)
    until(lambda: not os.path.exists(f"/proc/{stages[1]}") or "zombie" in pathlib.Path(f"/proc/{stages[1]}/status").read_text(), "stages that end")
    assert service.get("/healthz").status == 200


def test_the_service_ends_while_it_reads(service):
    reader, stages = endless(service)
    began = time.monotonic()
    assert service.stop() == 0
    assert time.monotonic() - began < 10
    until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in (reader, *stages)), "readers that end")
