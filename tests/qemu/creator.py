#!/usr/bin/python3
"""A creator: makes the VMs that the service says need creating, and moves installed ones to their network, with QEMU.

It polls the service. A VM that needs creating is taken, made blank (its MAC, CPUs, memory and disks), reported done, and boots
from the network; whether it is installed then, or told to boot from its disk, is the service's business. One that needs
provisioning is taken, shut down, plugged into its final network, booted from its disk, and reported done.
A VM that is cut off boots again as before; one that switched itself off stays off. All VMs end with this program.
"""
import argparse
import pathlib
import shutil
import signal
import socket
import sys
import threading
import time

from api import Api, Away, Refused
from process import LabError, wait_until
from vm import Namespace, Vm

MIB = 1 << 20
# Seconds that an installed VM may take to switch itself off: it has unmounted all before it says so.
SWITCH_OFF_S = 5
START_S = 20
# Of the 15 characters of a tap's name.
TAP_PREFIX_MAX = 10


class Service:
    """The creators' part of the service."""

    def __init__(self, api, creator):
        self.api, self.creator, self.lease_s = api, creator, None

    def needs(self, work):
        """The VMs that wait for `work`: "creating" or "provisioning"."""
        answer = self.api.get(f"/v1/needs-{work}")
        self.lease_s = answer["lease_seconds"]
        return answer["vms"]

    def report(self, work, vm, report, message=""):
        """`report`: "taken", "done" or "failed"."""
        self.api.post(f"/v1/needs-{work}", {"vm": vm, "report": report, "creator": self.creator, "message": message})


def log(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class Lease:
    """While work on a VM goes on, the service hears of it often enough to leave the VM to us; a context manager."""

    def __init__(self, service, work, name):
        self.service, self.work, self.name = service, work, name
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._renew, daemon=True)

    def _renew(self):
        pause = self.service.lease_s / 3
        while not self.ended.wait(pause):
            pause = self.service.lease_s / 3
            try:
                self.service.report(self.work, self.name, "taken")
            except (Refused, Away) as error:
                log(f"{self.name}: lease not renewed: {error}")
                pause = max(pause, getattr(error, "wait_s", 0))

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


class Creator:
    def __init__(self, service, namespace, folder, limit, bridge, networks):
        """`networks`: the bridge of each final network by its name; `bridge`: that of configuration mode."""
        self.service, self.folder, self.limit = service, pathlib.Path(folder), limit
        self.bridge, self.networks = bridge, networks
        self.namespace = namespace
        self.vms = {}
        self.unheard = []

    def close(self):
        for vm in self.vms.values():
            vm.stop()

    def round(self):
        """Look once at all there is to do. Away when the service isn't there."""
        self.start_what_was_cut_off()
        while self.unheard:
            self.tell(*self.unheard[0])
            self.unheard.pop(0)
        for entry in self.service.needs("creating"):
            if self.installing() < self.limit:
                self.work("creating", entry, self.make)
        for entry in self.service.needs("provisioning"):
            if entry["name"] in self.vms:
                self.work("provisioning", entry, self.move)

    def installing(self):
        return sum(vm.running() and not vm.moved for vm in self.vms.values())

    def tell(self, work, name, report, message=""):
        """False when the service doesn't want to hear it."""
        try:
            self.service.report(work, name, report, message)
            return True
        except Refused as refusal:
            log(f"{name}: {work} {report}: {refusal}")
            return False

    def work(self, work, entry, do):
        """Take a VM, do it, and say how it went, even if the service is away just then."""
        name = entry["name"]
        if not self.tell(work, name, "taken"):
            return
        try:
            with Lease(self.service, work, name):
                do(entry)
            report = (work, name, "done")
        except (LabError, OSError) as error:
            log(f"{name}: {work} failed: {error}")
            report = (work, name, "failed", str(error))
        try:
            self.tell(*report)
        except Away as error:
            log(f"{name}: '{report[2]}' not told yet")
            self.unheard.append(report)
            raise

    def final_bridge(self, entry):
        if entry["network"] not in self.networks:
            raise LabError(f"there is no network '{entry['network']}' here, only {', '.join(self.networks)}")
        return self.networks[entry["network"]]

    def make(self, entry):
        """A blank VM that boots from the network."""
        self.final_bridge(entry)
        name = entry["name"]
        if name in self.vms:
            self.vms.pop(name).stop()
        shutil.rmtree(self.folder / name, ignore_errors=True)
        vm = Vm(self.namespace, self.folder, name, entry["mac"], entry["disks"], memory=entry["memory"] // MIB,
                cpus=entry["cpus"], reboot_ends=False)
        vm.moved = None
        self.start(vm)
        self.vms[name] = vm
        log(f"{name}: made with {vm.cpus} CPUs, {vm.memory} MiB and disks of "
            f"{', '.join(str(size // MIB) for size in entry['disks'])} MiB; it boots from the network: {vm.log}")

    def move(self, entry):
        """To its final network, where it boots from its disk."""
        vm = self.vms[entry["name"]]
        bridge = self.final_bridge(entry)
        try:
            wait_until("off", lambda: not vm.running(), SWITCH_OFF_S)
        except LabError:
            vm.stop()
        vm.moved = bridge
        self.start(vm)
        log(f"{vm.name}: moved to {entry['network']}; it boots from its disk: {vm.log}")

    def start(self, vm):
        if vm.moved:
            vm.start("c", bridge=vm.moved)
        else:
            vm.start("nc", bridge=self.bridge)
        wait_until(f"QEMU of {vm.name}", lambda: greets(vm.folder / "monitor"), START_S, lambda: must_run(vm))

    def start_what_was_cut_off(self):
        for vm in self.vms.values():
            if vm.process.poll() is not None and vm.process.returncode < 0:
                log(f"{vm.name}: cut off by signal {-vm.process.returncode}; switched on again")
                self.start(vm)


