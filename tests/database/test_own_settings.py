"""What the moved system's own files and environment say to people's tools steers none of newroot's."""
import os
import pathlib
import shutil
import socket
import threading

import pytest
from first_boot import SECRET
from old_master import NewMaster

DUMP = b"CREATE TABLE line (id INT PRIMARY KEY);\nINSERT INTO line VALUES (1), (2), (3);\n"
PRINTING = "table\nvertical\nhtml\nxml\nsafe-updates\nskip-column-names=0\nforce\none-database\n"


@pytest.fixture
def other(mariadb):
    """Another server, which a person's client finds by itself."""
    return mariadb("other", 9, "--log-bin=binlog")


def files_of_root(machine, **files):
    """/root as the moved system has it. It hides a checkout below it, and so the program is copied to where it stays in sight."""
    machine.program = shutil.copy(machine.program, machine.folder)
    home = machine.folder / "home"
    home.mkdir()
    for name, text in files.items():
        (home / f".{name.replace('_', '.')}").write_text(text)
    machine.before = f'mount --bind {home} /root; HOME=/root; export HOME; '


def is_loaded(new, other):
    assert new.sql("SELECT COUNT(*) FROM shop.line") == "3"
    assert "shop" not in other.sql("SHOW DATABASES")


def test_client_of_another_host(machine, mariadb, other):
    """As every old database host has one."""
    new = mariadb("new", 1, "--log-bin=binlog")
    groups = "".join(f"[{group}]\nhost=127.0.0.1\nprotocol=tcp\nport={other.port}\n{PRINTING}" for group in ("client", "mysql", "client-mariadb"))
    files_of_root(machine, my_cnf=groups)
    machine.add_dump("shop", DUMP)
    machine.instruct(new, role="master", replication={"user": "follower", "password": SECRET, "limit": "120s"})
    machine.complete()
    is_loaded(new, other)
    assert "follower" not in other.sql("SELECT user FROM mysql.user") and "follower" in new.sql("SELECT user FROM mysql.user")


def test_password_of_root_still_counts(machine, mariadb, other):
    new = mariadb("new")
    new.sql(f"CREATE USER boss@localhost IDENTIFIED BY '{SECRET}#'; GRANT ALL ON *.* TO boss@localhost")
    files_of_root(machine, my_cnf=f"[client]\nhost=127.0.0.1\nport={other.port}\n user = boss\npassword='{SECRET}#' # the safe's\n[mysqldump]\nuser=nobody\n")
    machine.add_dump("shop", DUMP)
    machine.instruct(new)
    machine.complete()
    is_loaded(new, other)


def test_environment(machine, mariadb, other):
    new = mariadb("new")
    machine.environment = {**os.environ, "MYSQL_HOST": "127.0.0.1", "MYSQL_TCP_PORT": str(other.port), "MYSQL_UNIX_PORT": str(other.socket),
                           "MYSQL_PWD": "wrong", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "BASH_ENV": "/nowhere"}
    seen = machine.folder / "seen"
    hook = machine.folder / "hook"
    hook.write_text(f"#!/bin/sh\nenv >{seen}\n")
    hook.chmod(0o755)
    machine.add_dump("shop", DUMP)
    machine.instruct(new, hooks={"before": [str(hook)]})
    machine.complete()
    is_loaded(new, other)
    names = {line.split("=")[0] for line in seen.read_text().splitlines()}
    assert names <= {"PATH", "LC_ALL", "HOME", "PWD", "OLDPWD", "_", "SHLVL"}


def test_the_servers_socket(machine, start, other, tmp_path):
    """When the job names none it is where the server's configuration has it, whatever clients are told."""
    root = machine.folder / "root"
    new = start(lambda folder: NewMaster(folder, root, 2), "new")
    config = root / "etc/mysql/my.cnf"
    config.write_text(config.read_text() + f"[mysqld]\nsocket={new.socket}\n[client]\nsocket={other.socket}\n")
    machine.before = f"mount --bind {root}/etc/mysql /etc/mysql; "
    machine.add_dump("shop", DUMP)
    machine.instruct(new, login={})
    machine.complete()
    is_loaded(new, other)


class Forward:
    """A socket of this VM's behind which another machine's server is."""

    def __init__(self, path, server):
        self.path, self.server = path, server
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near = self.listener.accept()[0]
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(self.server.socket))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self.copy, args=pair, daemon=True).start()

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def test_another_server_behind_the_socket(machine, other):
    """Nothing is changed in it."""
    before = other.sql("SHOW MASTER STATUS; SHOW DATABASES; SELECT @@global.max_allowed_packet")
    forward = Forward(machine.folder / "socket", other)
    machine.add_dump("shop", DUMP)
    machine.instruct(other, login={"socket": str(forward.path)})
    message = machine.fail("database.server")["message"]
    assert "is not this VM's" in message and "server_id 9" in message and str(other.folder) in message
    assert other.sql("SHOW MASTER STATUS; SHOW DATABASES; SELECT @@global.max_allowed_packet") == before
    assert machine.marks() == []
    forward.listener.close()


def test_postgresql(machine, postgresql):
    files_of_root(machine, psqlrc="\\! touch /root/obeyed\n", pg__service_conf="[x]\nhost=192.0.2.1\n")
    (machine.folder / "home").chmod(0o777)  # psql is another user's
    machine.environment = {**os.environ, "PGHOST": "192.0.2.1", "PGPORT": "1", "PGSERVICE": "x", "PGDATABASE": "template1", "PGUSER": "nobody",
                           "PGOPTIONS": "-c default_transaction_read_only=on", "PSQLRC": "/root/.psqlrc"}
    machine.add_dump("shop", DUMP)
    machine.instruct(postgresql, engine="postgresql")
    machine.complete()
    assert postgresql.sql("SELECT COUNT(*) FROM line", "shop") == "3"
    assert not pathlib.Path(machine.folder / "home/obeyed").exists()


def test_another_postgresql_behind_the_socket(machine, postgresql):
    (postgresql.folder / "data/pg_hba.conf").write_text("local all all trust\n")
    postgresql.sql("SELECT pg_reload_conf()")
    before = postgresql.sql("SELECT datname FROM pg_database")
    folder = machine.folder / "pg"
    folder.mkdir()
    forward = Forward(folder / ".s.PGSQL.5432", postgresql)
    forward.path.chmod(0o777)
    machine.add_dump("shop", DUMP)
    machine.instruct(postgresql, engine="postgresql", login={"socket": str(forward.path)})
    assert "is not this VM's" in machine.fail("database.server")["message"]
    assert postgresql.sql("SELECT datname FROM pg_database") == before
    forward.listener.close()
