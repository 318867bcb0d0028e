"""
Odd texts, made by chance from what is treacherous: what the filter takes for text or a comment, no real client or server may execute, and
of what it takes for statements none may be missing. Both go on after an error here, which they never do in a load: nothing is covered by one.
"""
import collections
import random
import subprocess

from common import BUILD
from servers import AS_POSTGRES

TEXTS = 4000  # made and filtered; those that go on are executed, in one session

ODD = [b"'", b'"', b"`", b"''", b"\\", b"\\'", b'\\"', b"\\\\", b"--", b"-- ", b"--\t", b"#", b"/*", b"*/", b"/* */", b";", b" ", b"\n", b"\r\n", b"\t", b"(", b")", b",",
       b"a", b"1", b"'a'", b'"a"', b" 'a'", b"\n'a'", b"\xc3\xa9", b"\xa0", b"-", b"*", b"/", b"@a", b"\\N", b".", b"+", b"=", b"\0", b"\r", b"\v"]
ODD_MARIADB = ODD + [b"/*!", b"/*!50000 ", b"/*!99999 ", b"/*M!100000 ", b"/*!100000 ", b"/*!999999 ", b"--\x01", b"--\x7f", b"--\xa0", b"N'", b"_latin1'", b"_gbk'\xbf", b"x'41'",
                     b"\nDELIMITER ;;\n", b"\ndelimiter //\n", b"\nDELIMITER ;\n", b" DELIMITER ;;\n", b"\ndelimiter", b";;", b"//", b"\xbf\\'", b"@'a'", b"@@version", b":=",
                     b";\nSET sql_mode='ANSI_QUOTES';\n", b";\nSET sql_mode='NO_BACKSLASH_ESCAPES';\n", b";\nSET sql_mode='';\n",
                     b";\nSET @m=@@sql_mode, sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES';\n", b";\nSET sql_mode=@m;\n", b";\nSET NAMES latin1;\n", b";\nSET NAMES utf8mb4;\n"]
ODD_POSTGRESQL = ODD + [b"$$", b"$a$", b"$\xc3\xa9$", b"$1", b"1$$", b"a$$", b"a$a$", b"$", b"E'", b"e'\\'", b"1E'", b"1.e'", b"aE'", b"U&'", b'U&"', b"B'", b"x'", b"N'", b"1e5", b"0x1",
                        b"::", b":", b":a", b":'a'", b':"a"', b":USER", b":'USER'", b":E'", b":{?a}", b":=", b"\\;", b"\\:", b"-- a\r", b"/* /* */", b"[1:2]", b"UESCAPE '\\'",
                        b";\nSET standard_conforming_strings=off;\n", b"; SET standard_conforming_strings=off;", b";\nSET standard_conforming_strings=on;\n",
                        b";\nRESET standard_conforming_strings;\n", b";\nCREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END;\n", b"CASE", b"BEGIN", b"END"]


OPEN = [b"'", b'"', b"`", b"/*", b"-- ", b"#", b"$$", b"$a$", b"E'", b"'\\", b"''", b"--", b""]
CLOSE = [b"'", b'"', b"`", b"*/", b"\n", b"$$", b"$a$", b"\\'", b"''", b""]


def make_texts(odd, hidden, seed):
    """`hidden` is what the filter would refuse; that it was executed shows in the server, by its number."""
    chance = random.Random(seed)
    some = lambda most: b"".join(chance.choice(odd) for _ in range(chance.randint(0, most)))
    begins = [b"SELECT 1", b"SELECT 1 ", b"INSERT INTO t VALUES (1", b"INSERT INTO t VALUES ('a'", b"CREATE TABLE s%d (i int", b"SELECT 1 AS a,", b""]
    for number in range(TEXTS):
        parts = [b"CREATE TABLE v%d_1 (i int);\n", chance.choice(begins), some(3), chance.choice(OPEN), some(1), chance.choice([b"", b"\n", b";", b";\n"]),
                 chance.choice([b"", b"-- %d", *hidden, *hidden, *hidden]), chance.choice([b"", b";", b";\n", b"\n"]), some(1), chance.choice(CLOSE), some(2),
                 b";\nCREATE TABLE v%d_2 (i int);\n"]
        yield b"".join(part.replace(b"%d", b"%d" % number) for part in parts)


