"""What the hub asks its database for the sake of a request: every statement, and every round trip.

Statements are noted where they leave for the server, in the tasks that answer requests and at the
booking desk; what the hub does by itself in the background is left out.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from auth import keys, recheck
from federation import exchange, looking, post
from tenants.mall import COUNTER

ANSWERING = ("RequestResponseCycle.run_asgi", "Desk._work")
Asked = list[tuple[str, ...]]
# Looked at when a second, five or a minute have passed, whoever asks for whatever.
NOW_AND_THEN = [(" ".join(str(one).split()),) for one in (COUNTER, keys.LIVE, recheck.STANDS)]


@contextmanager
def traced(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Each round trip of the requests that are answered meanwhile, with its statements."""
    asked: Asked = []

    def note(*statements: Any) -> None:
        task = asyncio.current_task()
        told = tuple(" ".join(str(one).split()) for one in statements)
        if told in NOW_AND_THEN:
            return
        if task is not None and task.get_coro().__qualname__ in ANSWERING:  # type: ignore[union-attr]
            asked.append(told)

    execute, sent = psycopg.AsyncCursor.execute, exchange.exchange

    async def noting(self: Any, query: Any, *more: Any, **named: Any) -> Any:
        note(query)
        return await execute(self, query, *more, **named)

    async def exchanging(conn: Any, questions: Any) -> Any:
        note(*(query for query, _ in questions.values()))
        return await sent(conn, questions)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.AsyncCursor, "execute", noting)
        for module in (exchange, looking, post):
            patch.setattr(module, "exchange", exchanging)
        yield asked
