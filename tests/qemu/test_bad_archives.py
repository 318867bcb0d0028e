"""Archives that are not what the job means: found before the wipe or while they flow, and the disk never gets a boot sector."""
import io
import re
import tarfile

from faults import REFUSED, Origin, boot_code, expect_event, small_job
from jobs import GIB, MIB, sha256


def expect_failure(lab, vm, code, step="unpack"):
    vm.start("n")
    seen = vm.wait_for(REFUSED, 900)
    assert seen[1] == code, vm.serial()[-2000:]
    event = expect_event(lab, vm, code)
    assert event["step"] == step
    vm.stop()
    assert boot_code(vm) == bytes(440)


def test_wrong_sha256(lab, inputs):
    def job(address):
        wanted = small_job(lab, inputs, address)
        wanted["archives"][0]["sha256"] = "0" * 64
        return wanted
    expect_failure(lab, lab.vm("db1", job, [2 * GIB]), "archive.hash")


def test_truncated_archive(lab, inputs):
    """Cut short before it was hashed: the hash is right, the archive is not. The service has read it, so nothing is erased."""
    short = lab.folder / "short.tar.gz"
    with open(inputs.mini, "rb") as source:
        short.write_bytes(source.read(inputs.mini.stat().st_size // 3))

    def job(address):
        wanted = small_job(lab, inputs, address)
        wanted["archives"][0] = {"to": "/", "url": lab.archive(short), "sha256": sha256(short)}
        return wanted
    vm = lab.vm("db1", job, [2 * GIB])
    lab.service.cli("archives")
    expect_failure(lab, vm, "archive.truncated", "check")


def test_truncated_archive_from_elsewhere(lab, inputs):
    """Nobody has read it before; with `verify_before`, the agent does, and erases nothing."""
    short = lab.folder / "short.tar.gz"
    with open(inputs.data, "rb") as source:
        short.write_bytes(source.read(inputs.data.stat().st_size // 3))
    with Origin(lab, short, "100") as origin:
        def job(address):
            wanted = small_job(lab, inputs, address, verify_before="full")
            wanted["archives"].append({"to": "/srv", "url": origin.url, "sha256": sha256(short)})
            return wanted
        expect_failure(lab, lab.vm("db1", job, [2 * GIB]), "archive.truncated", "check")


def test_a_disk_that_cannot_be_written(lab, inputs):
    """In the middle of a file that fills its volume: the error names the disk, where it is plugged, and what the kernel says of it."""
    data = lab.folder / "data.tar.gz"
    with tarfile.open(data, "w:gz", compresslevel=1) as archive:
        entry = tarfile.TarInfo("data")
        entry.size = 96 * MIB
        archive.addfile(entry, io.BytesIO(b"U" * entry.size))

    def job(address):
        volumes = [{"name": "root", "size": "900MiB", "mount": "/"}, {"name": "data", "size": "128MiB", "mount": "/data", "fs": "ext3"}]
        wanted = small_job(lab, inputs, address, volumes=volumes)
        wanted["archives"].append({"to": "/data", "url": lab.archive(data), "sha256": sha256(data)})
        return wanted
    vm = lab.vm("db1", job, [2 * GIB])
    # Before the volume lie the partition table, /boot, LVM's metadata and the other volume; the file takes its last three quarters.
    vm.bad_sectors[0] = (1 + 512 + 1 + 900 + 72) * MIB // 512
    expect_failure(lab, vm, "io")
    event = lab.service.errors("db1")[-1]
    assert re.search(r"the disk /dev/vda \(serial 'disk0', .* at pci0000:00/\S+\): .*I/O error, dev vda, sector \d+ op 0x1:\(WRITE\)", event["message"]), event


def test_cut_connections_are_resumed(lab, inputs):
    """Cut at 10, 50 and 99 %, with no HEAD and an ETag each: it goes on where it was, and the hash of the whole is right."""
    with Origin(lab, inputs.mini, "10,50,99") as origin:
        def job(address):
            wanted = small_job(lab, inputs, address)
            wanted["archives"][0]["url"] = origin.url
            return wanted
        vm = lab.vm("db1", job, [2 * GIB])
        vm.start("n")
        vm.wait_for(r"unpack +done", 1200)
        resumed = [int(start) for start in origin.ranges()]
    size = inputs.mini.stat().st_size
    assert len(resumed) == 3
    for start, share in zip(resumed, (10, 50, 99)):
        assert 0 <= size * share // 100 - start < 1 << 17, f"resumed at {start}, cut at {share} %"


def test_death_of_the_agent_is_told(lab, inputs):
    """Killed in the middle of its work: the service hears of it, and the machine can be looked at."""
    vm = lab.vm("db1", lambda address: small_job(lab, inputs, address), [2 * GIB])
    vm.start("n")
    vm.wait_for(r"unpack +unpack the archives", 600)
    lab.service.ssh(vm.address, "kill -SEGV $(pidof newroot | tr ' ' '\\n' | sort -n | head -1)")
    event = expect_event(lab, vm, "agent.died")
    assert "signal 11" in event["message"]
    assert lab.service.state("db1") == "error"
    assert "unpack" in lab.service.ssh(vm.address, "cat /run/newroot/log")
    assert boot_code(vm) == bytes(440)
