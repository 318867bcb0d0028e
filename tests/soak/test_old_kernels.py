"""All tests of the lives of an installed system, on each of the old kernels that tests/old_systems plays."""
import os
import subprocess
import sys

import pytest

from common import TOP

SUITES = ["tests/database", "tests/sync", "tests/transport"]
SUITE_S = 2 * 3600


@pytest.mark.parametrize("kernel", ["2.6.18", "2.6.32", "3.2", "3.10"])
@pytest.mark.parametrize("suite", SUITES)
def test_suite(suite, kernel):
    done = subprocess.run([sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-c", "tests/pytest.ini", suite], cwd=TOP,
                          env={**os.environ, "NEWROOT_KERNEL": kernel}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SUITE_S,
                          check=False)
    print(done.stdout[-4000:])
    assert done.returncode == 0, done.stdout[-4000:]


def test_versions_of_databases():
    """Promotion of servers of every version in the table."""
    done = subprocess.run([sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-c", "tests/pytest.ini", "tests/database/test_versions.py"],
                          cwd=TOP, env={**os.environ, "ALL_VERSIONS": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SUITE_S,
                          check=False)
    assert done.returncode == 0, done.stdout[-4000:]
