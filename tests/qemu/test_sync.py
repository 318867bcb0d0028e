"""`newroot sync` in a whole VM: a tree of the old VM, which is still in service, comes over in a second, much cheaper pass."""
import json
import os
import re
import shutil
import subprocess

import pytest

from jobs import GIB, MIB, install_job
from old_vm import OldVM
from process import run

OLD, OLD_NAME = "10.77.0.5", "old.shop.test"
FILES = 2000
INSTALL_S = 1500
BOOT_S = 600
PASS_S = 600

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: an sshd that lets root in")


@pytest.fixture(name="old")
def fixture_old(lab):
    run(lab.segment.inside("ip", "address", "add", f"{OLD}/24", "dev", "br0"))
    folder = lab.folder / "old"
    shutil.rmtree(folder, ignore_errors=True)
    old = OldVM(folder, OLD, 2222, lab.segment.inside)
    yield old
    old.stop()


def sync_job(lab, inputs, old, address):
    """Quarantined: the old VM is let through for its name in the job's hosts."""
    root = inputs.systemd
    job = install_job(
        lab, inputs, address, "web1",
        archives=[{"to": "/", "url": lab.archive(root), "sha256": inputs.sums[root]}],
        files=[{"path": "/srv/www/config.php", "content": "new\n"}],
        quarantine={"allow": ["10.80.0.0/24"]},
        sync={"ssh": {"host": OLD_NAME, "port": 2222, "key": old.key, "host_key": old.host_key},
              "trees": [{"path": "/srv/www", "from": str(old.tree), "exclude": ["sessions/*"]}]},
        volumes=[{"name": "root", "size": "rest", "mount": "/"}])
    job["network"]["hosts"] = [{"address": OLD, "names": [OLD_NAME]}]
    return job


def fill(old):
    for number in range(FILES):
        old.write(f"pages/{number % 23}/{number}.html", os.urandom(2000).hex())
    old.write("media/film.bin", os.urandom(16 * MIB))
    old.write("sessions/1", "of the old VM")
    old.write("config.php", "old\n")


def change(old):
    for number in range(0, FILES, 100):
        old.write(f"pages/{number % 23}/{number}.html", f"changed {number}\n")
    shutil.rmtree(old.tree / "pages/22")
    with open(old.tree / "media/film.bin", "r+b") as film:
        film.seek(5 * MIB)
        film.write(b"another scene")


def sums(listing):
    """{path: hash} of `sha256sum` lines."""
    return {line.split(maxsplit=1)[1]: line.split()[0] for line in listing.splitlines()}


def test_sync(lab, inputs, old):
    fill(old)
    vm = lab.vm("web1", lambda address: sync_job(lab, inputs, old, address), [3 * GIB])
    vm.start("n")
    vm.wait_for(r"installed; next", INSTALL_S)
    vm.wait_end(300)
    vm.start("c")
    vm.wait_for(r"login:", BOOT_S)
    lab.service.wait_state("web1", "complete", BOOT_S)

    def inside(command, seconds=PASS_S):
        return lab.service.ssh(vm.address, command, seconds)

    def passes():
        return [event for event in lab.service.events("web1") if event["type"] == "end" and event["step"] == "sync"]

    def same():
        find = "find . -type f ! -path './sessions/*' ! -name config.php -exec sha256sum {} +"
        here = sums(subprocess.check_output(["sh", "-c", find], cwd=old.tree, text=True))
        return sums(inside(f"cd /srv/www && {find}")) == here

    assert inside("stat -c %a /etc/newroot/sync.json").strip() == "600"
    assert "PRIVATE" not in inside("cat /var/lib/newroot/job.json")
    planned = inside("newroot sync --dry-run")
    assert f"would bring {FILES + 1} of " in planned and "16.0 MiB  /srv/www/media/film.bin" in planned
    assert not passes()
    inside("newroot sync")
    assert same()
    assert inside("cat /srv/www/config.php; ls /srv/www /srv/www/sessions").split() == [
        "new", "/srv/www:", "config.php", "media", "pages", "sessions", "/srv/www/sessions:"]
    inside("touch /srv/www/sessions/mine")
    change(old)
    out = inside("newroot sync")
    assert same()
    assert inside("ls /srv/www/sessions").split() == ["mine"]
    first, second = passes()
    assert first["ok"] and second["ok"]
    assert first["bytes"] > 20 * MIB and second["bytes"] < first["bytes"] / 20, (first, second)
    assert re.search(r"pass 2, 1 tree: 2[01] of \d+ files .* [1-9]\d* deleted; ", out)
    print(json.dumps({"first": {key: first[key] for key in ("ms_taken", "bytes")}, "second": {key: second[key] for key in ("ms_taken", "bytes")}}))

    inside("newroot cutover", 900)
    refused = inside("newroot sync 2>&1; true")
    assert "[sync.cut-over]" in refused
    assert lab.service.state("web1") in ("complete", "cut over")
