"""What this machine's apt knows of Debian's archives, and how a file is fetched from them.

apt does the downloads, so its proxies, certificates and mirrors hold here, too.
"""
import functools
import os
import pathlib
import re
import subprocess
import urllib.parse

from lockfile import File, Package

HELPER = "/usr/lib/apt/apt-helper"
# A proxy that says nothing must not keep an error back for minutes.
DOWNLOAD_OPTIONS = ("Acquire::Retries=2", "Acquire::http::Timeout=20", "Acquire::https::Timeout=20", "APT::Sandbox::User=root")
SISTERS = {"/debian/": "/debian-security/", "/debian-security/": "/debian/"}


def output_of(*argv):
    """What a program prints; nothing when it fails, as apt-cache does for a name that it does not know."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C"})
    return done.stdout if done.returncode == 0 else ""


@functools.cache
def release():
    """The code name of the Debian release of this machine, such as bookworm."""
    found = re.search(r"^VERSION_CODENAME=(\w+)", pathlib.Path("/etc/os-release").read_text(), re.M)
    return found[1] if found else ""


@functools.cache
def _indexes():
    """(site, suite, root) of each index of Debian's that apt has fetched, of this release alone."""
    fields = ("$(SITE)", "$(RELEASE)", "$(REPO_URI)", "$(ORIGIN)", "$(CODENAME)")
    rows = [line.split("\t") for line in output_of("apt-get", "indextargets", "--format", "\t".join(fields)).splitlines()]
    suites = {release(), f"{release()}-updates", f"{release()}-security"}
    return [tuple(row[:3]) for row in rows if len(row) == 5 and row[3] == "Debian" and row[4] in suites]


@functools.cache
def roots():
    """The roots of Debian's archives: those that apt lists, and for each the sister beside it.

    Debian keeps its security archive in a folder beside the main one, and mirrors do the same. The lock's sums hold
    for what comes from there, so a machine that does not list it gets the same files.
    """
    listed = [root if root.endswith("/") else root + "/" for _, _, root in _indexes()]
    sisters = [re.sub("/debian(-security)?/$", lambda found: SISTERS[found[0]], root) for root in listed]
    return list(dict.fromkeys(listed + sisters))


@functools.cmp_to_key
def _version_key(one, other):
    """dpkg's order of versions."""
    if one == other:
        return 0
    return 1 if subprocess.run(["dpkg", "--compare-versions", one, "gt", other], check=False).returncode == 0 else -1


def newer(one, other):
    return _version_key(one) > _version_key(other)


def _stanzas(*argv):
    return [stanza for stanza in output_of(*argv).split("\n\n") if stanza.strip()]


def _field(stanza, name):
    found = re.search(rf"^{name}:[ \t]*(.*(?:\n[ \t].*)*)", stanza, re.M)
    return found[1] if found else ""


class Catalogue:
    """What apt lists of some packages for this release. apt takes a second for each question, so all are asked at once."""

    def __init__(self, packages):
        names = [name for _, name in packages]
        self._madison = [[word.strip() for word in line.split("|")] for line in output_of("apt-cache", "madison", *names).splitlines()]
        self._known = {"binary": _binaries(names), "source": _sources([name for kind, name in packages if kind == "source"])}

    def offered(self, kind, name):
        """The versions of a package, newest first, and the set of those that are security updates."""
        suffix = "Sources" if kind == "source" else "Packages"
        known = {(site.rstrip("/"), suite) for site, suite, _ in _indexes()}
        versions, security = set(), set()
        for package, version, place in self._madison:
            site, component, *rest = place.split()
            suite = component.partition("/")[0]
            if package == name and rest[-1] == suffix and (site.rstrip("/"), suite) in known:
                versions.add(version)
                security |= {version} if suite.endswith("-security") else set()
        return sorted(versions, key=_version_key, reverse=True), security

    def listed(self, kind, name):
        """The packages, newest first, each with the sums of its signed index."""
        versions, _ = self.offered(kind, name)
        known = self._known.get(kind, {})
        return [Package(kind, name, version, known[name, version]) for version in versions if (name, version) in known]


def _sources(names):
    """Files by name and version, from the Sources indexes."""
    known = {}
    for stanza in _stanzas("apt-cache", "showsrc", "--only-source", *names) if names else []:
        folder = _field(stanza, "Directory")
        rows = sorted(line.split() for line in _field(stanza, "Checksums-Sha256").splitlines() if line.strip())
        files = [File(sha256, f"{folder}/{file}") for sha256, _, file in rows]
        known.setdefault((_field(stanza, "Package"), _field(stanza, "Version")), sorted(files, key=lambda file: file.path))
    return known


def _binaries(names):
    """Files by name and version, from the Packages indexes."""
    known = {}
    for stanza in _stanzas("apt-cache", "show", *names):
        known.setdefault((_field(stanza, "Package"), _field(stanza, "Version")), [File(_field(stanza, "SHA256"), _field(stanza, "Filename"))])
    return known


def url(root, path):
    return root + urllib.parse.quote(path, safe="/+~")


def download(files, root, folder):
    """Fetches files (File) from one archive into a folder. Returns why, by sha256, for each that did not come."""
    argv = [HELPER, *(word for option in DOWNLOAD_OPTIONS for word in ("-o", option)), "download-file"]
    for file in files:
        argv += [url(root, file.path), str(folder / file.sha256), f"SHA256:{file.sha256}"]
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          env={**os.environ, "LC_ALL": "C"})
    # apt-helper names an address in its own way of quoting.
    reasons = {urllib.parse.unquote(address): reason for address, reason in re.findall(r"^E: Failed to fetch (\S+)\s+(.*)", done.stdout, re.M)}
    last = done.stdout.strip().rpartition("\n")[2]
    return {file.sha256: reasons.get(urllib.parse.unquote(url(root, file.path)), last)
            for file in files if not (folder / file.sha256).is_file()}
