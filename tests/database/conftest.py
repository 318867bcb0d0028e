import os
import pathlib
import tempfile

import pytest

from common import BUILD
from first_boot import Machine
from old_master import NewMaster, in_use
from old_vm import Sshd
from servers import MariaDB, PostgreSQL, remove_templates
from service import JOB, Boot, Service


@pytest.fixture(scope="session", autouse=True)
def templates():
    if os.geteuid() != 0:
        pytest.skip("servers run as users of their own: only root may start them")
    yield
    remove_templates()


@pytest.fixture
def folder(tmp_path):
    """Short enough for a socket's path, and open to the server's own user."""
    with tempfile.TemporaryDirectory(prefix="newroot-db-") as name:
        pathlib.Path(name).chmod(0o755)
        yield pathlib.Path(name)


@pytest.fixture
def service(tmp_path):
    service = Service(BUILD / "newroot-server", tmp_path)
    service.init()
    service.add("db1", "52:54:00:00:00:11", "--group", "shop", job={**JOB, "migrating": True})
    service.add("db2", "52:54:00:00:00:12", "--group", "shop")
    service.start()
    for mac in ("52:54:00:00:00:11", "52:54:00:00:00:12"):
        boot = Boot()
        service.post([boot.event("state", state=state) for state in ("configuring", "installed")], mac=mac)
    yield service
    service.close()


@pytest.fixture
def machine(service, folder):
    return Machine(service, folder / "db1", "db1", "52:54:00:00:00:11")


@pytest.fixture
def second(service, folder):
    return Machine(service, folder / "db2", "db2", "52:54:00:00:00:12")


@pytest.fixture
def start(folder):
    """Start a server; all are stopped in the end."""
    started = []

    def start(kind, name, *argv):
        started.append(kind(folder / name, *argv))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def mariadb(start):
    return lambda name, server_id=1, *options: start(MariaDB, name, server_id, *options)


@pytest.fixture
def postgresql(start):
    return start(PostgreSQL, "postgresql")


@pytest.fixture
def source(mariadb):
    """The old platform's master, in use."""
    return in_use(mariadb)


@pytest.fixture
def sshd(tmp_path):
    sshd = Sshd(tmp_path / "sshd")
    yield sshd
    sshd.stop()


@pytest.fixture
def new(machine, start, tmp_path):
    """Makes the new master; the program that prints its settings looks where it looks."""
    def make(server_id=2, *options):
        root = machine.folder / "root"
        server = start(lambda folder: NewMaster(folder, root, server_id, *options), "new")
        fake = tmp_path / "bin/my_print_defaults"
        fake.parent.mkdir()
        fake.write_text(f'#!/bin/sh\nexec /usr/bin/my_print_defaults --defaults-file={root}/etc/mysql/my.cnf "$@"\n')
        fake.chmod(0o755)
        machine.environment = {**os.environ, "PATH": f"{fake.parent}:{os.environ['PATH']}"}
        return server
    return make
