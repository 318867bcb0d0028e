"""clang-tidy over the agent. A file of tests for itself, so that two workers share what takes longest."""
import pytest

from tidy import check_folder, folders


@pytest.mark.parametrize("folder", folders("agent"))
def test_agent(folder):
    check_folder(folder)
