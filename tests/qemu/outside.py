"""The world behind a laboratory's gateway: an internal network, and an outside where no quarantined VM may connect to.

All of its addresses are the gateway's, and answer on PORT. What VMs send there is counted, from before they boot.
"""
import re
import subprocess
import sys

from process import die_with_parent, run, wait_until

PORT = 7000
INTERNAL = ["10.88.0.0/24", "fd88::/64"]
INSIDE = ["10.88.0.1", "fd88::1"]
OUTSIDE = ["192.0.2.1", "2001:db8::1"]
GATEWAY6 = "fd77::1"
# A second router of the segment, the way to the internal network.
ROUTER = "10.77.0.254"

LISTEN = f"""
import socket
listener = socket.create_server(("::", {PORT}), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    listener.accept()[0].close()
"""

# Whatever comes from VMs and is neither for a network of this machine's nor multicast. A VM's boot begins with an empty counter.
WATCH = """
table inet watch {
    counter outside {}
    chain in {
        type filter hook prerouting priority -300;
        iifname { "br0", "br1" } ip daddr 192.0.2.0/24 counter name outside
        iifname { "br0", "br1" } ip6 daddr 2001:db8::/32 counter name outside
    }
}
"""


class Outside:
    """On the laboratory's segment until that is closed."""

    def __init__(self, lab):
        self.segment = lab.segment
        for address in (*INSIDE, *OUTSIDE):
            self._run("ip", "address", "add", address, "dev", "lo")
        self._run("ip", "address", "add", f"{ROUTER}/24", "dev", "br0")
        subprocess.run(self.segment.inside("nft", "-f", "-"), input=WATCH, text=True, check=True)
        lab.helpers.append(subprocess.Popen(self.segment.inside(sys.executable, "-c", LISTEN), preexec_fn=die_with_parent))
        wait_until("listener", lambda: f":{PORT}" in self._run("ss", "-ltn"), 60)

    def _run(self, *argv):
        return run(self.segment.inside(*argv))

    def packets(self):
        """How many packets VMs have sent outside since the last `forget`."""
        return int(re.search(r"packets (\d+)", self._run("nft", "list", "counter", "inet", "watch", "outside"))[1])

    def forget(self):
        self._run("nft", "reset", "counter", "inet", "watch", "outside")
