"""A cycle is closed once, whatever happens on the way, and the file says what the books say."""

import asyncio
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from federation.days import TOKYO
from federation.refusals import NotFound, Refusal
from settlement.close import Closed, close
from settlement.lines import Draw
from settlement.refusals import CycleClosed, CycleNotOver, EarlierCycleOpen, PromiseBroken
from settlement.statement import Statement
from settlement.verify import examine, verify
from tests.settlement.conftest import CYCLE, DUE, FIRST, Books
from tests.settlement.papers import opened
from tests.settlement.recompute import recompute
from tests.settlement.test_verify import stated

ID = CYCLE.cycle_id
NEXT = 20260616
BUSY = {"a": -60, "b": -100, "c": +300, "takamatsu": -140}


async def closed(books: Books, cycle_id: int = ID, now: datetime = DUE) -> Closed:
    return await close(books.closing, cycle_id, "c_tester", now)


async def test_a_cycle_is_closed_into_statements_that_sum_to_zero(busy: Books) -> None:
    done = await closed(busy)
    assert await busy.nets() == BUSY
    assert sum(BUSY.values()) == 0
    file = await busy.file()
    verdict = examine(file, done.seal)
    assert verdict.faults == ()
    assert (verdict.grants, verdict.draws, verdict.leaves) == (6, 8, len(file) - 1)
    parts = [line for line in opened(file) if isinstance(line, Draw)]
    assert [line.n for line in parts if line.entry == parts[1].entry] == [0, 1, 2]
    assert done.closed_at == DUE
    assert (done.cycle, done.state, done.previous) == ("2026-06-01", "closed", None)
    assert busy.lapsed_up_to == [date(2026, 6, 15)]


async def test_another_hand_recomputes_the_closed_cycle(busy: Books, tmp_path: Path) -> None:
    await closed(busy)
    path = tmp_path / "sealed"
    path.write_bytes(b"".join(await busy.file()))
    assert recompute(path) == stated(path)


async def test_statements_and_lines_and_file_say_the_same(busy: Books) -> None:
    await closed(busy)
    bodies = await busy.ask(
        "SELECT code, body, total_yen FROM settlement.statements"
        " INNER JOIN tenants.parties USING (party_id)"
    )
    lines = await busy.ask(
        "SELECT parties.code, lines.code, original, points, entries, yen FROM settlement.lines"
        " INNER JOIN tenants.parties USING (party_id) ORDER BY 1, 2, 3 NULLS FIRST"
    )
    assert {code for code, *_ in bodies} == set(busy.parties)
    told = []
    for code, body, total_yen in sorted(bodies, key=lambda row: str(row[0])):
        statement = msgspec.json.decode(str(body), type=Statement)
        assert statement.total_yen == total_yen
        assert statement.number == f"20260601-{code}"
        told += [
            (code, one.code, one.original or None, one.points, one.entries,
             one.yen if isinstance(one.yen, int) else None)
            for one in statement.lines
        ]  # fmt: skip
    assert told == lines


async def statement_of(books: Books, code: str) -> Statement:
    query = (
        "SELECT body FROM settlement.statements INNER JOIN tenants.parties USING (party_id)"
        " WHERE code = %s"
    )
    [(body,)] = await books.ask(query, code)
    return msgspec.json.decode(str(body), type=Statement)


async def test_a_purchase_of_points_from_several_funders_counts_once_at_the_till(
    busy: Books,
) -> None:
    await closed(busy)
    c, a = [await statement_of(busy, code) for code in ("c", "a")]
    assert [(x.code, x.points, x.entries, x.yen) for x in c.lines if x.code == 201] == [
        (201, 305, 2, 305)
    ]
    assert [(x.code, x.points, x.yen) for x in a.lines if x.code in (201, 202)] == [
        (201, 40, 40), (202, 40, -40),
    ]  # fmt: skip
    assert a.pays_on == date(2026, 6, 30)
    assert a.lines[0].name == "ポイント負担金・利用分（通常）"


