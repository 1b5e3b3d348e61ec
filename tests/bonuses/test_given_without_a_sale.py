"""Points without a sale, as shops, members and the operator meet them, row by row."""

from datetime import date, time, timedelta
from typing import Any

from tenants import granting
from tenants.gifts import give_anniversaries, give_birthdays
from tests.bonuses.occasions import (
    behind,
    comes,
    followed,
    given,
    lays_out,
    profile,
    refers,
    said,
    settled,
    stamps,
)
from tests.mall import WHY, Mall, Member, Shop
from tests.office import office

DAY = timedelta(days=1)


async def a_visit_that_was_undone_can_be_had_again(mall: Mall, cafe: Shop) -> None:
    """But no oftener than a fiscal year allows."""
    taro = await mall.member()
    await lays_out(mall, "rare", "visit", points=5, most_per_year=1, facility="dandan")
    first = await comes(cafe, taro)
    assert first.status == 201, first
    undo = {**cafe.asked(taro), "of": first.json["slip"], "reason": "打ち間違い"}
    undo.pop("card")
    undone = await cafe.post("/v1/reversals", **undo)
    assert (undone.status, undone.json["reversed"]["points"]) == (201, 5), undone
    assert undone.json["balance"]["points"] == 0
    assert (await comes(cafe, taro)).status == 201
    await mall.turn_to(mall.today + DAY)
    assert (await comes(cafe, taro)).slug == "benefit-used-up", "once a fiscal year"
    await mall.turn_to(date(2027, 4, 1))
    assert (await comes(cafe, taro)).status == 201


async def test_m18_a_visit_gives_points_once_per_business_day(mall: Mall) -> None:
    bakery = await mall.shop("bakery", "orne", day_starts=time(5))
    bar = await mall.shop("bar", "orne", day_starts=time(5))
    cafe = await mall.shop("cafe", "dandan")
    hanako = await mall.member()
    nothing = await comes(bakery, hanako)
    assert nothing.slug == "nothing-to-give"
    await lays_out(
        mall,
        "hello",
        "visit",
        points=5,
        per="facility",
        facility="orne",
        facility_weight=1,
        lasts_days=30,
    )
    body = bakery.asked(hanako)
    first = await bakery.post("/v1/visits", **body)
    assert first.status == 201, first
    assert [grant["rule"] for grant in first.json["grants"]] == ["visit:hello"]
    assert first.json["grants"][0]["funders"] == [
        {"party": "orne", "points": 3},
        {"party": "operator", "points": 2},
    ]
    assert (first.json["points"], first.json["balance"]["points"]) == (5, 5)
    again = await bakery.post("/v1/visits", **body)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert (await comes(bakery, hanako)).slug == "already-visited"
    assert (await comes(bar, hanako)).slug == "already-visited", "one facility, one visit"
    await mall.turn_to(mall.today + DAY, time(4, 59))
    early = {"business_date": mall.today.isoformat()}
    assert (await comes(bakery, hanako, **early)).slug == "validation", "it is still yesterday"
    late = {"business_date": (mall.today - DAY).isoformat()}
    assert (await comes(bakery, hanako, **late)).slug == "already-visited"
    await mall.turn_to(mall.today, time(5))
    assert (await comes(bakery, hanako)).status == 201
    assert await given(mall, hanako) == [
        ["visit:hello", "orne", 3, "2026-07-03"],
        ["visit:hello", "operator", 2, "2026-07-03"],
        ["visit:hello", "orne", 3, "2026-07-04"],
        ["visit:hello", "operator", 2, "2026-07-04"],
    ]
    await a_visit_that_was_undone_can_be_had_again(mall, cafe)
    assert await mall.broken() == []


async def test_what_a_visit_gave_is_settled_with_its_funders(mall: Mall) -> None:
    bakery = await mall.shop("bakery", "orne")
    bookshop = await mall.shop("bookshop", "dandan")
    hanako = await mall.member()
    await lays_out(mall, "hello", "visit", points=100, operator_weight=0, facility_weight=1)
    await comes(bakery, hanako)
    await bookshop.accepts(hanako, 60)
    assert (await mall.close(mall.today)).status == 200
    day = date(2026, 6, 3)
    assert await mall.nets(day) == {"orne": -60, "bookshop": 60}
    assert (await mall.yen(day, "orne"))[123] == -60, "rank, birthday and the like"


