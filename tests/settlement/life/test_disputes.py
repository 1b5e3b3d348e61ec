"""A party objects to a line: what is held leaves both sides, and comes back as it is decided."""

from datetime import date, time
from typing import Any

import pytest

from settlement.life.dues import Line, Part, both_sides, shared
from tests.mall import Client, Mall, Shop
from tests.settlement.life.offices import CYCLE, JUNE, Finance

NEXT = "2026-06-16"
Trade = tuple[Finance, Shop, Shop]


@pytest.fixture
async def trade(mall: Mall) -> Trade:
    """A bakery that owes a bookshop 1,000 円 for points; shown, and open to objections."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await mall.close(JUNE)
    assert (await finance.confirms()).status == 200
    return finance, bakery, bookshop


def objection(**more: Any) -> dict[str, Any]:
    return {"cycle": CYCLE, "code": 121, "reason": "取消が届いていない", "evidence": "日計 6/3",
            **more}  # fmt: skip


async def decided(mall: Mall, dispute: str, **decision: Any) -> Any:
    operator = await mall.operator()
    path = f"/v1/admin/disputes/{dispute}/decision"
    answer = await operator.post(path, **{"reason": "レジの記録を確認", **decision})
    assert answer.status == 200, answer
    assert (await operator.post(path, **{"reason": "レジの記録を確認", **decision})).content == (
        answer.content
    )
    return answer.json


async def dues(finance: Finance, cycle: str, *shops: Shop) -> list[int]:
    return [(await finance.due(shop, cycle))["due_yen"] for shop in shops]


async def test_a_disputed_line_is_paid_by_neither_side_until_it_is_decided(trade: Trade) -> None:
    finance, bakery, bookshop = trade
    office = await finance.mall.office(bakery)
    asked = await office.post("/v1/settlement/disputes", **objection(yen=300))
    assert asked.status == 201, asked
    assert (asked.json["yen"], asked.json["deadline_on"]) == (-300, "2026-06-30")
    again = await office.post("/v1/settlement/disputes", **objection(yen=300))
    assert again.content == asked.content
    assert await dues(finance, CYCLE, bakery, bookshop) == [-700, 700]
    paid = await finance.paid()
    assert {party: one["yen"] for party, one in paid.items()} == {"bakery": -700, "bookshop": 700}
    assert all(one["reference"].startswith("20260601-2-") for one in paid.values())
    sealed = await office.get(f"/v1/settlement/cycles/{CYCLE}/statement")
    assert sealed.json["total_yen"] == -1_000

    rejected = await decided(finance.mall, asked.json["dispute"], outcome="rejected")
    assert (rejected["state"], rejected["paid_in"]) == ("rejected", NEXT)
    await finance.mall.close(date(2026, 6, 16))
    assert (await finance.confirms(NEXT)).status == 200
    assert await dues(finance, NEXT, bakery, bookshop) == [-300, 300]
    [line] = (await finance.due(bookshop, NEXT))["beside"]
    assert (line["kind"], line["of_cycle"], line["of_party"], line["of_code"]) == (
        "released", CYCLE, "bakery", 121,
    )  # fmt: skip


@pytest.mark.parametrize(("change", "due"), [(None, 0), (50, -250), (300, 0), (-100, -400)])
async def test_an_upheld_dispute_corrects_the_line_in_the_next_cycle(
    trade: Trade, change: int | None, due: int
) -> None:
    finance, bakery, bookshop = trade
    office = await finance.mall.office(bakery)
    asked = await office.post("/v1/settlement/disputes", **objection(yen=300))
    decision = {} if change is None else {"adjusted_yen": change}
    await decided(finance.mall, asked.json["dispute"], outcome="upheld", **decision)
    await finance.mall.close(date(2026, 6, 16))
    await finance.confirms(NEXT)
    assert await dues(finance, NEXT, bakery, bookshop) == [due, -due]
    kinds = [one["kind"] for one in (await finance.due(bakery, NEXT))["beside"]]
    assert kinds == ["corrected", "released"]
    assert await finance.mall.broken() == []


async def test_what_cannot_be_disputed_is_refused_by_name(trade: Trade) -> None:
    finance, bakery, bookshop = trade
    office = await finance.mall.office(bakery)
    ask = "/v1/settlement/disputes"

    async def slug(client: Client, **more: Any) -> tuple[int, str]:
        answer = await client.post(ask, **objection(**more))
        return answer.status, answer.slug

    assert await slug(office, code=201) == (404, "not-found")
    assert await slug(office, code=801) == (409, "line-not-disputable")
    assert await slug(office, yen=1_001) == (409, "line-not-disputable")
    assert await slug(office, cycle=NEXT) == (404, "not-found")
    assert await slug(office, reason="") == (400, "validation")
    assert await slug(bookshop) == (403, "insufficient-scope")
    await finance.mall.turn_to(date(2026, 6, 22), time(23, 59))
    assert (await office.post(ask, **objection())).status == 201
    assert await slug(office, yen=5) == (409, "already-disputed")
    await finance.mall.turn_to(date(2026, 6, 23), time(0, 0))
    other = await finance.mall.office(bookshop)
    assert await slug(other, code=201) == (409, "window-over")
    await finance.approves()
    assert await slug(other, code=201) == (409, "cycle-closed")


async def test_a_dispute_is_seen_by_its_party_alone(trade: Trade) -> None:
    finance, bakery, bookshop = trade
    ask = "/v1/settlement/disputes"
    own, other = await finance.mall.office(bakery), await finance.mall.office(bookshop)
    asked = await own.post(ask, **objection())
    assert [one["dispute"] for one in (await own.get(ask)).json["disputes"]] == [
        asked.json["dispute"]
    ]
    assert (await other.get(ask)).json["disputes"] == []
    path = f"/v1/admin/disputes/{asked.json['dispute']}/decision"
    refused = await own.post(path, outcome="upheld", reason="自分で")
    assert refused.slug == "insufficient-scope"
    operator = await finance.mall.operator()
    unknown = await operator.post(
        "/v1/admin/disputes/d_0000000000000000/decision", outcome="upheld", reason="-"
    )
    assert unknown.status == 404
    await decided(finance.mall, asked.json["dispute"], outcome="rejected")
    late = await operator.post(path, outcome="upheld", reason="-")
    assert (late.status, late.slug) == (409, "dispute-decided")


def test_what_is_held_is_shared_by_those_on_the_other_side() -> None:
    a, b, c = ("a", 121), ("b", 121), ("c", 121)
    assert shared(10, {a: 1, b: 1, c: 1}) == {a: 4, b: 3, c: 3}
    assert shared(-10, {a: 1, b: 1, c: 1}) == {a: -4, b: -3, c: -3}
    assert both_sides(Line("x", 121, None, -10), 10, {("x", 201): -3, ("y", 201): 7}) == [
        Part("x", 10, code=121), Part("x", -3, code=201), Part("y", -7, code=201),
    ]  # fmt: skip
