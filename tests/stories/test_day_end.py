"""日計: what a till counted stands against what the hub booked, until a late line reopens it."""

from typing import Any

from tests.mall import Answered, Mall, Shop


def counted(shop: Shop, first: str, last: str, **more: Any) -> dict[str, Any]:
    """What a till declares: two sales of 11,000 yen and 30 points spent, unless it says more."""
    return {
        "till": shop.till,
        "business_date": shop.mall.today.isoformat(),
        "at": shop.mall.now.isoformat(),
        "close_no": 1,
        "accruals": {"count": 2, "points": 200, "yen": 22_000},
        "redemptions": {"count": 1, "points": 30},
        "reversals": 0,
        "returns": 0,
        "sales_yen": 180_000,
        "customers": 61,
        "first_slip": first,
        "last_slip": last,
        **more,
    }


async def read(shop: Shop) -> Answered:
    """How the day stands now."""
    return await shop.get("/v1/daily-totals", till=shop.till, business_date=shop.mall.today)


async def a_day(mall: Mall) -> tuple[Shop, Any]:
    """A bakery that sold twice and took points once, as D-01, D-02 and D-03."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, 11_000, slip="D-01")
    await bakery.sells(hanako, 11_000, slip="D-02")
    await bakery.accepts(hanako, 30, slip="D-03")
    return bakery, hanako


async def test_a_day_that_both_sides_counted_alike_is_matched(mall: Mall) -> None:
    bakery, _ = await a_day(mall)
    told = await bakery.post("/v1/daily-totals", **counted(bakery, "D-01", "D-03"))
    assert told.status == 200, told
    assert told.json["state"] == "matched"
    assert told.json["hub"] == told.json["declared"]
    assert (told.json["missing_at_hub"], told.json["missing_at_till"]) == ([], [])
    assert (await read(bakery)).json == told.json


async def test_a_late_line_reopens_a_matched_day_and_a_second_close_settles_it(mall: Mall) -> None:
    bakery, hanako = await a_day(mall)
    await bakery.post("/v1/daily-totals", **counted(bakery, "D-01", "D-03"))
    await bakery.sells(hanako, 1_100, slip="D-04")
    told = (await read(bakery)).json
    assert (told["state"], told["missing_at_till"]) == ("differs", ["D-04"])
    assert told["hub"]["accruals"] == {"count": 3, "points": 210, "yen": 23_100}
    second = counted(
        bakery,
        "D-04",
        "D-04",
        close_no=2,
        accruals={"count": 1, "points": 10, "yen": 1_100},
        redemptions={"count": 0, "points": 0},
    )
    told = (await bakery.post("/v1/daily-totals", **second)).json
    assert (told["state"], told["closes"]) == ("matched", 2)


async def test_a_slip_the_hub_never_got_is_named_and_a_close_sent_again_replaces(
    mall: Mall,
) -> None:
    bakery, _ = await a_day(mall)
    more = counted(
        bakery, "D-01", "D-04", accruals={"count": 3, "points": 210, "yen": 23_100}, slip="Z-1"
    )
    told = (await bakery.post("/v1/daily-totals", **more)).json
    assert (told["state"], told["missing_at_hub"]) == ("differs", ["D-04"])
    told = (await bakery.post("/v1/daily-totals", **counted(bakery, "D-01", "D-03"))).json
    assert told["state"] == "matched"


async def test_what_was_undone_still_counts_with_its_reversal_beside_it(mall: Mall) -> None:
    bakery, hanako = await a_day(mall)
    asked = {k: v for k, v in bakery.asked(hanako, slip="D-04").items() if k != "card"}
    undone = await bakery.post("/v1/reversals", **asked, of="D-03", reason="打ち間違い")
    assert undone.status == 201
    told = await bakery.post("/v1/daily-totals", **counted(bakery, "D-01", "D-04", reversals=1))
    assert told.json["state"] == "matched", told


async def test_one_tenant_sees_nothing_of_anothers_day(mall: Mall) -> None:
    bookshop = await mall.shop("bookshop")
    bakery, _ = await a_day(mall)
    await bakery.post("/v1/daily-totals", **counted(bakery, "D-01", "D-03"))
    assert (await read(bookshop)).status == 404
    nothing = counted(
        bookshop,
        "D-01",
        "D-03",
        accruals={"count": 0, "points": 0, "yen": 0},
        redemptions={"count": 0, "points": 0},
    )
    assert (await bookshop.post("/v1/daily-totals", **nothing)).json["state"] == "matched"


async def test_a_close_sent_again_names_its_slips_anew(mall: Mall) -> None:
    bakery, hanako = await a_day(mall)
    await bakery.post("/v1/daily-totals", **counted(bakery, "D-01", "D-03"))
    await bakery.sells(hanako, 1_100, slip="D-04")
    again = counted(bakery, "D-01", "D-04", accruals={"count": 3, "points": 210, "yen": 23_100})
    told = (await bakery.post("/v1/daily-totals", **again)).json
    assert (told["state"], told["closes"]) == ("matched", 1)


async def test_a_day_without_a_declaration_is_not_found_and_half_a_range_refused(
    mall: Mall,
) -> None:
    bakery, _ = await a_day(mall)
    assert (await read(bakery)).status == 404
    half = counted(bakery, "D-01", "D-03")
    del half["last_slip"]
    assert (await bakery.post("/v1/daily-totals", **half)).json["pointer"] == "/last_slip"
    old = counted(bakery, "D-01", "D-03", business_date="2026-05-02")
    assert (await bakery.post("/v1/daily-totals", **old)).slug == "too-late"
