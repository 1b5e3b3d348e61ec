"""台帳の連番: contiguous numbers and a chain, whatever is booked beside the sealer."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import AsyncConnection

from federation import journal
from federation.journal_hash import BEGINNING, Entry, Moved, canonical, chained, hashed, link

AT = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)
NUMBERS = itertools.count(1)
JOURNAL = """
SELECT number, entry_id, hash, chain FROM federation.journal ORDER BY number
"""
# Every column of what an entry moves, and why those that are not hashed are not.
HASHED = {
    "entries": {"xid": "names a transaction of one server"},
    "lots": {
        "member_id": "the entry's",
        "entry_id": "the entry's",
        "points_left": "changes with each draw",
        "points_held": "changes with each hold",
    },
    "draws": {"member_id": "the entry's", "entry_id": "the entry's", "booked_at": "the entry's"},
    "holds": {
        "member_id": "the entry's",
        "entry_id": "the entry's",
        "state": "told by the entry that ends it",
        "captured_points": "told by the entry that ends it",
        "ended_at": "told by the entry that ends it",
        "ended_entry_id": "told by the entry that ends it",
    },
    "hold_parts": {"member_id": "the entry's", "entry_id": "the entry's"},
    "shortages": {
        "member_id": "the entry's",
        "entry_id": "the entry's",
        "points_paid": "changes with each repayment",
        "undone": "told by the entry that reverses the return",
    },
}


@pytest.fixture
async def owner(database: str) -> AsyncIterator[AsyncConnection]:
    """Whoever writes into the books here."""
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        await conn.execute("SELECT federation.open_months('2026-05-01', 3)")
        yield conn


@pytest.fixture
async def sealer(database: str) -> AsyncIterator[AsyncConnection]:
    """The sealer's connection, with no more rights than the sealer has."""
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        await conn.execute("SET ROLE meguri_sealer")
        yield conn


async def book(conn: AsyncConnection, points: int = 10, at: datetime = AT) -> int:
    """An entry with a lot and a draw; its id."""
    entry_id = next(NUMBERS)
    asked = {"entry_id": entry_id, "points": points, "at": at}
    await conn.execute(
        "INSERT INTO federation.entries (member_id, entry_id, kind, tenant_id, shop_id, till,"
        " points, lines, at, business_date, cycle_id, booked_at)"
        " VALUES (1, %(entry_id)s, 'adjustment', 1, 1, 'T01', %(points)s,"
        """ '[{"code": "a", "amount_yen": 110}]', %(at)s, '2026-06-03', 20260601, %(at)s)""",
        asked,
    )
    await conn.execute(
        "INSERT INTO federation.lots (member_id, entry_id, part, points, points_left, shop_id,"
        " funder_id, scheme_id, limited, rule, usable_from, expires_on) VALUES (1, %(entry_id)s, 0,"
        " %(points)s, %(points)s, 1, 1, 1, false, 'base', '2026-06-03', '2028-03-31')",
        asked,
    )
    return entry_id


async def numbered(conn: AsyncConnection) -> list[int]:
    """The entries in the order of their numbers, which have no gap and a chain without a break."""
    found = await (await conn.execute(JOURNAL)).fetchall()
    assert [row[0] for row in found] == list(range(1, len(found) + 1))
    for at, row in enumerate(found, 1):
        if row[3] is not None:
            assert row[3] == chained(BEGINNING, [one[2] for one in found[:at]])
    assert not found or found[-1][3] is not None, "where a sealing ended, the chain stands"
    return [row[1] for row in found]


async def test_entries_are_numbered_in_the_order_of_their_transactions(
    owner: AsyncConnection, sealer: AsyncConnection
) -> None:
    booked = [await book(owner, at=AT - n * timedelta(hours=1)) for n in range(5)]
    head, count = await journal.number(sealer, None)
    assert (head.number, count) == (5, 5)
    assert await numbered(owner) == booked, "a clock that runs back changes nothing"
    assert await journal.number(sealer, head) == (head, 0)


async def test_one_that_sleeps_in_an_open_booking_is_waited_for(
    owner: AsyncConnection, sealer: AsyncConnection, database: str
) -> None:
    first = await book(owner)
    async with await AsyncConnection.connect(database) as sleeper:
        slow = await book(sleeper)
        later = [await book(owner) for _ in range(3)]
        assert (await journal.number(sealer, None))[1] == 1
        assert await numbered(owner) == [first], "what began later waits as well"
        await sleeper.commit()
    assert (await journal.number(sealer, None))[1] == 4
    assert await numbered(owner) == [first, slow, *later]


