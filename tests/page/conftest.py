import pytest

from agent import Agent
from chromium import Page
from service import Service, programs

# Names and MACs of the group that most tests look at.
SHOP = {name: f"52:54:00:77:01:{i:02x}" for i, name in enumerate(["db1", "db2", "web1", "web2"], 0x10)}


@pytest.fixture
def empty(tmp_path):
    """A service that serves, with a data folder and no VM."""
    service = Service(programs()[0], tmp_path)
    try:
        service.init()
        service.start()
        yield service
    finally:
        service.close()


@pytest.fixture
def shop(empty):
    """With the group shop of four VMs."""
    for name, mac in SHOP.items():
        empty.add(name, mac, "--group", "shop")
    return empty


@pytest.fixture
def open_page():
    """Opens pages of a service; none may have broken its own rules."""
    pages = []

    def open_(service, log_in=True):
        page = Page(f"https://localhost:{service.port}", str(service.data / "ca.pem"))
        pages.append(page)
        if log_in:
            page.log_in(service.operator)
        return page

    try:
        yield open_
        for page in pages:
            assert page.complaints() == []
    finally:
        for page in pages:
            page.close()


@pytest.fixture
def page(shop, open_page):
    """The page on the group shop, logged in."""
    page = open_page(shop)
    page.wait_row("db1")
    return page


@pytest.fixture
def agents(shop):
    return {name: Agent(shop, mac) for name, mac in SHOP.items()}
