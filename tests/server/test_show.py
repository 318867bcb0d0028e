"""What `show` prints of what agents said."""
from service import Boot

HOSTILE = "\x1b[2J\x1b]0;owned\x07\u009b31m\u202egnp.exe"


def test_agents_do_not_command_the_terminal(service):
    boot = Boot()
    service.post([boot.event("wait", reason=HOSTILE), boot.event("note", text=HOSTILE),
                  boot.event("error", step="unpack", code="archive.hash", where=HOSTILE, message=HOSTILE)])
    shown = service.cli("show", "db1", "--events")
    assert "archive.hash" in shown
    assert not set(shown) & set("\x1b\x07\u009b\u202e"), shown


def test_an_error_comes_with_what_to_do(service):
    assert "help " not in service.cli("show", "db1")
    boot = Boot()
    service.post([boot.event("error", step="cutover database", code="cutover.writable", where="10.80.0.5", message="still takes writes")])
    shown = service.cli("show", "db1")
    assert "error     cutover.writable: " in shown and "help      The old master still takes writes" in shown
