"""Each cmocka program is one test here; run one alone with build/unit/NAME_test."""
import os

import pytest

from common import BUILD, run_program

PROGRAMS = sorted((BUILD / "unit").glob("*_test"))


def test_there_are_programs():
    assert PROGRAMS, "no unit test was built: run `make unit`"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
def test_unit(program):
    run_program([program], timeout=900, env={**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"})
