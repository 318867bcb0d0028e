#!/usr/bin/python3
"""`make demo`: a blank VM PXE-boots, is installed, boots from its own disk and checks in."""
import os
import shutil
import sys
import time

from jobs import GIB, Inputs, install_job
from lab import BUILD, Lab, LabError

WORK = BUILD / "demo"
MEMORY_MIB = 96


def say(text):
    print(f"demo: {text}", flush=True)


def timeline(service, name):
    print(f"\n{'step':<12}{'seconds':>9}{'MiB':>10}{'MiB/s':>9}")
    for event in service.events(name):
        if event["type"] != "end":
            continue
        seconds, size = event["ms_taken"] / 1000, event.get("bytes", 0) / (1 << 20)
        rate = f"{size / seconds:9.1f}" if size and seconds else f"{'':9}"
        print(f"{event['step']:<12}{seconds:9.1f}{size:10.1f}{rate}" if size else f"{event['step']:<12}{seconds:9.1f}")


def demo(lab):
    began = time.monotonic()
    inputs = Inputs()
    say(f"archives ready ({time.monotonic() - began:.0f} s)")
    lab.service.init()
    lab.service.start()
    vm = lab.vm("db1", lambda address: install_job(lab, inputs, address), [2 * GIB, 2 * GIB], memory=MEMORY_MIB)
    say(f"a blank VM with two disks and {MEMORY_MIB} MiB of memory boots from the network; "
        f"its serial line: {os.path.relpath(vm.folder)}/serial-1.log")
    began = time.monotonic()
    vm.start("n")
    vm.wait_for(r"installed; next", 1500)
    vm.wait_end(60)
    installed = time.monotonic()
    say(f"installed in {installed - began:.0f} s; it boots from its own disk")
    vm.start("c")
    vm.wait_for(r"login:", 300)
    lab.service.wait_state("db1", "complete", 120)
    say(f"login prompt and checked in after {time.monotonic() - installed:.0f} s")
    timeline(lab.service, "db1")
    say(f"from power-on to checked in: {time.monotonic() - began:.0f} s")


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
