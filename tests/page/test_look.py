"""How it looks and is used: contrast, width, names of controls, motion, nothing from elsewhere."""
import pytest

from shoot import screenshots

# Of each visible text: its colour against what is behind it, as WCAG 2 computes it.
CONTRAST = """
const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((part, i) => i < 3 ? part : part / 255);
}
const over = (top, below) => top.map((part, i) => i < 3 ? part * top[3] + below[i] * (1 - top[3]) : 1);
function behind(node) {
    const own = rgba(getComputedStyle(node).backgroundColor);
    return own[3] === 1 || !node.parentElement ? own : over(own, behind(node.parentElement));
}
const light = (colour) => colour.slice(0, 3).map((part) => part / 255)
    .reduce((sum, part, i) => sum + [.2126, .7152, .0722][i] * (part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4), 0);
function ratio(a, b) {
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + .05) / (low + .05);
}
const found = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest(":disabled, .unseen, template, [inert]")) continue;
    const style = getComputedStyle(node);
    found.push([ratio(over(rgba(style.webkitTextFillColor), behind(node)), behind(node)), walk.currentNode.data.trim().slice(0, 40), node.className]);
}
for (const node of document.querySelectorAll("input")) {
    if (!node.checkVisibility()) continue;
    found.push([ratio(rgba(getComputedStyle(node, "::placeholder").color), behind(node)), node.placeholder, "placeholder"]);
    found.push([1.5 * ratio(rgba(getComputedStyle(node).borderTopColor), behind(node.parentElement)), node.placeholder, "edge: 3 will do"]);
}
return found;
"""


@pytest.fixture
def busy_shop(page, agents):
    """One VM in error, one held, one busy, one complete."""
    for name in ["web1", "web2"]:
        agents[name].state("configuring")
        agents[name].begin("unpack")
    agents["web2"].progress("unpack", "/srv/" + "long-name/" * 10, 412 << 20, 850 << 20, 44 << 20)
    for state in ["configuring", "installed", "first boot", "complete"]:
        agents["db1"].state(state)
    agents["web1"].note("a note")
    agents["web1"].fail("unpack", "archive.hash", "https://10.0.0.1:8443/v1/archives/web1/root.tar.gz", "sha256 is 5feceb66ffc86f38", ["tar: short read"])
    page.wait_row("web1", state="error")
    page.wait_row("web2", remarks="held")


def views(page):
    """Each thing there is to see, one after the other."""
    page.go("#/")
    page.wait_row("web1", state="error")
    yield "overview"
    page.button("Hold group shop").click()
    yield "dialog"
    page.js("document.querySelector('dialog').close()")
    for name in ["web1", "web2", "db1"]:
        page.go(f"#/vm/{name}")
        page.wait(lambda: page.text("[data-part=history] time"))
        page.wait(lambda: page.texts("[role=log] > li"))
        yield name


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_contrast(page, busy_shop, dark):
    page.look(1280, 800, dark=dark)
    seen = 0
    for view in views(page):
        found = page.js(CONTRAST)
        seen += len(found)
        assert [row for row in found if row[0] < 4.5] == [], view
    assert seen > 150
    paper = page.js("return getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, paper[4:-1].split(","))) < 200) == dark


def test_the_theme_can_be_chosen(page):
    def paper():
        return page.js("return getComputedStyle(document.body).backgroundColor")

    light = paper()
    page.button("Theme: auto").click()
    assert page.button("Theme: dark") and paper() != light
    page.go()
    page.wait(lambda: page.button("Theme: dark"))
    assert paper() != light, "the choice lasts"
    page.button("Theme: dark").click()
    page.look(dark=True)
    assert page.button("Theme: light") and paper() == light


def test_a_phone_needs_no_horizontal_scrolling(page, busy_shop, shop):
    shop.add("a-very-long-name-of-a-vm-" + "0123456789" * 3, "52:54:00:77:01:88", "--group", "group-" + "9876543210" * 5)
    page.look(360, 740, phone=True)
    for view in views(page):
        assert page.js("return document.documentElement.scrollWidth") == 360, view
        small = page.js("""return [...document.querySelectorAll("button")].filter((b) => b.checkVisibility())
                           .map((b) => [b.textContent, b.getBoundingClientRect()]).filter(([, box]) => box.height < 24 || box.width < 24)
                           .map(([text]) => text)""")
        assert small == [], f"{view}: too small for a finger"


def test_every_control_has_a_name_and_a_visible_focus(page, busy_shop):
    roles = {"button", "link", "textbox", "searchbox", "progressbar", "dialog", "log", "table"}
    for view in views(page):
        nodes = page.cdp("Accessibility.getFullAXTree")["nodes"]
        controls = [(node["role"]["value"], node.get("name", {}).get("value")) for node in nodes
                    if not node["ignored"] and node["role"]["value"] in roles]
        assert len(controls) > 2
        assert [control for control in controls if control[0] != "table" and not control[1]] == [], view
    page.go("#/")
    page.driver.refresh()
    page.wait_row("db1", state="complete")
    page.press("\ue004")
    assert page.focused() == "Skip to the VMs"
    for _ in range(20):
        style = page.js("const style = getComputedStyle(document.activeElement); return [style.outlineStyle, style.outlineWidth]")
        assert style == ["solid", "2px"], page.focused()
        page.press("\ue004")


def test_tables_are_tables_to_a_screen_reader_on_a_phone_too(page, busy_shop):
    page.look(360, 740, phone=True)
    roles = [node["role"]["value"] for node in page.cdp("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
    assert roles.count("row") >= 4 and roles.count("rowheader") == 4


def test_without_motion_nothing_moves(page):
    duration = "return getComputedStyle(document.querySelector('.fold'), '::before').transitionDuration"
    assert page.js(duration) != "0s"
    page.look(motion=False)
    assert page.js(duration) == "0s"


def test_nothing_comes_from_elsewhere(page, shop):
    loaded = page.js("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert loaded and all(name.startswith(page.url) for name in loaded)
    sizes = [len(shop.get(path).body) for path in ("/", "/page.css", "/page.js", "/favicon.svg")]
    assert sum(sizes) < 64 * 1024, "a small page"
    with_rules = shop.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in with_rules and "unsafe" not in with_rules


def test_pictures_are_taken(page, busy_shop, shop, tmp_path):
    screenshots(tmp_path / "pictures", page.url, shop.operator, ca=shop.data / "ca.pem")
    taken = sorted((tmp_path / "pictures").iterdir())
    assert [file.name for file in taken] == ["overview-dark.png", "overview-light.png", "phone.png", "vm-dark.png", "vm-light.png"]
    sizes = [tuple(int.from_bytes(file.read_bytes()[i:i + 4], "big") for i in (16, 20)) for file in taken]
    assert sizes == [(1280, 800), (1280, 800), (720, 1480), (1280, 800), (1280, 800)]
