"""A terminal, as far as `newroot-server watch` uses one: what would be seen on it, and what may not be sent to it."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from common import PATIENCE_S

ENTER, LEAVE = "\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h\x1b[?1049l"
# Everything that watch itself sends; a sequence that isn't here came from somebody else.
OWN = re.compile(r"\x1b\[(?:H|K|J|0m|1m|2m|31m|32m|33m|\?1049[hl]|\?25[hl]|\?7[hl])")


class Terminal:
    def __init__(self, argv, columns=80, lines=24, **environment):
        self.master, self.slave = pty.openpty()
        self.resize(columns, lines)
        self.before = termios.tcgetattr(self.slave)
        self.sent = self.text = ""
        self.bytes = b""
        variables = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **environment}
        variables.pop("NO_COLOR", None) if "NO_COLOR" not in environment else None
        self.process = subprocess.Popen(argv, stdin=self.slave, stdout=self.slave, stderr=subprocess.PIPE, env=variables,
                                        preexec_fn=self.take)

    def take(self):
        """In the child: a session of its own, with this terminal, so that Ctrl-C reaches it."""
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def resize(self, columns, lines):
        self.columns, self.lines = columns, lines
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds=0.1):
        while select.select([self.master], [], [], seconds)[0]:
            try:
                self.bytes += os.read(self.master, 65536)
            except OSError:
                break
            seconds = 0
        # The terminal's own line discipline adds a carriage return.
        self.sent = self.bytes.decode(errors="ignore").replace("\r\r\n", "\r\n")

    def read_until(self, happens, seconds=0.1):
        """It has to be read all the time: who writes to it waits otherwise."""
        end = time.monotonic() + PATIENCE_S
        while not happens():
            assert time.monotonic() < end, self.sent
            self.read(seconds)

    def type(self, keys):
        os.write(self.master, keys.encode())

    def screen(self):
        """The lines of the last picture that was drawn to its end."""
        self.read()
        pictures = self.sent.split("\x1b[H")[1:]
        whole = [picture for picture in pictures if "\x1b[J" in picture]
        if not whole:
            return []
        picture = whole[-1].split("\x1b[J")[0]
        return [OWN.sub("", line) for line in picture.split("\r\n")]

    def wait(self, *words, seconds=PATIENCE_S):
        """Until all these words are on the screen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = "\n".join(self.screen())
            if all(re.search(word, text, re.M) for word in words):
                return text
            assert self.process.poll() is None, self.process.stderr.read()
        raise AssertionError(f"{words} not on the screen:\n{text}")

    def end(self, keys=None, sig=None):
        """Its exit status, after a key or a signal; the terminal is as it was."""
        if keys:
            self.type(keys)
        else:
            self.process.send_signal(sig or signal.SIGTERM)
        self.read_until(lambda: self.process.poll() is not None, 0.05)
        status = self.process.wait(PATIENCE_S)
        self.read()
        assert termios.tcgetattr(self.slave) == self.before
        return status

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        os.close(self.master)
        os.close(self.slave)


def strangers(text):
    """Control characters and sequences in a terminal's output that watch didn't send of its own."""
    rest = OWN.sub("", text).replace("\r\n", "").replace("\n", "")
    return re.findall("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", rest)
