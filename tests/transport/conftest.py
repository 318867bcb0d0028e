"""Fixtures: certificates once a session, a server a test, and the program under test."""
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from certificates import GOOD_NAMES, Authority  # noqa: E402
from common import BUILD  # noqa: E402
from faultserver import FaultServer  # noqa: E402


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
    """drive(command, url, option=value…): run the transport with short time limits."""
    def run(command, url, ca=None, service=None, env=None, **options):
        defaults = {"connect_ms": 2000, "first_ms": 1500, "stall_ms": 600, "retries": 3, "backoff_ms": 20}
        argv = [BUILD / "transport/driver", "--ca", ca or authority.cert,
                "--service", service or "/".join(url.split("/")[:3])]
        for name, value in {**defaults, **options}.items():
            argv.append("--" + name.replace("_", "-"))
            argv += [] if value is True else [value]
        argv += [command, url]
        done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, errors="replace", timeout=120,
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
