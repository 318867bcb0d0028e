"""Small archives that a service can look into: tar files, the same bytes each time."""
import io
import tarfile

# Enough of a system for any job: what the agent asks of a root archive.
SYSTEM = ("boot/vmlinuz-6.1.0-9", "etc/network/interfaces", "usr/lib/systemd/systemd", "usr/sbin/nft", "usr/sbin/mount.nfs")


def elf(machine=62):
    """The head of a program: elf(5), little-endian, e_machine in bytes 18 and 19."""
    return b"\x7fELF\x02\x01\x01".ljust(18, b"\0") + machine.to_bytes(2, "little") + bytes(44)


def tar(files):
    """{path: contents} as a tar file; programs may be run. A contents of text is a link's."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, contents in files.items():
            entry = tarfile.TarInfo(path)
            if isinstance(contents, str):
                entry.type, entry.linkname, contents = tarfile.SYMTYPE, contents, b""
            entry.size, entry.mode = len(contents), 0o755 if contents.startswith(b"\x7fELF") else 0o644
            archive.addfile(entry, io.BytesIO(contents))
    return out.getvalue()


def starts(*services):
    """A systemd that starts these, as units of the vendor's that are enabled."""
    units = "usr/lib/systemd/system"
    files = {"usr/sbin/init": "../lib/systemd/systemd"}
    for name in services:
        files |= {f"{units}/{name}.service": b"x", f"etc/systemd/system/multi-user.target.wants/{name}.service": f"/{units}/{name}.service"}
    return files


def root(*without, machine=62, more=None):
    """A root archive, without what begins or ends with one of these."""
    files = {path: b"x" for path in SYSTEM if not any(path.startswith(part) or path.endswith(part) for part in without)}
    return tar({**files, "usr/bin/true": elf(machine), **(more or {})})
