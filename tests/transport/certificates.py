"""A CA and server certificates, good and bad, made by openssl(1)."""
import hashlib
import pathlib
import subprocess

GOOD_NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"


def openssl(*args, **kwargs):
    return subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, **kwargs).stdout


class Authority:
    """A CA in a folder of its own; issue() makes server certificates."""

    def __init__(self, folder: pathlib.Path, name="newroot test CA", kind="ec"):
        folder.mkdir(parents=True)
        self.folder = folder
        self.cert = folder / "ca.pem"
        self.key = folder / "ca.key"
        self._key(self.key, kind)
        openssl("req", "-x509", "-new", "-key", self.key, "-out", self.cert, "-days", "3650", "-subj", f"/CN={name}",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
        (folder / "index").touch()
        (folder / "serial").write_text("01\n")
        (folder / "ca.cnf").write_text(f"""
[ca]
default_ca = this
[this]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
certificate = {self.cert}
private_key = {self.key}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
""")

    @staticmethod
    def _key(path, kind):
        if kind == "ec":
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
        else:
            bits = kind.removeprefix("rsa") or "2048"
            openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}", "-out", path)

    def issue(self, name, san, start="20200101000000Z", end="20491231235959Z", kind="ec", usage=None):
        """-> (certificate, key) files. `san` is openssl's form: "DNS:localhost,IP:127.0.0.1", or None; so is `usage`."""
        key, request, cert, extensions = (self.folder / f"{name}.{e}" for e in ("key", "csr", "pem", "ext"))
        self._key(key, kind)
        openssl("req", "-new", "-key", key, "-out", request, "-subj", f"/CN={name}")
        extensions.write_text("basicConstraints=CA:FALSE\n" + (f"subjectAltName={san}\n" if san else "")
                              + (f"extendedKeyUsage={usage}\n" if usage else ""))
        openssl("ca", "-batch", "-notext", "-config", self.folder / "ca.cnf", "-in", request, "-out", cert,
                "-startdate", start, "-enddate", end, "-extfile", extensions)
        return cert, key


def pin_of(cert):
    """sha256:HEX of the certificate's public key."""
    public = openssl("x509", "-in", cert, "-noout", "-pubkey")
    der = openssl("pkey", "-pubin", "-outform", "DER", input=public)
    return "sha256:" + hashlib.sha256(der).hexdigest()
