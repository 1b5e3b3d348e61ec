"""A tenant's server: HTTPS on loopback under a CA of its own, which notes whatever comes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from psycopg import AsyncConnection

from deploy.clock import wall
from deploy.webhook_commands import ALLOW
from tests.mall import Mall

HOST = "receiver.localhost"
DAY = timedelta(days=1)
PEM, NO_PASSWORD = serialization.Encoding.PEM, serialization.NoEncryption()


def certificates(folder: Path, host: str = HOST) -> tuple[Path, Path]:
    """A CA, and a certificate that it gave to the host; the files of the one and of the other."""
    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a CA of a test")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])

    def given(name: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool) -> x509.Certificate:
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(wall() - DAY)
            .not_valid_after(wall() + DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        )
        return built.sign(root, hashes.SHA256())

    trusted, served = folder / "ca.pem", folder / "server.pem"
    trusted.write_bytes(given(authority, root, ca=True).public_bytes(PEM))
    key = own.private_bytes(PEM, serialization.PrivateFormat.PKCS8, NO_PASSWORD)
    served.write_bytes(key + given(subject, own, ca=False).public_bytes(PEM))
    return trusted, served


class Came(msgspec.Struct, frozen=True):
    """One request: its path, headers and body, and what was answered."""

    path: str
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def event(self) -> Any:
        return msgspec.json.decode(self.body)


Answers = Callable[[str, Any], "int | Awaitable[int]"]


class Receiver:
    """What came, in order; `answers` says what is answered to a path and an event."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.came: list[Came] = []
        self.answers: Answers = answers or (lambda path, event: 204)
        self.extra = b""
        self.port = 0

    def url(self, path: str = "/hook") -> str:
        return f"https://{HOST}:{self.port}{path}"

    def taken(self, path: str = "/hook") -> list[Came]:
        """What it said yes to."""
        return [one for one in self.came if one.path == path and 200 <= one.status < 300]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {
                name.lower(): value for name, _, value in (one.partition(": ") for one in head[1:])
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            path = head[0].split(" ")[1]
            status = self.answers(path, msgspec.json.decode(body))
            if not isinstance(status, int):
                status = await status
            self.came.append(Came(path, headers, body, status))
            writer.write(f"HTTP/1.1 {status} So\r\ncontent-length: 0\r\n".encode() + self.extra)
            writer.write(b"\r\n")
            await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(folder: Path, answers: Answers | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free port; whoever is to trust it has SSL_CERT_FILE."""
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(folder / "server.pem")  # of `certificates`
    ours = Receiver(answers)
    server = await asyncio.start_server(ours.serve, "127.0.0.1", 0, ssl=trust)
    ours.port = server.sockets[0].getsockname()[1]
    async with server:
        yield ours


async def allow(mall: Mall, receiver: Receiver) -> None:
    """The demo's allowance for this receiver."""
    async with await AsyncConnection.connect(
        mall.hub.settings.url("worker"), autocommit=True
    ) as conn:
        row = {"host": HOST, "port": receiver.port, "address": "127.0.0.1"}
        why = {"author": "test", "reason": "a receiver on loopback", "now": wall()}
        await conn.execute(ALLOW, {**row, **why})


async def until(done: Callable[[], Any], said: Callable[[], Any] = lambda: "") -> None:
    """Wait for something to have happened."""
    for _ in range(3_000):
        if done():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"waited in vain: {said()}")
