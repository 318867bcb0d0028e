"""Databases to be moved: the old platform's server, which is a real one on this machine, its dump, and jobs for their new VMs."""
import gzip

from jobs import install_job
from servers import MariaDB

PASSWORD = "s3cret/of+the*replica"
REPLICATION = {"user": "follower", "password": PASSWORD, "limit": "5min"}
DATABASE = "shop"
TABLES = ("customer", "picture", "größe", "legacy", "line", "audit", "empty")

# Old and new character sets, bytes of all kinds, what fires and what runs by itself; `line` has the bulk.
CONTENT = """
CREATE DATABASE shop CHARACTER SET latin1;
USE shop;
CREATE TABLE customer (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(80) CHARACTER SET latin1, note VARCHAR(80) CHARACTER SET utf8mb4,
  since TIMESTAMP NOT NULL DEFAULT '2009-03-04 05:06:07', owes DECIMAL(9,2) DEFAULT 0.10) CHARACTER SET latin1;
CREATE TABLE picture (id INT PRIMARY KEY, customer INT NOT NULL, data LONGBLOB, FOREIGN KEY (customer) REFERENCES customer (id));
CREATE TABLE `größe` (`straße` VARCHAR(40) COLLATE utf8mb4_german2_ci PRIMARY KEY) CHARACTER SET utf8mb4;
CREATE TABLE legacy (id INT, word VARCHAR(20), KEY (word)) ENGINE=MyISAM CHARACTER SET latin1;
CREATE TABLE line (id INT PRIMARY KEY, text VARCHAR(255) NOT NULL, bytes VARBINARY(64) NOT NULL, KEY (text)) CHARACTER SET latin1;
CREATE TABLE audit (customer INT, name VARCHAR(80)) CHARACTER SET latin1;
CREATE TABLE empty (id INT);
CREATE TRIGGER remember AFTER INSERT ON customer FOR EACH ROW INSERT INTO audit VALUES (NEW.id, NEW.name);
CREATE VIEW customers AS SELECT id, name, CONCAT(note, ' ✓') AS note FROM customer;
CREATE VIEW pictures AS SELECT c.name, LENGTH(p.data) AS size FROM customers c JOIN picture p ON p.customer = c.id;
CREATE FUNCTION greet(who VARCHAR(80) CHARACTER SET utf8mb4) RETURNS VARCHAR(99) CHARACTER SET utf8mb4 DETERMINISTIC RETURN CONCAT('Grüße, ', who);
CREATE PROCEDURE tidy() DELETE FROM audit WHERE customer IS NULL;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' DO CALL tidy();
INSERT INTO customer (name, note) VALUES ('Zoë Müller', '你好 🐘'), ('Ångström', 'naïve'), ('O\\'Neill; -- "x"', 'tab\\tnewline\\nback\\\\slash'), (NULL, NULL);
INSERT INTO picture VALUES (1, 1, UNHEX('00FF1A0D0A5C270025')), (2, 2, REPEAT(CHAR(0, 1, 13, 10, 26, 92, 39, 255), 40000)), (3, 1, '');
INSERT INTO `größe` VALUES ('Maß'), ('Öl'), ('zu');
INSERT INTO legacy SELECT seq, CONCAT('wört', seq) FROM seq_1_to_500;
INSERT INTO line SELECT seq, CONCAT(SHA2(seq, 512), seq), UNHEX(SHA2(-seq, 512)) FROM seq_1_to_{lines};
"""
CHECKSUMS = "; ".join(f"CHECKSUM TABLE {DATABASE}.`{table}`" for table in TABLES)
# What a dump has besides the rows.
STRUCTURE = ["--no-data", "--routines", "--triggers", "--events", "--skip-comments"]
DUMP = ["--single-transaction", "--routines", "--triggers", "--events", "--default-character-set=utf8mb4"]


class OldServer(MariaDB):
    """The old platform's MariaDB on the laboratory's segment, at its gateway's address."""

    def __init__(self, lab, *options, lines=60000):
        self.segment = lab.segment
        super().__init__(lab.folder / "old-server", 1, "--bind-address=0.0.0.0", *options)
        self.sql(CONTENT.replace("{lines}", str(lines)))

    def launch(self, argv, **kwargs):
        super().launch(self.segment.inside(*map(str, argv)), **kwargs)

    def dump_to(self, path, *argv, pause_s=0):
        """As an operator makes it, packed; the path. Its load pauses in its middle, for what a fast machine would be too fast for."""
        dump = self.client("mysqldump", *DUMP, *argv, DATABASE)
        if pause_s:
            statement = b"\nINSERT INTO `line`"
            pieces = dump.split(statement)
            assert len(pieces) > 4
            middle = len(pieces) // 2
            dump = statement.join(pieces[:middle]) + b"\nDO SLEEP(%d);" % pause_s + statement + statement.join(pieces[middle:])
        path.write_bytes(gzip.compress(dump, 6))
        return path


def replication_file(server_id):
    """The server's own configuration, which newroot leaves to the job."""
    return {"path": "/etc/mysql/mariadb.conf.d/60-replication.cnf",
            "content": f"[mariadbd]\nbind-address = 0.0.0.0\nlog_bin = mysql-bin\nserver_id = {server_id}\n"}


def database_job(lab, inputs, address, hostname, server_id, dump, files=(), **databases):
    """The job of a systemd VM whose MariaDB gets `dump`."""
    root = inputs.systemd
    return install_job(lab, inputs, address, hostname, root=root, root_size="2GiB",
                       archives=[{"to": "/", "url": lab.archive(root), "sha256": inputs.sums[root]}],
                       files=[replication_file(server_id), *files],
                       databases={"dumps": [{"database": DATABASE, "url": lab.archive(dump), "sha256": inputs.sums[dump]}],
                                  "replication": REPLICATION, **databases})


class Guest:
    """The server of an installed VM, over ssh."""

    def __init__(self, lab, vm):
        self.lab, self.vm = lab, vm

    def run(self, command, seconds=120):
        return self.lab.service.ssh(self.vm.address, command, seconds=seconds)

    def sql(self, sql):
        quoted = sql.replace("'", "'\\''")
        return self.run(f"printf '%s' '{quoted}' | mysql -BN --default-character-set=utf8mb4").rstrip("\n")

    def status(self):
        """Of a replica: {"Slave_IO_Running": "Yes", …}"""
        lines = self.run("mysql -e 'SHOW SLAVE STATUS\\G'").splitlines()
        return dict(line.lstrip().split(": ", 1) for line in lines if ": " in line)

    def digest(self):
        """Of all that a dump has."""
        return self.run(f"mysqldump {' '.join(DUMP)} --skip-comments {DATABASE} >/tmp/digest && sha256sum </tmp/digest", seconds=300)

    def binary_log(self):
        """All of it, readable."""
        return self.run("cd /var/lib/mysql && mysqlbinlog -v --base64-output=decode-rows $(cat mysql-bin.index)")
