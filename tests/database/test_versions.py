"""Promotion of servers of every version: a client that refuses what a version does not know, before a real MariaDB."""
import os
import pathlib

import old_client
import pytest
from old_master import dump, lines, way

from common import TOP

# One of each row of agent/database/statements.c in the short run; all of these in `make soak`.
SHORT = ["5.0.95-log", "8.4.3"]
ALL = ["5.0.22", "5.1.73-log", "5.5.15", "5.5.62", "5.6.2", "5.6.51", "5.7.44", "8.0.11", "8.0.22", "8.0.40", "9.1.0",
       "5.3.12-MariaDB", "5.5.68-MariaDB", "10.0.1-MariaDB", "10.1.48-MariaDB", "10.11.6-MariaDB-0+deb12u1-log", "11.4.2-MariaDB"]
VERSIONS = SHORT + (ALL if "ALL_VERSIONS" in os.environ else [])


@pytest.fixture
def of_version(machine, new, tmp_path):
    """The machine's server, and the old one, are of this version."""
    def make(version):
        server = new(2, "--log-bin=binlog", "--log-slave-updates")
        folder = pathlib.Path(machine.environment["PATH"].split(":")[0])
        machine.said = tmp_path / "said"
        for name in ("mariadb", "mysql"):
            (folder / name).write_text(f'#!/bin/sh\nexec /usr/bin/python3 -ISB {TOP}/tests/database/old_client.py {version} {machine.said} "$@"\n')
            (folder / name).chmod(0o755)
        return server
    return make


@pytest.mark.parametrize("version", VERSIONS)
def test_promotion(version, of_version, machine, source, sshd):
    server = of_version(version)
    machine.add_dump("shop", dump(source))
    machine.instruct(server, role="master", replication={"user": "replica", "password": "another-secret"}, source=way(sshd, source))
    machine.complete()
    source.sql("INSERT INTO shop.line VALUES (7, 'new')")
    source.sql("SET GLOBAL read_only=1")
    done = machine.cut_over()
    assert done.returncode == 0, done.stderr + machine.log
    assert 7 in lines(server)
    assert "Master_Host" not in server.status() and server.sql("SELECT @@read_only") == "0"
    assert "its binary log is at binlog." in machine.log, machine.log
    assert server.sql("SELECT COUNT(*) FROM mysql.user WHERE user='replica'") == "1"


@pytest.mark.parametrize("version, statement, known", [
    ("5.0.95", "RESET SLAVE ALL", False), ("5.1.73", "RESET SLAVE", True), ("5.5.15", "RESET SLAVE ALL", False), ("5.5.16", "RESET SLAVE ALL", True),
    ("5.6.2", "RESET SLAVE ALL", False), ("8.4.0", "SHOW MASTER STATUS", False), ("8.0.40", "SHOW BINARY LOG STATUS", False),
    ("8.4.0", "CHANGE MASTER TO MASTER_HOST='x'", False), ("8.0.22", "CHANGE REPLICATION SOURCE TO SOURCE_HOST='x'", False),
    ("10.11.6-MariaDB", "CHANGE MASTER TO MASTER_USE_GTID=no", True), ("5.5.68-MariaDB", "CHANGE MASTER TO MASTER_USE_GTID=no", False),
    ("8.0.11", "GRANT SELECT ON x.* TO y IDENTIFIED BY 'z'", False), ("5.0.95", "CREATE USER IF NOT EXISTS x", False),
])
def test_the_stand_in_refuses(version, statement, known):
    assert (old_client.refusal(statement, version) is None) == known


def test_comments_for_versions():
    flush = "FLUSH NO_WRITE_TO_BINLOG /*!50503 ENGINE */ LOGS;"
    assert "ENGINE" in old_client.as_executed(flush, (5, 5, 3)) and "ENGINE" not in old_client.as_executed(flush, (5, 1, 73))
