"""Two VMs run on one machine at once, and no more, however many processes test."""
import contextlib
import fcntl
import time

SEATS = 2


def _free(files, taken):
    """One that nobody has, taken now; or None."""
    for file in files:
        if file in taken:
            continue
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
    return None


@contextlib.contextmanager
def seats(folder, count):
    """Hold `count` seats, whose locks are files in `folder`. First come, first served: who needs both is not overtaken."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(folder / f"seat-{number}", "w")) for number in range(SEATS)]
        taken = []
        with open(folder / "queue", "w") as queue:
            fcntl.flock(queue, fcntl.LOCK_EX)
            while len(taken) < count:
                seat = _free(files, taken)
                if seat:
                    taken.append(seat)
                else:
                    time.sleep(0.5)
        yield
