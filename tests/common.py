"""What every suite shares: where things are and how a test program is run."""
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = TOP / "build"


def run_program(argv, **kwargs):
    """Run a test program; its output is the failure's text."""
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=TOP, text=True,
                          errors="replace", **kwargs)
    assert done.returncode == 0, f"{' '.join(map(str, argv))}: exit {done.returncode}\n{done.stdout[-6000:]}"
    return done.stdout
