"""The service as a user of its own: what root does in its folder, what it can't do itself, and the units that are shipped."""
import json
import os
import pathlib
import re
import shlex
import shutil
import stat
import subprocess
import tempfile

import pytest

import archives
from common import PATIENCE_S, TOP, free_port, until
from service import JOB, MAC, Boot, Service

UNITS = TOP / "server-stub" / "systemd"
USER = "games"  # one that every Debian has, and nobody uses

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def ids():
    done = subprocess.run(["getent", "passwd", USER], stdout=subprocess.PIPE, text=True, check=True)
    return tuple(map(int, done.stdout.split(":")[2:4]))


@pytest.fixture
def place(fresh, monkeypatch):
    """A service without a data folder, where other users may go: pytest closes its folder to them whenever it is started anew."""
    # Who has changed his user can't be looked into, which is how leaks are looked for.
    monkeypatch.setenv("ASAN_OPTIONS", "detect_leaks=0")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="newroot-own-"))
    folder.chmod(0o711)
    service = Service(folder / "newroot-server", folder)
    shutil.copy(fresh.program, service.program)
    try:
        yield service
        service.close()
        log = service.log() if (folder / "log").exists() else ""
        assert "Sanitizer" not in log and "runtime error" not in log, log
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def own(place, ids):
    """With a data folder of that user."""
    place.init("--user", USER)
    return place


def owners(folder):
    return {(path.lstat().st_uid, path.lstat().st_gid) for path in [folder, *folder.rglob("*")]}


