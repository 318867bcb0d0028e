"""The command line: init and what it leaves, VMs, boot entries, certificates, exit statuses."""
import gzip
import json
import os
import re
import signal
import ssl
import stat
import subprocess
import time

import pytest

from common import TOP, until
from service import MAC, Boot


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_init_guards_its_secrets(fresh):
    fresh.init()
    assert mode(fresh.data / "archives") == 0o700
    for name in ("ca.key", "server.key", "operator.token", "newroot.db"):
        assert mode(fresh.data / name) == 0o600, name
    for name in ("boot/site.img", "ca.pem"):
        assert mode(fresh.data / name) == 0o644, name


def test_init_leaves_an_initialised_folder_alone(fresh):
    fresh.init()
    before = (fresh.data / "ca.pem").read_bytes()
    done = fresh.run("init", "--data", fresh.data, "--name", "x")
    assert done.returncode == 1 and "left as it is" in done.stderr
    assert (fresh.data / "ca.pem").read_bytes() == before


def unpack_site(fresh, tmp_path):
    target = tmp_path / "unpacked"
    target.mkdir(exist_ok=True)
    image = gzip.decompress((fresh.data / "boot" / "site.img").read_bytes())
    subprocess.run(["cpio", "-i", "--quiet", "-d"], input=image, cwd=target, check=True)
    return target / "etc" / "newroot" / "site"


def test_site_image(fresh, tmp_path):
    key = tmp_path / "key.pub"
    key.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBogus operator\n")
    fresh.init("--ssh-key", key, "--url", "https://service.test:9443")
    site = unpack_site(fresh, tmp_path)
    assert (site / "ca.pem").read_bytes() == (fresh.data / "ca.pem").read_bytes()
    assert (site / "authorized_keys").read_text() == key.read_text()
    assert (site / "defaults").read_text() == "newroot.url=https://service.test:9443\n"
    before = (fresh.data / "boot" / "site.img").read_bytes()
    time.sleep(1.1)
    fresh.cli("site")
    assert (fresh.data / "boot" / "site.img").read_bytes() == before, "equal inputs give equal bytes"


def test_private_key_is_refused(fresh, tmp_path):
    key = tmp_path / "key"
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n")
    done = fresh.run("init", "--data", fresh.data, "--name", "x", "--ssh-key", key)
    assert done.returncode == 2 and ".pub" in done.stderr


def test_boot_entries(fresh):
    fresh.init("--parameters", "console=tty0 console=ttyS0,115200")
    entries = fresh.data / "boot" / "pxelinux.cfg"
    assert "newroot.mode=wait" in (entries / "default").read_text()
    fresh.add("db1", MAC, "--parameters", "quiet", token="auto")
    own = entries / "01-52-54-00-00-00-11"
    words = own.read_text().split("APPEND ")[1].splitlines()[0].split()
    assert words == ["newroot.url=https://127.0.0.1:8443", "newroot.mode=install", f"newroot.token={fresh.token()}",
                     "console=tty0", "console=ttyS0,115200", "quiet"]
    assert "IPAPPEND 2" in own.read_text() and "INITRD initrd.img,site.img" in own.read_text()
    token = fresh.token()
    fresh.cli("boot", "db1", "--mode", "rescue")
    assert "newroot.mode=rescue" in own.read_text() and fresh.token() == token
    fresh.cli("remove", "db1")
    assert not own.exists()


def test_duplicates_are_named(fresh):
    fresh.init()
    fresh.add("db1", MAC, "--address", "10.0.0.1")
    job = fresh.data.parent / "db1.json"
    for argv, what in ((("db1", "--mac", "52:54:00:00:00:12"), "name: db1"), (("db2", "--mac", MAC.upper()), f"mac: {MAC}"),
                       (("db2", "--mac", "52:54:00:00:00:12", "--address", "::ffff:10.0.0.1"), "address: 10.0.0.1")):
        done = fresh.run("add", "--data", fresh.data, *argv, "--job", job)
        assert done.returncode == 1 and what in done.stderr and "'db1'" in done.stderr
    assert len(json.loads(fresh.cli("list", "--json"))) == 1


def test_list_of_a_group(fresh):
    fresh.init()
    fresh.add("db1", MAC, "--group", "shop")
    fresh.add("db2", "52:54:00:00:00:12")
    assert [vm["name"] for vm in json.loads(fresh.cli("list", "shop", "--json"))] == ["db1"]
    listed = fresh.cli("list", "shop")
    assert "db1" in listed and "db2" not in listed
    assert "db2" in fresh.cli("list")


@pytest.mark.parametrize("argv", [
    (), ("fly",), ("add",), ("add", "a", "b"), ("add", "x", "--mac", MAC), ("add", "x", "--mac", "1", "--job", "/dev/null"),
    ("add", "../x", "--mac", MAC, "--job", "/dev/null"), ("list", "--fast"), ("list", "-j"), ("list", "--json=1"), ("serve", "--listen", "here"),
    ("serve", "--listen", "127.0.0.1:99999"), ("serve", "--per-address", "0"), ("init",), ("init", "--name", "a b"),
    ("init", "--address", "300.1.1.1"), ("init", "--name", "x", "--url", "http://x"), ("init", "--name", "x", "--parameters", "a\nb"),
    ("cert", "forge"), ("cert", "renew", "--days", "soon"), ("archive", "burn", "x"), ("boot", "db1", "--mode", "dance"), ("help", "fly"),
    ("show", "--data"),
])
def test_wrong_usage(fresh, argv):
    assert fresh.run(*argv).returncode == 2


