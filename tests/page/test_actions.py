"""What the operator does: nothing without a confirmation that says what will happen."""
import sqlite3

from selenium.webdriver.common.keys import Keys


def fail_web1(agents):
    for name in ["web1", "web2"]:
        agents[name].state("configuring")
        agents[name].begin("unpack")
    agents["web1"].fail("unpack", "archive.hash", "https://10.0.0.1/web1.tar.gz", "sha256 is 5fec, the job says 6b86")


def test_an_error_is_shown_with_its_help_and_holds_its_peers(page, agents):
    fail_web1(agents)
    row = page.wait_row("web1", state="error", step="unpack 10 of 17")
    assert "archive.hash: https://10.0.0.1/web1.tar.gz: sha256 is 5fec, the job says 6b86" in row["remarks"]
    assert "correct the sha256 or the file" in row["remarks"]
    page.wait_row("web2", state="configuring", remarks="held: web1 has an error")
    assert page.js("return document.title") == "1 error — newroot"
    assert "web1: archive.hash" in page.text("#notices"), "an error that comes while the page is open is told"
    page.button("error 1", "#states").click()
    assert page.row("web1") and not page.row("web2")
    assert page.js("return location.hash") == "#/?state=error"


def test_retry_by_keyboard_needs_a_confirmation(page, agents, shop):
    fail_web1(agents)
    page.wait_row("web1", state="error")
    page.js("document.querySelector('#main').focus()")
    for _ in range(60):
        if page.focused() == "Retry web1":
            break
        page.press(Keys.TAB)
    assert page.focused() == "Retry web1"
    page.press(Keys.ENTER)
    page.wait_text("#confirm", "its disks are erased again")
    assert "The other VMs of shop stay held until the step that failed is passed" in page.text("#confirm")
    assert page.focused() == "Don’t", "Enter alone must not do it"
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.text("#confirm"))
    assert page.focused() == "Retry web1", "the focus goes back to where it was"
    assert shop.show("web1")["state"] == "error"
    page.press(Keys.ENTER)
    page.wait_text("#confirm", "Retry: web1")
    page.press(Keys.TAB, Keys.ENTER)
    page.wait_row("web1", state="created")
    assert shop.show("web1")["state"] == "created"
    page.wait_text("#notices", "web1: retry was taken.")
    assert page.js("return document.title") == "newroot"
    assert page.focused() != "", "the focus is not lost with its button"


def test_hold_and_release_of_a_vm(page, agents, shop):
    agents["web1"].state("configuring")
    page.wait_row("web1", state="configuring")
    page.button("Hold web1").click()
    assert "stops at the next step boundary" in page.confirm()
    page.wait_row("web1", remarks="held: held by the operator")
    assert shop.show("web1")["held"]
    assert agents["web1"].begin("wipe")["hold"] is True
    page.button("Release web1").click()
    page.confirm()
    page.wait(lambda: "held" not in page.row("web1")["remarks"])
    assert agents["web1"].end("wipe")["hold"] is False


def test_hold_and_release_of_a_group(page, agents, shop):
    agents["web1"].state("configuring")
    page.wait_row("web1", state="configuring")
    page.button("Hold group shop").click()
    assert "Running now: web1" in page.confirm()
    page.wait_text(".head .held", "held: by the operator")
    for name in agents:
        page.wait_row(name, remarks="its group 'shop' is held by the operator")
    page.button("Release group shop").click()
    page.confirm()
    page.wait(lambda: not page.text(".head .held"))
    assert not shop.show("web1")["hold"]


def test_retry_of_all_errors_of_a_group(page, agents, shop):
    fail_web1(agents)
    agents["db1"].state("configuring")
    agents["db1"].begin("check")
    agents["db1"].fail("check", "job.value", "volumes[0].size", "is 0")
    page.wait_row("db1", state="error")
    page.wait_row("web1", state="error")
    page.button("Retry all errors group shop").click()
    assert "Tried again: db1, web1." in page.confirm()
    page.wait_row("db1", state="created")
    page.wait_row("web1", state="created")
    assert shop.show("web2")["state"] == "configuring"


