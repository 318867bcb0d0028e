"""Chromium without a screen, looking at newroot's page."""
import base64
import hashlib
import os
import socket
import ssl
import subprocess
import time
import urllib.parse

from selenium import webdriver
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

# What the row of a VM says: each cell as it is read, null when it isn't shown.
ROW = """
for (const link of document.querySelectorAll("tbody .name")) {
    const row = link.closest("tr");
    if (link.textContent !== arguments[0] || !row.checkVisibility()) continue;
    const cell = (name) => row.querySelector("." + name).innerText.replace(/\\s+/g, " ").trim();
    const bar = row.querySelector("progress");
    return {who: cell("who"), state: cell("state"), step: cell("step"), remarks: cell("remarks"),
            actions: [...row.querySelectorAll("button")].map((button) => button.firstChild.data),
            bar: bar.checkVisibility() ? bar.value / bar.max : null};
}
return null;
"""


def key_pin(url, ca=None):
    """The hash of the service's key, as Chromium wants it. `ca` has to vouch for the key; without one, nobody does."""
    place = urllib.parse.urlsplit(url)
    context = ssl.create_default_context(cafile=ca)
    if not ca:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((place.hostname, place.port or 443), 60) as plain, \
            context.wrap_socket(plain, server_hostname=place.hostname) as peer:
        certificate = peer.getpeercert(binary_form=True)
    key = subprocess.run(["openssl", "x509", "-inform", "der", "-pubkey", "-noout"], input=certificate,
                         stdout=subprocess.PIPE, check=True).stdout
    der = base64.b64decode(b"".join(key.splitlines()[1:-1]))
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


class Page:
    """A browser of its own, to be closed."""

    def __init__(self, url, ca=None):
        self.url = url.rstrip("/") + "/"
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        # Chromium knows no CA of a test: the one key that the CA vouched for is let through, and nothing else.
        for argument in ["headless=new", "disable-gpu", "disable-dev-shm-usage", "hide-scrollbars", "force-color-profile=srgb",
                         f"ignore-certificate-errors-spki-list={key_pin(url, ca)}"]:
            options.add_argument(f"--{argument}")
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Driver("/usr/bin/chromedriver"), options=options)
        self.look()

    def close(self):
        self.driver.quit()

    def look(self, width=1280, height=800, dark=False, phone=False, motion=True):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1,
                 mobile=phone)
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "no-preference" if motion else "reduce"}])

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def go(self, place=""):
        self.driver.get(self.url + place)

    def find(self, css):
        return self.driver.find_element("css selector", css)

    def text(self, css):
        """As it is read, on one line; "" when it isn't there or isn't shown."""
        return " ".join(self.texts(css)[:1])

    def texts(self, css):
        return self.js("return [...document.querySelectorAll(arguments[0])].filter((node) => node.checkVisibility())"
                       ".map((node) => node.innerText.replace(/\\s+/g, ' ').trim())", css)

    def row(self, name):
        return self.js(ROW, name) or {}

    def wait(self, what, seconds=120):
        """The first true answer of `what`."""
        end = time.monotonic() + seconds
        while not (found := what()):
            assert time.monotonic() < end, f"not within {seconds} s; the page reads:\n{self.text('body')[:3000]}"
            time.sleep(0.05)
        return found

    def wait_text(self, css, part, seconds=120):
        self.wait(lambda: part in self.text(css), seconds)

    def wait_row(self, name, seconds=120, **parts):
        """Until each part is in its cell; the row."""
        return self.wait(lambda: (row := self.row(name)) and all(part in row[cell] for cell, part in parts.items()) and row,
                         seconds)

    def button(self, label, within="body"):
        """The button with this label, as a reader sees it."""
        return self.js("return [...document.querySelectorAll(arguments[1] + ' button')].find((node) =>"
                       "node.checkVisibility() && node.textContent.trim() === arguments[0])", label, within)

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self):
        return self.js("return document.activeElement.textContent.trim() || document.activeElement.id")

    def confirm(self):
        """Say yes to the dialog that is open; what it had said."""
        self.wait(lambda: self.find("#confirm").is_displayed())
        said = self.text("#confirm")
        self.find("#confirm-yes").click()
        return said

    def log_in(self, token, place=""):
        self.go(place)
        self.wait(lambda: self.find("#token").is_displayed())
        self.type_token(token)
        self.wait_text("#link", "live")

    def type_token(self, token):
        self.find("#token").send_keys(token + Keys.ENTER)

    def complaints(self):
        """What the browser had against the page, except for refused requests, which some tests mean to make."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] == "SEVERE" and "Failed to load resource" not in entry["message"]]