@pytest.mark.parametrize("with_nothing", [True, False])
async def test_an_empty_cycle_and_one_of_zeros_close_and_seal(
    books: Books, with_nothing: bool
) -> None:
    if not with_nothing:
        lot = await books.entry("accrual", "a", FIRST, [(10, "a", "base")])
        await books.entry("redemption", "a", FIRST, draws=[(10, lot, 0)])
    done = await closed(books)
    assert await books.nets() == {}
    assert verify(await books.file(), done.seal) == []


async def test_eight_who_close_at_once_close_once(busy: Books) -> None:
    done = await asyncio.gather(*(closed(busy) for _ in range(8)))
    assert len({one.seal for one in done}) == 1
    assert verify(await busy.file(), done[0].seal) == []
    assert await busy.nets() == BUSY


async def test_a_running_cycle_is_left_out_and_three_are_chained(busy: Books) -> None:
    """What the second half of June has seen before the first is closed waits for its own close."""
    july = 20260701
    lot = await busy.entry("accrual", "a", date(2026, 6, 16), [(90, "a", "base")], cycle=NEXT)
    await busy.entry("redemption", "c", date(2026, 6, 17), draws=[(10, lot, 0)], cycle=NEXT)
    seals: list[str | None] = [None]
    for cycle_id in (ID, NEXT, july):
        done = await closed(busy, cycle_id, datetime(2026, 7, 20, tzinfo=TOKYO))
        assert done.previous == seals[-1]
        assert examine(await busy.file(cycle_id), done.seal, seals[-1]).faults == ()
        seals.append(done.seal)
    assert await busy.nets() == BUSY
    assert await busy.nets(NEXT) == {"a": -10, "c": +10}
    assert await busy.nets(july) == {}


async def test_what_arrives_late_is_adjusted_in_the_next_cycle(busy: Books) -> None:
    """A sale of 6/14 that comes after the close of 6/17 stands in the second half of June."""
    first = await closed(busy)
    file = await busy.file()
    after = DUE + timedelta(hours=1)
    lot = await busy.entry(
        "accrual", "a", date(2026, 6, 14), [(50, "a", "base")], cycle=NEXT, booked_at=after
    )
    await busy.entry(
        "redemption", "b", date(2026, 6, 14), draws=[(30, lot, 0)], cycle=NEXT, booked_at=after
    )
    later = await closed(busy, NEXT, datetime(2026, 7, 2, tzinfo=TOKYO))
    assert await busy.nets(NEXT) == {"a": -30, "b": +30}
    codes = await busy.ask(
        "SELECT lines.code, original, yen FROM settlement.lines INNER JOIN tenants.parties"
        " USING (party_id) WHERE cycle_id = %s AND parties.code = 'b' ORDER BY 1", NEXT,
    )  # fmt: skip
    assert codes == [(401, 201, 30), (900, None, 30)]
    chained = await busy.file(NEXT)
    assert later.previous == first.seal
    assert examine(chained, later.seal, first.seal).faults == ()
    assert await busy.file() == file


async def test_what_was_booked_before_there_was_a_cycle_settles_in_the_eldest(
    books: Books,
) -> None:
    early = date(2026, 5, 20)
    lot = await books.entry("accrual", "a", early, [(50, "a", "base")])
    await books.entry("redemption", "b", early, draws=[(30, lot, 0)])
    done = await closed(books)
    assert await books.nets() == {"a": -30, "b": +30}
    assert verify(await books.file(), done.seal) == []


async def test_points_settle_by_the_scheme_they_were_granted_under(books: Books) -> None:
    """The mode changes on the 8th with 100 points outstanding: nobody pays twice."""
    await books.put("UPDATE tenants.schemes SET funding = 'at-issue'")
    await books.put(
        "INSERT INTO tenants.schemes VALUES (2, 'at-redemption', '2026-06-08', 'test', 'a change')"
    )
    old = await books.entry("accrual", "a", FIRST, [(100, "a", "base")])
    new = await books.entry("accrual", "a", date(2026, 6, 9), [(40, "a", "base")], scheme=2)
    await books.entry("redemption", "b", date(2026, 6, 10), draws=[(100, old, 0), (30, new, 0)])
    done = await closed(books)
    assert await books.nets() == {"a": -130, "b": +130}
    assert verify(await books.file(), done.seal) == []
    assert await books.ask("SELECT scheme_id FROM settlement.cycles") == [(2,)]


