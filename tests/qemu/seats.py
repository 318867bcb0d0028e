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


def _take_all(files, count):
    """So many at once, or none: nobody keeps a seat empty while waiting for another."""
    taken = [file for file in files if _take(file)]
    for file in taken if len(taken) < count else taken[count:]:
        fcntl.flock(file, fcntl.LOCK_UN)
    return len(taken) >= count


@contextlib.contextmanager
def seats(folder, count):
    """Hold `count` seats, whose locks are files in `folder`. Who needs both has them when no other case is left to run beside."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(folder / f"seat-{number}", "w")) for number in range(SEATS)]
        while not _take_all(files, count):
            time.sleep(0.5)
        yield