async def test_a_booking_that_is_given_up_leaves_no_gap(
    owner: AsyncConnection, sealer: AsyncConnection, database: str
) -> None:
    async with await AsyncConnection.connect(database) as other:
        await book(other)
        booked = await book(owner)
        await other.rollback()
    await journal.number(sealer, None)
    assert await numbered(owner) == [booked]


async def test_many_entries_of_one_transaction_are_numbered_slice_by_slice(
    owner: AsyncConnection, sealer: AsyncConnection
) -> None:
    async with owner.transaction():
        booked = [await book(owner) for _ in range(10)]
    head = None
    for left in (4, 4, 2, 0):
        head, count = await journal.number(sealer, head, most=4)
        assert count == left
    assert await numbered(owner) == booked


async def test_four_writers_and_a_sleeper_leave_no_gap_and_lose_nothing(
    owner: AsyncConnection, sealer: AsyncConnection, database: str
) -> None:
    booked: list[int] = []
    open_bookings = 0

    async def writer(turns: int, pause: float) -> None:
        nonlocal open_bookings
        async with await AsyncConnection.connect(database) as conn:
            for turn in range(turns):
                ours = [await book(conn) for _ in range(turn % 3 + 1)]
                open_bookings += 1
                await asyncio.sleep(pause)
                await (conn.rollback() if turn % 5 == 4 else conn.commit())
                open_bookings -= 1
                booked.extend(ours if turn % 5 != 4 else [])

    async def seal(done: asyncio.Event) -> int:
        rounds, head = 0, None
        while not done.is_set():
            head, count = await journal.number(sealer, head, most=7)
            rounds += bool(count and open_bookings)
        return rounds

    done = asyncio.Event()
    sealing = asyncio.create_task(seal(done))
    await asyncio.gather(*(writer(40, 0.0) for _ in range(4)), writer(4, 0.1))
    done.set()
    assert await sealing, "it numbered while others were booking"
    while (await journal.number(sealer, None))[1]:
        pass
    found = await numbered(owner)
    assert sorted(found) == sorted(booked)


async def test_books_brought_from_another_server_are_numbered_on(
    owner: AsyncConnection, sealer: AsyncConnection, database: str
) -> None:
    """There transactions bear other numbers: higher ones than will be seen here for long."""
    old = [await book(owner) for _ in range(3)]
    await journal.number(sealer, None)
    unnumbered = await book(owner)
    await owner.execute("UPDATE federation.entries SET xid = '999999999999'")
    await owner.execute("UPDATE federation.numbered SET xid = '999999999990'")
    async with await AsyncConnection.connect(database) as sleeper:
        slow = await book(sleeper)
        new = await book(owner)
        while (await journal.number(sealer, None, most=1))[1]:
            pass
        assert await numbered(owner) == [*old, unnumbered]
        await sleeper.commit()
    while (await journal.number(sealer, None, most=1))[1]:
        pass
    assert await numbered(owner) == [*old, unnumbered, slow, new]


async def test_a_journal_that_was_rewritten_is_not_written_on(
    owner: AsyncConnection, sealer: AsyncConnection
) -> None:
    await book(owner)
    head, _ = await journal.number(sealer, None)
    await owner.execute("ALTER TABLE federation.journal DISABLE TRIGGER stays")
    await owner.execute("UPDATE federation.journal SET chain = sha256('other')")
    await book(owner)
    with pytest.raises(journal.Rewritten):
        await journal.number(sealer, head)


async def test_one_session_seals_and_the_next_takes_over(database: str) -> None:
    async with (
        await AsyncConnection.connect(database, autocommit=True) as first,
        await AsyncConnection.connect(database, autocommit=True) as second,
    ):
        assert await journal.alone(first)
        assert not await journal.alone(second)
        await first.close()
        assert await until(lambda: journal.alone(second))


async def until(asked: Callable[[], Awaitable[bool]]) -> bool:
    """Ask until the answer is yes."""
    for _ in range(1_000):
        if await asked():
            return True
        await asyncio.sleep(0.01)
    return False


@pytest.mark.parametrize("table", ["journal", "heads"])
@pytest.mark.parametrize(
    "change", ["UPDATE federation.{} SET number = 2", "DELETE FROM federation.{}",
               "TRUNCATE federation.{}"]
)  # fmt: skip
async def test_not_even_a_superuser_changes_the_journal_unawares(
    owner: AsyncConnection, table: str, change: str
) -> None:
    await owner.execute("SET session_replication_role = replica")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="written once"):
        await owner.execute(change.format(table).encode())


