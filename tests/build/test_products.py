"""What `make` ships: static, small, listed, and the same bytes wherever it is built."""
import filecmp
import json
import os
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
    recipes = {path.parent.name for path in TOP.glob("deps/*/recipe")} - {"musl-cc"}
    listed = json.dumps(sbom)
    assert not [name for name in recipes if name not in listed]


def test_third_party_self_test():
    run_program([TOP / "deps" / "selftest"], timeout=300)


def test_same_bytes_in_another_folder(tmp_path):
    """A second build elsewhere: no path, time or order of this machine is in the products."""
    copy = tmp_path / "elsewhere"
    shutil.copytree(TOP, copy, symlinks=True, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"))
    epoch = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=TOP, capture_output=True, text=True, check=True).stdout.strip()
    run_program(["make", "-C", copy, "build/newroot", "build/initrd.img"], timeout=900,
                env={**os.environ, "SOURCE_DATE_EPOCH": epoch, "MAKEFLAGS": ""})
    for name in ("newroot", "initrd.img"):
        assert filecmp.cmp(BUILD / name, copy / "build" / name, shallow=False), f"{name} differs"
