"""A pass as on Linux 2.6.18. (All of this suite on all old kernels: tests/soak.)"""
import newer_calls
from test_catching_up import differences


def test_a_pass(old, new, monkeypatch, tmp_path):
    record = tmp_path / "record"
    monkeypatch.setenv("NEWROOT_KERNEL", "2.6.18")
    monkeypatch.setenv("NEWROOT_KERNEL_RECORD", str(record))
    seed = new.root / "var/lib/newroot/random-seed"
    seed.write_bytes(bytes(512))
    old.write("pages/one.html", "one\n")
    new.sync()
    assert differences(old.tree, new.tree) == ""
    assert seed.read_bytes() != bytes(512)
    assert {"getrandom", "ppoll"} <= set(newer_calls.recorded(record))
    assert newer_calls.beyond(record) == {}
