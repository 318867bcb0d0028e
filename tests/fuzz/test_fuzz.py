"""Each libFuzzer program runs for FUZZ_SECONDS (default: a short run), from its corpus when it has one."""
import os

import pytest

from common import BUILD, TOP, run_program

PROGRAMS = sorted((BUILD / "fuzz").glob("*_fuzz"))
SECONDS = int(os.environ.get("FUZZ_SECONDS", "10"))


def test_there_are_programs():
    assert PROGRAMS, "no fuzzer was built: run `make unit`"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
def test_fuzz(program, tmp_path):
    corpus = [tmp_path]
    seeds = TOP / "tests" / "fuzz" / "corpus" / program.name
    if seeds.is_dir():
        corpus.append(seeds)
    run_program([program, f"-max_total_time={SECONDS}", "-rss_limit_mb=1024", "-timeout=60",
                 f"-artifact_prefix={tmp_path}/", *corpus], timeout=SECONDS + 600)
