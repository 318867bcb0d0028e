"""What every suite shares: where things are, how a test program is run, and how something is waited for."""
import contextlib
import os
import pathlib
import random
import socket
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = TOP / "build"
# A wait that ends early costs nothing; one that ends too soon, on a machine that is busy, costs a run.
PATIENCE_S = 120


def under_kernel(*programs):
    """What stands before a command so that these programs run as on the kernel that NEWROOT_KERNEL names (old_systems/old_kernel.c); nothing without it."""
    version, record = os.environ.get("NEWROOT_KERNEL"), os.environ.get("NEWROOT_KERNEL_RECORD")
    if not version:
        return []
    options = [option for program in programs for option in ("--program", program)] + (["--record", record] if record else [])
    return [str(word) for word in (BUILD / "old/kernel", version, *options)]


def driver(name):
    """A test program that has the agent in it: under sanitizers; as on an old kernel it is linked as the agent is."""
    return BUILD / ("old" if "NEWROOT_KERNEL" in os.environ else "") / name


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
