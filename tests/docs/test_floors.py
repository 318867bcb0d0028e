"""Includes run one way: downwards in the tables of docs/development.md."""
import re

import pytest

from common import TOP

TREES = {"agent": r"`agent/(\w+)/`", "server-stub": r"`(\w+)/`"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"/]+)/', re.M)


def folders(tree):
    return sorted(path.name for path in (TOP / tree).iterdir() if path.is_dir())


def floors(tree):
    """Every folder of the tree with the number of its row."""
    text = (TOP / "docs/development.md").read_text()
    rooms = text[text.index("## The rooms"):text.index("From `agent/run.c`")].splitlines()
    rows = [line.split("|")[1] for line in rooms if line.startswith("| `")]
    return [(folder, floor) for floor, row in enumerate(rows) for folder in re.findall(TREES[tree], row)]


@pytest.mark.parametrize("tree", TREES)
def test_every_folder_stands_in_the_table_once(tree):
    assert sorted(folder for folder, _ in floors(tree)) == folders(tree)


@pytest.mark.parametrize("tree", TREES)
def test_folders_include_only_what_is_below(tree):
    floor = dict(floors(tree))
    files = [path for folder in folders(tree) for path in (TOP / tree / folder).glob("*.[ch]")]
    uses = {(path.parent.name, used, path.name) for path in files for used in INCLUDE.findall(path.read_text()) if used in floor}
    assert len({used for _, used, _ in uses}) > len(floor) / 2
    upwards = [f"{tree}/{folder}/{name} includes {used}/" for folder, used, name in sorted(uses)
               if used != folder and floor[used] <= floor[folder]]
    assert not upwards, upwards
