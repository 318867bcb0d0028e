"""clang-tidy over the service."""
import pytest

from tidy import check_folder, folders


@pytest.mark.parametrize("folder", folders("server-stub"))
def test_server(folder):
    check_folder(folder)
