"""The table of docs/old-systems.md: calls that are newer than Linux 2.6.18, and what newroot does without."""
import re

from common import TOP

ROW = re.compile(r"^\| `([^`]+)` \| (\d+\.\d+(?:\.\d+)?) \| (.+) \|$", re.M)


def table():
    """Call → (its first kernel, what is done without)."""
    return {call: (since, without) for call, since, without in ROW.findall((TOP / "docs/old-systems.md").read_text())}


def recorded(path):
    """What the tracer wrote: call → its first kernel."""
    return dict(line.split("\t") for line in path.read_text().splitlines())


def beyond(path):
    """What was called and stands not in the table, or with another kernel."""
    rows = table()
    return {call: since for call, since in recorded(path).items()
            if call not in rows or f"{rows[call][0]}.0.0".split(".")[:3] != since.split(".")}
