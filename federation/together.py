"""待ち合わせ: whoever asks while somebody looks waits for that look, and hears what became of it.

In turn, each would wait by itself for a database that is away: the twelfth till for a minute.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Together:
    """One look at a time in a process, for all who ask meanwhile."""

    def __init__(self, look: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._look = look
        self._task: asyncio.Task[None] | None = None

    @property
    def looking(self) -> bool:
        """Whether somebody looks."""
        return self._task is not None and not self._task.done()

    async def look(self) -> bool:
        """Look, or wait with whoever does; whether this look began now, so that nothing that was
        known when it was asked for is missing in it. Its failure is everybody's."""
        begins = not self.looking
        if self._task is None or begins:
            self._task = asyncio.create_task(self._look())
            self._task.add_done_callback(heard)
        await asyncio.shield(self._task)
        return begins


def heard(task: asyncio.Task[None]) -> None:
    """A failure was told to whoever waited, if anybody did."""
    if not task.cancelled():
        task.exception()