async def two_who_became_one_have_one_birthday(mall: Mall) -> None:
    """What either had counts for both."""
    await mall.turn_to(date(2027, 9, 1))
    one, other = await mall.members(2)
    await profile(mall, one, name="Hanako", birth_on="1990-09-02")
    gifts = mall.hub.gifts
    await profile(mall, other, name="Hanako")
    assert await give_birthdays(gifts, mall.today) == 1
    clerk = await office(mall)
    assert (await clerk.merge(one, other)).status == 201
    await profile(mall, other, name="Hanako", birth_on="1990-09-03")
    assert await give_birthdays(gifts, mall.today) == 1
    assert await mall.points_of(other) == 200
    state = "SELECT state || ' ' || told FROM tenants.gifts WHERE member_id = %s"
    assert await mall.value(state, other.member_id) == "refused benefit-used-up"


async def test_m20_a_birthday_comes_once_a_fiscal_year(mall: Mall) -> None:
    hanako, taro, leap, late = await mall.members(4)
    await lays_out(mall, "tanjo", "birthday", points=200, per="month", lasts_days=30)
    await profile(mall, hanako, name="Hanako", birth_on="1990-07-20")
    await profile(mall, taro, name="Taro", birth_on="1990-08-01")
    await profile(mall, leap, name="Leap", birth_on="2008-02-29")
    gifts = mall.hub.gifts
    assert await give_birthdays(gifts, mall.today) == 0
    await mall.turn_to(date(2026, 7, 1))
    assert await give_birthdays(gifts, mall.today) == 1
    assert await give_birthdays(gifts, mall.today) == 0, "however often it is started"
    assert await given(mall, hanako) == [["birthday:tanjo", "operator", 200, "2026-07-31"]]
    await profile(mall, hanako, name="Hanako", birth_on="1990-08-20")
    await profile(mall, late, name="Late", birth_on="1990-08-31")
    await mall.turn_to(date(2026, 8, 30))
    assert await give_birthdays(gifts, mall.today) == 2, "Taro and Late, though the job slept"
    assert len(await given(mall, hanako)) == 1, "an edited birthday gives no second one"
    await mall.turn_to(date(2027, 2, 1))
    assert await give_birthdays(gifts, mall.today) == 1
    assert await given(mall, leap) == [["birthday:tanjo", "operator", 200, "2027-03-03"]]
    clerk = await office(mall)
    undone = await clerk.undo(f"birthday/2026/{leap.member_id}")
    assert undone.status == 201, undone
    assert await give_birthdays(gifts, mall.today) == 0, "what was taken back is not due again"
    await mall.turn_to(date(2027, 8, 1))
    assert await give_birthdays(gifts, mall.today) == 3
    await two_who_became_one_have_one_birthday(mall)
    assert await mall.broken() == []