async def test_a_change_over_pays_in_for_what_is_outstanding_and_no_more(
    books: Books, tmp_path: Path
) -> None:
    """移行精算 from at-redemption to at-issue: A pays 60 when B honours them, 40 into the fund."""
    await books.put(
        "INSERT INTO tenants.schemes VALUES (2, 'at-issue', '2026-06-08', 'test', 'a change')"
    )
    old = await books.entry("accrual", "a", FIRST, [(100, "a", "base")])
    await books.entry("redemption", "b", date(2026, 6, 3), draws=[(60, old, 0)])
    new = await books.entry(
        "changeover", "operator", date(2026, 6, 8), [(40, "a", "base")], [(40, old, 0)], scheme=2
    )
    await books.entry("redemption", "b", date(2026, 6, 9), draws=[(15, new, 0)])
    done = await closed(books)
    assert await books.nets() == {"a": -100, "b": +75, "fund": +25}
    assert verify(await books.file(), done.seal) == []
    path = tmp_path / "sealed"
    path.write_bytes(b"".join(await books.file()))
    assert recompute(path) == stated(path)


async def test_points_that_change_from_one_scheme_at_issue_to_another_close(
    books: Books, tmp_path: Path
) -> None:
    """Out of a lot and into another stand in one line of the funder's, and count as one entry."""
    for scheme_id, breakage in ((2, "PROMO_FUND"), (3, "RETURN_TO_FUNDER")):
        await books.put(
            "INSERT INTO tenants.schemes (scheme_id, funding, breakage, from_on, author, reason)"
            " VALUES (%s, 'at-issue', %s, %s, 'test', 'a story')",
            scheme_id, breakage, date(2026, 1, scheme_id),
        )  # fmt: skip
    old = await books.entry("accrual", "a", FIRST, [(100, "a", "base")], scheme=2)
    await books.entry(
        "changeover", "operator", date(2026, 6, 8), [(100, "a", "base")], [(100, old, 0)], scheme=3
    )
    await books.entry("accrual", "b", date(2026, 6, 9), [(5, "b", "base")], scheme=3)
    done = await closed(books)
    assert await books.nets() == {"a": -100, "b": -5, "fund": +105}
    assert verify(await books.file(), done.seal) == []
    path = tmp_path / "sealed"
    path.write_bytes(b"".join(await books.file()))
    assert recompute(path) == stated(path)
    assert (151, None, 200, 1, 0) in recompute(path)["a"]


async def test_what_cannot_be_closed_is_refused_by_name(busy: Books) -> None:
    refusals: list[tuple[int, datetime, type[Refusal]]] = [
        (20260602, DUE, NotFound),
        (20250601, DUE, NotFound),
        (ID, datetime(2026, 6, 15, 23, 59, 59, tzinfo=TOKYO), CycleNotOver),
        (ID, datetime(2026, 6, 1, tzinfo=TOKYO), CycleNotOver),
        (NEXT, datetime(2026, 6, 20, tzinfo=TOKYO), CycleNotOver),
        (NEXT, datetime(2026, 7, 20, tzinfo=TOKYO), EarlierCycleOpen),
    ]
    for cycle_id, now, refusal in refusals:
        with pytest.raises(refusal):
            await closed(busy, cycle_id, now)
    assert await busy.ask("SELECT * FROM settlement.cycles") == []
    assert busy.lapsed_up_to == []


async def test_a_cycle_may_close_from_midnight(busy: Books) -> None:
    midnight = datetime(2026, 6, 16, 0, 0, tzinfo=TOKYO)
    assert (await closed(busy, now=midnight)).closed_at == midnight


