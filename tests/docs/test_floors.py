"""Includes run one way: downwards in the table of docs/development.md."""
import re

from common import TOP

FOLDERS = sorted(path.name for path in (TOP / "agent").iterdir() if path.is_dir())
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"/]+)/', re.M)


def floors():
    """Every folder of agent/ with the number of its row."""
    rows = [line.split("|")[1] for line in (TOP / "docs/development.md").read_text().splitlines() if line.startswith("| `agent/")]
    return [(folder, floor) for floor, row in enumerate(rows) for folder in re.findall(r"`agent/(\w+)/`", row)]


def test_every_folder_stands_in_the_table_once():
    assert sorted(folder for folder, _ in floors()) == FOLDERS


def test_folders_include_only_what_is_below():
    floor = dict(floors())
    files = [path for folder in FOLDERS for path in (TOP / "agent" / folder).glob("*.[ch]")]
    uses = {(path.parent.name, used, path.name) for path in files for used in INCLUDE.findall(path.read_text()) if used in floor}
    assert {used for _, used, _ in uses} > {"base", "job"}
    upwards = [f"agent/{folder}/{name} includes {used}/" for folder, used, name in sorted(uses)
               if used != folder and floor[used] <= floor[folder]]
    assert not upwards, upwards
