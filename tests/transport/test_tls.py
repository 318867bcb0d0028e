"""Whom the transport trusts: chain, validity, names, addresses, pins, clocks."""
import datetime
import socket
import ssl
import threading

import pytest
from certificates import GOOD_NAMES, Authority, pin_of

HELLO = b'{"service":"test","time":1800000000,"hold":false}'


def stamp(days):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return at.strftime("%Y%m%d%H%M%SZ")


@pytest.fixture
def hello(serve, drive):
    """hello(certificate, host=…): say hello to a server with that certificate."""
    def run(certificate, host="127.0.0.1", address="127.0.0.1", configure=None, **options):
        server = serve(certificate, address=address, configure=configure)
        server.on("/v1/hello", lambda q, r, n: r.answer(HELLO))
        result = drive("hello", f"https://{host}:{server.port}/", **options)
        result.server = server
        return result
    return run


@pytest.mark.parametrize("host, address", [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("[::1]", "::1")])
def test_good(hello, good_cert, host, address):
    result = hello(good_cert, host=host, address=address)
    assert result.ok, result
    assert result.lines[0] == "hello test 1800000000 0"
    assert result.server.names == (["localhost"] if host == "localhost" else [None])


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("ca_kind", ["ec", "rsa"])
def test_kinds_of_keys(hello, tmp_path, kind, ca_kind):
    ca = Authority(tmp_path / "ca", kind=ca_kind)
    assert hello(ca.issue("x", GOOD_NAMES, kind=kind), ca=ca.cert).ok


@pytest.mark.parametrize("usage", ["clientAuth", "emailProtection,codeSigning", "1.3.6.1.5.5.7.3.11"])
@pytest.mark.parametrize("pinned", [False, True])
def test_a_certificate_for_something_else(hello, authority, usage, pinned):
    """A client's certificate of the same CA must not serve as the service's."""
    certificate = authority.issue("client", GOOD_NAMES, usage=usage)
    result = hello(certificate, **({"pin": pin_of(certificate[0])} if pinned else {}))
    assert result.error == "tls.untrusted" and "serverAuth" in result.message, result


@pytest.mark.parametrize("usage", ["serverAuth", "clientAuth,serverAuth", "anyExtendedKeyUsage"])
def test_a_certificate_for_servers(hello, authority, usage):
    assert hello(authority.issue("server", GOOD_NAMES, usage=usage)).ok


@pytest.mark.parametrize("kind", ["rsa1024", "rsa2040"])
def test_a_short_key(hello, authority, kind):
    result = hello(authority.issue("short", GOOD_NAMES, kind=kind),
                   configure=lambda context: context.set_ciphers("DEFAULT:@SECLEVEL=0"))
    assert result.error == "tls.untrusted" and "2048 bits" in result.message, result


@pytest.mark.parametrize("suites", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                    "ECDHE-ECDSA-CHACHA20-POLY1305"])
def test_suites(hello, good_cert, suites):
    result = hello(good_cert, configure=lambda context: context.set_ciphers(suites))
    assert result.ok and result.server.ciphers[0][0] == suites, result


def test_no_common_suite(hello, good_cert):
    result = hello(good_cert, configure=lambda context: context.set_ciphers("ECDHE-ECDSA-AES128-SHA"))
    assert result.error == "tls" and "handshake_failure" in result.message, result


def test_unknown_ca(hello, tmp_path):
    other = Authority(tmp_path / "other", name="another CA")
    result = hello(other.issue("x", GOOD_NAMES))
    assert result.error == "tls.untrusted", result


def test_ca_of_the_same_name(hello, tmp_path):
    """Only the key makes the difference."""
    other = Authority(tmp_path / "other")
    result = hello(other.issue("x", GOOD_NAMES))
    assert result.error == "tls.untrusted", result


def test_expired(hello, authority):
    result = hello(authority.issue("expired", GOOD_NAMES, stamp(-30), stamp(-1)))
    assert result.error == "tls.expired" and "valid from" in result.message, result


def test_not_yet_valid(hello, authority):
    result = hello(authority.issue("early", GOOD_NAMES, stamp(2), stamp(30)))
    assert result.error == "tls.expired", result


def test_wrong_name(hello, authority):
    result = hello(authority.issue("other.example", "DNS:other.example,IP:127.0.0.2"), host="localhost")
    assert result.error == "tls.name", result
    assert "other.example, 127.0.0.2" in result.message


@pytest.mark.parametrize("san", ["DNS:localhost", "IP:127.0.0.2,DNS:127.0.0.1", None])
def test_wrong_address(hello, authority, san):
    result = hello(authority.issue("127.0.0.1", san))
    assert result.error == "tls.name", result


def test_pin(hello, good_cert):
    assert hello(good_cert, pin=pin_of(good_cert[0])).ok


def test_pin_takes_the_place_of_the_name(hello, authority):
    cert = authority.issue("somewhere", "DNS:somewhere.example")
    assert hello(cert, pin=pin_of(cert[0])).ok


def test_pin_still_needs_the_ca(hello, tmp_path):
    cert = Authority(tmp_path / "other", name="another CA").issue("x", GOOD_NAMES)
    assert hello(cert, pin=pin_of(cert[0])).error == "tls.untrusted"


