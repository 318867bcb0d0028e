"""A program, of several threads, too, whose wall clock is shifted by libfaketime, also while it runs. Its other clocks go on as they are, unless asked for, and so do files' times."""
import pathlib

LIBRARY = next(iter(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)


class ShiftedClock:
    def __init__(self, folder):
        self.file = folder / "clock"
        self.set(0)

    def set(self, days):
        """So many days ahead of now. Replaced at once: a program may be reading it."""
        self.days = days
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"+{days}d\n")
        fresh.rename(self.file)

    def pass_days(self, days):
        self.set(self.days + days)

    @property
    def environment_of_all(self):
        """For a program whose other clocks are shifted, too: what waits for minutes has waited."""
        assert LIBRARY, "libfaketime is missing: deps/install-packages"
        return {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1", "NO_FAKE_STAT": "1"}

    @property
    def environment(self):
        return {**self.environment_of_all, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
