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


def test_the_latest_plan(service):
    assert "no plan of this VM is known" in service.run("show", "--data", service.data, "db1", "--plan").stderr
    boot = Boot()
    service.post([boot.event("plan", text="Plan: old\n"), boot.event("plan", text=f"Plan: 1 disk\n\nKernels:\n  6.1  {HOSTILE}\n"), boot.event("note", text="x")])
    shown = service.cli("show", "db1", "--plan")
    assert shown.startswith("Plan: 1 disk\n\nKernels:\n  6.1  ") and shown.count("\n") == 4
    assert not set(shown) & set("\x1b\x07\u009b\u202e"), shown
