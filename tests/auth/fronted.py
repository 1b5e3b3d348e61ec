"""The nginx of `deploy/` before a hub, real TLS between, and certificates that clients made
themselves."""

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from auth.certificates import digest, spelled
from deploy.serve import free_port

NGINX = Path(__file__).parents[2] / "deploy" / "nginx"
ADDRESS = "127.0.0.2"  # nginx's own, as a hub sees it: what comes from elsewhere is a stranger's
START_SECONDS = 10


class Shown:
    """A certificate that its holder signed itself, and its key, in two files."""

    def __init__(self, folder: Path, name: str, begins: int = -1, ends: int = 1) -> None:
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=begins))
            .not_valid_after(now + timedelta(days=ends))
            .sign(key, hashes.SHA256())
        )
        self.crt, self.key = folder / f"{name}.crt", folder / f"{name}.key"
        self.pem = made.public_bytes(Encoding.PEM)
        self.crt.write_bytes(self.pem)
        self.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.digest = digest(made)
        self.x5t = spelled(self.digest)
        self.header = quote(self.pem)

    def tls(self) -> ssl.SSLContext:
        """A client that shows it."""
        context = nobody()
        context.load_cert_chain(self.crt, self.key)
        return context


def nobody() -> ssl.SSLContext:
    """A client that shows nothing, and takes whoever answers."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def written(
    folder: Path, hub: int, ports: tuple[int, int] = (8443, 8444), held: int = 1000
) -> Path:
    """The files of `deploy/nginx`, with this machine's places and ports in them, and so many
    requests that one address may hold."""
    Shown(folder, "tls")
    for name in ("nginx.conf", "routes.conf"):
        text = (NGINX / name).read_text().replace(" /tmp/", f" {folder}/")
        text = text.replace("/etc/nginx/tls", str(folder)).replace("/dev/stdout", f"{folder}/log")
        text = re.sub(r"hub-[ab]:8000", f"127.0.0.1:{hub}", text)
        text = text.replace("limit_conn held 1000;", f"limit_conn held {held};")
        for stood, port in zip((8443, 8444), ports, strict=True):
            text = text.replace(f"listen {stood} ", f"listen 127.0.0.1:{port} ")
        text = text.replace("proxy_http_version", f"proxy_bind {ADDRESS};\n    proxy_http_version")
        (folder / name).write_text(text)
    return folder / "nginx.conf"


def found() -> str:
    """Where nginx is; without it the test is left out."""
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("nginx is not installed")
    return nginx


@contextmanager
def fronted(folder: Path, hub: int, held: int = 1000) -> Iterator[tuple[str, str]]:
    """nginx before a hub: the address for everybody, and the one that asks for certificates."""
    nginx, plain = found(), free_port(30_000 + hub % 10_000)
    asking = free_port(plain + 1)
    config = written(folder, hub, (plain, asking), held)
    command = [nginx, "-c", str(config), "-e", "stderr", "-g", "daemon off;"]
    with (
        (folder / "errors").open("wb") as errors,
        subprocess.Popen(command, stderr=errors) as front,
    ):
        try:
            until = monotonic() + START_SECONDS
            while not (folder / "nginx.pid").exists():
                assert front.poll() is None, (folder / "errors").read_text()
                assert monotonic() < until, "nginx does not start"
                sleep(0.05)
            yield f"https://127.0.0.1:{plain}", f"https://127.0.0.1:{asking}"
        finally:
            front.terminate()
