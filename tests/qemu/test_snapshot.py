"""What was tried on a VM is undone: by snapshots at its next boot and in memory, and by laying one volume anew."""
import io
import re
import tarfile

from jobs import GIB, MIB, install_job, sha256
from process import LabError, wait_until

INSTALL_S = 1800
BOOT_S = 900
RESET_S = 600
REFRESH_S = 900
# As old database hosts have it: newroot's own client goes to this VM's server all the same, and reads what it says.
MY_CNF = "[client]\nhost=10.77.0.1\nprotocol=tcp\n[mysql]\ntable\nvertical\nsafe-updates\n"
SQL = "mysql --no-defaults -N shop -e"
DUMP = "CREATE TABLE items (id INT PRIMARY KEY, name VARCHAR(20)) ENGINE=InnoDB;\n" + "".join(
    f"INSERT INTO items VALUES ({number}, 'item {number}');\n" for number in range(500))
ROWS = f"{SQL} 'SELECT COUNT(*), SUM(id), MAX(name) FROM items'"
# Every file with its owner, mode and content; what boots write anew is left out.
LOOK = "find . -xdev -type f ! -path './var/log/*' ! -path './run/*' ! -path './tmp/*' -exec"
HASHES = f"cd /newroot%s && {{ {LOOK} stat -c '%%n %%u %%g %%a %%s' {{}} +; {LOOK} sha256sum {{}} +; }} | sort | sha256sum"
XFS_UUID = "dd if=/dev/local/data bs=16 skip=2 count=1 2>/dev/null | xxd -p"  # xfs_format.h: sb_uuid


def data_archive(folder):
    """What lies on /data of the old VM."""
    path = folder / "small-data.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for number in range(30):
            info = tarfile.TarInfo(f"./media/{number:02}.txt")
            info.size, info.mode, info.uid, info.mtime = 50_000, 0o640, 33, 1_500_000_000
            tar.addfile(info, io.BytesIO(f"{number:05}".encode() * 10_000))
    return path


def snapshot_job(lab, inputs, address):
    """Root and database have a snapshot, data has none."""
    data, dump = data_archive(lab.folder), lab.folder / "shop.sql"
    dump.write_text(DUMP)
    return install_job(
        lab, inputs, address, root=inputs.systemd,
        volumes=[{"name": "root", "size": "2GiB", "mount": "/", "snapshot": "25%"},
                 {"name": "mysql", "size": "768MiB", "mount": "/var/lib/mysql", "snapshot": "512MiB"},
                 {"name": "data", "size": "rest", "mount": "/data", "label": "data"},
                 {"name": "swap", "size": "64MiB", "fs": "swap"}],
        archives=[{"to": "/", "url": lab.archive(inputs.systemd), "sha256": inputs.sums[inputs.systemd]},
                  {"to": "/data", "url": lab.archive(data), "sha256": sha256(data)}],
        databases={"dumps": [{"database": "shop", "url": lab.archive(dump), "sha256": sha256(dump), "end_mark": False}]},
        files=[{"path": "/data/from-the-job", "content": "of the job\n"}, {"path": "/root/.my.cnf", "content": MY_CNF, "mode": "0600"}])


class Case:
    """The VM, and what is asked of it over ssh."""

    def __init__(self, lab, inputs):
        self.lab = lab
        self.vm = lab.vm("db1", lambda address: snapshot_job(lab, inputs, address), [3 * GIB, 2 * GIB], memory=256)

    def inside(self, command, seconds=300):
        return self.lab.service.ssh(self.vm.address, command, seconds)

    def refused(self, command):
        """What a command says that must fail."""
        return self.inside(f"if out=$({command} 2>&1); then echo IT PASSED; fi; echo \"$out\"")

    def first_boots(self):
        return sum(event["type"] == "state" and event["state"] == "first boot" for event in self.lab.service.events("db1"))

    def boot(self, first_boots):
        """From its disk, until its first boot has been done so often."""
        self.vm.start("c")
        self.vm.wait_for(r"login:", BOOT_S)
        wait_until(f"first boot number {first_boots}", lambda: self.first_boots() == first_boots, BOOT_S)
        self.lab.service.wait_state("db1", "complete", BOOT_S)

    def shut_down(self):
        try:
            self.inside("systemctl poweroff")
        except LabError:
            pass  # ssh itself was ended
        self.vm.wait_end(300)

    def change(self, mark):
        """Somebody verifies the moved system, thoroughly."""
        self.inside(f"echo {mark} > /etc/motd; echo {mark} > /root/{mark}; rm -f /usr/bin/rsync; "
                    f"head -c 120000000 /dev/urandom > /var/{mark}; echo {mark} > /data/media/00.txt; rm -f /data/media/01.txt /data/from-the-job; "
                    f"{SQL} \"DELETE FROM items WHERE id < 100; INSERT INTO items VALUES (9999, '{mark}'); CREATE TABLE {mark} (id INT)\"; sync")

    def check_first_state(self, root=""):
        assert "tried" not in self.inside(f"ls {root}/root {root}/usr/bin/rsync {root}/var; cat {root}/etc/motd")
        assert "tried" not in self.inside(f"find {root}/var/lib/mysql")


