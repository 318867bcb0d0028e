"""Nothing is lost and nothing doubled while a hundred agents report at once; `make load` has the figures."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from run import measure  # noqa: E402


def test_hundred_agents(tmp_path):
    result = measure(tmp_path, 100, seconds=4, beat_ms=100)
    assert result["refused"] == 0 and result["reconnects"] == 0
    assert result["events"] >= 100 * 40
