"""A site that lives for years in minutes: its clock is shifted while it serves, and VMs that stand by have to be in touch at each step."""
import calendar
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from common import until
from shifted_clock import ShiftedClock

DAY = 86400
STEP_DAYS = 60  # less than what is left of a certificate when it is due
HERE = pathlib.Path(__file__).parent


class StandsBy:
    """One VM, by an agent whose clock goes with the site's."""

    def __init__(self, life, name, mac, token=None):
        self.life, self.name = life, name
        self.anchors = life.folder / f"{name}.pem"
        shutil.copy(life.service.data / "ca.pem", self.anchors)
        argv = [sys.executable, "-B", HERE / "stand_by.py", life.service.port, mac, self.anchors, *([token] if token else [])]
        self.process = subprocess.Popen([str(word) for word in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **life.clock.environment})

    def in_touch(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"{self.name} has lost its contact {self.life.clock.days} days from the beginning"
        return json.loads(answer)

    def close(self):
        self.process.kill()
        self.process.wait()


class SiteLife:
    def __init__(self, service, folder):
        self.service, self.folder, self.clock = service, folder, ShiftedClock(folder)
        self.agents, self.served, self.began = [], set(), time.time()
        self.environment = {**os.environ, **self.clock.environment}

    @property
    def now(self):
        return time.time() + self.clock.days * DAY

    def command(self, *argv):
        return subprocess.run([self.service.program, *argv, "--data", self.service.data], env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)

    def must(self, *argv):
        done = self.command(*argv)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        self.service.start(env=self.environment)

    def restart(self):
        """Power cuts and updates: what there is on disk has to do."""
        self.service.kill()
        self.start()

    def certificate(self):
        """From when to when, and its fingerprint."""
        text = subprocess.run(["openssl", "x509", "-in", self.service.data / "server.pem", "-noout", "-startdate", "-enddate", "-fingerprint"],
                              stdout=subprocess.PIPE, text=True, check=True).stdout
        begin, end = (calendar.timegm(time.strptime(date, "%b %d %H:%M:%S %Y %Z")) for date in re.findall(r"not\w+=(.*)", text))
        return begin, end, text.rsplit("=", 1)[1]

    def is_fresh(self):
        begin, end, print_ = self.certificate()
        assert end - begin <= 398 * DAY and end > self.now, "it ended before it was renewed"
        self.served.add(print_)
        return self.now < begin + (end - begin) * 2 / 3

    def step(self, days=STEP_DAYS):
        """Time passes; the certificate is renewed when that is due; all are in touch before and after."""
        self.clock.pass_days(days)
        self.all_in_touch()
        until(self.is_fresh, lambda: f"a renewal {self.clock.days} days from the beginning: {self.service.log()[-2000:]}")
        self.all_in_touch()

    def all_in_touch(self):
        for agent in self.agents:
            agent.in_touch()

    def change_ca(self):
        """As an operator does it. Which VMs are to come is told until they are there."""
        self.must("ca", "rotate", "begin")
        before = (self.service.data / "ca.pem").read_bytes()
        self.step()

        def finished():
            self.all_in_touch()
            return self.command("ca", "rotate", "finish").returncode == 0
        until(finished, lambda: self.command("ca", "rotate", "state").stdout)
        self.all_in_touch()
        assert before.endswith((self.service.data / "ca.pem").read_bytes()), "the new one alone is left"

    @contextlib.contextmanager
    def lived(self):
        try:
            yield self
        finally:
            for agent in self.agents:
                agent.close()
