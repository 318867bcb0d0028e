"""The archives of the service and what is in them, on the page."""
import archives


def test_facts_are_shown(shop, open_page):
    folder = shop.data / "archives"
    (folder / "root.tar").write_bytes(archives.root())
    (folder / "cut.tar").write_bytes(archives.root()[:3000])
    (folder / "<b>.tar").write_bytes(archives.root("boot/", more={"etc/<i>": b""}))
    shop.cli("archives")
    (folder / "new.tar").write_bytes(archives.root())
    page = open_page(shop)
    page.wait_row("db1")
    page.js("document.querySelector('#archives').open = true")
    page.wait(lambda: len(page.texts("#archives li")) == 4)
    rows = {row.split()[0]: row for row in page.texts("#archives li")}
    assert "kernel 6.1.0-9; init systemd; network debian; tools mount.nfs, nft" in rows["root.tar"].replace("nft, mount.nfs", "mount.nfs, nft")
    assert "can’t be unpacked: the archive ends before its end" in rows["cut.tar"]
    assert "not read yet" in rows["new.tar"] and "kernel" not in rows["<b>.tar"]


def test_no_archive(page):
    page.js("document.querySelector('#archives').open = true")
    page.wait(lambda: page.texts("#archives li") == ["There is none yet."])
