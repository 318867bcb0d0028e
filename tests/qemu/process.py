"""Running other programs, waiting for what they do, and ending with them."""
import ctypes
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1


class LabError(Exception):
    """Something in the laboratory did not come up, with the end of its log."""


def die_with_parent():
    """In a child before exec: never outlive the laboratory."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run(argv, **kwargs):
    """Run a command; its output, or a LabError that shows it."""
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors="replace", **kwargs)
    if done.returncode != 0:
        raise LabError(f"{' '.join(map(str, argv))}: exit {done.returncode}\n{done.stdout[-3000:]}")
    return done.stdout


def wait_until(what, condition, seconds, alive=lambda: None):
    """Poll until `condition()` is true; `alive()` raises when waiting has become pointless."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        alive()
        time.sleep(0.2)
    raise LabError(f"{what}: not within {seconds} s")


def stop_process(process, patience=10):
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
