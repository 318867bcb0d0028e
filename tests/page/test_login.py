"""Who sees what: nothing before the login, everything again after a lost session."""


def test_without_a_login_there_is_only_the_form(shop, open_page):
    page = open_page(shop, log_in=False)
    page.go()
    page.wait_text("#login", "Operator’s token")
    assert "shop" not in page.text("body")
    assert page.focused() == "token"


def test_a_wrong_token_is_refused_with_words(shop, open_page):
    page = open_page(shop, log_in=False)
    page.go()
    page.wait_text("#login", "Operator’s token")
    page.type_token("0123456789abcdef0123456789abcdef")
    page.wait(lambda: page.text("#login-error"))
    assert page.text("#groups") == ""
    assert "0123456789abcdef" not in page.js("return location.href")
    page.type_token(shop.operator)
    page.wait_row("db1", state="created")


def test_a_session_lasts_over_a_reload_and_ends_with_a_logout(page):
    page.wait_row("db1", state="created")
    page.go()
    page.wait_row("db1", state="created")
    assert not page.js("return document.cookie"), "a script could read the session"
    page.button("Log out").click()
    page.wait_text("#login", "Operator’s token")
    assert "db1" not in page.js("return document.body.textContent")
    page.go()
    page.wait_text("#login", "Operator’s token")


def test_a_lost_session_brings_the_form_back_without_losing_the_place(shop, page):
    page.go("#/vm/web1")
    page.wait_text("article h1", "web1")
    filter_box = page.find(".log input")
    filter_box.send_keys("kernel")
    page.js("return fetch('/v1/logout', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})")
    shop.cli("hold", "web1")
    page.wait_text("#login", "The session has ended")
    page.type_token(shop.operator)
    page.wait(lambda: not page.text("#login"))
    assert page.js("return location.hash") == "#/vm/web1"
    assert filter_box.get_property("value") == "kernel"
    page.wait_text("#link", "live")
    page.wait_text("article .remarks", "held by the operator")
