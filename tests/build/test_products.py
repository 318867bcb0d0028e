"""What `make` ships: static, small, listed, and the same bytes wherever it is built."""
import filecmp
import json
import os
import re
import shutil
import subprocess

from common import BUILD, TOP, run_program

BOOT_BYTES_MAX = 7 << 20  # every byte crosses TFTP, for hundreds of VMs


def test_agent_is_static():
    assert "statically linked" in run_program(["file", BUILD / "newroot"])


def test_agent_knows_its_version():
    assert run_program([BUILD / "newroot", "version"]).startswith("newroot ")


def test_boot_files_are_small():
    sizes = {name: (BUILD / name).stat().st_size for name in ("vmlinuz", "initrd.img")}
    assert sum(sizes.values()) <= BOOT_BYTES_MAX, sizes


def test_sbom_lists_every_recipe():
    sbom = json.loads((BUILD / "sbom.json").read_text())
    assert sbom["bomFormat"] == "CycloneDX"
    for component in sbom["components"]:
        assert component["version"] and component["licenses"], component
    recipes = [path for path in TOP.glob("deps/*/recipe") if path.parent.name != "musl-cc"]
    names = {component["name"] for component in sbom["components"]}
    assert recipes and not [path.parent.name for path in recipes if not packages_of(path) <= names]


def packages_of(recipe):
    """The Debian packages that a recipe takes: one source, or some that Debian has built."""
    text = recipe.read_text()
    built = re.search(r'^binary="([^"]*)"', text, re.M)
    source = re.search(r"^source=(\S+)", text, re.M)
    packages = {line.split()[0] for line in built.group(1).split("\n") if line.strip()} if built else set()
    packages |= {source.group(1)} if source else set()
    assert packages, recipe
    return packages


def test_third_party_self_test():
    run_program([TOP / "deps" / "selftest"], timeout=900)


def test_third_party_bytes_are_the_recorded_ones():
    """vmlinuz and each library: what this machine built, in a folder of its own, is what every other machine builds."""
    bill = json.loads((BUILD / "sbom.json").read_text())
    reproduced = {"name": "newroot:reproduced", "value": "true"} in bill["metadata"]["properties"]
    check = subprocess.run([TOP / "deps/reproduce", "--check"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if reproduced:
        assert check.returncode == 0, check.stdout
    else:
        # A mirror lacks a file of the lock today: the bill of materials says so, and so does the check.
        assert check.returncode == 1 and "not the first choices" in check.stdout, check.stdout


def test_same_bytes_in_another_folder(tmp_path):
    """A second build elsewhere: no path, time or order of this machine is in the products."""
    copy = tmp_path / "elsewhere"
    products = {str(BUILD), str(TOP / ".git")}
    shutil.copytree(TOP, copy, symlinks=True, ignore=lambda folder, names: [name for name in names if f"{folder}/{name}" in products])
    epoch = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=TOP, capture_output=True, text=True, check=True).stdout.strip()
    run_program(["make", "-C", copy, "build/newroot", "build/initrd.img"], timeout=3600,
                env={**os.environ, "SOURCE_DATE_EPOCH": epoch, "MAKEFLAGS": ""})
    for name in ("newroot", "initrd.img"):
        assert filecmp.cmp(BUILD / name, copy / "build" / name, shallow=False), f"{name} differs"
