#!/usr/bin/python3
"""Takes pictures of a service's page, as it is at this moment.

    tests/page/shoot.py --url https://10.0.0.1:8443 --token-file DATA/operator.token --ca DATA/ca.pem --out docs/screenshots
"""
import argparse
import pathlib

from chromium import Page

# The VM that has most to show: in the order of what to look for.
BUSIEST = """
const rows = [...document.querySelectorAll("tbody tr")];
const has = (css) => rows.find((row) => row.querySelector(css));
const row = has("progress:not([hidden])") ?? has(".state .busy") ?? has(".state .error") ?? rows[0];
return row?.querySelector(".name").textContent;
"""
GROUP_OF = "return new URL(document.querySelector('article .crumbs a:last-child').href).hash"


def screenshots(folder, url, token, ca=None, vm=None):
    """Overview and a VM's page, light and dark, 1280x800; its group on a phone. `vm`: which, by default the busiest."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    page = Page(url, ca and str(ca))
    try:
        page.log_in(token)
        page.wait(lambda: page.texts("tbody tr"))
        vm = vm or page.js(BUSIEST)
        for place, name in [("#/", "overview"), (f"#/vm/{vm}", "vm")]:
            page.go(place)
            page.wait(lambda: page.texts("tbody tr" if name == "overview" else "dl dd"))
            settle(page)
            for theme in ["light", "dark"]:
                page.look(1280, 800, dark=theme == "dark")
                page.driver.save_screenshot(str(folder / f"{name}-{theme}.png"))
        page.look(360, 740, phone=True)
        page.go(page.js(GROUP_OF))
        settle(page)
        page.driver.save_screenshot(str(folder / "phone.png"))
    finally:
        page.close()


def settle(page):
    """Until what was asked for has come and is painted; without the focus's ring, which nobody has moved there."""
    page.js("document.activeElement.blur()")
    page.driver.execute_async_script("setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(arguments[0])), 400)")


def main():
    parser = argparse.ArgumentParser(description="Take pictures of newroot's page.")
    parser.add_argument("--url", required=True, help="https://ADDRESS:PORT")
    parser.add_argument("--token-file", required=True, type=pathlib.Path, help="operator.token of the data folder")
    parser.add_argument("--ca", type=pathlib.Path, help="ca.pem of the data folder; without it any certificate is taken")
    parser.add_argument("--vm", help="whose page to show (default: the busiest VM's)")
    parser.add_argument("--out", required=True, help="folder for the pictures")
    asked = parser.parse_args()
    screenshots(asked.out, asked.url, asked.token_file.read_text().strip(), asked.ca, asked.vm)


if __name__ == "__main__":
    main()
