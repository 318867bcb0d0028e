"""What the checks share: the files they look at, and their tools."""
import shutil
import subprocess

from common import TOP


def tracked(*patterns):
    """Paths of the repository's files, from the top; all of them without patterns."""
    listed = subprocess.run(["git", "ls-files", "-z", "--", *patterns], cwd=TOP, capture_output=True, text=True, check=True).stdout
    return [path for path in listed.split("\0") if (TOP / path).is_file()]


def need(tool):
    """A check that cannot be made has failed."""
    assert shutil.which(tool), f"no {tool} on this machine; deps/install-packages installs it"
    return tool


def complaints(argv, **kwargs):
    """What a tool says, or "" when it is content."""
    done = subprocess.run(argv, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kwargs)
    return done.stdout if done.returncode else ""
