"""Runs clang-tidy over a folder's sources, as .clang-tidy says.

A file that it had nothing to say of leaves a stamp in the cache, and is not read again until something changes.
"""
import functools
import hashlib
import os
import pathlib
import subprocess

from common import TOP
from house import complaints, need, tracked

# Fewer paths through a function than by itself: half the time, and it found as much.
PATHS = ["-Xclang", "-analyzer-config", "-Xclang", "max-nodes=50000"]
FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", '-DNEWROOT_VERSION="0"', "-DNEWROOT_BUILD_TIME=0", "-Iagent", "-Iserver-stub", "-I."]
# Headers of libraries that Debian has no package of; those that it has come first.
SYSROOT = ["-idirafter", "build/sysroot/include"]
ANALYSER = "tests/checks/analyser.h"
STAMPS = pathlib.Path(os.environ.get("NEWROOT_CACHE") or pathlib.Path.home() / ".cache/newroot") / "tidy"


def folders(top):
    return sorted({path.rpartition("/")[0] for path in tracked(f"{top}/*.c")})


def check_folder(folder):
    said = [check_source(path) for path in tracked(f":(glob){folder}/*.c")]
    assert not any(said), "".join(said)


def check_source(path):
    stamp = STAMPS / key(path)
    if stamp.is_file():
        return ""
    said = tidy(path)
    if not said:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(f"{path}\n")
    return said


def tidy(path):
    # It defines what the header for the analyser makes macros of.
    before = [] if path == "agent/base/err.c" else ["-include", ANALYSER]
    return complaints([need("clang-tidy"), "--quiet", path, "--", *FLAGS, *before, *SYSROOT, *PATHS])


def key(path):
    return hashlib.sha256(surroundings() + path.encode() + (TOP / path).read_bytes()).hexdigest()


@functools.lru_cache
def surroundings():
    """What the findings in a file depend on beside itself; libraries' headers aside, which come with the tool's machine."""
    files = [".clang-tidy", "tests/checks/tidy.py", *tracked("agent/*.h", "server-stub/*.h", "*.def", ANALYSER)]
    version = subprocess.run([need("clang-tidy"), "--version"], capture_output=True, check=True).stdout
    return version + b"".join((TOP / path).read_bytes() for path in files)
