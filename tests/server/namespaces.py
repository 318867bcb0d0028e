"""Functions of tests in namespaces of their own: networks, mounts and processes vanish with them."""
import importlib
import json
import pathlib
import subprocess
import sys


def inside(function, seconds=900, **kwargs):
    """Run a function of a test's module, with arguments that JSON can carry; its failure is the test's."""
    pathlib.Path("/run/netns").mkdir(exist_ok=True)
    done = subprocess.run(["unshare", "--net", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child", sys.executable, "-B", __file__, function.__module__,
                           function.__name__, json.dumps(kwargs)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=seconds)
    assert done.returncode == 0, done.stdout[-6000:]


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
    getattr(importlib.import_module(sys.argv[1]), sys.argv[2])(**json.loads(sys.argv[3]))
