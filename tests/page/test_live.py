"""What goes on by itself: the log of a VM, and the connection, also over a death of the service."""
import re

from selenium.webdriver.common.keys import Keys

AT_END = "const log = document.querySelector('[role=log]'); return log.scrollTop + log.clientHeight >= log.scrollHeight - 8"


def open_log(page):
    page.go("#/vm/db1")
    page.wait_text("article h1", "db1")


def lines(page):
    return page.texts("[role=log] > li")


def test_the_log_is_live_and_reads_well(page, agents):
    agent = agents["db1"]
    agent.state("configuring")
    agent.begin("plan")
    agent.say(agent.event("plan", text="disk /dev/vda\n  /boot 256 MiB ext3"))
    open_log(page)
    page.wait(lambda: len(lines(page)) == 3)
    agent.end("plan")
    agent.note("an old volume group 'local' is torn down")
    page.wait_text("[role=log] > li:last-child", "an old volume group 'local' is torn down")
    assert [line.split(" ", 1)[1] for line in lines(page)[:2]] == ["● configuring", "▸ plan"]
    assert re.search(r"✓ plan: \d+\.\d", lines(page)[3])
    fold = page.find("[role=log] details")
    assert "/boot 256 MiB" not in page.text("[role=log]"), "a plan is folded away"
    fold.find_element("css selector", "summary").click()
    assert "disk /dev/vda /boot 256 MiB ext3" in page.text("[role=log] pre")


def test_progress_is_one_line_that_changes(page, agents):
    agent = agents["db1"]
    open_log(page)
    agent.state("configuring")
    agent.begin("unpack")
    for i in range(1, 6):
        agent.progress("unpack", "/", i << 20, 5 << 20, 1 << 20)
    page.wait_text("[role=log]", "/: 5.00 MiB of 5.00 MiB · 1.0 MiB/s")
    assert len(lines(page)) == 3
    agent.progress("unpack", "/data", 1 << 20, 0, 0)
    page.wait_text("[role=log]", "/data: 1.00 MiB")
    assert len(lines(page)) == 4


def test_an_errors_last_words_are_folded_out(page, agents):
    agents["db1"].state("configuring")
    agents["db1"].begin("format")
    agents["db1"].fail("format", "step.format", "/dev/local/root", "mkfs.xfs failed", ["mkfs.xfs: no space"], ["[ 9.1] vda: I/O error"])
    open_log(page)
    page.wait_text("[role=log]", "step.format: /dev/local/root: mkfs.xfs failed")
    assert "no space" not in page.text("[role=log]")
    for summary in page.driver.find_elements("css selector", "[role=log] summary"):
        summary.send_keys(Keys.ENTER)
    assert "mkfs.xfs: no space" in page.text("[role=log]") and "[ 9.1] vda: I/O error" in page.text("[role=log]")


def test_the_log_follows_its_end_until_the_reader_scrolls_up(page, agents):
    agents["db1"].state("configuring")
    agents["db1"].say(*[agents["db1"].event("note", text=f"line {i}") for i in range(150)])
    open_log(page)
    page.wait_text("[role=log] > li:last-child", "line 149")
    page.wait(lambda: page.js(AT_END))
    page.js("document.querySelector('[role=log]').scrollTop = 100")
    page.wait(lambda: page.find("[data-part=follow]").get_attribute("aria-pressed") == "false")
    agents["db1"].note("news")
    page.wait_text("[role=log] > li:last-child", "news")
    assert page.js("return document.querySelector('[role=log]').scrollTop") == 100
    page.find("[data-part=follow]").click()
    page.wait(lambda: page.js(AT_END))
    agents["db1"].note("more")
    page.wait(lambda: "more" in lines(page)[-1] and page.js(AT_END))


# What a slow browser does: more lines are in the list by the time it tells of the scroll to its end.
MORE_BEFORE_THE_SCROLL_EVENT = """
const log = document.querySelector("[role=log]");
window.late = false;
document.addEventListener("scroll", () => {
    for (let i = 0; i < 30; i++) log.append(log.lastElementChild.cloneNode(true));
    window.late = true;
}, {capture: true, once: true});
"""


def notes(agent, first, last):
    for start in range(first, last, 100):
        agent.say(*[agent.event("note", text=f"line {i}") for i in range(start, min(start + 100, last))])


def follows(page):
    return page.find("[data-part=follow]").get_attribute("aria-pressed") == "true"


def test_lines_that_come_before_the_scroll_event_do_not_end_the_following(page, agents):
    agents["db1"].state("configuring")
    open_log(page)
    page.wait_text("[role=log]", "configuring")
    for start in (0, 100, 200):
        page.js(MORE_BEFORE_THE_SCROLL_EVENT)
        notes(agents["db1"], start, start + 50)
        page.wait(lambda: page.js("return window.late"))
        notes(agents["db1"], start + 50, start + 51)
        page.wait_text("[role=log] > li:last-child", f"line {start + 50}")
        page.wait(lambda: page.js(AT_END))
        assert follows(page)


def test_the_log_follows_over_its_cap(page, agents):
    agents["db1"].state("configuring")
    open_log(page)
    notes(agents["db1"], 0, 2300)
    page.wait_text("[role=log] > li:last-child", "line 2299")
    page.wait(lambda: page.js(AT_END))
    assert follows(page)
    assert page.js("return document.querySelector('[role=log]').childElementCount") == 2000


