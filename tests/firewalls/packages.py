"""Debian packages that a host has and this machine does not: installed here, they would start a firewall of its own."""
import subprocess

from common import BUILD

PACKAGES = ("firewalld", "ufw", "docker.io")
TREE = BUILD / "firewalls" / "tree"


def make_tree():
    """What the packages and all that they depend on consist of; packages of this machine are not among them."""
    archives = TREE.parent / "archives"
    if TREE.is_dir():
        return
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "-y", "-q", "--no-install-recommends", "--download-only", "-o", f"Dir::Cache::archives={archives}",
                    "-o", "APT::Sandbox::User=root", "install", *PACKAGES], check=True)
    new = TREE.with_name("new")
    for archive in archives.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", archive, new], check=True)
    # Of a package for whatever Debian: /lib is a link by now.
    subprocess.run(["sh", "-c", 'cp -a lib/. usr/lib/; mkdir -p var; cp -n usr/share/ufw/ufw.conf usr/share/ufw/iptables/*.rules etc/ufw/'],
                   cwd=new, check=True)
    new.rename(TREE)


def add_packages(host):
    """They are in its /etc, /usr and /var, over this machine's; what is written there goes with the host."""
    make_tree()
    for folder in ("etc", "usr", "var"):
        host.run(f"mount -t tmpfs none /mnt; mkdir /mnt/upper /mnt/work; mount -t overlay overlay -o "
                 f"lowerdir={TREE}/{folder}:/{folder},upperdir=/mnt/upper,workdir=/mnt/work /{folder}; umount -l /mnt")
