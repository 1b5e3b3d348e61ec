"""Between the tills and one hub: a line that can be slow, silent, shut, cut, torn or half closed,
and that can lose an answer whose booking is committed."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import cast

MONEY = b"POST /v1/"
BOOKED = b"HTTP/1.1 201"
LOSING = ("answer lost", "answer torn", "line half closed")


class Proxy:
    """All lines to one hub, and what is to befall them."""

    def __init__(self, hub_port: int) -> None:
        self.hub_port = hub_port
        self.port = 0
        self.refuses = False
        self.silent = False
        self.slow_seconds = 0.0
        self.armed: Counter[str] = Counter()  # of a kind of loss, how many are still to happen
        self.done: Counter[str] = Counter()
        self.wires: set[Near] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen on a free port of loopback."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Near(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def shut(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def cut(self) -> None:
        """Every line breaks, without a word."""
        for wire in list(self.wires):
            wire.breaks()

    def heal(self) -> None:
        """Let everything through again; a line that lost something in between is of no use."""
        self.refuses = self.silent = False
        self.slow_seconds = 0.0
        for wire in list(self.wires):
            if wire.deaf:
                wire.breaks()

    def happens(self, kind: str) -> bool:
        """Whether a loss of this kind is to happen now; then it has happened."""
        if self.armed[kind] <= 0:
            return False
        self.armed[kind] -= 1
        self.done[kind] += 1
        return True


class Near(asyncio.Protocol):
    """The till's end of a line."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.deaf = False
        self.asks_for_money = False
        self.not_before = 0.0
        self.transport: asyncio.Transport | None = None
        self.far: Far | None = None
        self.waiting: deque[bytes] = deque()
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        if self.proxy.refuses:
            self.transport.abort()
            return
        self.proxy.wires.add(self)
        self._connecting = asyncio.ensure_future(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, self.far = await loop.create_connection(
                lambda: Far(self), "127.0.0.1", self.proxy.hub_port
            )
        except OSError:
            self.breaks()
            return
        while self.waiting:
            self._on(self.waiting.popleft())

    def data_received(self, data: bytes) -> None:
        if self.proxy.silent:
            self.deaf = True
        elif self.far is None:
            self.waiting.append(data)
        else:
            self.later(self._on, data)

    def _on(self, chunk: bytes) -> None:
        far = self.far
        if far is None or far.transport is None or far.transport.is_closing():
            self.breaks()
            return
        self.asks_for_money = chunk.startswith(MONEY)
        far.transport.write(chunk)
        if self.asks_for_money and self.proxy.happens("line half closed"):
            far.transport.write_eof()

    def answered(self, chunk: bytes) -> None:
        """What the hub said, on its way to the till."""
        if self.proxy.silent:
            self.deaf = True
        elif self.asks_for_money and chunk.startswith(BOOKED):
            if self.proxy.happens("answer lost"):
                self.breaks()
            elif self.proxy.happens("answer torn"):
                self.say(chunk[: len(chunk) // 2])
                self.breaks(gently=True)
            else:
                self.later(self.say, chunk)
        else:
            self.later(self.say, chunk)

    def later(self, do: Callable[[bytes], None], chunk: bytes) -> None:
        """At once, or where the line is slow, after a while and in order."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self.not_before = max(self.not_before, now + self.proxy.slow_seconds)
        if self.not_before <= now:
            do(chunk)
        else:
            self.not_before += 1e-3
            loop.call_at(self.not_before, do, chunk)

    def say(self, chunk: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(chunk)

    def breaks(self, *, gently: bool = False) -> None:
        """Both ends of this line are gone."""
        self.proxy.wires.discard(self)
        if self.transport is not None:
            if gently:
                self.transport.close()
            else:
                self.transport.abort()
        if self.far is not None and self.far.transport is not None:
            self.far.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.breaks()


class Far(asyncio.Protocol):
    """The hub's end of a line."""

    def __init__(self, near: Near) -> None:
        self.near = near
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.near.answered(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.near.breaks(gently=True)
