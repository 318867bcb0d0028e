"""An unpack in the smallest machine that README promises: what XFS keeps of the entries it made must not fill its memory."""
from bare import boot, drive
from jobs import GIB
from process import run
from vm import BUILD, TOP

# An instruction takes a nanosecond of this VM's time, however busy the machine is. On a slow one nothing would be seen: every 30 s
# XFS writes back by itself.
BY_INSTRUCTIONS = ["-icount", "shift=0", "-smp", "1"]
MEMORY_MIB = 96
# Memory was full after 14,391 when nobody had XFS write back.
FILES = 20000
PATIENCE_S = 900
SCRIPT = """
mkfs.xfs -q -f /dev/vda && mkdir -p /newroot && mount -o noatime,logbsize=256k /dev/vda /newroot
/small_files %d
find /newroot -type f | wc -l
echo laptop_mode $(cat /proc/sys/vm/laptop_mode)
"""


def small_files(folder):
    """A static program of the agent's objects; where the archive comes from is its own."""
    program = folder / "small_files"
    agent = [*(path for room in ("archive", "base", "facts", "job") for path in sorted((BUILD / "agent" / room).glob("*.o"))), BUILD / "agent/steps/pipeline.o"]
    libraries = (TOP / "deps" / "agent-libs").read_text().split()
    run([BUILD / "sysroot" / "bin" / "musl-cc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", f"-I{TOP}/agent", "-static", "-s", "-Wl,--gc-sections", "-o", program,
         TOP / "tests" / "qemu" / "small_files.c", *agent, *libraries])
    return program.read_bytes()


def unpack(folder, memory, files, script=SCRIPT, seconds=PATIENCE_S):
    """What the VM says."""
    return boot(folder, script % files, {"small_files": small_files(folder)}, "-m", str(memory), "-M", "q35", *BY_INSTRUCTIONS,
                *drive(folder, 0, 8 * GIB), "-device", "virtio-blk-pci,drive=d0", seconds=seconds, accel="tcg,thread=single")[0]


def check(said, files):
    """The kernel's setting is put back."""
    assert f"unpacked: {files} files" in said and f"\n{files}\n" in said.replace("\r", ""), said[-3000:]
    assert "Out of memory" not in said and "laptop_mode 0" in said


def test_small_files_on_xfs(tmp_path):
    check(unpack(tmp_path, MEMORY_MIB, FILES), FILES)
