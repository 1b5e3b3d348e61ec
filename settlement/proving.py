"""証明を渡す: one walk over the pieces of a sealed file gives a party its own lines of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.inclusion import Prover, Sealed, head
from settlement.reading import Own, cycle_id_of
from settlement.sealing import read_body

PROVED = statement(__file__, "proved")

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


async def sealed_for(conn: AsyncConnection, own: Own, name: str) -> Sealed:
    """The seal of a cycle in which a party has a statement; NotFound where there is none, be it
    that the cycle is unknown, not sealed, or nothing to this party."""
    asked = {"cycle_id": cycle_id_of(name), "party_id": own.party_id}
    found = await rows(conn, PROVED, asked)
    if not found:
        raise NotFound
    return Sealed(**{key: plain(value) for key, value in found[0].items()})


def plain(value: Any) -> Any:
    """Bytes as they are, not as a view of them."""
    return bytes(value) if isinstance(value, memoryview) else value


async def proof(connect: Connect, sealed: Sealed, own: Own) -> AsyncIterator[bytes]:
    """A party's proof, piece by piece, the same bytes whenever it is asked for: at any time one
    piece of the sealed file is in memory, and no connection waits for a slow reader."""
    coded = msgspec.json.encode(own.code)
    prover = Prover(own.code, coded)
    yield head(sealed, coded)
    number, piece = int(sealed.cycle.replace("-", "")), 0
    while True:
        async with connect() as conn:
            body = await read_body(conn, number, piece)
        if not body:
            return
        shown = await asyncio.to_thread(shown_of, prover, body)
        if shown:
            yield shown
        piece += 1


def shown_of(prover: Prover, body: bytes) -> bytes:
    """What a proof has of one piece."""
    return b"".join(text for line in body.splitlines(keepends=True) for text in prover.read(line))
