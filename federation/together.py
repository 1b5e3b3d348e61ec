"""待ち合わせ: whoever asks while somebody looks waits for that look, and hears what became of it.

In turn, each would wait by itself for a database that is away: the twelfth till for a minute.
"""

import asyncio
from collections.abc import Awaitable, Callable


class Together:
    """One look at a time in a process, for all who ask meanwhile."""

    def __init__(self, look: Callable[[], Awaitable[None]]) -> None:
        self._look = look
        self._task: asyncio.Task[None] | None = None

    @property
    def looking(self) -> bool:
        """Whether somebody looks."""
        return self._task is not None

    async def look(self) -> bool:
        """Look, or wait with whoever does; whether this look began now, so that nothing that was
        known when it was asked for is missing in it. Its failure is everybody's."""
        begins = self._task is None
        task = self._task = self._task or asyncio.create_task(self._once())
        if begins:
            task.add_done_callback(self._ended)
        await asyncio.shield(task)
        return begins

    async def _once(self) -> None:
        await self._look()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """The next looks anew; a failure was told to whoever waited, if anybody did."""
        self._task = None
        if not task.cancelled():
            task.exception()
