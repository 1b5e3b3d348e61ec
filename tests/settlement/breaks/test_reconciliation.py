"""Till, hub and payout compared: each difference is found once, explained by people, resolved by
records, and seen by those it concerns."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from federation.refusals import NotFound
from settlement.breaks import book
from settlement.breaks.book import Compared, Span
from settlement.refusals import BreakResolved
from tenants.layout import Why
from tests.mall import Mall, Shop
from tests.settlement.bank.notices import booked
from tests.settlement.life.offices import ID, Finance, answered
from tests.settlement.life.test_coming_back import told
from tests.stories.test_day_end import counted

KEIKO = Why("cli:keiko", "レジの再送待ち")


async def compares(mall: Mall, span: Span | None = None) -> Compared:
    async with mall.hub.pools.bare("worker") as conn:
        return await book.compare(conn, mall.now, span or Span())


async def explains(mall: Mall, break_id: str) -> None:
    async with mall.hub.pools.bare("worker") as conn:
        await book.explain(conn, break_id, KEIKO, mall.now)


def cut_short(*_: object) -> None:
    raise ConnectionError


async def seen(mall: Mall, shop: Shop, **query: Any) -> list[Any]:
    office = await mall.office(shop)
    answer = await office.get("/v1/settlement/breaks", **query)
    assert answer.status == 200, answer
    return list(answer.json["breaks"])


def short(found: list[Any]) -> list[tuple[Any, ...]]:
    return [(one["figure"], one["class"], one["state"], one["told"], one["found"]) for one in found]


async def test_a_slip_that_comes_late_is_found_explained_and_resolved(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, 11_000, slip="D-01")
    await bakery.accepts(hanako, 30, slip="D-03")
    declared = await bakery.post("/v1/daily-totals", **counted(bakery, "D-01", "D-03"))
    assert declared.json["state"] == "differs"
    assert (await compares(mall)).found == 1
    [young] = await seen(mall, bakery)
    assert short([young]) == [("accruals", "timing", "open", 2, 1)]
    assert young["behind"] == [
        "count 2 ≠ 1; points 200 ≠ 100; yen 22,000 ≠ 11,000", "hub lacks / ハブになし: D-02",
    ]  # fmt: skip
    assert await compares(mall) == Compared(0, 0, 0, 1)
    day = mall.today
    await mall.turn_to(day + timedelta(days=3))
    assert (await compares(mall)).changed == 1  # it is missing by now
    await explains(mall, young["break_id"])
    assert (await compares(mall)) == Compared(0, 0, 0, 0)
    [known] = await seen(mall, bakery)
    assert (known["class"], known["state"], known["reason"]) == (
        "missing", "explained", KEIKO.reason,
    )  # fmt: skip
    assert (known["days"], known["age"]) == (3, "2-7")
    assert await seen(mall, bookshop) == []

    await mall.turn_to(day)
    await bakery.sells(hanako, 11_000, slip="D-02", business_date=day.isoformat())
    await mall.turn_to(day + timedelta(days=4))
    assert (await compares(mall, Span(on=day))).resolved == 1
    assert (await compares(mall)) == Compared(0, 0, 0, 0)
    office = await mall.office(bakery)
    life = (await office.get(f"/v1/settlement/breaks/{young['break_id']}")).json["states"]
    assert [(one["state"], one["class"], one["author"]) for one in life] == [
        ("open", "timing", "reconcile"), ("open", "missing", "reconcile"),
        ("explained", "missing", "cli:keiko"), ("resolved", "missing", "reconcile"),
    ]  # fmt: skip
    with pytest.raises(BreakResolved):
        await explains(mall, young["break_id"])
    with pytest.raises(NotFound):
        await explains(mall, "b_0123456789abcdef")
    other = await mall.office(bookshop)
    assert (await other.get(f"/v1/settlement/breaks/{young['break_id']}")).status == 404


async def test_a_day_that_was_never_closed_is_missed_and_pages_turn(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    quiet = await mall.shop("bookshop")
    nothing = counted(bakery, "D-01", "D-01", accruals={"count": 0, "points": 0, "yen": 0},
                      redemptions={"count": 0, "points": 0})  # fmt: skip
    assert (await bakery.post("/v1/daily-totals", **nothing)).status == 200
    for _ in range(3):
        await mall.turn_to(mall.today + timedelta(days=1))
        await bakery.sells(hanako, 11_000)
        await quiet.sells(hanako, 11_000)  # a till that never closes its day is not asked
    await mall.turn_to(mall.today + timedelta(days=3))
    with monkeypatch.context() as dying:
        dying.setattr(book, "statement_payout", cut_short)
        with pytest.raises(ConnectionError):
            await compares(mall)
    assert await compares(mall) == Compared(0, 0, 0, 3)  # the first leg was whole
    found = await seen(mall, bakery, leg="till-hub", state="open")
    assert short(found) == 3 * [("z-total", "missing", "open", 0, 1)]
    office, operator = await mall.office(bakery), await mall.operator()
    first = (await office.get("/v1/settlement/breaks", limit=2)).json
    rest = (await office.get("/v1/settlement/breaks", limit=2, after=first["next"])).json
    assert [*first["breaks"], *rest["breaks"]] == found
    assert rest["next"] is None
    foreign = await operator.get("/v1/settlement/breaks", after=first["next"])
    assert foreign.status == 404
    sheet = await operator.ask("GET", "/v1/settlement/breaks", headers={"accept": "text/csv"})
    assert sheet.content.decode("utf-8-sig").count("レジ精算 ↔ ハブ") == 3


async def test_a_statement_that_somebody_changed_and_a_payment_that_failed(
    mall: Mall, database: str
) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, finance = await mall.member(), Finance(mall)
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    await finance.opens("bakery", "bookshop")
    await finance.until_sent()
    assert await compares(mall) == Compared(0, 0, 0, 0)

    async with await psycopg.AsyncConnection.connect(database) as owner:
        await owner.execute(
            "UPDATE settlement.lines SET points = points - 1 WHERE code = 201 AND cycle_id = %s",
            (ID,),
        )
    assert (await compares(mall, Span(cycle_id=ID))).found == 1
    [altered] = await seen(mall, bookshop, leg="hub-statement")
    assert short([altered]) == [("201", "amount", "open", 1_000, 999)]
    async with await psycopg.AsyncConnection.connect(database) as owner:
        await owner.execute(
            "UPDATE settlement.lines SET points = points + 1 WHERE code = 201 AND cycle_id = %s",
            (ID,),
        )
    assert (await compares(mall)).resolved == 1

    await mall.turn_to(date(2026, 7, 2))
    assert (await compares(mall)).found == 1  # the transfer, until the bank's lines are here
    assert short(await seen(mall, bookshop, leg="statement-payout")) == [
        ("paid", "timing", "open", 1_000, 0)
    ]
    await mall.turn_to(date(2026, 7, 8))
    await finance.sends()
    debits = (await finance.files())["zengin-91"].body
    await mall.turn_to(date(2026, 7, 30))
    await finance.takes_results(answered(debits, {"20260601001": "1"}))
    assert (await compares(mall)).found == 1
    [failed] = await seen(mall, bakery)
    assert short([failed]) == [("paid", "missing", "open", 1_000, 0)]
    assert failed["behind"][0].startswith("failed 口座振替ができませんでした")
    assert failed["business_date"] == "2026-07-27"
    assert short(await seen(mall, bookshop, state="open"))[0][1] == "missing"

    twice = [booked("2", 1_000, "ﾎﾝﾔ(ｶ", reference=n, edi=f"{ID}-1-2") for n in (1, 2)]
    await finance.takes_statement(told(*twice, came=[], went=[1_000, 1_000]))
    assert (await compares(mall)).changed == 1
    [paid] = await seen(mall, bookshop, state="open")
    assert short([paid]) == [("paid", "duplicate", "open", 1_000, 1_000)]
