"""Machines with firewalls: network namespaces of their own, what they reach, and the quarantine's files for them."""
import re
import subprocess

from common import PATIENCE_S, TOP, until

GOLDEN = TOP / "tests" / "unit" / "golden" / "os"
FOLDER = "/etc/newroot/quarantine/"
INSIDE, OUTSIDE = ("10.80.0.7", "fd00::7"), ("192.0.2.7", "2001:db8::7")
PORT = 7000


class Host:
    """A network namespace, held by a sleeping process; its mounts are its own, too."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "--mount", "sh", "-c", "mount -t tmpfs none /run; echo; exec sleep 3600"],
                                       stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        self.daemons = []
        self.run("ip link set lo up")

    def inside(self, *argv):
        return ["nsenter", "-t", str(self.holder.pid), "--net", "--mount", *argv]

    def run(self, command, check=True):
        done = subprocess.run(self.inside("sh", "-c", command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, timeout=PATIENCE_S)
        assert done.returncode == 0 or not check, f"{command}: exit {done.returncode}\n{done.stdout}"
        return done

    def start(self, argv, ready):
        """A daemon that stays in the foreground, until the host is closed; `ready` is a command that succeeds then."""
        self.daemons.append(subprocess.Popen(self.inside(*argv), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        until(lambda: self.succeeds(ready), argv[0])

    def succeeds(self, command):
        return self.run(command, check=False).returncode == 0

    def python(self, program):
        return self.run(f"/usr/bin/python3 -c '{program}'", check=False).stdout.strip()

    def link(self, name, other, other_name, numbers, networks):
        """A cable to `other`: addresses of both ends, `numbers`, in each of `networks` ("10.80.0.{}/24")."""
        self.run(f"ip link add {name} type veth peer name {other_name} netns {other.holder.pid}")
        for host, end, number in ((self, name, numbers[0]), (other, other_name, numbers[1])):
            host.run(f"ip link set {end} up")
            for network in networks:
                nodad = "nodad" if ":" in network else ""
                host.run(f"ip addr add {network.format(number)} dev {end} {nodad}")

    def stop(self):
        """Its daemons, the last one first."""
        while self.daemons:
            daemon = self.daemons.pop()
            daemon.terminate()
            daemon.wait()

    def close(self):
        self.stop()
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


def files_of(name):
    """{file name: (mode, text)} of the quarantine's folder in a golden file."""
    parts = re.split(r"^=== (.*)\n", (GOLDEN / name).read_text(), flags=re.M)
    return {head.split()[0].removeprefix(FOLDER): (int(head.split()[1], 8), text)
            for head, text in zip(parts[1::2], parts[2::2]) if head.startswith(FOLDER)}


SEND = """
import socket
s = socket.socket(socket.{family}, socket.SOCK_DGRAM)
try:
    s.sendto(b"x", ("{address}", 9))
    print("sent")
except PermissionError:
    print("dropped")
"""


def sends(host, address):
    family = "AF_INET6" if ":" in address else "AF_INET"
    return {"sent": True, "dropped": False}[host.python(SEND.format(family=family, address=address))]


CONNECT = """
import socket
try:
    print(socket.create_connection(("{address}", {port}), {seconds}).recv(9).decode())
except OSError as e:
    print(type(e).__name__)
"""
ASK = """
import socket
s = socket.socket(socket.AF_INET6 if ":" in "{address}" else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout({seconds})
s.sendto(b"hello", ("{address}", {port}))
print(s.recv(9).decode())
"""
LISTEN = """
import socket, threading
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
u.bind(("::", {port}))
def echo():
    while True:
        u.sendto(*u.recvfrom(9))
threading.Thread(target=echo, daemon=True).start()
s = socket.socket(socket.AF_INET6)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("::", {port}))
s.listen()
while True:
    s.accept()[0].send(b"hello")
"""


def listen(host):
    """Its process: answers on PORT, by TCP and UDP."""
    made = subprocess.Popen(["nsenter", "-t", str(host.holder.pid), "--net", "/usr/bin/python3", "-c", LISTEN.format(port=PORT)])
    host.run(f"for i in $(seq 300); do ss -ltn | grep -q :{PORT} && exit; sleep 0.3; done; exit 1")
    return made


def connects(host, address, seconds=60):
    return host.python(CONNECT.format(address=address, port=PORT, seconds=seconds)) == "hello"


def is_cut_off(host, address):
    return not connects(host, address, seconds=1)


def is_answered(host, address, seconds=60):
    return host.python(ASK.format(address=address, port=PORT, seconds=seconds)) == "hello"
