"""The main job, told over HTTP: shops give points, other shops honour them."""

import asyncio
from datetime import date, timedelta

from tests.mall import Mall


async def test_points_cross_the_mall(mall: Mall) -> None:
    bakery = await mall.shop("bakery", "tokushima")
    bookshop = await mall.shop("bookshop", "takamatsu")
    hanako = await mall.member()
    sold = await bakery.sells(hanako, yen=13_200)
    assert sold["points"] == 120
    assert sold["balance"]["points"] == 120
    assert sold["grants"][0]["funders"] == [{"party": "bakery", "points": 120}]
    spent = await bookshop.accepts(hanako, points=100)
    assert spent["redeemed_points"] == 100
    assert spent["balance"]["points"] == 20
    assert [lot["points"] for lot in spent["lots"]] == [100]


async def test_a_slip_sent_twice_is_booked_once(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, yen=1_100)
    first = await bakery.post("/v1/accruals", **sale)
    again = await bakery.post("/v1/accruals", **sale)
    assert (first.status, first.content) == (201, again.content)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await mall.points_of(hanako) == 10


async def test_fifty_copies_at_once_have_one_effect_and_fifty_equal_answers(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, yen=1_100)
    answers = await asyncio.gather(*(bakery.post("/v1/accruals", **sale) for _ in range(50)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await mall.points_of(hanako) == 10


async def test_the_same_slip_with_other_content_is_refused_and_books_nothing(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, yen=1_100)
    await bakery.post("/v1/accruals", **sale)
    other = await bakery.post("/v1/accruals", **{**sale, "paid_yen": 2_200})
    assert (other.status, other.slug) == (422, "slip-reused")
    assert await mall.points_of(hanako) == 10


async def test_key_order_white_space_and_time_zone_do_not_make_a_slip_another(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, yen=1_100, at="2026-06-03T12:00:00+09:00")
    first = await bakery.post("/v1/accruals", **sale)
    reordered = dict(reversed(sale.items())) | {"at": "2026-06-03T03:00:00Z"}
    again = await bakery.post("/v1/accruals", **reordered)
    assert (again.status, again.content) == (201, first.content)


async def test_a_refused_slip_is_burnt_and_a_late_copy_does_not_spend(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    spending = bakery.spending(hanako, points=50)
    first = await bakery.post("/v1/redemptions", **spending)
    assert (first.status, first.slug) == (409, "not-enough-points")
    await bakery.sells(hanako, yen=110_000)
    late = await bakery.post("/v1/redemptions", **spending)
    assert (late.status, late.content) == (409, first.content)
    assert await mall.points_of(hanako) == 1_000


async def test_a_receipt_earns_once_whatever_its_slip(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    first = bakery.sale(hanako, yen=1_100, receipt_no="0042")
    await bakery.post("/v1/accruals", **first)
    second = await bakery.post("/v1/accruals", **bakery.sale(hanako, 1_100, receipt_no="0042"))
    assert (second.status, second.slug) == (409, "receipt-already-booked")
    assert second.json["first_slip"] == first["slip"]
    assert await mall.points_of(hanako) == 10


async def test_a_sale_that_earns_nothing_is_booked_and_says_why(mall: Mall) -> None:
    bakery = await mall.shop("bakery", excluded_categories=["tobacco"])
    hanako = await mall.member()
    assert (await bakery.sells(hanako, yen=109))["reason"] == "below-unit"
    tobacco = [{"amount_yen": 500, "category": "tobacco"}]
    assert (await bakery.sells(hanako, yen=500, lines=tobacco))["reason"] == "excluded"
    await bakery.sells(hanako, yen=11_000)
    paid = await bakery.sells_for_points(hanako, points=100, yen=0)
    assert (paid["points"], paid["reason"]) == (0, "paid-by-points")
    assert await mall.points_of(hanako) == 0


async def test_a_purchase_spends_first_and_earns_on_the_rest(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=19_800)
    bought = await bakery.sells_for_points(hanako, points=180, yen=1_800)
    assert (bought["redeemed_points"], bought["points"]) == (180, 16)
    assert bought["entry"] != bought["redemption_entry"]
    assert await mall.points_of(hanako) == 16


async def test_a_purchase_whose_points_do_not_reach_books_neither_half(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, yen=11_000, points=1)
    refused = await bakery.post("/v1/purchases", **sale)
    assert (refused.status, refused.slug) == (409, "not-enough-points")
    assert await mall.points_of(hanako) == 0
    freed = bakery.sale(hanako, yen=11_000, receipt_no=sale["receipt_no"])
    assert (await bakery.post("/v1/accruals", **freed)).status == 201


async def test_a_rate_changes_for_sales_from_its_business_date_on(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    yesterday = mall.today - timedelta(days=1)
    await mall.agree(bakery, mall.today, yen_per_point=100)
    assert (await bakery.sells(hanako, yen=1_100))["points"] == 11
    late = await bakery.sells(hanako, yen=1_100, business_date=yesterday.isoformat())
    assert late["points"] == 10


async def test_a_campaign_goes_by_the_business_date_of_the_sale_also_when_it_comes_late(
    mall: Mall,
) -> None:
    bakery, hanako = await mall.shop("bakery", "takamatsu"), await mall.member()
    day = mall.today
    shares = {"facility": 1, "tenant": 1}
    await mall.campaign("x5", "takamatsu", (day, day), date(2026, 8, 31), 5, shares)
    assert (await bakery.sells(hanako, yen=7_700))["points"] == 350
    await mall.turn_to(day + timedelta(days=1))
    assert (await bakery.sells(hanako, yen=7_700))["points"] == 70
    late = await bakery.sells(hanako, yen=7_700, business_date=day.isoformat())
    assert late["points"] == 350
    assert late["grants"][1]["funders"] == [
        {"party": "takamatsu", "points": 140},
        {"party": "bakery", "points": 140},
    ]


async def test_the_balance_names_what_lapses_next(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery", "takamatsu"), await mall.member()
    shares = {"facility": 1}
    await mall.campaign("x2", "takamatsu", (mall.today, mall.today), date(2026, 8, 31), 2, shares)
    await bakery.sells(hanako, yen=13_200)
    member = (await bakery.quote(hanako))["member"]
    balance = await bakery.get(f"/v1/members/{member}/balance")
    assert balance.json == {
        "points": 240,
        "held": 0,
        "owed": 0,
        "next_to_expire": {"points": 120, "on": "2026-08-31"},
    }
    lots = (await bakery.get(f"/v1/members/{member}/lots")).json["lots"]
    assert [(lot["points"], lot["expires_on"]) for lot in lots] == [
        (120, "2026-08-31"),
        (120, "2028-03-31"),
    ]


async def test_lapsed_points_are_neither_shown_nor_spent_though_no_job_ran(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery", "takamatsu"), await mall.member()
    day = mall.today
    await mall.campaign("x2", "takamatsu", (day, day), date(2026, 6, 10), 2, {"facility": 1})
    await bakery.sells(hanako, yen=13_200)
    await mall.turn_to(date(2026, 6, 10))
    assert (await bakery.quote(hanako))["balance"]["points"] == 240
    await mall.turn_to(date(2026, 6, 11))
    assert (await bakery.quote(hanako))["balance"]["points"] == 120
    refused = await bakery.post("/v1/redemptions", **bakery.spending(hanako, points=121))
    assert refused.slug == "not-enough-points"
    await bakery.accepts(hanako, points=120)
    assert await mall.points_of(hanako) == 0
    assert await mall.value(
        "SELECT business_date FROM federation.entries WHERE kind = 'lapse'"
    ) == date(2026, 6, 10)


async def test_what_became_of_a_slip_can_be_asked(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    missing = await bakery.get("/v1/slips", till="T01", slip="S-none")
    assert (missing.status, missing.slug) == (404, "not-arrived")
    sale = bakery.sale(hanako, yen=1_100)
    first = await bakery.post("/v1/accruals", **sale)
    stored = await bakery.get("/v1/slips", till="T01", slip=sale["slip"])
    assert (stored.status, stored.content) == (first.status, first.content)


async def test_shop_and_operator_see_the_same_entry_under_the_same_id(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    entry = (await bakery.sells(hanako, yen=1_100, receipt_no="0042"))["entry"]
    own = await bakery.get(f"/v1/entries/{entry}")
    operators = await (await mall.operator()).get(f"/v1/entries/{entry}")
    assert own.json["entry"] == operators.json["entry"] == entry
    assert own.json["receipt_no"] == operators.json["receipt_no"] == "0042"
    assert own.json["member"] != operators.json["member"], "handles are the tenant's own"
    foreign = await bookshop.get(f"/v1/entries/{entry}")
    assert (foreign.status, foreign.slug) == (404, "not-found")


async def test_every_redeemed_yen_names_the_receipt_and_the_funder_behind_it(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=5_500, receipt_no="0042")
    await bookshop.sells(hanako, yen=5_500, receipt_no="0007")
    entry = (await bookshop.accepts(hanako, points=80))["entry"]
    everything = (await (await mall.operator()).get(f"/v1/entries/{entry}/provenance")).json
    assert [(s["points"], s["funder"], s["receipt_no"]) for s in everything["sources"]] == [
        (50, "bakery", "0042"),
        (30, "bookshop", "0007"),
    ]
    own = (await bookshop.get(f"/v1/entries/{entry}/provenance")).json
    assert [(s["points"], s.get("receipt_no")) for s in own["sources"]] == [(30, "0007")]
    assert own["others_points"] == 50


async def test_entries_are_paged_by_a_cursor_that_is_the_callers_own(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    for _ in range(5):
        await bakery.sells(hanako, yen=110)
    first = (await bakery.get("/v1/entries", limit=2)).json
    second = (await bakery.get("/v1/entries", limit=2, after=first["next"])).json
    third = (await bakery.get("/v1/entries", limit=2, after=second["next"])).json
    seen = [one["entry"] for page in (first, second, third) for one in page["entries"]]
    assert len(set(seen)) == 5
    assert third["next"] is None
    stolen = await bookshop.get("/v1/entries", limit=2, after=first["next"])
    assert stolen.status == 404
