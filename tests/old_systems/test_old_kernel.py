"""The tracer that plays old kernels: what it refuses, of whom, and that nobody else notices it."""
import shutil
import signal
import subprocess

import pytest

from common import BUILD, PATIENCE_S, until

KERNEL, PROBE = BUILD / "old/kernel", BUILD / "old/probe"
NO_CALL, NO_FLAG = "Function not implemented", "Invalid argument"
# From which version on each is there.
NEW = {"ppoll": (2, 6, 19), "pipe2": (2, 6, 27), "prlimit64": (2, 6, 36), "syncfs": (2, 6, 39), "getrandom": (3, 17), "statx": (4, 11)}
FLAGS = {"SOCK_CLOEXEC": (2, 6, 27), "F_DUPFD_CLOEXEC": (2, 6, 24), "PR_SET_CHILD_SUBREAPER": (3, 4)}


def answers(*argv):
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=False)
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return done.returncode, [dict(lines[i:i + 16]) for i in range(0, len(lines), 16)]


@pytest.mark.parametrize("version", ["2.6.18", "2.6.32", "3.2", "3.10"])
def test_a_version_has_what_it_had(version):
    number = tuple(map(int, version.split(".")))
    status, (found,) = answers(KERNEL, version, PROBE)
    _, (today,) = answers(PROBE)
    assert status == 0
    for name, since in NEW.items():
        assert (found[name] == NO_CALL) == (number < since), (name, found)
    for name, since in FLAGS.items():
        assert (found[name] == NO_FLAG) == (number < since), (name, found)
    assert (found["O_CLOEXEC"] == "yes") == (found["openat"] == "yes") == (number >= (2, 6, 23))
    assert found["unknown"] == NO_CALL
    for name in ("fstat", "socket", "F_DUPFD", "PR_SET_PDEATHSIG"):
        assert found[name] == today[name] == "yes"


def test_programs_of_today_that_an_old_one_starts_have_all(tmp_path):
    other = shutil.copy(PROBE, tmp_path / "other")
    _, (today,) = answers(PROBE)
    status, (inner, outer) = answers(KERNEL, "2.6.18", "--program", PROBE, PROBE, other)
    assert status == 0 and inner == today
    assert outer["getrandom"] == NO_CALL
    # A shell of today that starts an old one.
    status, (inner,) = answers(KERNEL, "2.6.18", "--program", PROBE, "sh", "-c", f"{PROBE}; exit 7")
    assert status == 7 and inner["getrandom"] == NO_CALL


def test_signals_and_ends_are_the_commands_own():
    with subprocess.Popen([str(KERNEL), "2.6.18", "sleep", "1000"]) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == -signal.SIGTERM
    # Its output ends with it, whoever is left behind.
    done = subprocess.run([KERNEL, "2.6.18", "--program", PROBE, "sh", "-c", "exec >&-; sleep 3 & exit 3"], stdout=subprocess.PIPE, timeout=PATIENCE_S,
                          check=False)
    assert done.returncode == 3


def test_what_is_new_is_recorded_once(tmp_path):
    record = tmp_path / "record"
    status, (found,) = answers(KERNEL, "record", "--record", record, PROBE)
    _, (today,) = answers(PROBE)
    assert status == 0 and found == today
    until(record.exists, "a record")
    lines = record.read_text().splitlines()
    assert len(lines) == len(set(lines))
    assert {"ppoll\t2.6.19", "getrandom\t3.17.0", "open O_CLOEXEC\t2.6.23", "fcntl F_DUPFD_CLOEXEC\t2.6.24"} <= set(lines)
    assert not [line for line in lines if line.startswith("fstat")]
