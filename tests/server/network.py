"""A client, an old edge and a new server, each in a network namespace. To be made within namespaces.inside()."""
import subprocess
import sys

# The server knows no way to the client: answers reach it only if the edge asks in its own name.
LAYOUT = """
mount -t tmpfs none /run/netns
for name in client edge server; do ip netns add $name; ip -n $name link set lo up; done
ip -n edge link add e0 type veth peer name c0 netns client
ip -n edge link add e1 type veth peer name s0 netns server
ip -n client address add 198.51.100.2/24 dev c0
ip -n client address add 2001:db8:1::2/64 dev c0 nodad
ip -n edge address add 198.51.100.1/24 dev e0
ip -n edge address add 2001:db8:1::1/64 dev e0 nodad
ip -n edge address add 192.0.2.7/32 dev lo
ip -n edge address add 2001:db8::7/128 dev lo nodad
ip -n edge address add 10.80.0.1/24 dev e1
ip -n edge address add fd00:80::1/64 dev e1 nodad
ip -n server address add 10.80.0.14/24 dev s0
ip -n server address add fd00:80::14/64 dev s0 nodad
for end in "client c0" "edge e0" "edge e1" "server s0"; do set -- $end; ip -n $1 link set $2 up; done
ip -n client route add default via 198.51.100.1
ip -n client -6 route add default via 2001:db8:1::1
"""

# Tells whoever connects what address it sees him from.
SERVER = """
import socket, threading
def serve(family, address):
    listening = socket.create_server((address, 80), family=family)
    while True:
        peer, name = listening.accept()
        peer.sendall(name[0].encode())
        peer.close()
threading.Thread(target=serve, args=(socket.AF_INET6, "fd00:80::14")).start()
threading.Thread(target=serve, args=(socket.AF_INET, "10.80.0.14")).start()
"""

CLIENT = """
import socket, sys
try:
    peer = socket.create_connection((sys.argv[1], 80), timeout=float(sys.argv[2]))
    print(peer.recv(100).decode())
except OSError:
    print("nobody")
"""


class Network:
    def __init__(self):
        self.sh(LAYOUT)
        self.server = subprocess.Popen(["ip", "netns", "exec", "server", sys.executable, "-c", SERVER])

    @staticmethod
    def sh(script, **kwargs):
        return subprocess.run(["sh", "-euc", script], stdout=subprocess.PIPE, text=True, check=True, **kwargs).stdout

    def edge(self, script, **kwargs):
        return self.sh(f"exec ip netns exec edge sh -euc '{script}'", **kwargs)

    def reached(self, address, source="client", seconds=60):
        """As whom the new server sees who connects to this address; "nobody" when it isn't reached."""
        return subprocess.run(["ip", "netns", "exec", source, sys.executable, "-c", CLIENT, address, str(seconds)],
                              stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    def wait(self):
        """Until the server listens."""
        for _ in range(100):
            if self.reached("10.80.0.14", "edge", 1) != "nobody" and self.reached("fd00:80::14", "edge", 1) != "nobody":
                return
        raise AssertionError("the server doesn't listen")

    def __enter__(self):
        self.wait()
        return self

    def __exit__(self, *_):
        self.server.kill()
        self.server.wait()
