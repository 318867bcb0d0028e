"""Real database servers in folders of their own, as an installed VM would have them."""
import contextlib
import functools
import pathlib
import shutil
import subprocess
import tempfile
import time

from common import PATIENCE_S, free_port
from process import die_with_parent

AS_POSTGRES = dict(user="postgres", group="postgres", extra_groups=[], cwd="/")
REDO_LOG = "--innodb-log-file-size=8M"  # in place of 96 MB, which each server would copy


def run(argv, **kwargs):
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE_S, **kwargs)
    assert done.returncode == 0, f"{argv}: {done.stderr.decode(errors='replace')}"
    return done.stdout


class Server:
    """What both have in common: one process, ended by its own id."""

    process = None

    def await_answer(self):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            try:
                return self.sql("SELECT 1")
            except AssertionError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.1)

    def launch(self, argv, **kwargs):
        self.process = subprocess.Popen([str(a) for a in argv], stdout=open(self.folder / "log", "ab"), stderr=subprocess.STDOUT,
                                        start_new_session=True, preexec_fn=die_with_parent, **kwargs)
        self.await_answer()

    def close(self):
        self.stop()

    def stop(self, signal=15):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal)
            self.process.wait(PATIENCE_S)


@functools.cache
def empty_mariadb():
    """A data folder, made once: others are copies."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="newroot-mariadb-"))
    run(["mariadb-install-db", "--no-defaults", f"--datadir={folder}/data", "--user=root", "--skip-test-db", REDO_LOG,
         "--auth-root-authentication-method=normal"])
    return folder / "data"


class MariaDB(Server):
    def __init__(self, folder, server_id, *options):
        self.folder, self.port = folder, free_port()
        self.options = ["--no-defaults", f"--datadir={folder}/data", "--user=root", f"--socket={self.socket}", f"--port={self.port}",
                        "--bind-address=127.0.0.1", "--skip-name-resolve", f"--pid-file={folder}/pid", f"--server-id={server_id}",
                        "--innodb-buffer-pool-size=32M", REDO_LOG,
                        "--innodb-flush-log-at-trx-commit=0", *options]
        folder.mkdir()
        shutil.copytree(empty_mariadb(), folder / "data")
        self.start()

    @property
    def socket(self):
        return self.folder / "socket"

    def start(self):
        self.launch(["mariadbd", *self.options])

    def client(self, program, *argv, **kwargs):
        return run([program, "--no-defaults", f"--socket={self.socket}", "--user=root", *argv], **kwargs)

    def sql(self, sql, database=None):
        out = self.client("mariadb", "--batch", "--skip-column-names", "--default-character-set=utf8mb4", *([database] if database else []),
                          input=sql.encode())
        return out.decode("utf-8", "replace").rstrip("\n")

    @contextlib.contextmanager
    def held(self, statement):
        """What this statement locks is locked by somebody."""
        argv = ["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "-BNn"]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as somebody:
            somebody.stdin.write(f"{statement}; SELECT 'held';\n")
            somebody.stdin.flush()
            while somebody.stdout.readline() != "held\n":
                assert somebody.poll() is None
            yield
            somebody.stdin.close()

    def dump(self, database, *argv):
        return self.client("mariadb-dump", "--default-character-set=utf8mb4", "--single-transaction", "--routines", "--triggers", *argv,
                           database)

    def status(self):
        """Of a replica, as a person reads it."""
        return self.client("mariadb", "--vertical", input=b"SHOW SLAVE STATUS").decode()

    def log_events(self):
        """All that stands in the binary log, as text."""
        names = [line.split("\t")[0] for line in self.sql("SHOW BINARY LOGS").splitlines()]
        return "\n".join(self.sql(f"SHOW BINLOG EVENTS IN '{name}'") for name in names)


def postgresql_programs():
    return sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]


@functools.cache
def empty_postgresql():
    """A data folder, made once: others are copies."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="newroot-postgresql-"))
    shutil.chown(folder, "postgres", "postgres")
    run([postgresql_programs() / "initdb", "-D", folder / "data", "--auth=peer", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], **AS_POSTGRES)
    return folder / "data"


class PostgreSQL(Server):
    """As the system's user postgres: it refuses root."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.programs = postgresql_programs()
        folder.mkdir()
        shutil.chown(folder, "postgres", "postgres")
        run(["cp", "--archive", empty_postgresql(), folder / "data"])
        self.start()

    @property
    def socket(self):
        return self.folder / f".s.PGSQL.{self.port}"

    def start(self):
        self.launch([self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, "-p", self.port, "-c", "listen_addresses="],
                    **AS_POSTGRES)

    def client(self, program, *argv, **kwargs):
        return run([self.programs / program, "-h", self.folder, "-p", self.port, *argv], **kwargs, **AS_POSTGRES)

    def sql(self, sql, database="postgres"):
        return self.client("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, input=sql.encode()).decode().rstrip("\n")


def remove_templates():
    for template in (empty_mariadb, empty_postgresql):
        if template.cache_info().currsize:
            shutil.rmtree(template().parent)
            template.cache_clear()
