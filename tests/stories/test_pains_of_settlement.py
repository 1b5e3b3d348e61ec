"""Pains that others have had with settling, by their numbers: 6 to 9."""

from collections.abc import Callable
from datetime import date

import pytest

from settlement import roll
from settlement.bank.refusals import BankResultRefused
from settlement.exposure import caps
from settlement.exposure.levels import Exposure
from settlement.life import papers
from settlement.life.refusals import WrongState
from tests.mall import LONG_AGO, WHY, Mall, Shop
from tests.settlement.life.offices import CYCLE, ID, JUNE, Finance, answered

LATER, LATER_ID = date(2026, 6, 18), 20260616
POSITIONS = """
SELECT json_agg(positions ORDER BY cycle_id, funder_id, tenant_id, movement, kind, funding, late)
FROM settlement.positions
"""


async def test_pain_6_settling_twice_is_settling_once(mall: Mall) -> None:
    """The close, the confirmation, the result file and the running totals, each done again."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, finance = await mall.member(), Finance(mall)
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    await finance.opens("bakery", "bookshop")
    first, sealed = await mall.close(JUNE), await mall.sealed(JUNE)
    again = await mall.close(JUNE)
    assert (again.status, again.content) == (200, first.content)
    assert await mall.sealed(JUNE) == sealed
    async with mall.hub.pools.bare("worker") as conn:
        await roll.catch_up(conn)
        stood = await mall.value(POSITIONS)
        await roll.catch_up(conn)
        assert await mall.value(POSITIONS) == stood
        await roll.again(conn)
        await roll.catch_up(conn)
        assert await mall.value(POSITIONS) == stood
    confirmed = await finance.confirms()
    assert (await finance.confirms()).content == confirmed.content
    await finance.until_approved()
    sent = await finance.sends()
    assert await finance.sends() == sent
    await mall.turn_to(date(2026, 7, 8))
    await finance.sends()
    result = answered((await finance.files())["zengin-91"].body, {})
    await mall.turn_to(date(2026, 7, 30))
    assert await finance.takes_results(result) == await finance.takes_results(result)
    paid = await finance.paid()
    assert (paid["bakery"]["state"], paid["bakery"]["settled_yen"]) == ("settled", 1_000)
    assert await mall.sealed(JUNE) == sealed


async def test_pain_7_what_comes_to_nothing_is_settled_and_illegal_steps_are_named(
    mall: Mall,
) -> None:
    """A cycle with nothing in it, and one in which everything is given back."""
    finance = Finance(mall)
    await finance.opens()
    with pytest.raises(WrongState) as early:
        await finance.approves()
    assert early.value.extra == {"state": "open"}
    await finance.until_sent()
    assert (await finance.state(), await finance.paid()) == ("settled", {})
    with pytest.raises(WrongState) as late:
        await finance.sends_again()
    assert late.value.extra == {"state": "settled"}
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, taro = await mall.members(2)
    for buyer, seller, other in ((hanako, bakery, bookshop), (taro, bookshop, bakery)):
        await seller.sells(buyer, yen=11_000)
        await other.accepts(buyer, 100)
    assert (await mall.close(LATER)).status == 200
    assert await mall.nets(LATER) == {}
    assert (await finance.confirms("2026-06-16")).status == 200
    await mall.turn_to(date(2026, 7, 15))
    await finance.approves(cycle_id=LATER_ID)
    await finance.sends(LATER_ID)
    assert (await finance.state("2026-06-16"), await finance.paid("2026-06-16")) == ("settled", {})
    operator = await mall.operator()
    for cycle, slug in ((CYCLE, "cycle-closed"), ("2026-12-16", "cycle-not-over")):
        refused = await operator.ask("POST", f"/v1/admin/cycles/{cycle}/close")
        assert (refused.status, refused.slug) == (409, slug)


Bend = Callable[[list[bytes]], list[bytes]]


def bent(*changes: tuple[int, int, bytes]) -> Bend:
    """Records with other bytes at a place: record, place, bytes."""

    def bend(records: list[bytes]) -> list[bytes]:
        found = list(records)
        for record, at, value in changes:
            one = found[record]
            found[record] = one[:at] + value + one[at + len(value) :]
        return found

    return bend


def without_a_line(records: list[bytes]) -> list[bytes]:
    left = [records[0], records[1], *records[3:]]
    totals = b"000001000000001000000001000000001000000000000000000000"
    return bent((2, 1, totals))(left)


def with_a_line_more(records: list[bytes]) -> list[bytes]:
    more = bent((2, 91, b"00000000020260601999"))(records)[2]
    totals = b"000003000000002000000003000000002000000000000000000000"
    return bent((4, 1, totals))([*records[:3], more, *records[3:]])


YEN, HOLDER, ACCOUNT = 80, 50, 43  # where a debit's fields stand
TOTALS = b"000002000000001501000002000000001501000000000000000000"


WRONG: list[tuple[str, Bend]] = [
    ("trailer-yen", bent((3, 7, b"000000001501"))),
    ("line-differs", bent((1, YEN, b"0000001001"), (3, 1, TOTALS))),
    ("line-missing", without_a_line),
    ("line-extra", with_a_line_more),
    ("account-differs", bent((1, ACCOUNT, b"9999999"))),
    ("party-differs", bent((1, HOLDER, "ﾍﾞﾂﾉﾋﾄ".encode("cp932").ljust(30)))),
]


async def test_pain_8_a_result_that_is_wrong_settles_nothing_and_says_why(mall: Mall) -> None:
    bakery, bookshop, florist = await mall.shops("bakery", "bookshop", "florist")
    finance = Finance(mall)
    for seller, points in ((bakery, 1_000), (florist, 500)):
        buyer = await mall.member()
        await seller.sells(buyer, yen=110 * points)
        await bookshop.accepts(buyer, points)
    await finance.opens("bakery", "bookshop", "florist")
    await finance.until_sent()
    await mall.turn_to(date(2026, 7, 8))
    await finance.sends()
    right = answered((await finance.files())["zengin-91"].body, {})
    await mall.turn_to(date(2026, 7, 30))
    records = right.split(b"\r\n")
    before = await finance.paid()
    for fault, bend in WRONG:
        with pytest.raises(BankResultRefused) as refused:
            await finance.takes_results(b"\r\n".join(bend(records)))
        assert refused.value.extra["faults"] == [fault]
        assert await finance.paid() == before
    assert await mall.value("SELECT count(*) FROM settlement.bank_uploads") == 0
    await finance.takes_results(right)
    assert {party: one["state"] for party, one in (await finance.paid()).items()} == {
        "bakery": "settled", "bookshop": "sent", "florist": "settled",
    }  # fmt: skip


async def stands(mall: Mall, shop: Shop) -> Exposure:
    """What a shop's tenant stands at, after the watch has looked."""
    async with mall.hub.pools.bare("worker") as conn:
        await caps.look(conn, mall.now)
        asked = (shop.tenant_id, shop.tenant)
        return (await caps.exposures(conn, mall.today, asked))[shop.tenant_id]


