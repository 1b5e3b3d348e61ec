"""A till's line to a hub: HTTP/1.1 by hand, one connection, a time-out, and no second try."""

import asyncio
from dataclasses import dataclass

PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Heard:
    """What came back: the status, the very bytes, and whether they were said before."""

    status: int
    body: bytes
    replayed: bool = False

    def __str__(self) -> str:
        return f"{self.status} {self.body.decode('utf-8', 'replace')[:600]}"


class Line:
    """One connection, made anew when it broke."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: str = "",
        patience: float = PATIENCE_SECONDS,
    ) -> Heard | None:
        """One request; nothing, where nobody knows what became of it."""
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: hub\r\n{headers}content-length: {len(body)}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(patience):
                if self._ends is None:
                    self._ends = await asyncio.open_connection("127.0.0.1", self.port)
                reader, writer = self._ends
                writer.write(head.encode() + body)
                return await self._answer(reader)
        except (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError):
            self.hang_up()
            return None

    async def _answer(self, reader: asyncio.StreamReader) -> Heard:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        fields = dict(one.split(b": ", 1) for one in head.split(b"\r\n")[1:] if b": " in one)
        if fields.get(b"transfer-encoding") == b"chunked":
            body = await chunks(reader)
        else:
            body = await reader.readexactly(int(fields.get(b"content-length", b"0")))
        if fields.get(b"connection") == b"close":
            self.hang_up()
        return Heard(int(head[9:12]), body, fields.get(b"idempotent-replayed") == b"true")

    def hang_up(self) -> None:
        """The next request has a connection of its own."""
        if self._ends is not None:
            self._ends[1].transport.abort()
            self._ends = None


async def chunks(reader: asyncio.StreamReader) -> bytes:
    """A body that comes in pieces."""
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body
