"""計算を待つ: a report over the whole books is worked out beside the page that asks for it.

A small mall's is there within a blink and as of now. A large one's takes seconds: until then the
page shows what was worked out last, with its instant, or that it is being worked out; nobody waits
for an answer, and of all reports one at a time is worked out in a process.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from time import monotonic
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from federation.refusals import Refusal

BLINK = 0.7  # seconds that a page waits
RESTS = 60.0  # what took longer than a blink is not begun again before
KEPT = 900.0
MOST = 24

Make = Callable[[AsyncConnection], Awaitable[Any]]


class Known(Struct, frozen=True):
    """What was worked out, when by this process's own watch, and whether it took its time."""

    found: Any
    at: float
    slow: bool


class Worked:
    """The reports of one process. `connect` opens a connection that may read them."""

    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> None:
        self._connect = connect
        self._known: dict[object, Known] = {}
        self._at_work: dict[object, asyncio.Task[Any]] = {}
        self._refused: dict[object, Refusal] = {}
        self._turn = asyncio.Lock()

    async def ask(self, key: object, make: Make, patience: float = BLINK) -> Any:
        """What `make` finds within so many seconds, else what it found lately; None while it is
        worked out for the first time. A refusal is the page's own, also when it comes late."""
        if (refused := self._refused.pop(key, None)) is not None:
            raise refused
        known = self._known.get(key)
        if known is not None and known.slow and monotonic() - known.at < RESTS:
            return known.found
        task = self._at_work.get(key)
        if task is None:
            task = self._at_work[key] = asyncio.create_task(self._work(key, make, patience))
            task.add_done_callback(heard)
        done, _ = await asyncio.wait({task}, timeout=patience)
        if done:
            self._refused.pop(key, None)
            return task.result()
        return known.found if known is not None and monotonic() - known.at < KEPT else None

    async def _work(self, key: object, make: Make, patience: float) -> Any:
        try:
            async with self._turn, self._connect() as conn:
                began = monotonic()
                found = await make(conn)
        except Refusal as why:
            self._refused[key] = why
            while len(self._refused) > MOST:
                del self._refused[next(iter(self._refused))]
            raise
        finally:
            del self._at_work[key]
        self._known.pop(key, None)
        self._known[key] = Known(found, monotonic(), monotonic() - began > patience)
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return found

    async def end(self) -> None:
        """Nobody waits any more."""
        for task in list(self._at_work.values()):
            task.cancel()
            with suppress(asyncio.CancelledError, Refusal):
                await task


def heard(task: asyncio.Task[Any]) -> None:
    """What failed when nobody waited any more fails again for whoever asks next."""
    if not task.cancelled():
        task.exception()