async def test_the_chain_at_any_number_follows_from_the_last_link_before_it(
    owner: AsyncConnection, sealer: AsyncConnection
) -> None:
    head = None
    for sealed in (3, 1, 4):
        for _ in range(sealed):
            await book(owner)
        head, _ = await journal.number(sealer, head)
    hashes = [row[2] for row in await (await owner.execute(JOURNAL)).fetchall()]
    links = [row[0] for row in await (await owner.execute(JOURNAL)).fetchall() if row[3]]
    assert links == [3, 4, 8]
    for number in range(1, 9):
        assert await journal.chain_at(owner, number) == chained(BEGINNING, hashes[:number])
    assert [await journal.chain_at(owner, beyond) for beyond in (0, 9)] == [None, None]


async def test_each_day_on_which_something_was_booked_has_its_head(
    owner: AsyncConnection, sealer: AsyncConnection
) -> None:
    midnight = datetime(2026, 6, 3, 15, 0, tzinfo=UTC)  # 24:00 of the 3rd in Tokyo
    moment = timedelta(microseconds=1)
    for at in (AT, midnight - moment, midnight, midnight - moment, midnight + timedelta(days=2)):
        await book(owner, at=at)
    await journal.number(sealer, None)
    hashes = [row[2] for row in await (await owner.execute(JOURNAL)).fetchall()]
    await journal.end_days(sealer, datetime(2026, 6, 4, tzinfo=UTC).date())
    third = datetime(2026, 6, 3, tzinfo=UTC).date()
    assert await journal.heads(sealer) == [
        journal.DayHead(third, 4, chained(BEGINNING, hashes[:4]))
    ]
    for _ in range(2):
        await journal.end_days(sealer, datetime(2026, 6, 7, tzinfo=UTC).date())
        assert [(head.day_on.day, head.number) for head in await journal.heads(sealer)] == [
            (3, 4),
            (6, 5),
        ]


async def test_all_columns_of_what_an_entry_moves_are_hashed_or_named(
    owner: AsyncConnection,
) -> None:
    found = await owner.execute(
        "SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE relnamespace = 'federation'::regnamespace AND relname = ANY(%s) AND attnum > 0"
        " AND NOT attisdropped",
        [list(HASHED)],
    )
    columns: dict[str, set[str]] = {}
    for table, column in await found.fetchall():
        columns.setdefault(table, set()).add(column)
    parts = Moved.__annotations__
    assert set(parts) == {"entry", "lots", "draws", "hold", "held", "shortages"}
    structs = {
        "entries": Entry,
        "lots": parts["lots"].__args__[0].__args__[0],
        "draws": parts["draws"].__args__[0].__args__[0],
        "holds": parts["hold"].__args__[0],
        "hold_parts": parts["held"].__args__[0].__args__[0],
        "shortages": parts["shortages"].__args__[0].__args__[0],
    }
    for table, struct in structs.items():
        assert set(struct.__struct_fields__) == columns[table] - HASHED[table].keys(), table


def test_the_canonical_form_is_what_it_was() -> None:
    """Once sealed, the form of an entry never changes."""
    told = (
        '{"entry" : {"member_id":7,"entry_id":9,"kind":"accrual","tenant_id":1000,"shop_id":1001,'
        '"till":"T01","staff":null,"slip":"S-1","points":30,"paid_yen":3300,"excluded_yen":0,'
        '"receipt_till":"till","receipt_no":"R1","lines":[{"code":"パン","amount_yen":3300}],'
        '"of_entry_id":null,"reason":null,"at":"2026-06-03T03:00:00","business_date":"2026-06-03",'
        '"cycle_id":20260601,"booked_at":"2026-06-03T03:00:00.000001","rank":null,'
        '"returned_yen":null,"slides_to":null,"offline":0},"lots":[{"part":0,"points":30,'
        '"shop_id":1001,"funder_id":1000,"scheme_id":1,"facility_id":null,"limited":0,'
        '"rule":"base","usable_from":"2026-06-03","expires_on":"2028-03-31","from_member_id":null,'
        '"from_entry_id":null,"from_part":null}],"draws":null,"hold":null,"held":null,'
        '"shortages":null}'
    )
    assert canonical(told).decode() == (
        '{"entry":{"at":"2026-06-03T03:00:00","booked_at":"2026-06-03T03:00:00.000001",'
        '"business_date":"2026-06-03","cycle_id":20260601,"entry_id":9,"excluded_yen":0,'
        '"kind":"accrual","lines":[{"amount_yen":3300,"code":"パン"}],"member_id":7,"offline":0,'
        '"paid_yen":3300,"points":30,"receipt_no":"R1","receipt_till":"till","shop_id":1001,'
        '"slip":"S-1","tenant_id":1000,"till":"T01"},"lots":[{"expires_on":"2028-03-31",'
        '"funder_id":1000,"limited":0,"part":0,"points":30,"rule":"base","scheme_id":1,'
        '"shop_id":1001,"usable_from":"2026-06-03"}]}'
    )
    assert hashed(told).hex() == "95c2e34bd036acf322b5e06c29ab2446096b59846baadfd3d174311e642bcc6a"
    assert link(BEGINNING, hashed(told)) == chained(BEGINNING, [hashed(told)])


