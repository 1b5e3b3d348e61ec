"""The programme's own terms at work: campaigns with fences, points for tomorrow, late receipts."""

from datetime import date, timedelta
from typing import Any

import pytest

from tenants.expiring import OneSlidingLength
from tests.mall import BEGIN, Mall

TODAY = BEGIN.date()
LATER = TODAY + timedelta(days=30)


async def test_points_for_tomorrow_show_today_and_are_spent_tomorrow(mall: Mall) -> None:
    await mall.programme(usable_from="NEXT_DAY", from_on=TODAY)
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    receipt = await bakery.sells(hanako, yen=1_100)
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    assert receipt["grants"][0]["usable_from"] == tomorrow
    quoted = await bakery.quote(hanako, yen=5_000)
    assert quoted["balance"]["points"] == 10
    assert quoted["balance"]["pending"] == {"points": 10, "from": tomorrow}
    assert quoted["redeemable_points"] == 0
    assert quoted["grants"][0]["usable_from"] == tomorrow
    refused = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 1))
    assert refused.slug == "not-enough-points"
    await mall.turn_to(TODAY + timedelta(days=1))
    quoted = await bakery.quote(hanako, yen=5_000)
    assert "pending" not in quoted["balance"]
    assert quoted["redeemable_points"] == 10
    await bakery.accepts(hanako, 10)


async def test_ring_fenced_points_are_told_and_spent_in_their_own_facility_alone(
    mall: Mall,
) -> None:
    here = await mall.shop("bakery", "tokushima")
    there = await mall.shop("bookshop", "takamatsu")
    days = (TODAY, TODAY)
    await mall.campaign("x5", "tokushima", days, LATER, 5, {"facility": 1}, ring_fenced=True)
    hanako = await mall.member()
    await here.sells(hanako, yen=1_100)
    assert (await here.quote(hanako, yen=5_000))["redeemable_points"] == 50
    assert (await there.quote(hanako, yen=5_000))["redeemable_points"] == 10
    refused = await there.post("/v1/redemptions", **there.spending(hanako, 11))
    assert refused.status == 409
    await there.accepts(hanako, 10)
    await here.accepts(hanako, 40)


async def test_each_kind_of_points_lasts_by_its_own_policy(mall: Mall) -> None:
    await mall.expiry(kind="rank", policy="FIXED_MONTHS", months=24, month_end=True)
    await mall.expiry(kind="campaign", policy="FIXED_MONTHS", months=1)
    bakery, hanako = await mall.shop("bakery"), await mall.member("premium")
    await mall.campaign("x2", "tokushima", (TODAY, TODAY), None, 2, {"tenant": 1})
    receipt = await bakery.sells(hanako, yen=1_100)
    assert {one["rule"]: one["expires_on"] for one in receipt["grants"]} == {
        "base": "2028-03-31",
        "rank:premium": "2028-06-30",
        "campaign:x2": "2026-07-03",
    }


def claim(receipt_no: str, till: str, bought_on: date) -> dict[str, Any]:
    """What a service counter adds to a sale that it books later."""
    return {
        "receipt_no": receipt_no,
        "receipt_till": till,
        "business_date": bought_on.isoformat(),
        "late": True,
    }


async def test_a_receipt_is_claimed_at_the_counter_within_seven_days_and_once(mall: Mall) -> None:
    bakery = await mall.shop("bakery", tills=["B1"])
    desk = await mall.shop("desk", of=bakery, tills=["C01"], counters=["C01"])
    hanako = await mall.member("premium")
    await mall.campaign("x5", "tokushima", (TODAY, TODAY), LATER, 5, {"tenant": 1})
    await mall.turn_to(TODAY + timedelta(days=7))
    told = (await desk.get("/v1/tills/C01")).json
    assert (told["counter"], told["late_claim_days"]) == (True, 7)

    claimed = await desk.sells(hanako, yen=1_100, **claim("0042", "B1", TODAY))
    assert [one["rule"] for one in claimed["grants"]] == ["base"]
    again = desk.sale(hanako, 1_100, **claim("0042", "B1", TODAY))
    assert (await desk.post("/v1/accruals", **again)).slug == "receipt-already-booked"

    older = desk.sale(hanako, 1_100, **claim("0043", "B1", TODAY - timedelta(days=1)))
    assert (await desk.post("/v1/accruals", **older)).slug == "too-late"
    at_the_shop = bakery.sale(hanako, 1_100, **claim("0044", "B1", TODAY))
    assert (await bakery.post("/v1/accruals", **at_the_shop)).slug == "too-late"
    strange = desk.sale(hanako, 1_100, **claim("0045", "X9", TODAY))
    assert (await desk.post("/v1/accruals", **strange)).json["pointer"] == "/receipt_till"


async def test_counter_and_register_cannot_both_book_one_receipt(mall: Mall) -> None:
    bakery = await mall.shop("bakery", tills=["B1"])
    desk = await mall.shop("desk", of=bakery, tills=["C01"], counters=["C01"])
    hanako = await mall.member()
    await bakery.sells(hanako, yen=1_100, receipt_no="0001")
    late = desk.sale(hanako, 1_100, **claim("0001", "B1", TODAY))
    assert (await desk.post("/v1/accruals", **late)).slug == "receipt-already-booked"

    late = desk.sale(hanako, 1_100, **claim("0002", "B1", TODAY))
    assert (await desk.post("/v1/accruals", **late)).status == 201
    first = bakery.sale(hanako, 1_100, receipt_no="0002")
    assert (await bakery.post("/v1/accruals", **first)).slug == "receipt-already-booked"
    undo = {k: v for k, v in desk.asked(hanako).items() if k != "card"}
    undone = await desk.post("/v1/reversals", **undo, of=late["slip"], reason="別のカード")
    assert undone.status == 201, undone
    await bakery.sells(hanako, yen=1_100, receipt_no="0002")


async def test_a_change_of_expiry_is_told_with_worked_dates(mall: Mall) -> None:
    await mall.expiry(from_on=date(2027, 4, 1), policy="FIXED_MONTHS", months=24, month_end=True)
    bakery = await mall.shop("bakery")
    told = (await bakery.get("/v1/expiry-policies")).json
    assert [(one["from_on"], one.get("until_on")) for one in told["policies"]] == [
        ("2000-01-01", "2027-04-01"),
        ("2027-04-01", None),
    ]
    worked = {one["earned_on"]: one["expires_on"] for one in told["policies"][1]["worked"]}
    assert worked == {
        "2027-03-31": "2028-03-31",
        "2027-04-01": "2029-04-30",
        "2028-02-29": "2030-02-28",
        "2028-03-31": "2030-03-31",
    }
    for lang, words in (("ja", "翌年度末"), ("en", "24 months from the day of the sale")):
        async with mall.http.get(f"{mall.url}/expiry?lang={lang}") as page:
            text = await page.text()
            assert page.status == 200
            assert words in text
            assert told["existing" if lang == "ja" else "existing_en"] in text
            assert all(day in text for day in (*worked, *worked.values()))
            assert "//" not in text


async def test_two_sliding_lengths_are_refused_on_the_same_days(mall: Mall) -> None:
    sliding = {"policy": "SLIDING", "qualifying": frozenset({"accrual"})}
    await mall.expiry(kind="campaign", months=12, **sliding)
    await mall.expiry(kind="rank", months=12, **sliding)
    with pytest.raises(OneSlidingLength):
        await mall.expiry(kind="birthday", months=6, **sliding)
