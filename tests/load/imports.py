#!/usr/bin/python3
"""Importing one document of many VMs while others report: how long it takes, how that grows, and how long others wait for it.

The last lines are ratios, which another machine's speed does not change: what a VM of the largest document costs against one of the
smallest (1 is linear), and the longest answer to a report during an import against the whole import.
"""
import argparse
import contextlib
import json
import pathlib
import resource
import shutil
import sys
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TOP / "tests"), str(TOP / "tests" / "server")]

from common import BUILD  # noqa: E402
from service import Boot, Service  # noqa: E402

VIEWS = ("/v1/vms", "/v1/groups", "/v1/needs-creating", "/metrics")


def document(count):
    """As documents are: most of a job in a package, and in each VM its name and addresses."""
    return {
        "newroot_migration": 1,
        "group": "many",
        "configuration": {"macs": "52:54:01:00:00:00-52:54:01:00:ff:ff", "addresses": "10.128.0.10-10.128.200.250"},
        "defaults": {"all": {"data_center": "none", "network": "none", "cpus": 1, "memory": "128MiB", "disks": ["2GiB"],
                             "root": {"url": "https://archives.example/root.tar", "sha256": "0" * 64},
                             "job": {"volumes": [{"name": "root", "size": "rest", "mount": "/"}]}}},
        "vms": [{"name": f"vm-{i:05d}", "use": ["all"], "role": "app",
                 "job": {"network": {"interfaces": [{"name": "eth0", "addresses": [f"10.{64 + i // 62500}.{i // 250 % 250}.{i % 250 + 2}/9"]}]}},
                 "public": [{"names": [f"vm-{i:05d}.example"], "old": f"10.{32 + i // 62500}.{i // 250 % 250}.{i % 250 + 2}"}]}
                for i in range(count)],
    }


class Reporter(threading.Thread):
    """A VM that reports all the time, and the answer that it waited longest for."""

    def __init__(self, service, mac):
        super().__init__()
        self.service, self.mac, self.longest, self.ending = service, mac, 0.0, threading.Event()

    def run(self):
        boot = Boot()
        with contextlib.closing(self.service.connect()) as connection:
            while not self.ending.wait(0.02):
                began = time.monotonic()
                answer = self.service.post([boot.event("heartbeat")], self.mac, connection=connection)
                self.longest = max(self.longest, time.monotonic() - began)
                if answer.status != 200:
                    raise RuntimeError(f"a report was answered {answer.status}")


def ask(service, path):
    """An answer, read to its end and not looked at."""
    with contextlib.closing(service.connect()) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {service.operator}"})
        answer = connection.getresponse()
        if answer.status != 200 or not answer.read():
            raise RuntimeError(f"{path} was answered {answer.status}")


def cpu_s():
    """Of children that have ended: commands, and not the service."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(function):
    began = time.monotonic()
    function()
    return time.monotonic() - began


def measure(count):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="newroot-imports-"))
    service = Service(BUILD / "newroot-server", folder)
    service.init()
    service.add("reporter")
    service.start()
    try:
        (folder / "many.json").write_text(json.dumps(document(count)))
        reporter = Reporter(service, "52:54:00:00:00:11")
        reporter.start()
        before = cpu_s()
        result = {"VMs": count, "import s": timed(lambda: service.cli("import", folder / "many.json"))}
        result["of CPU s"] = cpu_s() - before
        reporter.ending.set()
        reporter.join()
        result["longest report s"] = reporter.longest
        result["again s"] = timed(lambda: service.cli("import", folder / "many.json"))
        for view in VIEWS:
            result[view + " s"] = timed(lambda path=view: ask(service, path))
        result["list s"] = timed(lambda: service.cli("list"))
        result["watch s"] = timed(lambda: service.cli("watch", "--once"))
    finally:
        service.close()
        shutil.rmtree(folder)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts", nargs="*", type=int, default=[1000, 10000], help="VMs of a document (default 1000 10000)")
    results = [measure(count) for count in parser.parse_args().counts]
    print("| " + " | ".join(results[0]) + " |\n|" + "---|" * len(results[0]))
    for result in results:
        print("| " + " | ".join(str(value) if isinstance(value, int) else f"{value:.2f}" for value in result.values()) + " |")
    first, last = results[0], results[-1]
    print(f"\na VM of {last['VMs']}, against one of {first['VMs']}: {last['of CPU s'] / last['VMs'] / (first['of CPU s'] / first['VMs']):.2f}")
    print(f"the longest report, against the import of {last['VMs']}: {last['longest report s'] / last['import s']:.2f}")


if __name__ == "__main__":
    main()
