"""Texts of VMs are texts: no markup, no disguise, no flood."""
from test_hostile_events import hostile, post_one

MARKUP = "</span><script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\"><style>*{display:none}</style>"
TURNED = "\u202e\u2067gnp.esraeler\u200f"
LONG = "x" * 20000


def test_texts_of_a_vm_never_become_markup(page, agents):
    agent = agents["db1"]
    agent.state("configuring")
    agent.begin("check")
    agent.progress("check", MARKUP, 1, 2, 1)
    agent.say(agent.event("wait", step="check", reason=MARKUP))
    page.wait_row("db1", step="<script>", remarks="<img src=x")
    page.go("#/vm/db1")
    page.wait_text("article .remarks", "<script>")
    agent.note(MARKUP)
    agent.say(agent.event("plan", text=MARKUP))
    agent.fail("check", "job.value", MARKUP, MARKUP, [MARKUP], [MARKUP])
    page.wait_text("article .remarks", "job.value: </span><script>")
    page.wait_text("[role=log]", "job.value: </span><script>")
    page.js("document.querySelectorAll('details').forEach((fold) => fold.open = true)")
    assert page.text("[role=log]").count("<script>") == 8
    assert page.js("return document.querySelectorAll('script, style, img').length") == 1, "the page's own module"
    assert page.js("return document.title") == "1 error — db1 — newroot"


def test_marks_that_turn_text_around_stay_within_their_text(page, agents):
    """What stands after a hostile text keeps its place: its sign left of its words."""
    agent = agents["db1"]
    agent.state("configuring")
    agent.begin("check")
    agent.progress("check", TURNED, 1 << 20, 2 << 20, 1)
    agent.fail("check", "job.value", TURNED, "is " + TURNED)
    page.wait_row("db1", remarks="job.value")
    box = "const box = (css) => document.querySelector(css).getBoundingClientRect();"
    assert page.js(box + "return box('.remarks .sign').right <= box('.remarks b').left && box('.remarks b').right <= box('.remarks .text').right")
    page.go("#/vm/db1")
    page.wait_text("[role=log]", "job.value")
    isolated = "return [...document.querySelectorAll('.text, .item, .help, pre')].every((node) => /isolate|plaintext/.test(getComputedStyle(node).unicodeBidi))"
    assert page.js(isolated)


def test_very_long_texts_leave_the_page_as_wide_as_it_is(page, agents):
    agent = agents["db1"]
    agent.state("configuring")
    agent.begin("check")
    agent.progress("check", LONG, 1, 2, 1)
    agent.note(LONG)
    agent.fail("check", "job.value", LONG, LONG, [LONG])
    page.wait_row("db1", remarks="job.value")
    for width in [1280, 360]:
        page.look(width, 800)
        for place in ["#/", "#/vm/db1"]:
            page.go(place)
            page.wait(lambda: "job.value" in page.text("#main"))
            assert page.js("return document.documentElement.scrollWidth") <= width, place
    page.go("#/")
    page.look()
    assert page.js("return document.querySelector('tr.error').offsetHeight") < 200, "a long message takes no more than its rows"


def test_an_event_of_no_known_form_is_still_shown(page, agents):
    agent = agents["db1"]
    agent.say(agent.event("error"), agent.event("progress", step="check", item="x", done="x"), agent.event("note", text={"a": [1]}),
              agent.event("plan"), agent.event("error", step="check", stderr="not a list", kernel=[{}]))
    agent.note("the end")
    page.go("#/vm/db1")
    page.wait_text("[role=log] > li:last-child", "the end")
    assert len(page.texts("[role=log] > li")) == 6


def test_no_event_keeps_the_others_from_being_shown(page, agents):
    """Every field of every event with every wrong type, on one page; the last one is there, and so is the timeline."""
    agent = agents["db1"]
    agent.begin("check")
    taken = 0
    for event in hostile(agent.boot):
        taken += post_one(agent.service, agent.mac, event)
    agent.note("the end")
    assert taken > 150
    page.go("#/vm/db1")
    page.wait_text("[role=log] > li:last-child", "the end")
    page.wait(lambda: page.texts(".timeline tbody tr"))
    assert page.js("return Math.max(...[...document.querySelectorAll('[role=log] time')].map((time) => time.textContent.length))") < 30
