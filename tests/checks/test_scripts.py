"""Every script is one that shellcheck has nothing to say of: the repository's, and those that the agent writes into systems."""
import re

import pytest

from common import TOP
from house import complaints, need, tracked

# Parts that others source, and which therefore have no #! line.
SOURCED = ["initrd/lib.sh", "initrd/profile", "tests/qemu/inputs/lib.sh"]
# deps/compile sets what a recipe reads, and reads what it sets.
IN_RECIPES = "SC2034,SC2154"
# What the agent carries, and writes with lines of its own at the beginning.
CARRIED = "agent/os/scripts/"
# What the agent writes, as its unit tests have it: sections "=== PATH MODE OWNER", each with a file's text.
GOLDEN = "tests/unit/golden/os/"
SECTION = re.compile(r"^=== (?P<path>\S+) (?P<text>[^\n]*\n#!(?P<shell>/\S+).*?)(?=^=== |\Z)", re.M | re.S)
# shellcheck does not see what is called by its name in "$@", and thinks it is never reached.
IN_ARGUMENTS = "SC2317"
# OpenRC reads description, and turns file names' * off before `after *`.
BY_OPENRC = "SC2034,SC2035"


def is_script(path):
    """Outputs that tests compare with are no scripts of the repository; what the agent carries is looked at as written."""
    with open(TOP / path, "rb") as file:
        return re.match(rb"#! ?/\S*\b(sh|ash|dash|bash)\s", file.readline()) and "/golden/" not in path and not path.startswith(CARRIED)


def scripts():
    return [path for path in tracked() if is_script(path)] + SOURCED


def recipes():
    return [path for path in tracked("deps/") if path.endswith("/recipe")]


def written_scripts():
    """Each text once, with the first place that has it."""
    texts = {}
    for path in tracked(CARRIED):
        text = (TOP / path).read_text()
        texts[text] = (path, text.partition("\n")[0].removeprefix("#!"))
    for path in tracked(GOLDEN):
        for section in SECTION.finditer((TOP / path).read_text()):
            texts.setdefault(section["text"].partition("\n")[2], (f"{path}:{section['path']}", section["shell"]))
    return [(place, shell, text) for text, (place, shell) in texts.items()]


@pytest.mark.parametrize("path", scripts())
def test_script(path):
    said = complaints([need("shellcheck"), path])
    assert not said, said


@pytest.mark.parametrize("path", recipes())
def test_recipe(path):
    said = complaints([need("shellcheck"), f"--exclude={IN_RECIPES}", path])
    assert not said, said


def test_scripts_are_found():
    assert {"initrd/init", "deps/build", "server-stub/net-up"} <= set(scripts())
    assert {"deps/zlib/recipe", "deps/lvm2/recipe"} <= set(recipes())


@pytest.mark.parametrize("place, shell, text", [pytest.param(*row, id=row[0]) for row in written_scripts()])
def test_written_script(place, shell, text):
    excluded = IN_ARGUMENTS if shell == "/bin/sh" else f"{IN_ARGUMENTS},{BY_OPENRC}"
    said = complaints([need("shellcheck"), f"--exclude={excluded}", "-"], input=text)
    assert not said, f"{place}, which is - here:\n{said}"


def test_written_scripts_are_found():
    assert {shell for _, shell, _ in written_scripts()} == {"/bin/sh", "/sbin/openrc-run", "/sbin/runscript"}
