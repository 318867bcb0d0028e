#!/usr/bin/python3
"""What a tar archive holds, in the lines of manifest.c; or the comparison of both.

    manifest.py ARCHIVE                        print the archive's manifest
    manifest.py ARCHIVE --compare FILE [GLOB…] compare with the lines in FILE, without the paths that match a GLOB

The comparison prints every difference and exits 1 when there is one. Files that only the tree has are not a
difference: an installed system has more than its archives.
"""
import fnmatch
import hashlib
import struct
import sys
import tarfile
from decimal import Decimal

TYPES = {
    tarfile.REGTYPE: 0o100000,
    tarfile.AREGTYPE: 0o100000,
    tarfile.GNUTYPE_SPARSE: 0o100000,
    tarfile.DIRTYPE: 0o040000,
    tarfile.SYMTYPE: 0o120000,
    tarfile.CHRTYPE: 0o020000,
    tarfile.BLKTYPE: 0o060000,
    tarfile.FIFOTYPE: 0o010000,
}
FIELDS = ["type and mode", "owner", "mtime", "size", "link count", "contents", "xattrs"]
ACL_TAGS = {"user": (1, 2), "group": (4, 8), "mask": (16, 16), "other": (32, 32)}


def escape(name):
    raw = name.encode("utf-8", "surrogateescape")
    return "".join(chr(c) if 32 < c < 127 and c != 92 else f"\\{c:03o}" for c in raw)


def acl_value(text):
    """The kernel's xattr form of an ACL's text, which must have numbers for names."""
    entries = []
    for line in text.replace(",", "\n").split("\n"):
        if not line.strip():
            continue
        kind, who, perms = line.strip().split(":")[:3]
        tag = ACL_TAGS[kind][1 if who else 0]
        bits = sum(bit for bit, char in ((4, "r"), (2, "w"), (1, "x")) if char in perms)
        entries.append((tag, int(who) if who else 0xFFFFFFFF, bits))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", t, p, w) for t, w, p in sorted(entries))


def xattrs(info):
    found = {}
    for key, value in info.pax_headers.items():
        if key.startswith("SCHILY.xattr."):
            found[key[13:]] = value.encode("utf-8", "surrogateescape")
    for kind in ("access", "default"):
        name = f"system.posix_acl_{kind}"
        if f"SCHILY.acl.{kind}" in info.pax_headers and name not in found:
            found[name] = acl_value(info.pax_headers[f"SCHILY.acl.{kind}"])
    return ",".join(f"{k}={found[k].hex()}" for k in sorted(found)) or "-"


def mtime(info):
    stamp = Decimal(info.pax_headers.get("mtime", info.mtime)).quantize(Decimal("1e-9"))
    seconds = int(stamp.to_integral_value("ROUND_FLOOR"))
    return f"{seconds}.{int((stamp - seconds) * 10**9):09}"


def contents(tar, info):
    if info.issym():
        return escape(info.linkname)
    if info.ischr() or info.isblk():
        return f"{info.devmajor}:{info.devminor}"
    if not info.isreg():
        return "-"
    digest = hashlib.sha256()
    source = tar.extractfile(info)
    while piece := source.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def plain(path):
    path = path.lstrip("/").rstrip("/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path or "."


def of_archive(archive):
    """Path → list of fields. A later entry of the same path is the one that counts."""
    first, names, fields = {}, {}, {}
    with tarfile.open(archive, errors="surrogateescape") as tar:
        for info in tar:
            path = plain(info.name)
            origin = first.get(plain(info.linkname)) if info.islnk() else path
            first[path] = origin
            names.setdefault(origin, set()).add(path)
            if info.islnk():
                continue
            mode = f"{TYPES[info.type] | info.mode:06o}"
            # GNU tar calls the size of a sparse file's data its size, and keeps the real one beside it.
            size = info.pax_headers.get("GNU.sparse.realsize", info.size) if info.isreg() else 0
            size = len(info.linkname.encode()) if info.issym() else int(size)
            fields[path] = [mode, f"{info.uid}:{info.gid}", mtime(info), str(size), "1",
                            contents(tar, info), xattrs(info)]
    result = {}
    for path, origin in first.items():
        result[escape(path)] = fields[origin][:4] + [str(len(names[origin]))] + fields[origin][5:]
    return result


def of_lines(lines):
    return {f[0]: f[1:] for f in (line.rstrip("\n").split("\t") for line in lines)}


def differences(wanted, found, skipped):
    for path in sorted(wanted):
        if any(fnmatch.fnmatch(path, glob) for glob in skipped):
            continue
        if path not in found:
            yield f"{path}: missing"
            continue
        for field, want, have in zip(FIELDS, wanted[path], found[path]):
            if want != have:
                yield f"{path}: {field} is {have}, in the archive {want}"


def main(args):
    if not args or args[1:2] not in ([], ["--compare"]) or args[1:] == ["--compare"]:
        sys.exit(__doc__)
    wanted = of_archive(args[0])
    if not args[1:]:
        for path in sorted(wanted):
            print(path, *wanted[path], sep="\t")
        return
    with open(args[2]) as lines:
        found = of_lines(lines)
    differing = list(differences(wanted, found, args[3:]))
    print("\n".join(differing) or f"{len(wanted)} files are as in the archive")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
