"""A Debian archive in small, on loopback, and a checkout in small that is built from it: real apt, real dpkg tools."""
import contextlib
import gzip
import hashlib
import http.server
import os
import pathlib
import shutil
import subprocess
import threading
import urllib.parse

from common import TOP

CONTROL = """\
Source: {name}
Section: libs
Priority: optional
Maintainer: Nobody <nobody@localhost>
Standards-Version: 4.6.2

Package: lib{name}
Architecture: all
Description: a package of the tests
 It has nothing inside.
"""
APT_CONFIG = """\
Dir::Etc::main "/nonexistent"; Dir::Etc::parts "/nonexistent"; Dir::Etc::sourceparts "/nonexistent";
Dir::Etc::sourcelist "{folder}/sources.list"; Dir::State "{folder}/state"; Dir::Cache "{folder}/cache";
Dir::State::status "/var/lib/dpkg/status"; Acquire::http::Proxy "DIRECT"; APT::Sandbox::User "root";
"""


def changelog(name, changes):
    """`changes`: (version, what it says), newest first."""
    entry = "{name} ({version}) bookworm; urgency=medium\n\n  * {text}\n\n -- Nobody <nobody@localhost>  Thu, 01 Jan 2026 00:00:00 +0000\n"
    return "\n".join(entry.format(name=name, version=version, text=text) for version, text in changes)


