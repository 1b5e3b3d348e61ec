"""What statements say by the day comes to what they say: for every party, late entries too."""

from datetime import date, datetime

import pytest

from federation.days import TOKYO
from settlement import calendar
from settlement.close import close
from settlement.paper.daily import agreed, behind, day_lines
from settlement.paper.issue import statement_in
from settlement.refusals import PromiseBroken
from settlement.statement import Statement
from tests.settlement.conftest import CYCLE, DUE, Books

SECOND = calendar.cycle_of(date(2026, 6, 16))


async def statements(books: Books, cycle_id: int) -> dict[int, Statement]:
    """Every party's statement of a cycle."""
    found = await books.ask(
        "SELECT party_id, body FROM settlement.statements WHERE cycle_id = %s", cycle_id
    )
    return {int(party): statement_in(str(body)) for party, body in found}  # type: ignore[call-overload]


async def closed(busy: Books, cycle_id: int, now: datetime) -> dict[int, Statement]:
    """The statements of a cycle, once it is closed."""
    await close(busy.closing, cycle_id, "test", now)
    return await statements(busy, cycle_id)


async def test_every_party_s_days_come_to_its_lines(busy: Books) -> None:
    told = await closed(busy, CYCLE.cycle_id, DUE)
    async with busy.role("auditor") as conn:
        every = await day_lines(conn, CYCLE.cycle_id)
        assert every is not None
        for party, statement in told.items():
            days = every.get(party, [])
            assert agreed(statement, days) == tuple(days)
            alone = await day_lines(conn, CYCLE.cycle_id, party)
            assert alone == ({party: days} if days else {})
    assert sum(len(days) for days in every.values()) > 10


async def test_late_entries_stand_under_their_own_date(busy: Books) -> None:
    await closed(busy, CYCLE.cycle_id, DUE)
    late = date(2026, 6, 14)
    booked_at = datetime(2026, 6, 18, tzinfo=TOKYO)
    more = {"cycle": SECOND.cycle_id, "booked_at": booked_at}
    lot = await busy.entry("accrual", "a", late, [(9, "a", "base")], **more)
    await busy.entry("redemption", "b", late, draws=[(4, lot, 0)], **more)
    told = await closed(busy, SECOND.cycle_id, datetime(2026, 7, 2, 12, tzinfo=TOKYO))
    async with busy.role("auditor") as conn:
        every = await day_lines(conn, SECOND.cycle_id)
        assert every is not None
        days = agreed(told[busy.parties["a"]], every[busy.parties["a"]])
        found = await behind(
            conn, SECOND.cycle_id, busy.parties["a"], (401, 121), wide=False, most=9
        )
    [adjusted] = [one for one in days if one.code == 401]
    assert (adjusted.business_date, adjusted.original, adjusted.yen) == (late, 121, -4)
    assert [(one.business_date, one.points, one.yen, one.shop, one.till) for one in found] == [
        (late, 4, -4, "b-1", None)
    ]


async def test_days_that_do_not_come_to_a_line_are_told_to_nobody(busy: Books) -> None:
    told = await closed(busy, CYCLE.cycle_id, DUE)
    party = busy.parties["c"]
    async with busy.role("auditor") as conn:
        every = await day_lines(conn, CYCLE.cycle_id, party)
    assert every is not None
    with pytest.raises(PromiseBroken):
        agreed(told[party], every[party][1:])


async def test_a_cycle_whose_month_was_detached_tells_no_days(busy: Books) -> None:
    await closed(busy, CYCLE.cycle_id, DUE)
    await busy.put(
        "INSERT INTO federation.detached VALUES ('2026-06-01', '2026-05-31 15:00+00',"
        " '2026-06-30 15:00+00', 0, 0, 0, sha256(''), sha256(''), sha256(''), now())"
    )
    async with busy.role("auditor") as conn:
        assert await day_lines(conn, CYCLE.cycle_id) is None
