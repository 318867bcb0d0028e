"""Nothing is lost and nothing doubled while a hundred agents report at once; `make load` has the figures."""
from run import measure


def test_hundred_agents(tmp_path):
    result = measure(tmp_path, 100, seconds=4, beat_ms=100)
    assert result["refused"] == 0 and result["reconnects"] == 0
    assert result["events"] >= 100 * 40
