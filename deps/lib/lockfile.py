"""deps/lock: every package that newroot is built from, with the sha256 of each of its files.

A package takes one line and a line for each file; lines of its alternates follow it:

    KIND NAME VERSION
            SHA256 PATH

`source` is a Debian source package, `binary` one whose contents go into what is shipped; PATH is its place below the root
of a Debian archive. `alternate` holds a version that may stand in for the package above it. `tool` is a program of the
build machine that writes bytes of the products: its version is compared, and it has no files.
"""
import dataclasses
import pathlib
import re
import sys

LOCK = pathlib.Path(__file__).resolve().parents[1] / "lock"
HEADER = """\
# What newroot is built from. deps/update writes this file; deps/README.md says what it means.
"""
KINDS = ("source", "binary", "alternate", "tool")


@dataclasses.dataclass(frozen=True)
class File:
    sha256: str
    path: str

    @property
    def name(self):
        return self.path.rpartition("/")[2]


@dataclasses.dataclass
class Package:
    kind: str
    name: str
    version: str
    files: list = dataclasses.field(default_factory=list)
    alternates: list = dataclasses.field(default_factory=list)

    def __str__(self):
        return f"{self.name} {self.version}"


def upstream(version):
    """The version without Debian's epoch and revision (deb-version(7))."""
    return version.partition(":")[2].rpartition("-")[0] if ":" in version else version.rpartition("-")[0]


def read(path=LOCK):
    """The packages of the lock by name, in its order. Ends the program when a line is malformed."""
    packages = {}
    package = None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        words = line.split()
        if line[0].isspace() and package and re.fullmatch("[0-9a-f]{64}", words[0]) and len(words) == 2:
            package.files.append(File(*words))
        elif words[0] in KINDS and len(words) == 3:
            package = Package(*words)
            _place(packages, package, f"{path}:{number}")
        else:
            sys.exit(f"{path}:{number}: '{line.strip()}': want KIND NAME VERSION, or an indented SHA256 PATH")
    return packages


def _place(packages, package, where):
    if package.kind != "alternate":
        if package.name in packages:
            sys.exit(f"{where}: {package.name} is locked twice")
        packages[package.name] = package
        return
    owner = packages.get(package.name)
    if not owner:
        sys.exit(f"{where}: an alternate of {package.name}, which no line above it locks")
    package.kind = owner.kind
    owner.alternates.append(package)


def write(packages, path=LOCK):
    """Replaces the lock as a whole; a reader sees the old one or the new one."""
    order = sorted(packages.values(), key=lambda package: (KINDS.index(package.kind), package.name))
    text = HEADER + "\n".join(_entry(package) for package in order) + "\n"
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def _entry(package):
    lines = [f"{package.kind} {package}", *_file_lines(package)]
    for alternate in package.alternates:
        lines += [f"alternate {alternate}", *_file_lines(alternate)]
    return "\n".join(lines)


def _file_lines(package):
    return [f"\t{file.sha256} {file.path}" for file in package.files]
