"""往復: several statements of a connection in one round trip, and in one piece.

psycopg's own pipeline sends each statement as it is asked, and looks each time whether anything has
come back; a lone till waits for all of these. Here a transaction's next statements leave in one
write, and what comes back is waited for once. Each statement is prepared when a connection first
meets it. On `psycopg.pq`, the driver's own way to libpq (pipeline mode of PostgreSQL 14).
"""

import re
from collections.abc import Generator, Mapping
from datetime import date, datetime
from functools import cache
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, errors
from psycopg.abc import Transformer
from psycopg.adapt import Transformer as Loads
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from federation.sql import array

Question = tuple[str, Mapping[str, object]]  # a statement with named places, and what stands there
Rows = list[tuple[Any, ...]]
Waiting = Generator[Wait, Ready | int, list[PGresult]]

# Each statement is ended by the server after 5 s; a session whose postmaster was killed may wait
# for a lock of the dead for ever, and so would whoever waits for it.
PATIENCE = 15.0  # seconds
PLACE = re.compile(r"%\((\w+)\)s|%%")
WELL = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)

ROLLBACK: Question = ("ROLLBACK", {})

_prepared: WeakKeyDictionary[AsyncConnection, dict[str, bytes]] = WeakKeyDictionary()


async def exchange(conn: AsyncConnection, asked: Mapping[str, Question]) -> dict[str, Rows]:
    """The rows of each question, by its name; the error of the first that failed, with none after
    it carried out."""
    known = _prepared.setdefault(conn, {})
    told = [(query, values(query, named)) for query, named in asked.values()]
    async with conn.lock:
        found = await conn.wait(exchanged(conn.pgconn, known, told))
    loads: Transformer = Loads(conn)
    return {name: rows_of(loads, result) for name, result in zip(asked, found, strict=True)}


async def rollback(conn: AsyncConnection) -> None:
    """Undo what is not committed. Where psycopg rolls back itself, it lets go of all that was
    prepared, and each statement would be prepared anew."""
    await exchange(conn, {"rollback": ROLLBACK})


def exchanged(
    pgconn: PGconn, known: dict[str, bytes], told: list[tuple[str, list[bytes | None]]]
) -> Waiting:
    """Send all, then take what comes back; what was prepared is known from then on."""
    strange = list({query: None for query, _ in told if query not in known})
    names = known | {query: b"meguri-%d" % (len(known) + n) for n, query in enumerate(strange)}
    pgconn.enter_pipeline_mode()
    for query in strange:
        pgconn.send_prepare(names[query], numbered(query)[0])
    for query, asked in told:
        pgconn.send_query_prepared(names[query], asked)
    pgconn.pipeline_sync()
    results = yield from received(pgconn)
    pgconn.exit_pipeline_mode()
    for query, result in zip(strange, results, strict=False):
        if result.status == ExecStatus.COMMAND_OK:
            known[query] = names[query]
    for result in results:
        if result.status not in WELL:
            failed = errors.error_from_result(result)
            if isinstance(failed, errors.InvalidSqlStatementName):
                known.clear()  # somebody let go of them: the next time they are prepared again
            raise failed
    return results[len(strange) :]


def received(pgconn: PGconn) -> Waiting:
    """Every result up to the end of the pipeline, once all is out."""
    while pgconn.flush():
        if (yield Wait.RW) & Ready.R:
            pgconn.consume_input()
    results: list[PGresult] = []
    ended, until = False, monotonic() + PATIENCE
    while True:
        while pgconn.is_busy():
            yield Wait.R
            pgconn.consume_input()
            if monotonic() > until:
                pgconn.finish()
                raise errors.OperationalError("the server has fallen silent")
        result = pgconn.get_result()
        if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
            return results
        if result is not None:
            results.append(result)
        elif ended or pgconn.status != ConnStatus.OK:  # between two answers it says so once
            raise errors.OperationalError("the connection was lost")
        ended = result is None


@cache
def numbered(query: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement as the server reads it, with `$1` for its first name, and the names in order."""
    names: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        return f"${names.setdefault(found[1], len(names) + 1)}" if found[1] else "%"

    return PLACE.sub(place, query).encode(), tuple(names)


def values(query: str, named: Mapping[str, object]) -> list[bytes | None]:
    """What stands in a statement's places, as text; its casts say what it is."""
    return [text(named[name]) for name in numbered(query)[1]]


def text(value: object) -> bytes | None:
    """A value as PostgreSQL reads it; bytes are such text already."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, date | datetime):
        return value.isoformat().encode()
    if isinstance(value, list | tuple):
        return array(value).encode()
    assert isinstance(value, int), value
    return b"%d" % value


def rows_of(loads: Transformer, result: PGresult) -> Rows:
    """The rows of a result as Python knows them."""
    if not result.ntuples:
        return []
    loads.set_pgresult(result)
    return loads.load_rows(0, result.ntuples, tuple)