def test_cut_over_of_a_group_once_all_are_complete(page, agents, shop):
    for name, agent in agents.items():
        assert not page.button("Cut over group shop")
        for state in ["configuring", "installed", "first boot", "complete"]:
            agent.state(state)
        page.wait_row(name, state="complete")
    page.wait(lambda: page.button("Cut over group shop")).click()
    said = page.confirm()
    assert "NFS servers and masters go first" in said and "newroot-server runbook shop" in said
    page.wait_row("db1", state="cut over")
    assert shop.show("web2")["state"] == "cut over", "they hold nothing back"
    assert "4 of 4 VMs complete" in page.text("#summary")


def test_a_cutover_is_ordered_and_waits_for_the_vm(page, agents, shop):
    with sqlite3.connect(shop.data / "newroot.db", timeout=60) as store:
        store.execute("UPDATE vm_text SET job = '{\"quarantine\": {}}'")
        store.execute("UPDATE vm SET role = CASE name WHEN 'db1' THEN 'db-master' WHEN 'db2' THEN 'db-replica' ELSE 'app' END")
    store.close()
    for name, agent in agents.items():
        for state in ["configuring", "installed", "first boot", "complete"]:
            assert agent.state(state)["cutover"] is False
        page.wait_row(name, state="complete")
    page.wait(lambda: page.button("Cut over group shop")).click()
    page.confirm()
    page.wait_row("db1", state="complete", remarks="cutover: ordered, waits for the VM")
    page.wait_row("web2", state="complete", remarks="cutover: ordered, goes after db1")
    page.wait(lambda: not page.button("Cut over group shop"))
    assert agents["db2"].note("attends")["cutover"] is False
    assert agents["db1"].note("attends")["cutover"] is True
    agents["db1"].state("cut over")
    page.wait_row("db1", state="cut over")
    page.wait_row("db2", remarks="cutover: ordered, waits for the VM")
    page.wait_row("web1", remarks="cutover: ordered, goes after db2")
    page.button("Hold group shop").click()
    page.confirm()
    page.wait_row("db2", remarks="its group 'shop' is held by the operator")
    assert agents["db2"].note("attends")["cutover"] is False
    page.go("#/vm/db2")
    page.wait_text("article", "ordered, waits for the VM")
    assert not page.button("Cut over db2") and page.button("Mark as cut over db2")


def test_arming_asks_for_the_name(page, shop, agents):
    for state in ["configuring", "installed", "complete"]:
        agents["db1"].state(state)
    page.go("#/vm/db1")
    page.wait_text("article .title", "complete")
    page.button("Arm db1").click()
    page.wait_text("#confirm", "all disks of db1 are erased")
    yes = page.find("#confirm-yes")
    assert not yes.is_enabled()
    page.press("db2", Keys.ENTER)
    assert page.text("#confirm") and not yes.is_enabled() and shop.show("db1")["state"] == "complete"
    page.press(Keys.BACKSPACE, "1")
    assert yes.is_enabled()
    yes.click()
    page.wait_text("article .title", "created")
    assert shop.show("db1")["armed"]


def test_each_state_offers_what_it_allows(page, shop, agents):
    def offered():
        return [text.split()[0] for text in page.texts("article > .actions button")]

    page.go("#/vm/web1")
    page.wait(lambda: offered() == ["Hold", "Cancel", "Arm"])
    page.button("Cancel web1").click()
    page.confirm()
    page.wait(lambda: offered() == ["Retry", "Arm"])
    page.button("Retry web1").click()
    page.confirm()
    page.wait(lambda: offered() == ["Hold", "Cancel", "Arm"])
    for state in ["configuring", "installed", "complete"]:
        agents["web1"].state(state)
    page.wait(lambda: offered() == ["Cut", "Mark", "Cancel", "Arm"])
    page.button("Mark as cut over web1").click()
    page.confirm()
    page.wait_text("article .title", "cut over")
    assert offered() == ["Reopen"]
    page.button("Reopen web1").click()
    page.confirm()
    page.wait_text("article .title", "complete")


def test_a_refused_action_is_told(page, shop):
    """Another operator was quicker."""
    page.wait_row("db1", state="created")
    page.go("#/vm/db1")
    page.wait(lambda: page.button("Hold db1")).click()
    page.wait_text("#confirm", "Hold: db1")
    shop.cli("remove", "db1")
    page.find("#confirm-yes").click()
    page.wait_text("#notices", "db1: hold was refused:")
