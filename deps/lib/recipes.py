"""What the recipes of deps/ say, and which packages they take from Debian."""
import pathlib
import subprocess

DEPS = pathlib.Path(__file__).resolve().parents[1]
FIELDS = ("source", "licence", "why", "binary")
# kernel-config/build takes this one; it has no recipe, because nothing links with the kernel.
KERNEL = {
    "source": "",
    "licence": "",
    "why": "build/vmlinuz, configured by kernel-config/",
    "binary": "linux-source-6.1 GPL-2.0-only WITH Linux-syscall-note",
}
# Programs of the build machine whose version shows in the bytes of the products: compiler, assemblers, linker, parser
# generators. They are installed, not fetched: a compiler that is unpacked beside the machine's own would need a libc, too.
TOOLS = ("binutils", "bison", "cpp-12", "flex", "gcc-12", "nasm")


def read(path):
    """The fields of one recipe, which is a piece of shell."""
    script = '. "$0"; ' + "; ".join(f'printf "%s\\0" "${{{name}:-}}"' for name in FIELDS)
    done = subprocess.run(["sh", "-c", script, str(path)], check=True, stdout=subprocess.PIPE, text=True)
    return dict(zip(FIELDS, done.stdout.split("\0")))


def read_all():
    """Path and fields of each recipe, then the kernel, whose path is None."""
    return [(path, read(path)) for path in sorted(DEPS.glob("*/recipe"))] + [(None, KERNEL)]


def binaries(recipe):
    """(name, licence) of each package that a recipe takes as Debian has built it."""
    return [tuple(line.split(None, 1)) for line in recipe["binary"].strip().splitlines()]


def wanted():
    """(kind, name) of everything that deps/lock must hold."""
    found = {("tool", name) for name in TOOLS}
    for _, recipe in read_all():
        found |= {("binary", name) for name, _ in binaries(recipe)}
        found |= {("source", recipe["source"])} if recipe["source"] else set()
    return found
