"""遅い相手: who sends a letter a second, or holds many requests, is shown out by the nginx of
`deploy/` within its time (T-19); nobody else waits for that."""

import asyncio
import contextlib
from collections.abc import Iterator
from time import monotonic
from urllib.parse import urlsplit

import pytest

from deploy.serve import free_port
from tests.auth.fronted import fronted, nobody

HEAD = b"GET /v1/entries HTTP/1.1\r\nhost: localhost\r\n"
BODY = b"POST /v1/accruals HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{"
WHOLE = HEAD + b"connection: close\r\n\r\n"
HELD = 3


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx before a hub that is away; its port."""
    with fronted(tmp_path_factory.mktemp("slow"), free_port(18_000), HELD) as (plain, _):
        port = urlsplit(plain).port
        assert port is not None
        yield port


class Line:
    """A connection over TLS, and when it was opened."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self.began = reader, writer, monotonic()

    @classmethod
    async def to(cls, port: int, said: bytes) -> "Line":
        line = cls(*await asyncio.open_connection("127.0.0.1", port, ssl=nobody()))
        line.writer.write(said)
        await line.writer.drain()
        return line

    async def answer(self) -> tuple[bytes, float]:
        """All that comes until the other side hangs up, and after how many seconds."""
        try:
            return await self.reader.read(), monotonic() - self.began
        except ConnectionError:
            return b"", monotonic() - self.began
        finally:
            await self.ends()

    async def ends(self) -> None:
        """Hang up."""
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()

    async def drips(self, letters: bytes) -> None:
        """Send a letter a second, for as long as anybody listens."""
        try:
            for letter in letters:
                self.writer.write(bytes([letter]))
                await self.writer.drain()
                await asyncio.sleep(1)
        except ConnectionError:
            return


async def test_slow_headers_and_stalled_bodies_end_in_ten_seconds(front: int) -> None:
    slow, stalled = await Line.to(front, HEAD), await Line.to(front, BODY)
    dripping = asyncio.create_task(slow.drips(b"x-slow: " + b"a" * 60))
    quick = await Line.to(front, WHOLE)
    told, after = await quick.answer()
    assert told.startswith(b"HTTP/1.1 503"), "the hub is away, and that is said at once"
    assert after < 5
    async with asyncio.timeout(25):
        ended = [await one.answer() for one in (slow, stalled)]
    await asyncio.wait_for(dripping, 5)
    for told, after in ended:
        assert 9 <= after <= 15, (told, after)
        assert b" 200 " not in told


async def test_one_address_holds_so_many_requests_and_no_more(front: int) -> None:
    held = [await Line.to(front, BODY) for _ in range(HELD)]
    await asyncio.sleep(0.5)
    told, after = await (await Line.to(front, WHOLE)).answer()
    assert told.startswith(b"HTTP/1.1 429"), told
    assert b"/problems/rate-limited" in told
    assert after < 5
    for one in held:
        await one.ends()
    async with asyncio.timeout(10):
        while not told.startswith(b"HTTP/1.1 503"):
            await asyncio.sleep(0.2)
            told, _ = await (await Line.to(front, WHOLE)).answer()