def filtered(kind, texts, folder):
    """What of each goes on, and how many tables it makes; None when it is refused."""
    paths = [folder / str(number) for number in range(len(texts))]
    for path, text in zip(paths, texts):
        path.write_bytes(text)
    said = []
    for first in range(0, len(paths), 1000):
        done = subprocess.run([BUILD / "database/filter", kind, *paths[first:first + 1000]], stdout=subprocess.PIPE, timeout=60, check=True)
        said += [line.split(" ") for line in done.stdout.decode(errors="replace").split("\n")[:-1]]
    assert len(said) == len(texts)
    return [(path.with_name(path.name + ".out").read_bytes(), int(words[1])) if words[0] == "ok" else None for path, words in zip(paths, said)]


def session(kind, texts, behind, folder):
    """All that go on whole, one behind the other: by their number; and as the filter lets that through. `behind` each everything is as it was at first."""
    folder.mkdir()
    rows = {number: row for number, row in enumerate(filtered(kind, [text + behind for text in texts], folder)) if row}
    (folder / "all").write_bytes(b"".join(texts[number] + behind for number in rows))
    done = subprocess.run([BUILD / "database/filter", kind, folder / "all"], stdout=subprocess.PIPE, timeout=60, check=True)
    assert done.stdout.startswith(b"ok"), done.stdout
    return rows, (folder / "all.out").read_bytes()


def check(texts, rows, made, hidden_made):
    """Each begins where the filter says: whoever was left within quotes, a comment or another delimiter has missed its first table."""
    count = collections.Counter(name.split("_")[0][1:] for name in made)
    for number, (out, tables) in rows.items():
        told = f"text {number}: {texts[number]!r} becomes {out!r}"
        assert number not in hidden_made, told
        assert f"v{number}_1" in made, told
        assert count[str(number)] <= tables, told


def test_mariadb_reads_as_the_filter(mariadb, tmp_path):
    server = mariadb("server", 1, "--default-storage-engine=MEMORY")
    server.sql("CREATE DATABASE shop; CREATE DATABASE other; CREATE TABLE shop.t (i INT)")
    texts = list(make_texts(ODD_MARIADB, [b"CREATE TABLE other.h%d (i int)"], 1))
    behind = b"\nDELIMITER ;\nSET sql_mode=DEFAULT;\nSET NAMES utf8mb4;\n"
    rows, text = session("mariadb", texts, behind, tmp_path / "texts")
    hiding = [number for number in rows if b"other.h" in rows[number][0]]
    assert len(rows) > 300 and len(hiding) > 100, (len(rows), len(hiding))
    argv = ["mariadb", "--no-defaults", f"--socket={server.socket}", "--user=root", "--batch", "--force", "--binary-mode", "--comments", "--max-allowed-packet=1G", "shop"]
    subprocess.run(argv, input=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=False)
    check(texts, rows, set(server.sql("SHOW TABLES IN shop").splitlines()), {int(name[1:]) for name in server.sql("SHOW TABLES IN other").splitlines()})


def test_psql_reads_as_the_filter(postgresql, folder, tmp_path):
    """Its commands, too, which need no server."""
    postgresql.sql("CREATE DATABASE shop")
    postgresql.sql("CREATE TABLE t (i int)", "shop")
    shell = folder / "shell"
    shell.mkdir()
    shell.chmod(0o777)
    texts = list(make_texts(ODD_POSTGRESQL, [b"CREATE ROLE h%d", b"\\! touch " + str(shell).encode() + b"/%d\n"], 2))
    rows, text = session("postgresql", texts, b"\nCOMMIT;\nRESET standard_conforming_strings;\n", tmp_path / "texts")
    hiding = [number for number in rows if b"CREATE ROLE" in rows[number][0] or b"touch" in rows[number][0]]
    assert len(rows) > 100 and len(hiding) > 60, (len(rows), len(hiding))
    argv = [postgresql.programs / "psql", "-f", "-", "-h", postgresql.folder, "-p", str(postgresql.port), "-w", "-d", "shop", "-XqAt"]
    subprocess.run(argv, input=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=False, **AS_POSTGRES)
    made = postgresql.sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace", "shop").splitlines()
    roles = postgresql.sql("SELECT rolname FROM pg_roles WHERE rolname ~ '^h[0-9]+$'").splitlines()
    check(texts, rows, set(made), {int(name[1:]) for name in roles} | {int(path.name) for path in shell.iterdir()})
