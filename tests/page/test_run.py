"""A run from the first event to complete, told by an agent and seen on the page while it lasts."""
import sqlite3

from common import until

BEFORE_UNPACK = ["contact", "fetch", "check", "plan", "wipe", "partition", "lvm", "format", "mount"]
AFTER_UNPACK = ["kernel", "initrd", "configure", "verify", "snapshot", "bootloader", "finish"]
MIB = 1 << 20


def test_progress_is_shown_while_it_happens(page, agents):
    agent = agents["db1"]
    assert page.wait_row("db1", state="created", remarks="boot from the network")["bar"] is None
    agent.state("configuring")
    agent.step(*BEFORE_UNPACK)
    page.wait_row("db1", state="configuring", step="mount")
    agent.begin("unpack")
    agent.progress("unpack", "/srv/mysql", 412 * MIB, 850 * MIB, 44 * MIB)
    row = page.wait_row("db1", step="unpack 10 of 17 10 s left")
    assert "/srv/mysql" in row["step"] and "412 MiB of 850 MiB · 44.0 MiB/s" in row["step"]
    assert abs(row["bar"] - 412 / 850) < 0.001
    assert "44.0 MiB/s" in page.text("#summary")
    agent.progress("unpack", "/srv/mysql", 850 * MIB, 850 * MIB, 44 * MIB)
    page.wait(lambda: page.row("db1")["bar"] == 1)
    assert "1 configuring" in page.text(".counts") and "3 created" in page.text(".counts")


def test_a_finished_run_is_told_on_the_vms_page(page, agents):
    agent = agents["db1"]
    agent.state("configuring")
    agent.step(*BEFORE_UNPACK)
    agent.begin("unpack")
    page.js("document.querySelector('tbody .name').click()")
    page.wait_text("article h1", "db1")
    page.wait(lambda: "running" in page.text(".timeline"))
    agent.end("unpack", bytes=100 * MIB)
    agent.step(*AFTER_UNPACK)
    for state in ["installed", "first boot", "complete"]:
        agent.state(state)
    page.wait_text("article .title", "complete")
    page.wait(lambda: len(page.texts(".timeline tbody tr")) == len(BEFORE_UNPACK) + 1 + len(AFTER_UNPACK))
    rows = [text.split() for text in page.texts(".timeline tbody tr")]
    assert [row[0] for row in rows] == [*BEFORE_UNPACK, "unpack", *AFTER_UNPACK]
    seconds, mib, rate = map(float, rows[9][1:])
    assert mib == 100 and seconds >= 0 and (rate > 0 or seconds < 0.05)
    bars = page.js("return [...document.querySelectorAll('.bar')].map((bar) => bar.offsetLeft)")
    assert bars == sorted(bars) and bars[-1] > 0
    assert page.text(".course [aria-current]") == "complete"
    assert "first boot → complete" in page.text("[data-part=history]")
    assert f"{agent.boot.id[:8]} {agent.boot.seq} events" in page.text("[data-part=boots]")
    assert "52:54:00:77:01:10" in page.text("dl")


def test_the_first_boot_is_another_boot_in_the_timeline(page, agents, shop):
    agents["db1"].state("configuring")
    agents["db1"].step("contact")
    agents["db1"].state("installed")
    second = type(agents["db1"])(shop, agents["db1"].mac)
    second.state("first boot")
    second.step("network", "database")
    page.go("#/vm/db1")
    page.wait(lambda: len(page.texts(".timeline")) == 2)
    assert second.boot.id[:8] in page.texts(".timeline")[1] and "database" in page.texts(".timeline")[1]


def test_a_vm_that_waits_says_for_what(page, agents):
    agents["db2"].state("configuring")
    agents["db2"].say(agents["db2"].event("wait", step="first boot", reason="db1 is not complete (configuring)"))
    page.wait_row("db2", remarks="waits: db1 is not complete (configuring)")
    agents["db2"].say(agents["db2"].event("wait", step="first boot", reason=""))
    page.wait(lambda: "waits" not in page.row("db2")["remarks"])


def test_a_silent_vm_is_told_from_a_slow_one(page, agents, shop):
    """Its last event is put back in time, in the store."""
    for name in ["db1", "db2"]:
        agents[name].state("configuring")
    page.wait_row("db2", state="configuring")
    assert "silent" not in page.row("db1")["remarks"]
    with sqlite3.connect(shop.data / "newroot.db", timeout=60) as store:
        store.execute("UPDATE vm SET seen_ms = seen_ms - 4000000, changed_ms = changed_ms - 4000000 WHERE name = 'db1'")
    store.close()
    shop.cli("hold", "db1")
    page.wait_row("db1", remarks="silent: no event for 1 h")
    page.wait(lambda: page.button("silent 1")).click()
    assert page.row("db1") and not page.row("db2")
    agents["db1"].note("still here")
    page.wait(lambda: not page.button("silent 1") or page.button("silent 0"))


def test_refused_requests_are_shown(page, shop):
    shop.add("safe", "52:54:00:77:01:99", token="auto")
    assert shop.get("/v1/job?mac=52:54:00:77:01:99", token="0" * 32).status == 403
    until(lambda: shop.show("safe")["refused"], "the refusal is stored, for which nobody waits")
    page.go("#/vm/safe")
    page.wait_text("[data-part=refused]", "from 127.0.0.1, 1 time")
    assert "vm.token" in page.text("[data-part=refused]")
