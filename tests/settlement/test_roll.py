"""Positions are what the whole pass comes to, however far the sealer and the roller have come."""

import asyncio
import random
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from psycopg import AsyncConnection

from federation import journal
from federation.days import TOKYO
from settlement import roll
from settlement.checks import broken
from settlement.close import PROOF
from settlement.lines import Line
from settlement.refusals import PromiseBroken
from tests.settlement.conftest import CYCLE, FIRST, Books
from tests.settlement.papers import opened
from tests.settlement.test_close import BUSY, closed

ID, NEXT = CYCLE.cycle_id, 20260616
ENTRIES = 9  # of the busy books
LONG_AGO = "1970-01-01T00:00:00Z"


async def sealed(books: Books, most: int = journal.MOST) -> int:
    """The sealer numbers so many entries."""
    async with books.role("sealer") as conn:
        return (await journal.number(conn, None, most))[1]


async def rolled(books: Books, most: int = roll.MOST) -> int:
    """The roller folds so many entries."""
    async with books.role("worker") as conn:
        return await roll.roll(conn, most)


async def mark(books: Books) -> object:
    return (await books.ask("SELECT number FROM settlement.folded"))[0][0]


async def differences(books: Books, cycle_id: int = ID) -> list[tuple[object, ...]]:
    """What the proof finds."""
    async with books.role("worker") as conn:
        first_on = date.fromisoformat(str(cycle_id))
        asked = {"cycle_id": cycle_id, "since": LONG_AGO, "first_on": first_on, "most": 9}
        return await (await conn.execute(PROOF, asked)).fetchall()


async def behind(books: Books) -> object:
    """How many points are in no position yet."""
    query = "SELECT coalesce(sum(points), 0)::bigint FROM settlement.unfolded"
    return (await books.ask(query))[0][0]


async def test_what_was_folded_is_not_folded_again(busy: Books) -> None:
    assert await sealed(busy) == ENTRIES
    assert await rolled(busy) == ENTRIES
    folded = await busy.ask("SELECT * FROM settlement.positions ORDER BY 1, 2, 3, 4, 5, 6, 7")
    assert folded
    assert await rolled(busy) == 0
    assert (
        await busy.ask("SELECT * FROM settlement.positions ORDER BY 1, 2, 3, 4, 5, 6, 7") == folded
    )
    assert await mark(busy) == ENTRIES
    assert await behind(busy) == 0
    assert await differences(busy) == []


@pytest.mark.parametrize("most", [1, 2, 5, 8])
async def test_slices_of_any_size_come_to_the_same(busy: Books, most: int) -> None:
    await sealed(busy)
    while await rolled(busy, most):
        assert await differences(busy) == []
    assert await behind(busy) == 0
    done = await closed(busy)
    assert done.state == "closed"
    assert await busy.nets() == BUSY


class Killed(Exception):
    """The process died here."""


async def dies_before_its_commit(conn: AsyncConnection) -> None:
    async with conn.transaction():
        assert await roll.fold(conn, 4) == 4
        raise Killed


async def test_a_roller_that_is_killed_leaves_its_slice_to_the_next(busy: Books) -> None:
    await sealed(busy)
    async with busy.role("worker") as conn:
        for _ in range(3):
            with pytest.raises(Killed):
                await dies_before_its_commit(conn)
            assert await mark(busy) == 0
            assert await busy.ask("SELECT * FROM settlement.positions") == []
        assert await roll.roll(conn, 4) == 4
    assert await mark(busy) == 4
    assert await rolled(busy) == ENTRIES - 4
    assert await behind(busy) == 0
    assert await differences(busy) == []


async def test_while_one_rolls_another_does_nothing(busy: Books) -> None:
    await sealed(busy)
    async with busy.role("worker") as first:
        async with first.transaction():
            await first.execute(roll.TRY, roll.LOCK)
            assert await roll.fold(first, 4) == 4
            assert await rolled(busy) == 0
        assert await rolled(busy) == ENTRIES - 4
    assert await differences(busy) == []


async def test_eight_who_catch_up_at_once_fold_each_entry_once(busy: Books) -> None:
    await sealed(busy)

    async def catches_up() -> int:
        async with busy.role("worker") as conn:
            return await roll.catch_up(conn, 1)

    assert sum(await asyncio.gather(*(catches_up() for _ in range(8)))) == ENTRIES
    assert await behind(busy) == 0
    assert await differences(busy) == []


@pytest.fixture
async def whole(busy: Books) -> list[Line]:
    """What the file says where nothing was folded."""
    await closed(busy)
    lines = opened(await busy.file())
    tables = [
        "seals",
        "pieces",
        "lines",
        "statements",
        "flows",
        "salts",
        "conditions",
        "papers",
        "splits",
        "cycles",
    ]
    await busy.put(f"TRUNCATE {', '.join(f'settlement.{table}' for table in tables)} CASCADE")
    await busy.put("UPDATE federation.cycles SET closed_at = NULL")
    return lines