async def test_pain_9_exposure_counts_every_cycle_that_is_not_settled(mall: Mall) -> None:
    """Cap 90,000; one window of 10,000, one of 100,000: in every mixture of open, stated, sent and
    settled, what is over the cap is known, and accruals stop and come back with it."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, finance = await mall.member(), Finance(mall)
    await finance.opens("bakery", "bookshop")
    async with mall.hub.pools.bare("worker") as conn:
        await caps.agree(conn, "bakery", LONG_AGO, 90_000, 90_000, WHY, mall.now)
    for _ in range(2):
        await bakery.sells(hanako, yen=9_900_000)
    await bookshop.accepts(hanako, 10_000)
    assert (await stands(mall, bakery)).exposure_yen == 10_000  # the first window runs
    await mall.close(JUNE)
    assert [one.part for one in (await stands(mall, bakery)).parts] == ["stated"]
    await bookshop.accepts(hanako, 100_000)
    both = await stands(mall, bakery)
    assert [(one.cycle, one.part, one.yen) for one in both.parts] == [
        (date(2026, 6, 1), "stated", -10_000), (date(2026, 6, 16), "running", -100_000),
    ]  # fmt: skip
    assert (both.exposure_yen, both.level, both.headroom_yen) == (110_000, "refused", -20_000)
    assert (await bakery.post("/v1/accruals", **bakery.sale(hanako, 1_100))).status == 409
    assert (await finance.confirms()).status == 200
    await finance.until_approved()
    await finance.sends()
    assert [one.part for one in (await stands(mall, bakery)).parts] == ["unpaid", "running"]

    await mall.close(LATER)
    assert (await finance.confirms("2026-06-16")).status == 200
    assert (await stands(mall, bakery)).exposure_yen == 110_000
    await mall.turn_to(date(2026, 7, 8))
    await finance.approves(cycle_id=LATER_ID)
    for cycle_id in (ID, LATER_ID):
        await finance.sends(cycle_id)
    async with finance.desk() as conn:
        by_cycle = [
            answered(next(one.body for one in await papers.files(conn, cycle_id, 1)
                          if one.kind == "zengin-91"), {})
            for cycle_id in (ID, LATER_ID)
        ]  # fmt: skip
    await mall.turn_to(date(2026, 7, 30))
    await finance.takes_results(by_cycle[1], LATER_ID)  # only the second window is settled
    only = await stands(mall, bakery)
    assert (only.exposure_yen, only.level) == (10_000, "clear")
    await bakery.sells(hanako, 1_100)
    await finance.takes_results(by_cycle[0])
    assert (await stands(mall, bakery)).exposure_yen == 0
    orphans = """
        SELECT count(*) FROM federation.entries LEFT JOIN federation.cycles USING (cycle_id)
        WHERE cycles.cycle_id IS NULL
    """
    assert await mall.value(orphans) == 0
