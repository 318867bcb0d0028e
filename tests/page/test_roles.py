"""What a principal's role does not allow is not offered; what it allows is."""


def log_in(service, open_page, *argv):
    token = service.cli("token", "add", argv[0], "--role", *argv[1:]).strip()
    page = open_page(service, log_in=False)
    page.go()
    page.wait_text("#login", "Operator’s token")
    page.type_token(token)
    page.wait_row("db1")
    return page


def buttons(page, css):
    return page.js("return [...document.querySelectorAll(arguments[0] + ' button')].map((button) => button.textContent)", css)


def test_a_viewer_is_offered_no_action(shop, open_page, agents):
    agents["web1"].state("configuring")
    page = log_in(shop, open_page, "vera", "viewer")
    page.wait_row("web1", state="configuring")
    assert page.row("web1")["actions"] == [] and buttons(page, ".group .head .actions") == []
    assert page.js("return document.querySelector('#archives').checkVisibility()"), "which archives there are is for a viewer"
    assert page.js("return document.querySelector('#logout').title") == "vera: viewer"
    page.go("#/vm/web1")
    page.wait_text("article h1", "web1")
    page.wait_text("article .state", "configuring")
    assert buttons(page, "article .actions") == []
    shop.cli("hold", "web1")
    page.wait_text("article .remarks", "held by the operator")
    assert buttons(page, "article .actions") == [], "nor when it changes"


def test_an_operator_is_offered_them_and_one_of_a_group_no_archives(shop, open_page, agents):
    agents["web1"].state("configuring")
    page = log_in(shop, open_page, "ann", "operator", "--group", "shop")
    page.wait_row("web1", state="configuring")
    assert page.row("web1")["actions"] == ["Hold"] and "Hold group shop" in buttons(page, ".group .head .actions")
    assert not page.js("return document.querySelector('#archives').checkVisibility()")
    page.button("Hold web1").click()
    page.confirm()
    page.wait_row("web1", remarks="held: held by the operator")


def test_who_logs_in_after_another_is_offered_what_is_his(shop, page, agents):
    """In the page that the other one left open; with nothing in it that only the other one may see."""
    shop.add("secret1", "52:54:00:77:01:99", "--group", "other")
    agents["web1"].state("configuring")
    page.wait_row("web1", state="configuring")
    page.wait_row("secret1")
    assert page.row("web1")["actions"] == ["Hold"]
    token = shop.cli("token", "add", "vera", "--role", "viewer", "--group", "shop").strip()
    page.js("return fetch('/v1/logout', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})")
    shop.cli("hold", "db1")
    page.wait_text("#login", "The session has ended")
    page.type_token(token)
    page.wait(lambda: page.row("web1").get("actions") == [])
    assert not page.row("secret1")
    page.wait(lambda: page.js("return document.querySelector('#logout').title") == "vera: viewer, for shop")