def test_snapshots(lab, inputs):
    case = Case(lab, inputs)
    install(case)
    case.boot(1)
    rows = case.inside(ROWS)
    assert rows.split()[0] == "500"
    reset_at_the_next_boot(case, rows)
    case.change("tried_again")
    case.shut_down()
    lab.service.cli("boot", "db1", "--mode", "rescue")
    case.vm.start("n")
    case.vm.wait_for(r"mode rescue", 600)
    refresh(case)
    reset_in_memory(case)
    case.vm.stop()


def install(case):
    case.vm.start("n")
    case.vm.wait_for(r"installed; next", INSTALL_S)
    case.vm.wait_end(300)
    plan = next(event["text"] for event in case.lab.service.events("db1") if event["type"] == "plan")
    assert re.search(rf"/dev/local/root.installed +{512 * MIB} +512 MiB +128  snapshot, 25 %", plan)
    assert re.search(rf"/dev/local/mysql.installed +{512 * MIB} +512 MiB +128  snapshot, 512 MiB", plan)
    assert "snapshot of /dev/local/root: room for" in case.vm.serial()


def reset_at_the_next_boot(case, rows):
    shown = case.inside("newroot rescue snapshots")
    assert re.findall(r"^  (\w+) .* (good) +\d{4}-", shown, re.M) == [("mysql", "good"), ("root", "good")]
    assert "root has the snapshot root.installed" in case.refused("newroot grow root +4MiB")
    case.change("tried")
    assert case.inside(ROWS) != rows
    told = case.inside("newroot rescue reset --yes 2>&1; newroot rescue reset --cancel; newroot rescue reset --yes")
    assert "WARNING: not reset" in told and "data (no snapshot), and /boot" in told
    assert told.count("root: is reset at the next boot") == 2 and "mysql: stays as it is" in told
    case.shut_down()
    case.vm.start("c")
    case.vm.wait_for(r"newroot: reset of root: \d+ %", BOOT_S)
    case.vm.cut_power()
    serial = case.vm.serial()
    assert "newroot: reset of mysql done" in serial
    case.boot(2)
    serial += case.vm.serial()
    assert "newroot: reset of root done" in serial and not re.search(r"reset of \w+ FAILED", serial)
    print(*re.findall(r"newroot: reset of .*", serial), sep="\n")
    case.check_first_state()
    assert case.inside(ROWS) == rows
    assert case.inside("cat /data/media/00.txt").strip() == "tried", "a volume without a snapshot stays"
    shown = case.inside("newroot rescue snapshots")
    assert len(re.findall(r" good ", shown)) == 2


def refresh(case):
    """Over the network, in one command: the data volume is as its archive, the others are not touched."""
    def others():
        return [case.inside(HASHES % place, 600) for place in ("", "/var/lib/mysql")]

    case.inside("newroot rescue mount", RESET_S)
    uuid = case.inside(XFS_UUID)
    before = others()
    assert "tried_again" in case.inside("cat /newroot/data/media/00.txt")
    case.inside("newroot rescue umount", RESET_S)
    assert "holds the system's" in case.refused("newroot apply --only unpack --volume root --yes")
    assert "no volume of the job" in case.refused("newroot apply --only unpack --volume nosuch --yes")
    assert "not confirmed" in case.refused("newroot apply --only unpack --volume data < /dev/null")
    print(case.inside("newroot apply --only unpack --volume data --yes", REFRESH_S))
    assert "/newroot" not in case.inside("cat /proc/mounts")
    case.inside("newroot rescue mount", RESET_S)
    assert case.inside("ls /newroot/data/media | wc -l; cat /newroot/data/from-the-job; head -c 10 /newroot/data/media/00.txt; "
                       "stat -c ' %u %a' /newroot/data/media/01.txt") == "30\nof the job\n0000000000 33 640\n"
    assert case.inside(XFS_UUID) == uuid
    assert others() == before
    assert "in use" in case.refused("newroot rescue reset --yes")
    case.inside("newroot rescue umount", RESET_S)


def reset_in_memory(case):
    told = case.inside("time newroot rescue reset --yes 2>&1", RESET_S)
    print(told)
    assert told.count("is as the installation left it, and has a new snapshot") == 2
    case.inside("newroot rescue mount", RESET_S)
    case.check_first_state("/newroot")
    assert "shop" not in case.inside("ls /newroot/var/lib/mysql"), "the dump was loaded after the installation"
    assert not case.inside("ls /newroot/var/lib/newroot/first-boot.done 2>/dev/null || true")
    case.inside("newroot rescue umount", RESET_S)