def greets(monitor):
    """Whether QEMU answers on its monitor: then it has all that it was started with."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(monitor))
            return connection.recv(1)
        except OSError:
            return False


def must_run(vm):
    if not vm.running():
        said = (vm.folder / "qemu.log").read_text(errors="replace")[-1000:]
        raise LabError(f"QEMU ended with status {vm.process.returncode}: {said}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", required=True, metavar="URL", help="of newroot-server")
    parser.add_argument("--ca", required=True, metavar="FILE", help="its CA certificate")
    parser.add_argument("--token-file", required=True, metavar="FILE", help="the data folder's creator.token")
    parser.add_argument("--folder", required=True, metavar="DIR", help="for disks and serial lines; VMs here are overwritten")
    parser.add_argument("--name", default="qemu", help="of this creator (default %(default)s)")
    parser.add_argument("--limit", type=int, default=2, metavar="N", help="VMs that install at once (default %(default)s)")
    parser.add_argument("--bridge", default="br0", help="of the network of configuration mode (default %(default)s)")
    parser.add_argument("--network", action="append", default=[], metavar="NAME=BRIDGE", help="a final network; repeatable")
    parser.add_argument("--interval", type=float, default=1, metavar="SECONDS", help="between two looks (default %(default)s)")
    arguments = parser.parse_args()
    if not all("=" in network for network in arguments.network):
        parser.error("--network is NAME=BRIDGE")
    return arguments


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    token = pathlib.Path(arguments.token_file).read_text().strip()
    service = Service(Api(arguments.service, arguments.ca, token), arguments.name)
    creator = Creator(service, Namespace(prefix=f"{arguments.name[:TAP_PREFIX_MAX]}-"), arguments.folder, arguments.limit,
                      arguments.bridge, dict(network.split("=", 1) for network in arguments.network))
    try:
        while True:
            pause = arguments.interval
            try:
                creator.round()
            except (Refused, Away, LabError) as error:
                log(f"{arguments.service}: {error}")
                pause = max(pause, getattr(error, "wait_s", 0))
            time.sleep(pause)
    except KeyboardInterrupt:
        return 0
    finally:
        creator.close()


if __name__ == "__main__":
    sys.exit(main())
