#!/usr/bin/python3
"""`make load`: many simulated agents report to one service at once; then the service's store is compared with what they sent.

Each agent is a VM of its own: its own address in 127.0.0.0/8, its own token, its own TLS connection.
"""
import argparse
import json
import pathlib
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TOP / "tests"), str(TOP / "tests" / "server")]

from common import BUILD  # noqa: E402
from service import Service  # noqa: E402

GROUP = 250  # VMs of one migration document: one /24 of configuration addresses


class LoadError(Exception):
    """What was stored is not what was sent."""


def document(group):
    """A migration document of GROUP VMs that need nothing but a job."""
    names = [f"load-{group}-{i}" for i in range(GROUP)]
    return {
        "newroot_migration": 1,
        "group": f"load-{group}",
        "configuration": {"macs": f"52:54:01:{group:02x}:00:00-52:54:01:{group:02x}:ff:ff",
                          "addresses": f"127.1.{group}.1-127.1.{group}.254"},
        "defaults": {"all": {"data_center": "none", "network": "none", "cpus": 1, "memory": "128MiB", "disks": ["2GiB"],
                             "root": {"url": "https://archives.example/root.tar", "sha256": "0" * 64},
                             "job": {"volumes": [{"name": "root", "size": "rest", "mount": "/"}]}}},
        "vms": [{"name": name, "use": ["all"], "role": "app"} for name in names],
    }


def make_vms(service, count):
    """Import as many groups as it takes; (name, MAC, address) of `count` VMs."""
    for group in range((count + GROUP - 1) // GROUP):
        file = service.data.parent / f"group-{group}.json"
        file.write_text(json.dumps(document(group)))
        service.cli("import", file)
    vms = json.loads(service.cli("list", "--json"))
    return [(vm["name"], vm["mac"], vm["address"]) for vm in vms][:count]


def write_agents(service, count, path):
    with open(path, "w") as out:
        for _, mac, address in make_vms(service, count):
            out.write(f"{mac} {address} {service.token(mac)} {uuid.uuid4()}\n")


def compare(service, report):
    """Every event that was acknowledged is stored, once, and nothing else."""
    sent = {}
    for line in report.read_text().splitlines():
        mac, boot, taken = line.split()
        sent[mac] = (boot, int(taken))
    store = sqlite3.connect(f"file:{service.data}/newroot.db?mode=ro", uri=True)
    rows = store.execute("SELECT vm.mac, boot.uuid, boot.taken, boot.stored, count(event.seq), min(event.seq), max(event.seq) "
                         "FROM vm JOIN boot ON boot.vm = vm.id JOIN event ON event.boot = boot.id GROUP BY boot.id").fetchall()
    if len(rows) != len(sent):
        raise LoadError(f"{len(sent)} agents reported, {len(rows)} boots are stored")
    for mac, boot, taken, stored, count, first, last in rows:
        if (boot, taken) != sent[mac] or not taken == stored == count == last or first != 1:
            raise LoadError(f"{mac}: acknowledged {sent[mac]}, stored {(boot, taken, stored, count, first, last)}")


def memory_kib(pid):
    """Resident memory, now and at its peak."""
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmHWM"].split()[0])


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def measure(folder, count, seconds, beat_ms):
    """One fresh service, one run; the generator's figures and the service's."""
    service = Service(BUILD / "newroot-server", folder)
    service.init()
    agents, report = folder / "agents", folder / "report"
    write_agents(service, count, agents)
    service.start()
    try:
        done = subprocess.run([BUILD / "load", "--port", str(service.port), "--ca", service.data / "ca.pem", "--agents", agents,
                               "--seconds", str(seconds), "--beat", str(beat_ms), "--report", report],
                              stdout=subprocess.PIPE, text=True, timeout=seconds + 300)
        if done.returncode:
            raise LoadError(f"the generator failed with {done.returncode}")
        result = json.loads(done.stdout)
        result["memory_mib"] = memory_kib(service.process.pid) / 1024
        result["cpu_s"] = cpu_seconds(service.process.pid)
    finally:
        service.close()
    compare(service, report)
    return result


COLUMNS = [("agents", "VMs", "{}"), ("events_s", "events/s", "{:.0f}"), ("requests_s", "requests/s", "{:.0f}"),
           ("p50_ms", "p50 ms", "{:.0f}"), ("p99_ms", "p99 ms", "{:.0f}"), ("max_ms", "max ms", "{:.0f}"),
           ("connected_s", "all connected after s", "{:.1f}"), ("memory_mib", "memory MiB", "{:.0f}"),
           ("refused", "refused", "{}"), ("reconnects", "reconnects", "{}")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("agents", nargs="*", type=int, default=[100, 1000, 5000], help="how many at once (default 100 1000 5000)")
    parser.add_argument("--seconds", type=int, default=20, help="of reporting (default 20)")
    parser.add_argument("--beat", type=int, default=1000, help="milliseconds between two events of an agent (default 1000)")
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print("| " + " | ".join(title for _, title, _ in COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for count in options.agents:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="newroot-load-"))
        result = measure(folder, count, options.seconds, options.beat)
        print("| " + " | ".join(form.format(result[key]) for key, _, form in COLUMNS) + " |", flush=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
