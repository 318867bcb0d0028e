"""
Twenty-five years of a site, which begins with a store of an older version: renewals, power cuts, and another CA when the service asks for it, while two VMs
stand by all the time. One of them is the real agent between first boot and cutover.
"""
import json
import os
import sqlite3
import subprocess

from common import BUILD, driver, until
from service import Service
from site_life import DAY, SiteLife, StandsBy
from test_upgrade import load

YEARS = 25
OLD, NEW = "52:54:00:00:00:12", "52:54:00:00:00:21"  # db2 of the old store, which is complete, and one that is added


class Attends:
    """`newroot first-boot --stay` as it goes on until cutover, on a system of its own."""

    def __init__(self, life, name, mac):
        self.life, self.name, self.root = life, name, life.folder / "system"
        for folder in ("etc/newroot", "var/lib/newroot", "var/log"):
            (self.root / folder).mkdir(parents=True)
        self.anchors = self.root / "etc/newroot/ca.pem"
        self.anchors.write_bytes((life.service.data / "ca.pem").read_bytes())
        (self.root / "etc/newroot/migrating").touch()
        (self.root / "var/lib/newroot/random-seed").write_bytes(os.urandom(512))
        config = {"service": f"https://127.0.0.1:{life.service.port}", "ca": str(self.anchors), "mac": mac}
        (self.root / "etc/newroot/first-boot.json").write_text(json.dumps(config))
        # The sanitizers' library goes before any other; it looks for leaks when the process ends, which this one does by a signal.
        libasan = subprocess.run(["cc", "-print-file-name=libasan.so"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        environment = life.clock.environment_of_all
        self.process = subprocess.Popen([driver("database/life"), "attend", self.root], stdout=subprocess.DEVNULL, stderr=open(self.root / "stderr", "wb"),
                                        env={**os.environ, **environment, "LD_PRELOAD": f"{libasan} {environment['LD_PRELOAD']}"})

    def heard(self):
        with sqlite3.connect(f"file:{self.life.service.data}/newroot.db?mode=ro", uri=True) as store:
            return store.execute("SELECT seen_ms FROM vm WHERE name = ?", (self.name,)).fetchone()[0] / 1000

    def in_touch(self):
        """It says something each twenty seconds, and its clock has just gone on."""
        assert self.process.poll() is None, (self.root / "stderr").read_text()
        until(lambda: self.heard() > self.life.now - DAY, lambda: (self.root / "var/log/newroot.log").read_text()[-3000:])

    def close(self):
        self.process.kill()
        self.process.wait()


def test_twenty_five_years(tmp_path):
    service = Service(BUILD / "newroot-server", tmp_path)
    load(service, 4)
    try:
        with SiteLife(service, tmp_path).lived() as life:
            life.must("remove", "db1")
            service.add("db3", NEW)
            life.start()
            life.agents += [StandsBy(life, "db3", NEW), Attends(life, "db2", OLD)]
            anchors, changes, cuts = (service.data / "ca.pem").read_bytes(), 0, 0
            while life.clock.days < YEARS * 365:
                life.step()
                if life.clock.days // (5 * 365) > cuts:
                    cuts += 1
                    life.restart()
                if "ca rotate begin" in life.command("cert", "state").stderr:
                    changes += 1
                    life.change_ca()
            assert (changes, cuts) == (1, 5)
            assert len(life.served) > YEARS * 365 / 130
            present = (service.data / "ca.pem").read_bytes()
            for agent in life.agents:
                assert agent.anchors.read_bytes() == present != anchors
            assert life.command("cert", "state").returncode == 0 and life.command("audit", "--verify").returncode == 0
            print(f"{YEARS} years: {len(life.served)} certificates, {changes} change of the CA, {cuts} power cuts, store upgraded")
    finally:
        service.close()
