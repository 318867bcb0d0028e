"""deps/lock, deps/fetch, deps/update: what is built holds still, whatever a mirror has today."""
import hashlib
import shutil

import pytest

from small_archive import SmallArchive, SmallCheckout

OLD = ("1.0-1", "First version.")
SECURE = ("1.0-1+deb12u1", "Fix an overflow (CVE-2026-12345).")
NEW = ("1.1-1", "New upstream version.")
KERNEL = ("6.1.1-1", "First version.")
ORIG, DSC, PATCHES = "alpha_1.0.orig.tar.gz", "alpha_1.0-1.dsc", "alpha_1.0-1.debian.tar.xz"


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The packages are made once; each test gets a copy of the archive."""
    small = SmallArchive(tmp_path_factory.mktemp("packages"))
    small.add_source("debian", "alpha", OLD)
    small.add_source("debian-security", "alpha", SECURE, OLD)
    small.add_binary("debian", "linux-source-6.1", KERNEL)
    return small.folder


@pytest.fixture
def archive(packages, tmp_path):
    with SmallArchive(shutil.copytree(packages, tmp_path / "archive")).served() as small:
        yield small


@pytest.fixture
def checkout(tmp_path, archive):
    """Its lock has the stable release's alpha; the security archive's is an alternate."""
    small = SmallCheckout(tmp_path, archive)
    small.list_archives("debian", "debian-security")
    archive.missing |= {"alpha_1.0-1+deb12u1.dsc"}
    done = small.run("update")
    assert done.returncode == 0, done.stderr
    assert "alpha 1.0-1+deb12u1: apt lists it, but it cannot be fetched" in done.stderr
    archive.missing.clear()
    archive.asked.clear()
    return small


def fetch(checkout, *argv, **environment):
    done = checkout.run("fetch", *argv, **environment)
    assert done.returncode == 0, done.stderr
    return done


def refused(checkout, *argv, **environment):
    done = checkout.run("fetch", *argv, **environment)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert not checkout.inputs.exists()
    return done.stderr


def test_first_choice(checkout):
    done = fetch(checkout)
    assert checkout.taken() == {("1.0-1", "locked")} and "INPUT" not in done.stderr
    assert checkout.stored() == {ORIG, DSC, PATCHES, "linux-source-6.1_6.1.1-1_all.deb"}


def test_nothing_is_fetched_twice(checkout, archive):
    fetch(checkout)
    archive.asked.clear()
    fetch(checkout)
    assert not archive.asked


def test_missing_file_leads_to_the_alternate(checkout, archive):
    archive.missing |= {PATCHES}
    done = fetch(checkout)
    assert checkout.taken() == {("1.0-1+deb12u1", "alternate")}
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and "INPUT" in lines[0] and "alpha 1.0-1+deb12u1, alternate, in place of the locked 1.0-1" in lines[0]


def test_locked_build_refuses_the_alternate(checkout, archive):
    archive.missing |= {PATCHES}
    error = refused(checkout, NEWROOT_LOCKED="1")
    assert "cannot be had: alpha 1.0-1. Tried:" in error and "404" in error and f"{archive.url}/debian/pool/main/a/alpha/{PATCHES}" in error
    assert "NEWROOT_LOCKED=1" in error and "deps/update" in error


def test_withdrawn_versions_lead_to_what_apt_offers(checkout, archive):
    archive.missing |= {PATCHES, "alpha_1.0-1+deb12u1.dsc"}
    archive.add_source("debian", "alpha", NEW, OLD)
    checkout.list_archives("debian", "debian-security")
    done = fetch(checkout)
    assert checkout.taken() == {("1.1-1", "offered")} and "alpha 1.1-1, offered" in done.stderr


def test_no_network_is_one_error(checkout, archive):
    """Nothing can be had then: the error names some packages and each archive, not every file."""
    archive.missing |= {path.name for path in archive.folder.glob("*/pool/**/*") if path.is_file()}
    error = refused(checkout)
    assert "cannot be had: alpha 1.0-1, linux-source-6.1 6.1.1-1. Tried:" in error and " more)" in error
    assert len(error.splitlines()) < 10


def test_nothing_to_be_had_is_one_error(checkout, archive):
    archive.missing |= {ORIG}
    error = refused(checkout)
    assert error.count("cannot be had") == 1 and len(error.splitlines()) < 15
    for root in ("debian", "debian-security"):
        assert f"{archive.url}/{root}/pool/main/a/alpha/{ORIG}: 404" in error
    assert "What to do" in error


@pytest.mark.parametrize("fault", ["cut", "false"])
def test_a_damaged_download_is_never_kept(checkout, archive, fault):
    getattr(archive, fault).add(PATCHES)
    fetch(checkout)
    assert checkout.taken() == {("1.0-1+deb12u1", "alternate")}
    assert PATCHES not in checkout.stored() and not [name for name in checkout.stored() if name.startswith(".fetch")]


def test_a_damaged_cache_is_mended(checkout):
    fetch(checkout)
    stored = checkout.cache / "sources" / PATCHES
    stored.write_bytes(b"damaged")
    fetch(checkout)
    assert checkout.taken() == {("1.0-1", "locked")} and stored.read_bytes() != b"damaged"


def test_security_archive_that_apt_does_not_list(checkout):
    """The lists may be those of another machine: the same lock gives the same files."""
    assert checkout.run("update").returncode == 0
    checkout.list_archives("debian")
    fetch(checkout)
    assert checkout.taken() == {("1.0-1+deb12u1", "locked")}


def test_signed_list_must_agree_with_the_lock(checkout, archive):
    fetch(checkout)
    # An archive that replaces a file under the same name, and signs that.
    other = archive.folder / "debian/pool/main/a/alpha" / PATCHES
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    text = checkout.lock.read_text()
    false = archive.folder / "debian-security/pool/updates/main/a/alpha" / PATCHES
    false.write_bytes(other.read_bytes() + b"more")
    checkout.lock.write_text(text.replace(digest, hashlib.sha256(false.read_bytes()).hexdigest()).replace(f"pool/main/a/alpha/{PATCHES}", f"pool/updates/main/a/alpha/{PATCHES}"))
    checkout.inputs.unlink()
    error = refused(checkout)
    assert "alpha 1.0-1: apt's signed list gives" in error and PATCHES in error


def test_folder_for_a_machine_without_network(checkout, archive, tmp_path):
    done = fetch(checkout, tmp_path / "release")
    assert "4 files" in done.stdout and f"NEWROOT_SOURCES={tmp_path / 'release'}" in done.stdout
    archive.asked.clear()
    fetch(checkout, NEWROOT_SOURCES=str(tmp_path / "release"))
    assert checkout.taken() == {("1.0-1", "locked")} and not archive.asked


def test_folder_that_lacks_a_file(checkout, archive, tmp_path):
    fetch(checkout, tmp_path / "release")
    (tmp_path / "release" / ORIG).unlink()
    archive.asked.clear()
    error = refused(checkout, NEWROOT_SOURCES=str(tmp_path / "release"))
    assert f"{tmp_path / 'release' / ORIG}: not there" in error and not archive.asked


def test_folder_that_is_none(checkout, tmp_path):
    assert "not a folder" in refused(checkout, NEWROOT_SOURCES=str(tmp_path / "nowhere"))


def test_tool_of_another_version(checkout):
    text = checkout.lock.read_text()
    line = next(line for line in text.splitlines() if line.startswith("tool gcc-12 "))
    checkout.lock.write_text(text.replace(line, "tool gcc-12 1.0"))
    assert "deps/lock names 1.0" in refused(checkout, NEWROOT_LOCKED="1")
    done = fetch(checkout)
    assert "gcc-12 is installed" in done.stderr and "not the reproduced ones" in done.stderr


def test_package_that_the_lock_lacks(checkout):
    recipe = checkout.lock.parent / "beta/recipe"
    recipe.parent.mkdir()
    recipe.write_text("source=beta\nlicence=MIT\nwhy=test\n")
    assert "not in deps/lock: beta; run deps/update beta" in refused(checkout)


@pytest.mark.parametrize("line, words", [
    ("source alpha", "want KIND NAME VERSION"), ("\tabc pool/x", "want KIND NAME VERSION"), ("source alpha 2", "locked twice"),
    ("alternate beta 1", "an alternate of beta"), ("flavour beta 1", "want KIND NAME VERSION"),
])
def test_malformed_lock(checkout, line, words):
    checkout.lock.write_text(checkout.lock.read_text() + line + "\n")
    error = refused(checkout)
    assert words in error and f"{checkout.lock}:{len(checkout.lock.read_text().splitlines())}:" in error


def test_check_tells_security_updates(checkout):
    before = checkout.lock.read_text()
    done = checkout.run("update", "--check")
    assert done.returncode == 0 and "alpha: security update 1.0-1+deb12u1, the lock has 1.0-1" in done.stdout
    assert "1 of 8 locked packages" in done.stdout and checkout.lock.read_text() == before


def test_update_shows_what_changes_and_takes_it(checkout):
    before = checkout.lock.read_text()
    for options in (["--dry-run"], []):
        assert checkout.lock.read_text() == before
        done = checkout.run("update", *options, "alpha")
        assert done.returncode == 0, done.stderr
        assert "alpha: 1.0-1 -> 1.0-1+deb12u1 (same upstream version, security update)" in done.stdout
        assert "security: CVE-2026-12345" in done.stdout and "Fix an overflow" in done.stdout and "First version" not in done.stdout
    text = checkout.lock.read_text()
    assert "source alpha 1.0-1+deb12u1\n" in text and "alternate alpha 1.0-1\n" in text


def test_update_of_a_binary_package(checkout, archive):
    archive.add_binary("debian", "linux-source-6.1", ("6.1.2-1", "New upstream version; CVE-2026-2."), KERNEL)
    checkout.list_archives("debian", "debian-security")
    done = checkout.run("update", "linux-source-6.1")
    assert done.returncode == 0 and "6.1.1-1 -> 6.1.2-1 (new upstream version)" in done.stdout and "CVE-2026-2" in done.stdout
    # Another upstream version is no alternate.
    assert "binary linux-source-6.1 6.1.2-1\n" in checkout.lock.read_text() and "6.1.1-1" not in checkout.lock.read_text()


@pytest.mark.parametrize("argv, words", [(["--frob"], "unknown option"), (["nosuch"], "no recipe takes nosuch"), (["--check", "--dry-run"], "unknown option")])
def test_update_refuses(checkout, argv, words):
    done = checkout.run("update", *argv)
    assert done.returncode == 1 and words in done.stderr
