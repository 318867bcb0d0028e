"""Two builds from nothing, with different lists of apt: the same bytes."""
import filecmp
import os
import shutil
import subprocess

from common import BUILD, TOP, run_program

PRODUCTS = ("newroot", "vmlinuz", "initrd.img")
BUILD_S = 3600
APT_CONFIG = """\
Dir::Etc::sourceparts "/nonexistent"; Dir::Etc::sourcelist "{folder}/sources.list"; Dir::State::lists "{folder}/lists";
"""


def without_security_archive(folder):
    """apt's configuration as of a machine that does not list Debian's security archive; its path."""
    (folder / "lists/partial").mkdir(parents=True)
    fields = "deb $(SITE) $(RELEASE) main|$(ORIGIN)|$(CODENAME)"
    rows = [line.split("|") for line in run_program(["apt-get", "indextargets", "--format", fields]).splitlines()]
    lines = sorted({row[0] for row in rows if len(row) == 3 and row[1] == "Debian" and not row[2].endswith("-security")})
    assert lines, "apt lists no archive of Debian's"
    (folder / "sources.list").write_text("".join(f"{line}\n{line.replace('deb ', 'deb-src ', 1)}\n" for line in lines))
    (folder / "apt.conf").write_text(APT_CONFIG.format(folder=folder))
    return folder / "apt.conf"


def test_same_bytes_from_nothing(tmp_path):
    copy = tmp_path / "elsewhere"
    shutil.copytree(TOP, copy, symlinks=True, ignore=lambda folder, names: {"build", ".git"} & set(names) if folder == str(TOP) else set())
    epoch = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=TOP, capture_output=True, text=True, check=True).stdout.strip()
    environment = {**os.environ, "APT_CONFIG": str(without_security_archive(tmp_path / "apt")), "NEWROOT_CACHE": str(tmp_path / "cache"),
                   "NEWROOT_LOCKED": "1", "SOURCE_DATE_EPOCH": epoch, "MAKEFLAGS": ""}
    run_program(["apt-get", "update"], env=environment)
    run_program(["make", "-C", copy, *(f"build/{name}" for name in PRODUCTS)], timeout=BUILD_S, env=environment)
    for name in PRODUCTS:
        assert filecmp.cmp(BUILD / name, copy / "build" / name, shallow=False), f"{name} differs"