async def test_m21_the_first_visit_has_its_anniversary(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako, taro = await mall.members(2)
    await lays_out(mall, "kinen", "anniversary", points=150)
    await bakery.sells(hanako, yen=1_100)
    wrong = await bakery.sells(taro, yen=1_100)
    undo = {**bakery.asked(taro), "of": wrong["slip"], "reason": "打ち間違い"}
    undo.pop("card")
    assert (await bakery.post("/v1/reversals", **undo)).status == 201
    await mall.turn_to(mall.today + DAY)
    await bakery.sells(hanako, yen=1_100)
    await bakery.sells(taro, yen=1_100)
    await settled(mall)
    gifts = mall.hub.gifts
    assert await give_anniversaries(gifts, mall.today) == 0, "not on the day itself"
    await mall.turn_to(date(2027, 6, 3))
    assert await give_anniversaries(gifts, mall.today) == 1
    await mall.turn_to(date(2027, 6, 4))
    assert await give_anniversaries(gifts, mall.today) == 1, "Taro's, and nobody's twice"
    assert await given(mall, hanako) == [["anniversary:kinen", "operator", 150, "2029-03-31"]]
    assert [one[2] for one in await given(mall, taro)] == [150]


async def test_m23_a_bonus_bears_its_reason_its_rule_and_who_agreed(mall: Mall) -> None:
    clerk, chief, hanako = await office(mall), await office(mall), await mall.member()
    small = await clerk.adjust(hanako, 300, rule="bonus:spring-5x", reason="抽選の補填")
    assert (small.status, small.json["points"]) == (201, 300), small
    again = await clerk.adjust(hanako, 701, rule="bonus:spring-5x")
    assert again.slug == "needs-second-person", "its points count with all that one person adjusts"
    large = await clerk.adjust(hanako, 5_000, rule="bonus:spring-5x", propose=True)
    assert large.status == 202
    path = f"/v1/admin/proposals/{large.json['proposal']}/approve"
    assert (await clerk.client.post(path)).slug == "second-person-needed"
    assert (await chief.client.post(path)).status == 201
    assert await given(mall, hanako) == [
        ["bonus:spring-5x", "operator", 300, "2028-03-31"],
        ["bonus:spring-5x", "operator", 5_000, "2028-03-31"],
    ]
    reason = "SELECT min(reason) FROM federation.entries WHERE kind = 'bonus' AND points = 300"
    assert await mall.value(reason) == "抽選の補填"
    assert (await clerk.undo(small.json["slip"])).status == 201
    assert (await clerk.adjust(hanako, 1_000, rule="adjustment")).slug == "needs-second-person" or (
        await mall.points_of(hanako) == 6_000
    )


async def a_purchase_undone_on_its_day_takes_the_referral_back(mall: Mall, bakery: Shop) -> None:
    """And the friend's next one is the first."""
    hanako, taro = await mall.members(2)
    await refers(mall, hanako, taro)
    first = await bakery.sells(taro, yen=1_100)
    await settled(mall)
    assert await mall.points_of(hanako) == 300
    back = {**bakery.asked(taro), "of": first["slip"], "returned_yen": 1_100}
    back.pop("card")
    assert (await bakery.post("/v1/returns", **back)).status == 201
    await settled(mall)
    assert (await mall.points_of(hanako), await mall.points_of(taro)) == (0, 0)
    second = await bakery.sells(taro, yen=1_100)
    await settled(mall)
    assert await mall.points_of(hanako) == 300, "the next purchase is the first that stands"
    await mall.turn_to(mall.today + DAY)
    back = {**bakery.asked(taro), "of": second["slip"], "returned_yen": 1_100}
    back.pop("card")
    assert (await bakery.post("/v1/returns", **back)).status == 201
    await settled(mall)
    assert await mall.points_of(hanako) == 300, "a later return leaves it"


async def test_m24_both_receive_after_the_friends_first_purchase_that_earns(mall: Mall) -> None:
    bakery = await mall.shop("bakery", "orne")
    hanako, taro, jiro, saburo = await mall.members(4)
    await lays_out(
        mall, "tomo", "referral", points=300, friend_points=100, most_per_year=2, tenant_weight=1
    )
    for friend in (taro, jiro, saburo):
        assert (await refers(mall, hanako, friend)).status == 204
    assert (await refers(mall, jiro, taro)).slug == "already-referred"
    small = await bakery.sells(taro, yen=109)
    assert small["points"] == 0
    await settled(mall)
    assert await given(mall, taro) == [], "a sale that earns nothing is no such purchase"
    await bakery.sells(taro, yen=1_100)
    await bakery.sells(taro, yen=1_100)
    await bakery.sells(jiro, yen=1_100)
    await bakery.sells(saburo, yen=1_100)
    await settled(mall)
    assert [one[:3] for one in await given(mall, taro)] == [
        ["referral:tomo", "operator", 50],
        ["referral:tomo", "bakery", 50],
    ]
    assert sum(one[2] for one in await given(mall, hanako)) == 600, "twice a year, and no more"
    assert sum(one[2] for one in await given(mall, saburo)) == 100, "the friend has it all the same"
    told = "SELECT told FROM tenants.gifts WHERE state = 'refused'"
    assert await mall.value(told) == "benefit-used-up"
    await a_purchase_undone_on_its_day_takes_the_referral_back(mall, bakery)
    assert await mall.broken() == []


HOUSEHOLDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"phone": "09012345678"}, {"phone": "090-1234-5678"}),
    ({"email": "Home@example.jp"}, {"email": "home@example.jp"}),
    (
        {"name": "山田 花子", "postcode": "7700832"},
        {"name": "山田　太郎", "postcode": "770-0832"},
    ),
]


