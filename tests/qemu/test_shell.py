"""`make qemu-shell`, with commands that a file types."""
import subprocess
import sys

from vm import TOP

TYPED = """\
server list
until server list | grep -q created; do sleep 0.2; done
old=$(cat qemu/web1/pid)
reset
until [ -e qemu/web1/serial-2.log ] && [ "$(cat qemu/web1/pid)" != "$old" ]; do sleep 0.2; done
echo "it was reset"
exit
"""


def test_shell():
    done = subprocess.run([sys.executable, "-B", TOP / "tests" / "qemu" / "shell.py"], input=TYPED, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=900, check=True)
    assert "web1 is imported" in done.stdout
    assert "52:54:00:77:01:10" in done.stdout
    assert "it was reset" in done.stdout, done.stdout