async def test_a_cycle_that_went_on_is_not_closed_again(busy: Books) -> None:
    await closed(busy)
    for state in ("confirmed", "approved", "sent", "settled", "returned"):
        await busy.put("UPDATE settlement.cycles SET state = %s", state)
        with pytest.raises(CycleClosed):
            await closed(busy)


async def test_a_broken_promise_stops_the_close_before_a_yen_is_stated(busy: Books) -> None:
    await busy.put("UPDATE federation.lots SET points_left = points_left - 1 WHERE entry_id = 1")
    with pytest.raises(PromiseBroken) as refused:
        await closed(busy)
    assert refused.value.extra["broken"]
    assert await busy.ask("SELECT stage FROM settlement.cycles") == [("shut",)]
    assert await busy.ask("SELECT * FROM settlement.statements") == []
    await busy.put("UPDATE federation.lots SET points_left = points_left + 1 WHERE entry_id = 1")
    await closed(busy)
    assert await busy.nets() == BUSY


async def test_the_calendar_never_runs_out(books: Books) -> None:
    await books.put("DELETE FROM federation.cycles WHERE cycle_id > %s", ID)
    await closed(books)
    ahead = await books.ask("SELECT first_on, last_on FROM federation.cycles ORDER BY 1")
    assert ahead[1] == (date(2026, 6, 16), date(2026, 6, 30))
    assert len(ahead) >= 5


async def test_no_card_no_member_and_no_receipt_stands_in_the_file(busy: Books) -> None:
    await closed(busy)
    rows = [json.loads(text)["line"] for text in (await busy.file())[:-1]]
    keys = {key for row in rows for key in row}
    assert keys == {
        "type", "format", "currency", "cycle", "first_on", "last_on", "closed_at", "previous",
        "scheme", "funding", "from_on", "party", "kind", "name", "name_en", "entry", "n", "rule",
        "business_date", "tenant", "shop", "funder", "points", "yen", "code", "entries",
    }  # fmt: skip


async def test_20000_lines_close(books: Books, record_property: Callable[..., None]) -> None:
    """A cycle of 10,000 sales, each with one lot, and 10,000 draws."""
    a, b = books.parties["a"], books.parties["b"]
    await books.put(
        "INSERT INTO federation.entries (member_id, entry_id, kind, tenant_id, shop_id, till,"
        " points, at, business_date, cycle_id, booked_at)"
        " SELECT 1 + n %% 9, n + 20000 * k, CASE k WHEN 0 THEN 'accrual' ELSE 'redemption' END,"
        " t, t, 'T01', CASE k WHEN 0 THEN 9 ELSE -4 END, at, at::date, %s, at"
        " FROM generate_series(1, 10000) AS n, generate_series(0, 1) AS k,"
        " LATERAL (SELECT timestamptz '2026-06-01 12:00+09' + n %% 15 * interval '1 day' AS at,"
        " CASE n %% 2 WHEN k THEN %s::bigint ELSE %s END AS t) AS l",
        ID, a, b,
    )  # fmt: skip
    await books.put(
        "INSERT INTO federation.lots SELECT member_id, entry_id, 0, 9, 5, 0, shop_id, tenant_id, 1,"
        " NULL, false, 'base', business_date, '2028-03-31' FROM federation.entries"
        " WHERE kind = 'accrual'"
    )
    await books.put(
        "INSERT INTO federation.draws SELECT used.member_id, used.entry_id, lots.entry_id, 0,"
        " 'redemption', 4, used.tenant_id, used.shop_id, lots.funder_id, 1, 'base',"
        " used.business_date, used.cycle_id, used.booked_at FROM federation.entries AS used"
        " INNER JOIN federation.lots ON lots.entry_id = used.entry_id - 20000"
        " AND lots.member_id = used.member_id"
    )

    async def kept(_: object) -> list[object]:
        return []

    books.promises = kept
    began = asyncio.get_running_loop().time()
    done = await closed(books)
    record_property("seconds", asyncio.get_running_loop().time() - began)
    assert done.leaves > 20_000
    assert await books.nets() == {}
