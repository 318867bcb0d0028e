"""An unpack of many more entries than memory could hold."""
import os

import pytest

from test_small_memory import check, unpack

MANY = int(os.environ.get("FILES", "200000"))
# Ten thousand files take a minute on an emulated CPU that others use, too.
PATIENCE_S = 4 * 3600


@pytest.mark.parametrize("memory", [96, 128, 192])
def test_many_files_on_xfs(memory, tmp_path):
    check(unpack(tmp_path, memory, MANY, seconds=PATIENCE_S), MANY)