def as_user(service, ids):
    """serve as systemd would start it: as that user, without any right of root's."""
    log = open(service.data.parent / "log", "ab")
    port = free_port()
    service.process = subprocess.Popen(
        ["setpriv", f"--reuid={ids[0]}", f"--regid={ids[1]}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs",
         service.program, "serve", "--data", service.data, "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE, stderr=log, text=True)
    line = service.process.stdout.readline()
    assert "listening on" in line, service.log()
    service.port = port


def status(pid):
    return dict(line.split(":\t", 1) for line in open(f"/proc/{pid}/status").read().splitlines() if ":\t" in line)


def test_a_folder_is_made_for_its_user(own, ids):
    assert owners(own.data) == {ids}
    for name in ("ca.key", "newroot.db", "operator.token"):
        assert stat.S_IMODE((own.data / name).stat().st_mode) == 0o600
    said = own.run("init", "--data", own.data.parent / "other", "--name", "localhost", "--user", "nobody-of-that-name").stderr
    assert "there is no user 'nobody-of-that-name'" in said


def test_all_that_it_does_is_done_by_its_user(own, ids):
    """A whole life of a VM, with commands that root gives beside it: nothing is left that the service couldn't change itself."""
    as_user(own, ids)
    fields = status(own.process.pid)
    assert fields["Uid"].split() == [str(ids[0])] * 4 and int(fields["CapEff"], 16) == 0
    private = own.data.parent / "root-only"
    private.mkdir(mode=0o700)
    (private / "job.json").write_text(json.dumps(JOB))
    (private / "root.tar").write_bytes(os.urandom(1000))
    (private / "key.pub").write_text("ssh-ed25519 AAAA somebody\n")
    own.cli("add", "db1", "--mac", MAC, "--job", private / "job.json")
    own.cli("archive", "add", private / "root.tar", "vm1/root.tar")
    own.cli("site", "--ssh-key", private / "key.pub")
    own.cli("cert", "renew")
    own.cli("token", "add", "alice", "--role", "viewer")
    token, boot = own.token(), Boot()
    assert own.get(f"/v1/job?mac={MAC}&boot={boot.id}", token=token).status == 200
    assert own.get("/v1/archives/vm1/root.tar", token=token).body == (private / "root.tar").read_bytes()
    assert own.post([boot.event("begin", step="wipe")], token=token).status == 200
    assert own.act("/v1/vms/db1/hold").status == 200
    own.cli("backup", private / "set")
    assert (private / "set").stat().st_mode & 0o777 == 0o600 and (private / "set").stat().st_uid == 0
    own.cli("boot", "db1", "--mode", "wait")
    own.cli("remove", "db1")
    assert owners(own.data) == {ids}
    other = Service(own.program, own.data.parent / "restored")
    other.data.parent.mkdir()
    other.cli("restore", private / "set")
    shutil.rmtree(other.data / "archives")
    assert owners(other.data) == {ids}, "owners are restored"
    assert "warning: keeper" not in own.log() and "denied" not in own.log(), own.log()


def test_root_becomes_the_owner(own, ids):
    """`serve` that root starts, as net-up does, has given root up before anybody can connect; one of root's own folder says so."""
    own.start()
    fields = status(own.process.pid)
    assert fields["Uid"].split() == [str(ids[0])] * 4 and fields["Gid"].split() == [str(ids[1])] * 4
    assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == 0
    assert "runs as root" not in own.log()
    own.stop()
    roots = Service(own.program, own.data.parent / "roots")
    roots.data.parent.mkdir()
    roots.init()
    roots.start()
    roots.close()
    assert "the service runs as root, which it does not need" in roots.log()


@pytest.mark.parametrize("name", ["net", "boot/pxelinux.cfg", "site"])
def test_a_link_in_its_folder_leads_root_nowhere(own, ids, name):
    """The service was broken into: what root does there next must not write where only root may."""
    outside = own.data.parent / "outside"
    outside.mkdir(mode=0o755)
    folder = own.data / name
    folder.rename(folder.with_name("aside"))
    folder.symlink_to(outside)
    os.lchown(folder, *ids)
    own.run("site", "--data", own.data)
    assert os.listdir(outside) == []


def test_others_are_refused(own, ids):
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", own.program, "list", "--data", own.data],
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and f"belongs to uid {ids[0]}" in done.stderr and "run it as its owner" in done.stderr


def test_what_is_roots_in_it_is_refused_at_the_start(own):
    os.chown(own.data / "ca.key", 0, 0)
    done = own.run("serve", "--data", own.data, "--listen", "127.0.0.1:0")
    assert done.returncode == 1 and "ca.key: belongs to uid 0" in done.stderr and "`chown` it" in done.stderr


def test_entries_for_a_group_are_kept_without_its_right(own, ids):
    """The unit denies set-group-ID bits: what was set by a command before is not set again. A folder of modules stays open."""
    own.stop() if own.process else None
    settings = json.loads((own.data / "service.json").read_text())
    group = subprocess.run(["getent", "group", str(ids[1])], stdout=subprocess.PIPE, text=True, check=True).stdout.split(":")[0]
    (own.data / "service.json").write_text(json.dumps({**settings, "net_group": group}))
    modules = own.data / "boot/grub/x86_64-efi"
    modules.mkdir(mode=0o755)
    own.cli("site")
    assert stat.S_IMODE((own.data / "boot/grub").stat().st_mode) == 0o2750 and stat.S_IMODE(modules.stat().st_mode) == 0o755
    before = (own.data / "boot/grub").stat().st_ctime_ns
    as_user(own, ids)
    own.cli("add", "db1", "--mac", MAC, "--job", _job(own))
    assert stat.S_IMODE(next((own.data / "boot/pxelinux.cfg").glob("01-*")).stat().st_mode) == 0o640
    assert before <= (own.data / "boot/grub").stat().st_ctime_ns and "can't give" not in own.log()


def _job(service):
    file = service.data.parent / "job.json"
    file.write_text(json.dumps(JOB))
    file.chmod(0o644)
    return file


def test_dnsmasq_of_another_user_is_left_to_its_unit(own, ids):
    """The service may not signal it: that is told once, is no error, and changes nothing else."""
    program = own.data.parent / "dnsmasq"
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen([program, str(PATIENCE_S)], user=65534, group=65534, extra_groups=[]) as process:
        try:
            (own.data / "net/dnsmasq.pid").write_text(f"{process.pid}\n")
            own.cli("add", "db1", "--mac", MAC, "--job", _job(own), "--address", "10.0.0.11")
            (own.data / "net/dhcp-hosts").unlink()
            as_user(own, ids)
            until(lambda: "newroot-dnsmasq-reload.path" in own.log(), own.log)
            assert MAC in (own.data / "net/dhcp-hosts").read_text()
            assert process.poll() is None, "SIGHUP would have ended it"
            assert own.stop() == 0
        finally:
            process.kill()
    assert "warning: keeper" not in own.log() and own.log().count("newroot-dnsmasq-reload.path") == 1, own.log()


# --- the units


def command(unit, key, folder, data):
    """A command of a unit, with its folders in `folder` and the data folder in place of the usual one."""
    text = (UNITS / unit).read_text().replace("\\\n", " ")
    words = shlex.split(re.search(rf"^{key}=(.*)$", text, re.M)[1])
    return [word.replace("/var/lib/newroot-dnsmasq", f"{folder}/state").replace("/run/newroot-dnsmasq", f"{folder}/run")
            .replace("/var/lib/newroot", str(data)) for word in words]


def test_dnsmasq_needs_no_root(place):
    """As its unit starts it: with three rights, and a SIGHUP by its own user, who has none."""
    folder = place.data.parent / "d"
    place.init("--user", USER, "--net-interface", "br0", "--net-address", "10.77.0.1/24")
    for name in ("run", "state"):
        (folder / name).mkdir(parents=True)
        shutil.chown(folder / name, "dnsmasq")
    rights = ",".join("+" + right.lower().removeprefix("cap_") for right in
                      re.search("^AmbientCapabilities=(.*)$", (UNITS / "newroot-dnsmasq.service").read_text(), re.M)[1].split())
    as_dnsmasq = ["setpriv", "--reuid=dnsmasq", "--regid=nogroup", "--clear-groups", "--no-new-privs"]
    start = [*as_dnsmasq, f"--bounding-set=-all,{rights}", f"--inh-caps=-all,{rights}", f"--ambient-caps=-all,{rights}",
             *command("newroot-dnsmasq.service", "ExecStart", folder, place.data), f"--log-facility={folder}/run/log"]
    subprocess.run([*as_dnsmasq, "--bounding-set=-all", *command("newroot-dnsmasq.service", "ExecStartPre", folder, place.data)], check=True)
    network = "ip link add br0 type bridge && ip addr add 10.77.0.1/24 dev br0 && ip link set br0 up && "
    with subprocess.Popen(["unshare", "--net", "sh", "-c", f"{network} exec {shlex.join(map(str, start))}"]) as process:
        try:
            def log():
                return (folder / "run/log").read_text() if (folder / "run/log").exists() else ""
            until(lambda: log().count("read ") >= 1, log)
            fields = status(process.pid)
            assert set(fields["Uid"].split()) != {"0"} and (folder / "state/leases").exists()
            subprocess.run([*as_dnsmasq, "--bounding-set=-all", *command("newroot-dnsmasq-reload.service", "ExecStart", folder, place.data)], check=True)
            until(lambda: log().count("dhcp-hosts") >= 2, log)
        finally:
            process.kill()


@pytest.fixture
def units(tmp_path, fresh):
    """As they would be installed, with the program where it is."""
    for unit in UNITS.iterdir():
        (tmp_path / unit.name).write_text(unit.read_text().replace("/usr/local/sbin/newroot-server", str(fresh.program)))
    return tmp_path


def test_units_are_sound(units):
    names = [str(path) for path in sorted(units.glob("newroot*.service")) + sorted(units.glob("newroot*.path"))]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0 and done.stdout == "", done.stdout
    for unit, most in (("newroot-server.service", 15), ("newroot-dnsmasq.service", 40), ("newroot-dnsmasq-reload.service", 15)):
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={most}", "--no-pager", units / unit],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, done.stdout[-300:]


def test_users_are_made(tmp_path):
    done = subprocess.run(["systemd-sysusers", "--dry-run", f"--root={tmp_path}", UNITS / "newroot.conf"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0 and "newroot-tftp" in done.stdout, done.stdout


def system_calls(name):
    """Those of one of systemd's sets, with the sets in it."""
    done = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], stdout=subprocess.PIPE, text=True, check=True,
                          env={**os.environ, "SYSTEMD_COLORS": "0"})
    words = [line.strip() for line in done.stdout.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return {call for word in words for call in (system_calls(word) if word.startswith("@") else {word})}


def test_its_system_calls_are_those_of_its_unit(own, ids, fresh):
    """Traced from its start to its end: what the filter would refuse is not called, also by what reads archives."""
    if "san" in pathlib.Path(fresh.program).parent.name:
        pytest.skip("the sanitizers make calls of their own")
    text = (UNITS / "newroot-server.service").read_text()
    sets = re.findall(r"^SystemCallFilter=(.*)$", text, re.M)
    assert sets == ["@system-service", "~@privileged"]
    allowed = (system_calls("@system-service") | system_calls("@default")) - system_calls("@privileged")
    trace = own.data.parent / "trace"
    port = free_port()
    own.process = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", trace, "-u", USER, own.program, "serve", "--data", own.data, "--listen", f"127.0.0.1:{port}"],
        stdout=subprocess.PIPE, stderr=open(own.data.parent / "log", "ab"), text=True)
    assert "listening on" in own.process.stdout.readline(), own.log()
    own.port = port
    own.cli("add", "db1", "--mac", MAC, "--job", _job(own))
    token, boot = own.token(), Boot()
    own.get(f"/v1/job?mac={MAC}&boot={boot.id}", token=token)
    own.post([boot.event("begin", step="wipe")], token=token)
    own.ask("/v1/vms")
    own.get("/metrics", token=own.operator)
    file = own.data / "archives" / "root.tar"
    file.write_bytes(archives.root())
    os.utime(file, (1700000000,) * 2)
    until(lambda: own.ask("/v1/archives")["archives"][0]["facts"], own.log)
    subprocess.run(["pkill", "-TERM", "-P", str(own.process.pid)], check=True)
    own.process.wait()
    own.process = None
    called = set(re.findall(r"^\d+ +(?:<\.\.\. )?([a-z_0-9]+)[( ]", trace.read_text(), re.M)) - {"resumed"}
    assert "sendto" in called or "write" in called
    assert called <= allowed, called - allowed
