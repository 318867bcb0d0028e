"""What every suite shares: where things are, how a test program is run, and how something is waited for."""
import contextlib
import pathlib
import random
import socket
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = TOP / "build"
# A wait that ends early costs nothing; one that ends too soon, on a machine that is busy, costs a run.
PATIENCE_S = 120


def run_program(argv, **kwargs):
    """Run a test program; its output is the failure's text."""
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=TOP, text=True,
                          errors="replace", **kwargs)
    assert done.returncode == 0, f"{' '.join(map(str, argv))}: exit {done.returncode}\n{done.stdout[-6000:]}"
    return done.stdout


def until(happens, what="", seconds=PATIENCE_S):
    """The first true answer of `happens`. `what` is missing otherwise: words, or what finds them then."""
    end = time.monotonic() + seconds
    while not (answer := happens()):
        assert time.monotonic() < end, f"{what() if callable(what) else what}: not within {seconds} s"
        time.sleep(0.05)
    return answer


def free_port():
    """One of 127.0.0.1, below those that the kernel gives out by itself: nobody takes it before it is used."""
    while True:
        port = random.randrange(10000, 32000)
        with socket.socket() as taken, contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port