@pytest.mark.parametrize(("numbered", "folded"), [(9, 9), (9, 5), (5, 5), (6, 2), (1, 0)])
async def test_wherever_sealer_and_roller_stand_a_close_says_the_same(
    busy: Books, whole: list[Line], numbered: int, folded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some is folded, some has a number, some has none; the close itself folds, and need not."""

    async def nothing(_: AsyncConnection) -> int:
        return 0

    await sealed(busy, numbered)
    await rolled(busy, folded)
    if folded != numbered:
        monkeypatch.setattr("settlement.close.catch_up", nothing)
    await closed(busy)
    assert await mark(busy) == folded
    # The header names the instant and the journal's head.
    assert opened(await busy.file())[1:] == whole[1:]


async def test_what_was_brought_from_elsewhere_and_has_no_number_counts(busy: Books) -> None:
    """As an import leaves it: no mark of the sealer that means anything here."""
    await sealed(busy, 4)
    await busy.put("UPDATE federation.numbered SET xid = '18446744073709551615'")
    await rolled(busy)
    assert await mark(busy) == 4
    assert await differences(busy) == []
    await closed(busy)
    assert await busy.nets() == BUSY


async def test_a_position_that_is_off_stops_the_close_by_its_name(busy: Books) -> None:
    await sealed(busy)
    await rolled(busy)
    await busy.put("UPDATE settlement.positions SET points = 61 WHERE points = 60")
    with pytest.raises(PromiseBroken) as refused:
        await closed(busy)
    assert refused.value.extra["broken"] == ["2026-06-01 a → b at-redemption used base: 61 ≠ 60"]
    assert await busy.ask("SELECT stage FROM settlement.cycles") == [("shut",)]
    assert await busy.ask("SELECT * FROM settlement.flows") == []
    await begun_anew(busy)
    await closed(busy)
    assert await busy.nets() == BUSY


async def test_a_flow_of_nobody_we_know_stops_the_close_by_its_number(busy: Books) -> None:
    await busy.entry("accrual", "a", date(2026, 6, 12), [(50, "a", "base")], member=3)
    await busy.put("UPDATE federation.lots SET funder_id = 999 WHERE member_id = 3")
    with pytest.raises(PromiseBroken) as refused:
        await closed(busy)
    assert refused.value.extra["broken"][0] == (
        "2026-06-01 ?999 → a at-redemption granted base: 50 ≠ 50"
    )
    assert await busy.ask("SELECT * FROM settlement.flows") == []


async def test_a_count_that_is_off_stops_the_close_by_its_name(busy: Books) -> None:
    await sealed(busy)
    await rolled(busy)
    await busy.put("UPDATE settlement.counts SET entries = 7 WHERE code = 201 AND entries = 2")
    with pytest.raises(PromiseBroken) as refused:
        await closed(busy)
    assert refused.value.extra["broken"] == ["2026-06-01 c 201: 7 ≠ 2"]
    assert await busy.ask("SELECT stage FROM settlement.cycles") == [("summed",)]
    assert await busy.ask("SELECT * FROM settlement.statements") == []
    await begun_anew(busy)
    await closed(busy)
    assert await busy.nets() == BUSY


async def begun_anew(books: Books) -> None:
    """`meguri roll --again`."""
    async with books.role("worker") as conn:
        await roll.again(conn)
        assert await roll.catch_up(conn) == ENTRIES


async def promises(books: Books) -> list[tuple[str, int, int]]:
    async with books.role("auditor") as conn:
        return [(one.promise, one.id, one.off) for one in await broken(conn)]


async def test_a_position_that_is_off_is_a_broken_promise_before_and_after_the_close(
    busy: Books,
) -> None:
    promise = "positions of a cycle are not what its draws and lots come to"
    await sealed(busy)
    await rolled(busy)
    assert await promises(busy) == []
    await busy.put("UPDATE settlement.positions SET points = 62 WHERE points = 60")
    assert await promises(busy) == [(promise, ID, 2)]
    await busy.put("UPDATE settlement.positions SET points = 60 WHERE points = 62")
    await closed(busy)
    assert await promises(busy) == []
    await busy.put("DELETE FROM settlement.positions WHERE points = 60")
    assert await promises(busy) == [(promise, ID, 60)]


LONG = [pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2)]


@pytest.mark.parametrize("seed", [0, *LONG])
async def test_random_books_are_the_same_counted_or_folded(books: Books, seed: int) -> None:
    """Entries of many parts, late ones and those of two cycles, beside a sealer and a roller that
    come whenever they come."""
    chance = random.Random(seed)
    lots: list[tuple[int, int]] = []
    for _ in range(60):
        shop, cycle = chance.choice("abc"), chance.choice([ID, NEXT])
        on = FIRST + timedelta(days=chance.randrange(*(-2, 15) if cycle == ID else (15, 30)))
        where: dict[str, Any] = {"member": 1, "cycle": cycle, "booked_at": None}
        match chance.choice(
            ["accrual", "accrual", "redemption", "return", "lapse", "seal", "roll"]
        ):
            case "accrual":
                parts = [
                    (100, chance.choice(["a", "b", "takamatsu"]), rule)
                    for rule in chance.sample(["base", "campaign:x", "rank:gold"], 2)
                ]
                entry = await books.entry("accrual", shop, on, parts, **where)
                lots += [(entry, 0), (entry, 1)]
            case "seal":
                await sealed(books, chance.randrange(1, 9))
            case "roll":
                await rolled(books, chance.randrange(1, 9))
            case kind if lots:
                drawn = chance.sample(lots, min(2, len(lots)))
                sign = -1 if kind == "return" else 1
                if sign < 0:  # what it gives back was taken before
                    await books.entry(
                        "redemption", shop, on, draws=[(3, *lot) for lot in drawn], **where
                    )
                await books.entry(
                    kind, shop, on, draws=[(sign * 3, *lot) for lot in drawn], **where
                )
        assert await differences(books) == await differences(books, NEXT) == []
    assert await promises(books) == []
    for cycle_id, due in ((ID, date(2026, 6, 17)), (NEXT, date(2026, 7, 2))):
        await closed(books, cycle_id, datetime.combine(due, time(12), TOKYO))
        assert sum((await books.nets(cycle_id)).values()) == 0
    assert await promises(books) == []