ROWS = """
draws (
    member_id, entry_id, lot_entry_id, lot_part, kind, points, tenant_id, shop_id, funder_id,
    scheme_id, rule, business_date, cycle_id, booked_at
) VALUES (
    1, %(entry_id)s, %(entry_id)s, 0, 'return', 1, 1, 1, 1, 1, 'base', '2026-06-03', 20260601,
    %(at)s
);
holds (member_id, entry_id, tenant_id, shop_id, business_date, points, made_at, expires_at)
VALUES (1, %(entry_id)s, 1, 1, '2026-06-03', 1, %(at)s, %(at)s + interval '1 minute');
hold_parts (member_id, entry_id, lot_entry_id, lot_part, points)
VALUES (1, %(entry_id)s, %(entry_id)s, 0, 1);
shortages (
    member_id, entry_id, part, tenant_id, shop_id, funder_id, rule, scheme_id, met, points,
    cycle_id, booked_at
) VALUES (1, %(entry_id)s, 0, 1, 1, 1, 'base', 1, 'owed', 1, 20260601, %(at)s)
"""


async def test_what_is_hashed_is_read(owner: AsyncConnection) -> None:
    """A column that the statement left out would be hashed as if nothing stood there."""
    entry_id = await book(owner)
    asked = {"entry_id": entry_id, "at": AT}
    for row in ROWS.split(";"):
        await owner.execute(f"INSERT INTO federation.{row.strip()}".encode(), asked)
    named = journal.json([{"member_id": 1, "entry_id": entry_id, "booked_at": AT}])
    asked = {"asked": named, "whole": True}
    [(told, _)] = await (await owner.execute(journal.MOVED, asked)).fetchall()
    moved = json.loads(told)
    parts = Moved.__annotations__
    assert moved.keys() == parts.keys()
    assert moved["entry"].keys() == set(Entry.__struct_fields__)
    for name in ("lots", "draws", "held", "shortages"):
        fields = parts[name].__args__[0].__args__[0].__struct_fields__
        assert [one.keys() for one in moved[name]] == [set(fields)], name
    assert moved["hold"].keys() == set(parts["hold"].__args__[0].__struct_fields__)


NEVER = {  # what a kind of entry never has
    "accrual": ("hold_parts", "holds", "draws", "shortages"),
    "hold": ("shortages",),
    "return": ("hold_parts", "holds"),
}
TEXTS = ("S-1", '引用"と\\と/', "tab\tand\x1f and é", "\U0001f36f 👩‍🍳")


@pytest.mark.parametrize("slip", TEXTS)
@pytest.mark.parametrize("kind", sorted(NEVER))
async def test_postgresql_hashes_as_we_do(owner: AsyncConnection, kind: str, slip: str) -> None:
    """What the sealer takes from the database is what whoever checks it works out."""
    entry_id = await book(owner)
    for row in ROWS.split(";"):
        asked = {"entry_id": entry_id, "at": AT}
        await owner.execute(f"INSERT INTO federation.{row.strip()}".encode(), asked)
    change = "UPDATE federation.entries SET lines = NULL, slip = %s, kind = %s WHERE entry_id = %s"
    await owner.execute(change, (slip, kind, entry_id))
    for table in NEVER[kind]:
        await owner.execute(f"DELETE FROM federation.{table}".encode())
    named = [journal.Named(1, entry_id, AT)]
    [ours] = await journal.hashes_of(owner, named)
    [theirs] = await journal.hashes_of(owner, named, whole=False)
    assert ours is not None
    assert ours == theirs
    asked = {"asked": journal.json(named), "whole": False}
    assert await (await owner.execute(journal.MOVED, asked)).fetchall() == [(None, theirs)]