class SmallArchive:
    """`missing`, `cut`, `false`: paths that are answered with 404, in half, or with other bytes of the same length."""

    def __init__(self, folder):
        self.folder = folder
        self.missing, self.cut, self.false = set(), set(), set()
        self.asked = []
        self.url = None

    def add_source(self, area, name, *changes):
        """A source package of the newest version of `changes`; `area`: debian or debian-security."""
        pool = self._pool(area, name)
        version = changes[0][0]
        upstream = version.rpartition("-")[0]
        tree = self.folder / "work" / f"{name}-{version}"
        (tree / "debian/source").mkdir(parents=True)
        (tree / "README").write_text(f"{name} {upstream}\n")
        orig = pool / f"{name}_{upstream}.orig.tar.gz"
        if not orig.exists():
            self._run(["tar", "-C", tree.parent, "--mtime=2026-01-01", "--exclude=debian", "-czf", orig, tree.name])
        # Both areas of Debian hold the same upstream archive.
        for other in self.folder.glob(f"*/pool/**/{orig.name}"):
            shutil.copy(other, tree.parent / orig.name)
        shutil.copy(tree.parent / orig.name, orig)
        (tree / "debian/source/format").write_text("3.0 (quilt)\n")
        (tree / "debian/changelog").write_text(changelog(name, changes))
        (tree / "debian/control").write_text(CONTROL.format(name=name))
        (tree / "debian/rules").write_text("#!/usr/bin/make -f\n")
        self._run(["dpkg-source", "-b", tree.name], cwd=tree.parent)
        for file in tree.parent.glob(f"{name}_{version.partition(':')[2] or version}.*"):
            shutil.move(file, pool / file.name)

    def add_binary(self, area, name, *changes):
        version = changes[0][0]
        tree = self.folder / "work" / f"{name}-{version}-binary"
        docs = tree / "usr/share/doc" / name
        docs.mkdir(parents=True)
        (docs / "changelog.Debian.gz").write_bytes(gzip.compress(changelog(name, changes).encode()))
        (tree / "DEBIAN").mkdir()
        (tree / "DEBIAN/control").write_text(f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Nobody <nobody@localhost>\nDescription: a package of the tests\n")
        self._run(["dpkg-deb", "--root-owner-group", "-b", tree, self._pool(area, name) / f"{name}_{version}_all.deb"])

    def _pool(self, area, name):
        pool = self.folder / area / ("pool/updates/main" if area == "debian-security" else "pool/main") / name[0] / name
        pool.mkdir(parents=True, exist_ok=True)
        return pool

    @staticmethod
    def _run(argv, **kwargs):
        subprocess.run([str(word) for word in argv], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kwargs)

    def write_indexes(self):
        for area, suite in (("debian", "bookworm"), ("debian-security", "bookworm-security")):
            root = self.folder / area
            (root / "pool").mkdir(parents=True, exist_ok=True)
            dist = root / "dists" / suite
            sums = []
            for path, tool in (("main/source/Sources", "dpkg-scansources"), ("main/binary-amd64/Packages", "dpkg-scanpackages")):
                argv = [tool, *(["-m"] if tool == "dpkg-scanpackages" else []), "pool"]
                text = subprocess.run(argv, cwd=root, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
                (dist / path).parent.mkdir(parents=True, exist_ok=True)
                (dist / path).write_bytes(text)
                sums.append(f" {hashlib.sha256(text).hexdigest()} {len(text)} {path}")
            (dist / "Release").write_text("\n".join([
                "Origin: Debian", "Label: Debian", f"Suite: {suite}", f"Codename: {suite}", "Architectures: amd64 all",
                "Components: main", "Date: Thu, 01 Jan 2026 00:00:00 UTC", "SHA256:", *sums, ""]))

    @contextlib.contextmanager
    def served(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def _handler(self):
        archive = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                path = urllib.parse.unquote(self.path).lstrip("/")
                archive.asked.append(path)
                file = archive.folder / path
                if path.rpartition("/")[2] in archive.missing or not file.is_file():
                    self.send_error(404)
                    return
                data = file.read_bytes()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(archive.bytes_of(file.name, data))
                self.close_connection = file.name in archive.cut

            def log_message(self, *_):
                pass

        return Handler

    def bytes_of(self, name, data):
        if name in self.cut:
            return data[:len(data) // 2]
        return bytes(len(data)) if name in self.false else data


class SmallCheckout:
    """The scripts of deps/ with one recipe, which takes the source package `alpha`."""

    def __init__(self, folder, archive):
        self.folder, self.archive = folder, archive
        self.cache = folder / "cache"
        deps = folder / "tree/deps"
        (deps / "alpha").mkdir(parents=True)
        for name in ("fetch", "update"):
            shutil.copy(TOP / "deps" / name, deps / name)
        shutil.copytree(TOP / "deps/lib", deps / "lib", ignore=shutil.ignore_patterns("__pycache__"))
        (deps / "alpha/recipe").write_text("source=alpha\nlicence=MIT\nwhy=test\n")
        self.lock, self.inputs = deps / "lock", folder / "tree/build/inputs"
        (folder / "apt/state/lists/partial").mkdir(parents=True)
        (folder / "apt/cache/archives/partial").mkdir(parents=True)
        (folder / "apt.conf").write_text(APT_CONFIG.format(folder=folder / "apt"))

    def list_archives(self, *areas):
        """What this machine's apt lists; its lists are fetched again."""
        suites = {"debian": "bookworm", "debian-security": "bookworm-security"}
        lines = [f"{kind} [trusted=yes] {self.archive.url}/{area} {suites[area]} main" for area in areas for kind in ("deb", "deb-src")]
        (self.folder / "apt/sources.list").write_text("\n".join(lines) + "\n")
        self.archive.write_indexes()
        done = self.run("apt-get", "update")
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, program, *argv, **environment):
        path = self.folder / "tree/deps" / program
        env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") and not name.startswith("NEWROOT_")}
        return subprocess.run([str(path if path.exists() else program), *map(str, argv)], text=True, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env={**env, "APT_CONFIG": str(self.folder / "apt.conf"), "NEWROOT_CACHE": str(self.cache), **environment})

    def taken(self, name="alpha"):
        """{(version, how)} of a package in build/inputs."""
        rows = [line.split("\t") for line in self.inputs.read_text().splitlines()]
        return {(row[2], row[3]) for row in rows if row[1] == name}

    def stored(self):
        return {path.name for path in pathlib.Path(self.cache / "sources").glob("*")}
