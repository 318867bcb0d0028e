"""The old platform's master, which is in use, and the new one, which follows it through a tunnel."""
import gzip

from first_boot import SECRET
from servers import MariaDB
from writer import Writer

LOGIN = {"user": "mover", "password": SECRET}


class NewMaster(MariaDB):
    """Its configuration is in files, as an installed system's is."""

    def __init__(self, folder, root, server_id, *options):
        (root / "etc/mysql/conf.d").mkdir(parents=True)
        self.config = root / "etc/mysql/my.cnf"
        self.config.write_text(f"[mysqld]\nserver_id = {server_id}\n!includedir {root}/etc/mysql/conf.d\n")
        super().__init__(folder, server_id, *options)

    def start(self):
        options = [option for option in self.options if not option.startswith(("--no-defaults", "--server-id"))]
        self.launch(["mariadbd", f"--defaults-file={self.config}", *options])


def in_use(mariadb, logs="binlog"):
    server = mariadb("old", 1, f"--log-bin={logs}", "--sync-binlog=1")
    server.sql(f"CREATE USER mover@'127.0.0.1' IDENTIFIED BY '{SECRET}'; GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO mover@'127.0.0.1';"
               "CREATE USER app@localhost; GRANT SELECT, INSERT, DELETE ON shop.* TO app@localhost;"
               "CREATE DATABASE shop; CREATE TABLE shop.line (id INT PRIMARY KEY, text VARCHAR(255)); INSERT INTO shop.line VALUES (-1, 'old')")
    return server


def way(sshd, source, **further):
    return {"ssh": sshd.login, "port": source.port, **LOGIN, "limit": "120s", **further}


def dump(source, *argv):
    return gzip.compress(source.dump("shop", *(argv or ("--master-data=2",))))


def lines(server):
    return [int(line) for line in server.sql("SELECT id FROM shop.line ORDER BY id").splitlines()]


def writer(source):
    return Writer(["mariadb", "--no-defaults", f"--socket={source.socket}", "--user=app", "-BNn", "--force"], "shop.line")
