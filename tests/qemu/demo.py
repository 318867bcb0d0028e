#!/usr/bin/python3
"""`make demo`: a group of three VMs moves, from a migration document to running systems."""
import contextlib
import os
import shutil
import subprocess
import sys
import time

from jobs import Inputs, document, own_archive, shop_vm
from lab import BUILD, Lab
from process import LabError, die_with_parent, stop_process
from vm import TOP

WORK = BUILD / "demo"
MEMORY = "96MiB"
AT_ONCE = 2
PATIENCE_S = 1800
PICTURE_S = 60


def say(text):
    print(f"demo: {text}", flush=True)


def migration_document(lab, inputs):
    data = {"to": "/data", **own_archive(lab, inputs, inputs.data)}
    return document(lab, inputs, [
        shop_vm("db1", 11, "db-master", [data]),
        shop_vm("db2", 12, "db-replica", [data], master="db1"),
        shop_vm("web1", 13, "app"),
    ], memory=MEMORY)


def told(vm):
    """What is worth a line when it changes."""
    words = [vm["state"]]
    if vm["state"] == "error":
        words.append(vm["error"]["text"])
    if vm["held"]:
        words.append(f"held: {vm['held']}")
    if vm["waiting"]:
        words.append(f"waits: {vm['waiting']}")
    return ", ".join(words)


class Pictures:
    """Of the page, by Chromium, while the group moves: each when its moment comes."""
    MOMENTS = {
        "installing": lambda vms: sum(bool(vm["progress"]) and vm["step"] == "unpack" for vm in vms) >= AT_ONCE,
        "first-boot": lambda vms: any(vm["waiting"] for vm in vms) or any(vm["state"] == "first boot" for vm in vms),
        "complete": lambda vms: all(vm["state"] == "complete" for vm in vms),
    }

    def __init__(self, lab, url):
        self.folder, self.data, self.url = lab.folder / "screenshots", lab.service.data, url
        self.left = dict(self.MOMENTS) if shutil.which("chromium") and shutil.which("chromedriver") else {}
        self.browser = None
        say(f"pictures of it: {os.path.relpath(self.folder)}/" if self.left else "Chromium isn't installed: no pictures of it")

    def look(self, vms):
        if self.browser and self.browser.poll() is None:
            return
        for moment, has_come in self.left.items():
            if has_come(vms):
                del self.left[moment]
                self.take(moment)
                return

    def take(self, moment):
        with open(self.folder.parent / "screenshots.log", "ab") as log:
            self.browser = subprocess.Popen(
                ["/usr/bin/python3", "-B", str(TOP / "tests" / "page" / "shoot.py"), "--url", self.url, "--token-file",
                 str(self.data / "operator.token"), "--ca", str(self.data / "ca.pem"), "--out", str(self.folder / moment)],
                stdout=log, stderr=log, preexec_fn=die_with_parent)

    def finish(self, vms):
        """The last one. A picture that can't be taken fails no demo: screenshots.log tells why."""
        self.wait()
        self.look(vms)
        self.wait()

    def wait(self):
        if self.browser:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.browser.wait(PICTURE_S)
            stop_process(self.browser)


def watch(lab, pictures, began):
    """Until all are complete; a line for each change."""
    last = {}
    while time.monotonic() < began + PATIENCE_S:
        vms = lab.service.list()
        for vm in vms:
            if last.get(vm["name"]) != told(vm):
                last[vm["name"]] = told(vm)
                say(f"{time.monotonic() - began:5.0f} s  {vm['name']:<5} {told(vm)}")
        pictures.look(vms)
        if all(vm["state"] == "complete" for vm in vms):
            return
        if all(vm["state"] in ("complete", "error") or vm["held"] for vm in vms):
            raise LabError("an error keeps the group from being complete")
        time.sleep(1)
    raise LabError(f"not complete within {PATIENCE_S} s")


def timeline(service):
    """Seconds of each step of each VM."""
    steps, taken = [], {}
    vms = [vm["name"] for vm in service.list()]
    for name in vms:
        for event in service.events(name):
            if event["type"] == "end":
                if event["step"] not in steps:
                    steps.append(event["step"])
                taken[name, event["step"]] = event["ms_taken"] / 1000
    print(f"\n{'seconds':<12}" + "".join(f"{name:>9}" for name in vms))
    for step in steps:
        print(f"{step:<12}" + "".join(f"{taken[name, step]:9.1f}" if (name, step) in taken else f"{'-':>9}" for name in vms))
    print()


def demo(lab):
    began = time.monotonic()
    inputs = Inputs()
    say(f"archives ready ({time.monotonic() - began:.0f} s)")
    lab.open()
    lab.import_document(migration_document(lab, inputs))
    say(f"imported {os.path.relpath(lab.folder / 'migration.json')}")
    url = lab.page()
    say(f"its page: {url}/ (the certificate is this demo's own), with the token in "
        f"{os.path.relpath(lab.service.data / 'operator.token')}")
    pictures = Pictures(lab, url)
    began = time.monotonic()
    lab.creator(limit=AT_ONCE)
    say(f"the creator makes VMs with {MEMORY} of memory, {AT_ONCE} install at once: {os.path.relpath(lab.folder)}/qemu/")
    watch(lab, pictures, began)
    taken = time.monotonic() - began
    pictures.finish(lab.service.list())
    timeline(lab.service)
    say(f"from blank VMs to a group that is complete: {taken:.0f} s")


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    try:
        with Lab(WORK) as lab:
            demo(lab)
    except LabError as error:
        say(f"FAILED: {error}\nWork files are kept in {WORK}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
