"""A scanner that speaks clamd's protocol as its manual has it, and knows one harmful thing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMIT = 6_000_000


class Clamd:
    """What was shown to it, and what it says instead of its own word, if anything."""

    def __init__(self) -> None:
        self.shown: list[bytes] = []
        self.says: bytes | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"clamd://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            command = await reader.readuntil(b"\0")
            answer = (
                await self.instream(reader) if command == b"zINSTREAM\0" else b"UNKNOWN COMMAND"
            )
            writer.write((answer if self.says is None else self.says) + b"\0" * (self.says != b""))
            await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def instream(self, reader: asyncio.StreamReader) -> bytes:
        """Chunks behind their lengths, until one of nothing."""
        content = b""
        while length := int.from_bytes(await reader.readexactly(4)):
            content += await reader.readexactly(length)
            if len(content) > LIMIT:
                return b"INSTREAM size limit exceeded. ERROR"
        self.shown.append(content)
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"


@asynccontextmanager
async def scanning() -> AsyncIterator[Clamd]:
    """A scanner on a free port of loopback."""
    clamd = Clamd()
    server = await asyncio.start_server(clamd.serve, "127.0.0.1", 0)
    clamd.port = server.sockets[0].getsockname()[1]
    async with server:
        yield clamd