async def test_m24_nobody_refers_themselves_in_any_shape(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    clerk, (hanako, taro, old, jiro) = await office(mall), await mall.members(4)
    assert (await refers(mall, hanako, hanako)).slug == "self-referral"
    assert (await refers(mall, old, jiro)).status == 204
    assert (await refers(mall, jiro, old)).slug == "self-referral", "not round in a ring"
    assert (await refers(mall, hanako, taro)).status == 204
    assert (await clerk.merge(hanako, taro)).status == 201
    await lays_out(mall, "tomo", "referral", points=300, friend_points=100)
    await bakery.sells(taro, yen=1_100)
    await settled(mall)
    assert await given(mall, taro) == [], "who has become one with the friend brought nobody"
    await bakery.sells(old, yen=1_100)
    assert (await refers(mall, taro, old)).slug == "already-referred", "no new member"
    stranger = await clerk.client.post(clerk.path(jiro, "/referral"), code="AAAAAAAAAA")
    assert stranger.slug == "not-found"
    for theirs, own in HOUSEHOLDS:
        one, other = await mall.members(2)
        await profile(mall, one, **theirs)
        await profile(mall, other, **own)
        assert (await refers(mall, one, other)).slug == "self-referral", own


async def whoever_was_killed_goes_on_where_it_was(mall: Mall, hanako: Member) -> None:
    """Nothing is given twice."""
    async with mall.hub.pools.use("worker") as conn:  # booked, and killed before it was noted
        await conn.execute("UPDATE tenants.gifts SET state = 'waiting'")
    async with mall.hub.pools.use("worker") as conn:  # or before it knew that it had followed
        await conn.execute("UPDATE tenants.followed SET number = 0")
    assert await behind(mall.hub)
    await followed(mall.hub)
    assert len(await given(mall, hanako)) == 5
    assert await mall.broken() == []


async def test_m26_the_first_sale_at_a_facility_has_its_benefit_once(mall: Mall) -> None:
    bakery, bar = await mall.shops("bakery", "bar", facility="orne")
    bookshop = await mall.shop("bookshop", "dandan")
    hanako = await mall.member()
    await lays_out(mall, "irasshai", "first-visit", points=30, per="facility", facility_weight=1)
    await lays_out(mall, "hajimete", "first-visit", points=10)
    for shop in (bakery, bar, bookshop, bakery):
        await shop.sells(hanako, yen=1_100)
    await settled(mall)
    assert [one[:3] for one in await given(mall, hanako)] == [
        ["first-visit:hajimete", "operator", 10],
        ["first-visit:irasshai", "orne", 15],
        ["first-visit:irasshai", "operator", 15],
        ["first-visit:irasshai", "dandan", 15],
        ["first-visit:irasshai", "operator", 15],
    ]
    await whoever_was_killed_goes_on_where_it_was(mall, hanako)
    taro = await mall.member()
    await lays_out(
        mall, "tenpo", "first-visit", per="facility", facility="dandan", points=20,
        operator_weight=0, tenant_weight=1,
    )  # fmt: skip
    async with mall.hub.pools.use("worker") as conn:
        await granting.decide(conn, bookshop.tenant_id, WHY, mall.now, stopped=True)
    await bookshop.sells(taro, yen=109)
    await settled(mall)
    told = "SELECT string_agg(told, ' ') FROM tenants.gifts WHERE state = 'refused'"
    assert await mall.value(told) == "granting-stopped", "it owes too much to give"


async def buy(mall: Mall, shop: Any, member: Member, *yen: int) -> list[Any]:
    """Purchases of so many yen, and what became of them."""
    sold = [await shop.sells(member, yen=one) for one in yen]
    await settled(mall)
    return sold


async def test_m8_the_tenth_stamp_issues_the_reward_and_none_is_ever_a_yen(mall: Mall) -> None:
    bakery = await mall.shop("bakery", "orne")
    hanako = await mall.member()
    await lays_out(
        mall, "coffee", "stamp", stamps=10, paid_yen_from=500, points=400,
        operator_weight=0, tenant_weight=1,
    )  # fmt: skip
    await lays_out(mall, "bread", "stamp", stamps=2, paid_yen_from=2_000, prize="食パン一斤")
    sold = await buy(mall, bakery, hanako, 499, *[500] * 9)
    coffee, bread = (await stamps(mall, hanako))[::-1]
    assert (coffee["stamps"], coffee["needed"], coffee["state"]) == (9, 10, "open")
    assert (bread["stamps"], bread["prize"]) == (0, "食パン一斤")
    assert await given(mall, hanako) == []
    back = {**bakery.asked(hanako), "of": sold[-1]["slip"], "returned_yen": 1}
    back.pop("card")
    assert (await bakery.post("/v1/returns", **back)).status == 201
    await buy(mall, bakery, hanako, 2_000)
    assert (await stamps(mall, hanako))[1]["stamps"] == 9, "one went with the goods, one came"
    assert (await stamps(mall, hanako))[0]["stamps"] == 1
    last = await buy(mall, bakery, hanako, 2_000)
    assert await given(mall, hanako) == [["stamp:coffee", "bakery", 400, "2028-03-31"]]
    bread, coffee = await stamps(mall, hanako)
    assert (bread["state"], coffee["state"]) == ("full", "full")
    undo = {**bakery.asked(hanako), "of": last[0]["slip"], "reason": "取消"}
    undo.pop("card")
    assert (await bakery.post("/v1/reversals", **undo)).status == 201
    await settled(mall)
    assert len(await given(mall, hanako)) == 1, "what was issued stays"
    await buy(mall, bakery, hanako, 500)
    assert [(one["card_no"], one["stamps"]) for one in await stamps(mall, hanako)] == [
        (1, 2),
        (2, 1),
    ]
    columns = """
        SELECT string_agg(column_name, ' ') FROM information_schema.columns
        WHERE table_name IN ('stamps', 'stamp_cards') AND column_name ~ 'point|yen|lot'
    """
    assert await mall.value(columns) is None, "a stamp has no worth that could be owed"
    assert await mall.broken() == []


async def test_m45_visits_to_three_facilities_within_the_days_issue_the_prize(mall: Mall) -> None:
    places = [await mall.shop(f"shop-{n}", f"place-{n}") for n in range(3)]
    hanako = await mall.member()
    await lays_out(mall, "meguri", "rally", stamps=3, open_days=10, points=500)
    await lays_out(mall, "come", "visit", points=0)
    assert (await comes(places[0], hanako)).json["points"] == 0
    await mall.turn_to(mall.today + 8 * DAY)
    await buy(mall, places[1], hanako, 1_100)
    [rally] = await stamps(mall, hanako)
    assert (rally["facilities"], rally["needed"]) == (["place-0", "place-1"], 3)
    await mall.turn_to(mall.today + 3 * DAY)
    await buy(mall, places[2], hanako, 1_100)
    [rally] = await stamps(mall, hanako)
    assert rally["facilities"] == ["place-1", "place-2"], "the first visit is too old"
    await buy(mall, places[0], hanako, 1_100)
    assert [one[:3] for one in await given(mall, hanako)] == [["rally:meguri", "operator", 500]]
    await buy(mall, places[0], hanako, 1_100)
    assert (await stamps(mall, hanako))[0]["card_no"] == 1, "the same visit begins no other round"


async def test_an_occasion_is_dated_previewed_and_switched_off(mall: Mall) -> None:
    bakery = await mall.shop("bakery", "orne")
    members = await mall.members(3)
    operator = await mall.operator()
    for member in members[:2]:
        await bakery.sells(member, yen=1_100)
    await profile(mall, members[2], name="Hanako", birth_on="1990-06-30")
    await mall.turn_to(mall.today + DAY)

    async def tried(code: str, kind: str, **more: Any) -> Any:
        body = said(mall, code, kind, **more)
        body.pop("reason")
        answer = await operator.post("/v1/admin/occasions/preview", **body)
        assert answer.status == 200, answer
        return answer.json

    seen = await tried("hello", "visit", points=205, facility="orne", facility_weight=2)
    assert (seen["members"], seen["times"], seen["points"]) == (2, 2, 410)
    assert seen["by_funder"] == {"facility": 274, "operator": 136}
    assert seen["warnings"] == ["no-purchase-over-200"]
    due = await tried("tanjo", "birthday", points=200, per="month")
    assert (due["members"], due["points"], due["days"]) == (1, 200, 1)
    assert await given(mall, members[2]) == [], "nothing is booked by looking"
    await lays_out(mall, "hello", "visit", points=5)
    assert (await comes(bakery, members[0])).status == 201
    await lays_out(mall, "hello", "visit", points=5, running=False)
    assert (await comes(bakery, members[1])).slug == "nothing-to-give", "off at once"
    wrong = [
        ({"kind": "login"}, "kind-stays"),
        ({"from_on": "2026-06-03"}, "validation"),
        ({"operator_weight": 0}, "validation"),
        ({"stamps": 10}, "validation"),
        ({"per": "month"}, "validation"),
        ({"facility": "nowhere"}, "not-found"),
        ({"reason": ""}, "validation"),
    ]
    for other, slug in wrong:
        answer = await operator.post(
            "/v1/admin/occasions", **said(mall, "hello", "visit", points=5) | other
        )
        assert answer.slug == slug, (other, answer)
    listed = (await operator.get("/v1/admin/occasions")).json["occasions"]
    assert [(one["code"], one["running"]) for one in listed] == [("hello", True), ("hello", False)]