def test_bad_jobs_are_refused(fresh):
    fresh.init()
    for text in ("", "[]", "{", '{"a":1,"a":2}', '{"a": "' + "x" * 600000 + '"}'):
        file = fresh.data.parent / "job.json"
        file.write_text(text)
        done = fresh.run("add", "x", "--data", fresh.data, "--mac", MAC, "--job", file)
        assert done.returncode == 1, done.stderr
    assert json.loads(fresh.cli("list", "--json")) == []


def test_unknown_vm(fresh):
    fresh.init()
    for command in ("show", "remove", "job", "boot", "hold", "release"):
        done = fresh.run(command, "--data", fresh.data, "nobody")
        assert done.returncode == 1 and "nobody" in done.stderr


def test_help_and_version(fresh):
    assert "serve" in fresh.run("help").stdout
    assert fresh.run("version").stdout.startswith("newroot-server ")
    for command in ("init", "add", "remove", "list", "show", "job", "hold", "release", "boot", "site", "archive", "archives",
                    "cert", "serve"):
        for argv in (("help", command), (command, "--help")):
            done = fresh.run(*argv)
            assert done.returncode == 0 and "--data DIR" in done.stdout


def test_without_a_data_folder(fresh):
    for command in ("serve", "list"):
        done = fresh.run(command, "--data", fresh.data)
        assert done.returncode == 1 and "init" in done.stderr


def test_full_output_is_an_error(fresh):
    fresh.init()
    with open("/dev/full", "w") as full:
        done = subprocess.run([fresh.program, "list", "--data", fresh.data], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1


def test_serve_ends_cleanly(service):
    assert service.post([Boot().event("heartbeat")]).status == 200
    assert service.stop() == 0
    assert not (service.data / "newroot.db-wal").exists()


def test_serve_on_a_taken_port(service):
    done = service.run("serve", "--data", service.data, "--listen", f"127.0.0.1:{service.port}")
    assert done.returncode == 1 and f"can't listen on 127.0.0.1:{service.port}: Address already in use" in done.stderr


def served_certificate(service):
    return ssl.get_server_certificate(("127.0.0.1", service.port))


def test_certificate_names(fresh):
    fresh.cli("init", "--name", "service.test", "--address", "127.0.0.1", "--address", "::1")
    text = subprocess.run(["openssl", "x509", "-in", fresh.data / "server.pem", "-noout", "-ext", "subjectAltName"],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    for name in ("DNS:service.test", "IP Address:127.0.0.1", "DNS:127.0.0.1", "IP Address:0:0:0:0:0:0:0:1"):
        assert name in text
    subprocess.run(["openssl", "verify", "-CAfile", fresh.data / "ca.pem", fresh.data / "server.pem"], check=True,
                   stdout=subprocess.DEVNULL)


def test_renewal_reaches_a_running_service(service):
    before, key = served_certificate(service), (service.data / "server.key").read_bytes()
    printed = service.cli("cert", "renew", "--name", "other.test")
    until(lambda: served_certificate(service) != before, "the new certificate is served")
    assert served_certificate(service) == (service.data / "server.pem").read_text()
    assert (service.data / "server.key").read_bytes() == key and "pin sha256:" in printed
    with pytest.raises(ssl.SSLCertVerificationError):
        service.get(f"/v1/hello?mac={MAC}")


def test_broken_renewal_keeps_the_certificate(service):
    before = served_certificate(service)
    (service.data / "server.pem").write_text("rubbish")
    service.process.send_signal(signal.SIGHUP)
    until(lambda: "stays as it was" in service.log(), service.log)
    assert served_certificate(service) == before


def test_expired_certificate_is_told(fresh):
    """Without the CA's key it can't be renewed; whoever still gets through hears that this is no health."""
    fresh.init()
    fresh.cli("cert", "renew", "--days", "-1")
    (fresh.data / "ca.key").rename(fresh.data.parent / "ca.key")
    fresh.start()
    assert "the certificate was valid until" in fresh.log()
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        fresh.get("/v1/hello?mac=" + MAC)
    fresh.context = ssl._create_unverified_context
    answer = fresh.get("/healthz")
    assert (answer.status, answer.json) == (503, {"status": "certificate"})
    done = fresh.run("cert", "state", "--data", fresh.data)
    assert done.returncode == 1 and "VMs and browsers refuse it" in done.stderr


def test_expired_certificate_is_renewed_at_start(fresh):
    fresh.init()
    fresh.cli("cert", "renew", "--days", "-1")
    fresh.start()
    assert fresh.get("/healthz").status == 200


def test_every_command_is_documented(fresh):
    commands = re.findall(r"^  (\w+) ", fresh.run("help").stdout, re.M)
    page = (TOP / "docs" / "newroot-server.8").read_text()
    manual = (TOP / "docs" / "server.md").read_text()
    assert "serve" in commands
    for command in commands:
        assert re.search(rf"^\.(Cm|It Cm) .*\b{command}\b", page, re.M), command
        assert command in ("help", "version") or re.search(rf"`{command}\b", manual), command
    done = subprocess.run(["groff", "-mdoc", "-Tutf8", "-ww", TOP / "docs" / "newroot-server.8"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=True)
    assert done.stderr == ""


def test_help(fresh):
    done = fresh.run("help", "nonsense")
    assert done.returncode == 2 and done.stderr.startswith("newroot-server: there is no command 'nonsense'\n") and done.stdout == ""
    rows = [line for line in fresh.run("help", "init").stdout.splitlines() if line.startswith("  --")]
    column = rows[0].index("the data folder")
    assert all(row[column - 1] == " " and row[column] != " " for row in rows), rows
