"""Command lines that newroot refuses before it looks at the machine, and that it is no danger to this one."""
import subprocess

import pytest

from common import BUILD

USAGE = 2


def newroot(*argv):
    return subprocess.run([BUILD / "newroot", *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


@pytest.mark.parametrize("argv", [
    "rescue", "rescue nosuch", "rescue mount data", "rescue mount --yes", "rescue snapshots data", "rescue snapshots --cancel",
    "rescue reset --yes --cancel", "rescue reset --vg", "rescue reset --force",
    "apply --volume data", "apply --only format --volume data", "apply --from unpack --volume data", "apply --only unpack --volume",
    "apply --only unpack --from format", "apply data", "run data", "plan data", "plan --jo", "check", "check a b", "check --json=x a",
    "cutover --undo --without-source", "cutover db1", "first-boot --background --stay", "sync --tree", "sync data",
    "grow", "grow data", "grow data +1GiB more", "grow data +1GiB --shrink",
    "report-death", "report-death --status 256", "report-death --status 1 --limit x",
])
def test_wrong_use_shows_how(argv):
    done = newroot(*argv.split())
    assert done.returncode == USAGE and "usage: newroot " in done.stderr and not done.stdout


@pytest.mark.parametrize("argv", ["rescue mount", "rescue umount", "rescue shell", "apply --only unpack --volume data --yes"])
def test_only_in_memory(argv):
    done = newroot(*argv.split())
    assert done.returncode == USAGE and "[usage]" in done.stderr and "is in memory" in done.stderr


@pytest.mark.parametrize("command, words", [("rescue", ["reset [VOLUME]", "--cancel", "snapshots"]), ("apply", ["--volume NAME", "snapshot "])])
def test_help_tells(command, words):
    done = newroot(command, "--help")
    assert done.returncode == 0
    for word in words:
        assert word in done.stdout