def test_wrong_pin(hello, good_cert):
    result = hello(good_cert, pin="sha256:" + "00" * 32)
    assert result.error == "tls.pin", result


def test_pin_is_for_the_service_only(serve, drive, good_cert, authority):
    """Another origin is checked by its name."""
    service = serve(good_cert)
    other = serve(authority.issue("o", "IP:127.0.0.1"))
    url = other.on("/a", lambda q, r, n: r.answer(b"x"))
    assert drive("memory", url, service=service.url, pin=pin_of(good_cert[0])).ok


@pytest.mark.parametrize("pin", ["sha256:12", "md5:" + "00" * 32, "sha256:" + "0g" * 32])
def test_malformed_pin(drive, pin):
    assert drive("hello", "https://127.0.0.1:9/", pin=pin).error == "tls.pin"


def test_chain_with_an_intermediate(hello, authority, tmp_path):
    """The server sends its own certificate and the intermediate's; the anchor is the root."""
    from certificates import openssl
    sub = Authority(tmp_path / "sub", name="sub CA")
    request, extensions = tmp_path / "sub.csr", tmp_path / "sub.ext"
    openssl("req", "-new", "-key", sub.key, "-subj", "/CN=sub CA", "-out", request)
    extensions.write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
    signed = tmp_path / "sub-signed.pem"
    openssl("x509", "-req", "-in", request, "-CA", authority.cert, "-CAkey", authority.key, "-set_serial", "77",
            "-days", "30", "-extfile", extensions, "-out", signed)
    cert, key = sub.issue("leaf", GOOD_NAMES)
    chain = tmp_path / "chain.pem"
    chain.write_bytes(cert.read_bytes() + signed.read_bytes())
    assert hello((chain, key)).ok
    assert hello((cert, key)).error == "tls.untrusted"


def test_a_server_may_not_act_as_ca(hello, authority, good_cert, tmp_path):
    from certificates import openssl
    request = tmp_path / "x.csr"
    extensions = tmp_path / "x.ext"
    extensions.write_text(f"subjectAltName={GOOD_NAMES}\n")
    key, cert, chain = tmp_path / "x.key", tmp_path / "x.pem", tmp_path / "chain.pem"
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
            "-subj", "/CN=x", "-out", request)
    openssl("x509", "-req", "-in", request, "-CA", good_cert[0], "-CAkey", good_cert[1], "-set_serial", "5",
            "-days", "30", "-extfile", extensions, "-out", cert)
    chain.write_bytes(cert.read_bytes() + good_cert[0].read_bytes())
    assert hello((chain, key)).error == "tls.untrusted"


def raw_server(answer):
    """A TCP server that says `answer` to whoever connects."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run():
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with sock:
                sock.recv(4096)
                sock.sendall(answer)
    threading.Thread(target=run, daemon=True).start()
    return listener


@pytest.mark.parametrize("answer, code", [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "tls"), (b"", "net.cut")])
def test_peer_without_tls(drive, answer, code):
    listener = raw_server(answer)
    result = drive("hello", f"https://127.0.0.1:{listener.getsockname()[1]}/")
    listener.close()
    assert result.error == code, result


def test_only_tls_1_2(hello, good_cert):
    def newest(context):
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    result = hello(good_cert, configure=newest)
    assert result.error == "tls" and "protocol_version" in result.message, result


def test_files_that_are_no_trust_anchors(drive, tmp_path, authority):
    empty, junk, half = (tmp_path / n for n in ("empty", "junk", "half"))
    empty.write_bytes(b"")
    junk.write_bytes(b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n")
    half.write_bytes(authority.cert.read_bytes()[:300])
    for path, code in ((empty, "tls"), (junk, "tls"), (half, "tls"), (tmp_path / "none", "io")):
        result = drive("hello", "https://127.0.0.1:9/", ca=path)
        assert result.error == code and result.where == str(path), result


def test_anchor_without_final_newline(hello, good_cert, authority, tmp_path):
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.cert.read_bytes().rstrip())
    assert hello(good_cert, ca=path).ok


def test_several_anchors(hello, good_cert, authority, tmp_path):
    path = tmp_path / "ca.pem"
    other = Authority(tmp_path / "other", name="another CA")
    path.write_bytes(other.cert.read_bytes() + authority.cert.read_bytes())
    assert hello(good_cert, ca=path).ok


YEAR_1970, YEAR_2096 = 0, 4_000_000_000


@pytest.mark.parametrize("now", [YEAR_1970, YEAR_2096])
def test_impossible_clock(hello, good_cert, now):
    """Checked for the build's time instead."""
    assert hello(good_cert, now=now).ok


def test_impossible_clock_and_a_certificate_younger_than_the_build(hello, authority):
    assert hello(authority.issue("young", GOOD_NAMES, stamp(2), stamp(30)), now=YEAR_1970).ok


def test_impossible_clock_does_not_excuse_what_ended_before_the_build(hello, authority):
    result = hello(authority.issue("old", GOOD_NAMES, "20200101000000Z", "20210101000000Z"), now=YEAR_1970)
    assert result.error == "tls.expired" and "not plausible" in result.message, result