def test_a_filter_neither_ends_nor_begins_the_following(page, agents):
    agents["db1"].state("configuring")
    notes(agents["db1"], 0, 200)
    open_log(page)
    page.wait_text("[role=log] > li:last-child", "line 199")
    before = len(lines(page))
    for followed in (True, False):
        page.find(".log input").send_keys("line 77")
        page.wait(lambda: len(lines(page)) == 1)
        page.find(".log input").send_keys(Keys.BACKSPACE * len("line 77"))
        page.wait(lambda: len(lines(page)) == before)
        assert follows(page) == followed
        page.wait(lambda: page.js(AT_END) == followed)
        page.js("document.querySelector('[role=log]').scrollTop = 100")
        page.wait(lambda: not follows(page))


def test_the_log_can_be_filtered(page, agents):
    agents["db1"].state("configuring")
    agents["db1"].say(*[agents["db1"].event("note", text=f"{kind} {i}") for i in range(3) for kind in ("disk", "net")])
    open_log(page)
    page.wait(lambda: len(lines(page)) == 7)
    page.find(".log input").send_keys("DISK")
    page.wait(lambda: [line.split("· ")[1] for line in lines(page)] == ["disk 0", "disk 1", "disk 2"])
    agents["db1"].note("net 3")
    agents["db1"].note("disk 3")
    page.wait(lambda: "disk 3" in lines(page)[-1])
    assert len(lines(page)) == 4


def test_back_and_forward_keep_the_place(page):
    page.wait_row("web1", state="created")
    page.find("#filter").send_keys("web")
    page.wait(lambda: not page.row("db1"))
    page.js("[...document.querySelectorAll('tbody .name')].find((link) => link.textContent === 'web2').click()")
    page.wait_text("article h1", "web2")
    page.driver.back()
    page.wait_row("web1")
    assert not page.row("db1") and page.find("#filter").get_property("value") == "web"
    assert page.focused() == "web2", "the reader is where he left"
    page.driver.forward()
    page.wait_text("article h1", "web2")


def test_a_cut_connection_is_shown_and_taken_up_again(page, shop):
    page.wait_row("db1", state="created")
    page.js("window.cut = true; const real = fetch; window.fetch = (...all) => cut ? Promise.reject(new TypeError('cut')) : real(...all)")
    shop.stop()
    page.wait_text("#link", "connection lost, trying again")
    assert page.row("db1"), "what was known stays in sight"
    shop.start()
    shop.cli("hold", "db1")
    page.js("cut = false")
    page.wait_text("#login", "The session has ended")
    page.type_token(shop.operator)
    page.wait_text("#link", "live")
    page.wait_row("db1", remarks="held by the operator")


def test_the_service_killed_and_started_again(page, agents, shop):
    """No acknowledged event is missing from the log, none is there twice, and the reader is where he was."""
    agent = agents["db1"]
    agent.state("configuring")
    agent.say(*[agent.event("note", text=f"line {i}") for i in range(20)])
    open_log(page)
    page.wait_text("[role=log] > li:last-child", "line 19")
    shop.kill()
    page.wait_text("#link", "connection lost, trying again")
    shop.start()
    agent.say(*[agent.event("note", text=f"line {i}") for i in range(20, 30)])
    agent.begin("wipe")
    page.wait_text("#login", "The session has ended")
    page.type_token(shop.operator)
    page.wait_text("#link", "live")
    page.wait_text("[role=log]", "▸ wipe")
    notes = [line.split("· ")[1] for line in lines(page) if "·" in line]
    assert notes == [f"line {i}" for i in range(30)]
    page.wait_text("article .step", "wipe 5 of 17")


def test_vms_that_come_and_go(page, shop):
    page.wait_row("db1", state="created")
    shop.add("new", "52:54:00:77:01:77", "--group", "other")
    page.wait_row("new", state="created")
    shop.cli("remove", "db1")
    page.wait(lambda: not page.row("db1"))
    shop.cli("remove", "new")
    page.wait(lambda: not page.row("new") and "other" not in page.texts("h2"))


# The service plays a busy one: each stream that is asked for is refused, and when.
BUSY = """
window.asked = [];
const real = fetch;
window.fetch = (path, ...rest) => {
    if (path !== "/v1/stream") return real(path, ...rest);
    asked.push(performance.now());
    return Promise.resolve(new Response('{"error": "limit", "message": "busy"}', {status: 429, headers: {"Retry-After": "3"}}));
};
"""


def test_a_busy_service_is_left_alone_as_long_as_it_asks(page, shop):
    page.js(BUSY)
    shop.kill()
    page.wait(lambda: page.js("return asked.length") > 1)
    first, second = page.js("return asked.slice(0, 2)")
    assert second - first >= 3000


def test_a_certificate_that_ends_is_told(shop, open_page):
    """Before it does: afterwards no browser shows the page."""
    page = open_page(shop)
    page.wait_row("db1")
    assert not page.find("#certificates").is_displayed()
    # One that is so old is renewed at once, where the CA's key is.
    shop.kill()
    shop.cli("cert", "renew", "--days", "10")
    (shop.data / "ca.key").rename(shop.data.parent / "ca.key")
    shop.start()
    page = open_page(shop)
    page.wait_text("#certificates", "the certificate is valid until")
    assert "cert renew" in page.text("#certificates")
