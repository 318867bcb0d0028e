"""Sources look as .clang-format says, and a message is not broken where it need not be."""
import re

import pytest

from common import TOP
from house import complaints, need, tracked

COLUMNS = 100
# A piece that ends in a blank, and the next one. Pieces that end in \n are lines of a text, and stay apart.
BROKEN = re.compile(r'^(?P<first>.*[^\\"\n] )"\n\s*"(?P<second>.*)$', re.M)


def sources():
    return tracked("*.c", "*.h")


def test_clang_format():
    said = complaints([need("clang-format"), "--dry-run", "-Werror", *sources()])
    assert not said, f"{said[:4000]}\nto mend it: clang-format -i FILE"


@pytest.mark.parametrize("text, broken", [
    ('\tputs("one "\n\t     "two");', ['\tputs("one two");']),
    ('\tputs("one\\n"\n\t     "two");', []),
    ('\tputs("' + "x" * 60 + ' "\n\t     "' + "y" * 60 + '");', []),
])
def test_what_counts_as_broken(text, broken):
    assert needlessly_broken(text) == broken


def needlessly_broken(text):
    """Pairs of lines that would fit on one, joined."""
    joined = (match["first"] + match["second"] for match in BROKEN.finditer(text))
    return [line for line in joined if len(line.expandtabs(8)) <= COLUMNS]


def test_no_string_is_broken_needlessly():
    found = [f"{path}: {line.strip()}" for path in sources() for line in needlessly_broken((TOP / path).read_text())]
    assert not found, "one literal each:\n" + "\n".join(found)
