"""Two VMs run on one machine at once, and no more, however many processes test."""
import contextlib
import fcntl
import time

SEATS = 2


def _take(file):
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _take_one(files, both):
    while True:
        fcntl.flock(both, fcntl.LOCK_SH)
        taken = any(_take(file) for file in files)
        fcntl.flock(both, fcntl.LOCK_UN)
        if taken:
            return
        time.sleep(0.5)


def _take_both(files, both):
    fcntl.flock(both, fcntl.LOCK_EX)
    for file in files:
        fcntl.flock(file, fcntl.LOCK_EX)
    fcntl.flock(both, fcntl.LOCK_UN)


@contextlib.contextmanager
def seats(folder, count):
    """
    Hold one seat or both, whose locks are files in `folder`. While somebody waits for both, nobody new takes one: cases for both
    come first and in a row, and none of them keeps a process waiting that could run a case beside another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        both, *files = [stack.enter_context(open(folder / name, "w")) for name in ("both", *(f"seat-{number}" for number in range(SEATS)))]
        (_take_both if count == SEATS else _take_one)(files, both)
        yield
