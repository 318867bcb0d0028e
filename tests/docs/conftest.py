import json
import subprocess

import pytest

from common import TOP

SCHEMA = TOP / "docs" / "job.schema.json"


@pytest.fixture(scope="session")
def schema():
    return json.loads(SCHEMA.read_text())


@pytest.fixture(scope="session")
def newroot_check(tmp_path_factory):
    """`newroot check --json` as a function: the exit status and the list of errors of a file."""
    program = tmp_path_factory.mktemp("check") / "check"
    sources = [TOP / "tests/docs/check_main.c", TOP / "agent/cmd_check.c", TOP / "agent/command.c", *sorted((TOP / "agent/job").glob("*.c")),
               *(TOP / "agent/base" / name for name in ("err.c", "arena.c", "io.c", "nfs_url.c", "options.c", "url.c"))]
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-g", "-I", TOP / "agent", "-o", program, *sources,
                    "-ljansson"], check=True)

    def check(path):
        done = subprocess.run([program, "--json", path], stdout=subprocess.PIPE, text=True, check=False)
        return done.returncode, json.loads(done.stdout)["errors"]

    return check
