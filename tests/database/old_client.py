"""A client program of MySQL as if the server were of another version: old_client.py VERSION RECORD [ARGUMENT]…

The real client and a real MariaDB work behind it. What VERSION (such as 5.0.95 or 10.1.48-MariaDB) did not know yet, or knows no more, is refused as a server does; what it knows and MariaDB
calls by another name is translated. REFUSED is written from the versions' own manuals and release notes, page by page, and from nothing in agent/.
"""
import os
import re
import subprocess
import sys

CLIENT = "/usr/bin/mariadb"
NEVER, ALWAYS = (99,), (0,)

# What is meant, and [first, end) of the versions that know it: of MySQL, then of MariaDB. Each with the page that says so.
KNOWN = [
    # MySQL 5.5 "RESET SLAVE Syntax": "ALL, which was added in 5.5.16"; 5.6: 5.6.3; 8.4 "What Is New": RESET SLAVE removed.
    (r"RESET SLAVE ALL", [((5, 5, 16), (5, 6)), ((5, 6, 3), (8, 4))], [((5, 5), NEVER)]),
    (r"(START|STOP|RESET) SLAVE|SHOW SLAVE STATUS", [(ALWAYS, (8, 4))], [(ALWAYS, NEVER)]),
    (r"CHANGE MASTER", [(ALWAYS, (8, 4))], [(ALWAYS, NEVER)]),
    # MySQL 8.0.22 release notes; MariaDB "START REPLICA": since 10.5.1.
    (r"(START|STOP|RESET) REPLICA|SHOW REPLICA STATUS", [((8, 0, 22), NEVER)], [((10, 5, 1), NEVER)]),
    # MySQL 8.0.23 release notes.
    (r"CHANGE REPLICATION SOURCE|\bSOURCE_[A-Z]+|GET_SOURCE_PUBLIC_KEY", [((8, 0, 23), NEVER)], []),
    (r"GET_MASTER_PUBLIC_KEY", [((8, 0, 4), (8, 4))], []),
    # MySQL 5.6.1 "CHANGE MASTER TO".
    (r"MASTER_RETRY_COUNT", [((5, 6, 1), (8, 4))], []),
    # MariaDB "CHANGE MASTER TO": since 10.0.2.
    (r"MASTER_USE_GTID", [], [((10, 0, 2), NEVER)]),
    # MySQL 8.2.0 release notes; 8.4 "What Is New".
    (r"SHOW BINARY LOG STATUS", [((8, 2), NEVER)], []),
    (r"SHOW MASTER STATUS", [(ALWAYS, (8, 4))], [(ALWAYS, NEVER)]),
    # MySQL 5.7.6 "CREATE USER", "ALTER USER"; MariaDB 10.1.3 and 10.2.0.
    (r"CREATE USER IF NOT EXISTS", [((5, 7, 6), NEVER)], [((10, 1, 3), NEVER)]),
    (r"ALTER USER .* IDENTIFIED BY", [((5, 7, 6), NEVER)], [((10, 2), NEVER)]),
    # MySQL 8.0.11 release notes: "GRANT … IDENTIFIED BY" is removed.
    (r"GRANT .* IDENTIFIED BY", [(ALWAYS, (8, 0, 11))], [(ALWAYS, NEVER)]),
    # MySQL 5.7.8 "super_read_only".
    (r"super_read_only", [((5, 7, 8), NEVER)], []),
    # MySQL 5.5.3 "FLUSH": logs of one kind.
    (r"FLUSH .*ENGINE LOGS", [((5, 5, 3), NEVER)], [((5, 5), NEVER)]),
    # MySQL 5.5.3 "utf8mb4".
    (r"utf8mb4", [((5, 5, 3), NEVER)], [((5, 5), NEVER)]),
    # MySQL 5.0.38 and 5.1.17 "hostname" are a variable that nobody sets; max_allowed_packet is none of the session since 5.1.31.
]

TRANSLATED = [
    (r"CHANGE MASTER TO MASTER_HOST=''", "DO 0"),  # MariaDB of today takes no empty name
    (r"CHANGE REPLICATION SOURCE TO", "CHANGE MASTER TO"),
    (r", (GET_(SOURCE|MASTER)_PUBLIC_KEY|(SOURCE|MASTER)_RETRY_COUNT)=\d+", ""),
    (r"\bSOURCE_(HOST|PORT|USER|PASSWORD|LOG_FILE|LOG_POS|CONNECT_RETRY)", r"MASTER_\1"),
    (r"(START|STOP|RESET|SHOW) REPLICA", r"\1 SLAVE"),
    (r"SHOW BINARY LOG STATUS", "SHOW MASTER STATUS"),
]


def parse(text):
    return tuple(map(int, text.split("-")[0].split("."))), "MariaDB" in text


def as_executed(sql, version):
    """Comments for versions: what this one executes."""
    def choose(found):
        number = int(found[1])
        return found[2] if (number // 10000, number // 100 % 100, number % 100) <= version else ""
    return re.sub(r"/\*!(\d{5,6})(.*?)\*/", choose, sql, flags=re.S)


def refusal(sql, text):
    """The part that this version does not know; None: it knows all."""
    version, mariadb = parse(text)
    for pattern, *spans in KNOWN:
        found = re.search(pattern, sql, re.I)
        if found and not any(first <= version < end for first, end in spans[mariadb]):
            return found[0]
    return None


def translate(sql, version, mariadb):
    """For the MariaDB behind it."""
    for pattern, replacement in TRANSLATED:
        sql = re.sub(pattern, replacement, sql)
    # There, it forgets the connection, too.
    if version < ((5, 5) if mariadb else (5, 5, 0)):
        sql = re.sub(r"RESET SLAVE(?! ALL)", "RESET SLAVE ALL", sql)
    return sql


def rename(line):
    return line.replace("Master_", "Source_").replace("_Master", "_Source").replace("Slave_", "Replica_")


def main(text, record, *argv):
    # A dump goes to the real one as it is: what of it a version takes is the filter's business, not this program's.
    if "--loose-binary-mode" in argv:
        os.execv(CLIENT, [CLIENT, *argv])
    version, mariadb = parse(text)
    sql = as_executed(sys.stdin.read(), version)
    with open(record, "a") as file:
        file.write(sql)
    for statement in sql.split(";"):
        unknown = refusal(statement, text)
        if unknown:
            sys.exit(f"ERROR 1064 (42000) at line 1: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version "
                     f"for the right syntax to use near '{unknown}' at line 1")
    if sql.strip() == "SELECT VERSION();":
        print(text)
        return
    done = subprocess.run([CLIENT, *argv], input=translate(sql, version, mariadb), stdout=subprocess.PIPE, text=True, errors="surrogateescape", check=False)
    head, newline, rest = done.stdout.partition("\n")
    if "SHOW REPLICA STATUS" in sql:
        head = rename(head)
    sys.stdout.write(head + newline + rest)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main(*sys.argv[1:])
