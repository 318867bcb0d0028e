"""A service whose clocks a test moves: that on the wall, which people and NTP set, and the one that only goes on."""
import mmap
import os
import struct

from common import BUILD

SHIFTED = BUILD / "shifted_clock.so"


class Clocks:
    """Give `environment` to Service.start(), or to a command."""

    def __init__(self, folder):
        path = folder / "clocks"
        path.write_bytes(bytes(16))
        with path.open("r+b") as file:
            self.ahead = mmap.mmap(file.fileno(), 16)
        self.environment = {**os.environ, "LD_PRELOAD": str(SHIFTED), "SHIFTED_CLOCK": str(path)}

    def move(self, wall=0, steady=0):
        """By so many seconds against where they are; time that passes moves both."""
        self.ahead[:] = struct.pack("=qq", *(old + new for old, new in zip(struct.unpack("=qq", self.ahead[:]), (wall, steady))))
