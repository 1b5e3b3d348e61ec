"""Statements that belong together leave in one write, and fail as one."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import psycopg
import pytest
from psycopg import AsyncConnection

from federation.exchange import exchange, rollback

BEGIN = ("BEGIN", {})
COMMIT = ("COMMIT", {})
TABLE = ("CREATE TABLE noted (what text PRIMARY KEY)", {})
COUNT = ("SELECT count(*) FROM noted", {})
ECHO = "SELECT %(what)s::text AS what"


def note(what: str) -> tuple[str, dict[str, object]]:
    return "INSERT INTO noted VALUES (%(what)s::text)", {"what": what}


@pytest.fixture
async def conn(database: str) -> AsyncIterator[AsyncConnection]:
    async with await AsyncConnection.connect(database, autocommit=True) as ours:
        yield ours


async def test_each_question_hears_its_own_rows(conn: AsyncConnection) -> None:
    asked = {
        "numbers": ("SELECT n, n * n FROM generate_series(1, %(upto)s::integer) AS n", {"upto": 3}),
        "nobody": ("SELECT 1 WHERE %(never)s::boolean", {"never": False}),
        "same": (ECHO, {"what": "一"}),
        "again": (ECHO, {"what": "二"}),
    }
    assert await exchange(conn, asked) == {
        "numbers": [(1, 1), (2, 4), (3, 9)],
        "nobody": [],
        "same": [("一",)],
        "again": [("二",)],
    }


async def test_what_is_asked_arrives_as_it_was(conn: AsyncConnection) -> None:
    query = (
        "SELECT %(day)s::date, %(instant)s::timestamptz, %(none)s::bigint, %(texts)s::text [], "
        "%(numbers)s::bigint [], %(yes)s::boolean, %(text)s::text, %(day)s::date + 1, '%%'"
    )
    instant = datetime(2027, 3, 31, 14, 59, 59, 999_999, tzinfo=UTC)
    texts = ['"', "\\", "a,b", "{}", "", "NULL", "一\n二"]
    asked = {
        "day": date(2027, 3, 31), "instant": instant, "none": None, "texts": texts,
        "numbers": [1, -(2**63)], "yes": True, "text": "'; --",
    }  # fmt: skip
    (row,) = (await exchange(conn, {"all": (query, asked)}))["all"]
    days = date(2027, 3, 31), date(2027, 4, 1)
    assert row == (days[0], instant, None, texts, [1, -(2**63)], True, "'; --", days[1], "%")


async def test_more_than_a_socket_takes_at_once_goes_and_comes(conn: AsyncConnection) -> None:
    long = "点" * 4_000_000
    found = await exchange(conn, {"one": (ECHO, {"what": long}), "two": (ECHO, {"what": long})})
    assert found == {"one": [(long,)], "two": [(long,)]}


async def test_where_one_fails_none_is_carried_out(conn: AsyncConnection) -> None:
    await exchange(conn, {"table": TABLE})
    asked = {"begin": BEGIN, "first": note("a"), "second": note("a"), "commit": COMMIT}
    with pytest.raises(psycopg.errors.UniqueViolation):
        await exchange(conn, asked)
    await rollback(conn)
    assert await exchange(conn, {"count": COUNT}) == {"count": [(0,)]}


async def test_after_a_fault_the_same_statements_serve(conn: AsyncConnection) -> None:
    """One was never prepared, since another before it failed; then it is, and does its work."""
    await exchange(conn, {"table": TABLE})
    for _ in range(2):
        with pytest.raises(psycopg.errors.DivisionByZero):
            await exchange(conn, {"fault": ("SELECT 1 / 0", {}), "note": note("b")})
    await exchange(conn, {"begin": BEGIN, "note": note("b"), "commit": COMMIT})
    assert await exchange(conn, {"count": COUNT}) == {"count": [(1,)]}


async def test_a_statement_that_does_not_exist_says_so(conn: AsyncConnection) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        await exchange(conn, {"wrong": ("SELECT FROM nowhere", {}), "right": (ECHO, {"what": "a"})})
    assert await exchange(conn, {"right": (ECHO, {"what": "a"})}) == {"right": [("a",)]}


async def test_a_server_that_went_away_is_missed(conn: AsyncConnection, database: str) -> None:
    async with await AsyncConnection.connect(database, autocommit=True) as other:
        await other.execute("SELECT pg_terminate_backend(%s)", (conn.info.backend_pid,))
    with pytest.raises(psycopg.OperationalError):
        await exchange(conn, {"one": (ECHO, {"what": "a"})})
    assert conn.broken or conn.closed


async def test_what_somebody_let_go_of_is_prepared_again(conn: AsyncConnection) -> None:
    """A name is not used twice for another statement, whatever became of it."""
    assert await exchange(conn, {"one": (ECHO, {"what": "a"})}) == {"one": [("a",)]}
    await conn.execute("DEALLOCATE ALL")
    with pytest.raises(psycopg.errors.InvalidSqlStatementName):
        await exchange(conn, {"one": (ECHO, {"what": "a"})})
    assert await exchange(conn, {"one": (ECHO, {"what": "a"})}) == {"one": [("a",)]}


async def test_a_fault_costs_no_statement_its_place(conn: AsyncConnection) -> None:
    await exchange(conn, {"begin": BEGIN, "one": (ECHO, {"what": "a"})})
    with pytest.raises(psycopg.errors.DivisionByZero):
        await exchange(conn, {"fault": ("SELECT 1 / 0", {})})
    await rollback(conn)
    prepared = await (await conn.execute("SELECT count(*) FROM pg_prepared_statements")).fetchone()
    assert prepared == (4,)
    assert await exchange(conn, {"one": (ECHO, {"what": "b"})}) == {"one": [("b",)]}


async def test_a_server_that_falls_silent_is_left(
    conn: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one whose postmaster was killed may, with a lock that nobody gives back."""
    monkeypatch.setattr("federation.exchange.PATIENCE", 0.2)
    with pytest.raises(psycopg.OperationalError, match="silent"):
        await exchange(conn, {"never": ("SELECT pg_sleep(3600)", {})})
    assert conn.closed
