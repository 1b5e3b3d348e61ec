"""送信: one try to deliver one event. HTTP/1.1 by hand: what is not here cannot be misused. No
redirect is followed, no proxy asked, no cookie kept, and of the answer nothing is read but its
status."""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from time import monotonic
from typing import Literal

from msgspec import Struct

from tenants.webhooks.guard import Allowance, Destination, NotAllowed, allowed, checked, destination

SECONDS = 10.0
MOST_BYTES = 64 * 1024
STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r\n")
AGENT = "Meguri-Webhooks/1"

Failure = Literal["no-address", "no-connection", "no-tls", "no-answer", "time-out"]
Resolve = Callable[[str, int], Awaitable[list[str]]]


class Tried(Struct, frozen=True):
    """What became of a try: the status that was answered, or why there was none."""

    status: int | None
    failure: Failure | None
    duration_ms: int

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


class Failed(Exception):
    """There was no answer."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure: Failure = failure


async def look_up(host: str, port: int) -> list[str]:
    """Every address of a name, asked afresh; the last dot keeps it from being completed."""
    found = await asyncio.get_running_loop().getaddrinfo(
        f"{host}.", port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    return [str(address[0]) for *_, address in found]


async def attempt(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    trust: ssl.SSLContext,
    resolve: Resolve = look_up,
    allowances: Collection[Allowance] = (),
    seconds: float = SECONDS,
) -> Tried:
    """Send an event once, to an address that is checked now, whatever the name led to before."""
    began = monotonic()
    status: int | None = None
    failure: Failure | None = None
    try:
        async with asyncio.timeout(seconds):
            to = destination(url, allowances)
            address = await address_of(to, resolve, allowances)
            status = await exchange(to, address, request(to, headers, body), trust)
    except NotAllowed:
        failure = "no-address"
    except Failed as failed:
        failure = failed.failure
    except TimeoutError:
        failure = "time-out"
    return Tried(status, failure, round((monotonic() - began) * 1000))


async def address_of(to: Destination, resolve: Resolve, allowances: Collection[Allowance]) -> str:
    """The address to connect to: the one that is allowed, or the first of a name's, all checked."""
    pinned = allowed(to.host, to.port, allowances)
    if pinned is not None:
        return pinned
    try:
        return checked(await resolve(to.host, to.port))[0]
    except (OSError, UnicodeError):  # whether there is such a name inside is nobody's business
        raise NotAllowed from None


def request(to: Destination, headers: Mapping[str, str], body: bytes) -> bytes:
    """The bytes that are sent."""
    host = to.host if to.port == 443 else f"{to.host}:{to.port}"
    lines = {
        "host": host,
        "user-agent": AGENT,
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {to.target} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


async def exchange(to: Destination, address: str, sent: bytes, trust: ssl.SSLContext) -> int:
    """Connect to the address, as the name; send, and read the status."""
    try:
        reader, writer = await asyncio.open_connection(
            address, to.port, ssl=trust, server_hostname=to.host, limit=MOST_BYTES
        )
    except ssl.SSLError:
        raise Failed("no-tls") from None
    except TimeoutError:
        raise
    except OSError:
        raise Failed("no-connection") from None
    try:
        writer.write(sent)
        await writer.drain()
        return await answered(reader)
    except (OSError, EOFError, asyncio.LimitOverrunError):
        raise Failed("no-answer") from None
    finally:
        writer.transport.abort()  # what else it says is not read


async def answered(reader: asyncio.StreamReader) -> int:
    """The status of an answer; what is said in between (1xx) is passed over."""
    read = 0
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        read += len(head)
        status = STATUS.match(head)
        if status is None or read > MOST_BYTES:
            raise Failed("no-answer")
        if int(status[1]) >= 200:
            return int(status[1])
