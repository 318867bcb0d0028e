"""Fixtures: certificates once a session, a server a test, and the program under test."""
import subprocess

import pytest

from certificates import GOOD_NAMES, Authority
from common import PATIENCE_S, driver, under_kernel
from faultserver import FaultServer


class Result:
    """What the driver printed."""

    def __init__(self, done):
        self.status, self.lines = done.returncode, done.stdout.splitlines()
        self.log = done.stderr
        self.error = self.where = self.message = None
        for line in self.lines:
            if line.startswith("error "):
                self.error, self.where, self.message = line.removeprefix("error ").split(" | ", 2)

    @property
    def ok(self):
        return self.status == 0 and self.error is None

    def __repr__(self):
        return f"status {self.status}\n" + "\n".join(self.lines) + f"\n{self.log}"


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki") / "good")


@pytest.fixture(scope="session")
def good_cert(authority):
    return authority.issue("good", GOOD_NAMES)


@pytest.fixture
def serve():
    """serve(certificate) starts a server that ends with the test."""
    started = []

    def start(certificate, **kwargs):
        started.append(FaultServer(*certificate, **kwargs))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(serve, good_cert):
    return serve(good_cert)


@pytest.fixture
def drive(authority, tmp_path):
    """drive(command, url, option=value…): run the transport. Its time limits are those of a slow machine; who tests one gives it."""
    def run(command, url, ca=None, service=None, env=None, **options):
        defaults = {"connect_ms": 60000, "first_ms": 60000, "stall_ms": 60000, "retries": 3, "backoff_ms": 20}
        program = driver("transport/driver")
        argv = [*under_kernel(program), program, "--ca", ca or authority.cert,
                "--service", service or "/".join(url.split("/")[:3])]
        for name, value in {**defaults, **options}.items():
            argv.append("--" + name.replace("_", "-"))
            argv += [] if value is True else [value]
        argv += [command, url]
        done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, errors="replace", timeout=2 * PATIENCE_S,
                              env=env)
        assert "Sanitizer" not in done.stderr, done.stderr
        return Result(done)
    return run


@pytest.fixture
def fetch(drive, tmp_path):
    """fetch(url): stream a URL; (result, bytes that were written)."""
    def run(url, **options):
        out = tmp_path / "out"
        result = drive("stream", url, out=out, **options)
        return result, out.read_bytes() if out.exists() else b""
    return run
