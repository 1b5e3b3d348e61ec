"""ランク, through the till and the office: M13, M14, M15, M16 and M57."""

import asyncio
from datetime import date, time, timedelta
from typing import Any

import pytest

from federation.days import day_of, months_later
from tenants.ranks import following, turning
from tests.jobs.following import followed
from tests.mall import LONG_AGO, Mall, Member, Shop
from tests.office import Office

APRIL = date(2027, 4, 1)
GRANTS = """
SELECT entries.rank, array_agg(DISTINCT lots.rule ORDER BY lots.rule)
FROM federation.entries INNER JOIN federation.lots USING (member_id, entry_id)
WHERE member_id = %s AND kind = 'accrual' GROUP BY entry_id, entries.rank
"""


class Scene:
    """A mall with a bakery, an office, and the rule of the reference programme."""

    def __init__(self, mall: Mall, bakery: Shop, office: Office) -> None:
        self.mall = mall
        self.bakery = bakery
        self.office = office

    async def ranks(self, member: Member) -> Any:
        """What the operator is told."""
        answer = await self.office.client.get(self.office.path(member, "/ranks"))
        assert answer.status == 200, answer
        return answer.json

    async def turned(self, day: date) -> int:
        """The job that turns everybody to a day's ranks."""
        async with self.mall.hub.pools.bare("worker") as conn:
            return await turning.turn_all(conn, day, self.mall.now)


@pytest.fixture(scope="module")
async def scene(mall: Mall) -> Scene:
    operator = await mall.operator()
    for body in (
        {
            "rule": "premium-by-spend", "from_on": "2020-04-01", "rank": "premium",
            "measure": "spend", "span": "fiscal-year", "threshold": 200_000, "reason": "規約第9条",
        },
        {
            "rule": "gold-by-visits", "from_on": "2020-04-01", "rank": "gold", "measure": "visits",
            "span": "calendar-year", "threshold": 3, "takes_effect": "at-once",
            "reason": "来店特典",
        },
        {
            "rule": "silver-by-points", "from_on": "2020-04-01", "rank": "silver",
            "measure": "points", "span": "months", "months": 6, "threshold": 5_000,
            "takes_effect": "at-once", "reason": "獲得特典",
        },
    ):  # fmt: skip
        for rank, place in (("silver", 5), ("gold", 20)):
            if body["rank"] == rank:
                told = {"rank": rank, "place": place, "name": rank, "name_en": rank}
                assert (await operator.post("/v1/admin/ranks", **told)).status == 204
        answer = await operator.post("/v1/admin/rank-rules", **body)
        assert answer.status == 204, answer
    return Scene(mall, await mall.shop("bakery"), Office(operator))


async def test_m13_who_buys_for_200000_yen_in_a_year_is_premium_in_the_next(scene: Scene) -> None:
    mall, begin = scene.mall, scene.mall.today
    hanako, taro = await mall.members(2)
    await scene.bakery.sells(hanako, yen=150_000)
    await scene.bakery.sells(taro, yen=199_999)
    await followed(mall)
    told = (await scene.ranks(hanako))["standing"]
    premium = next(one for one in told["next"] if one["rank"] == "premium")
    assert (premium["missing"], premium["unit"], premium["by_on"]) == (50_000, "yen", "2027-03-31")
    assert premium["words"] == "プレミアム会員まで、あと50,000円"
    await scene.bakery.sells_for_points(hanako, points=1_000, yen=49_000)
    await followed(mall)
    found = await scene.ranks(hanako)
    assert found["standing"]["rank"] == "general", "not before April"
    [promotion] = [one for one in found["promotions"] if one["rank"] == "premium"]
    assert (promotion["rule"], promotion["figure"]) == ("premium-by-spend", 200_000)
    assert (promotion["from_on"], promotion["to_on"]) == ("2027-04-01", "2028-03-31")
    assert (await scene.ranks(taro))["promotions"] == []
    await mall.turn_to(date(2027, 3, 31), time(22, 0))
    assert await scene.turned(APRIL) >= 1
    assert await scene.turned(APRIL) == 0, "nobody turns twice"
    last = await scene.bakery.sells(hanako, yen=1_100)
    await mall.turn_to(APRIL, time(0, 1))
    first = await scene.bakery.sells(hanako, yen=1_100)
    late = await scene.bakery.sells(hanako, yen=1_100, business_date="2027-03-31")
    assert [sum(g["points"] for g in one["grants"]) for one in (last, first, late)] == [10, 20, 10]
    rank = next(g for g in first["grants"] if g["rule"] == "rank:premium")
    assert rank["funders"][0]["points"] == 10
    assert (await scene.ranks(hanako))["standing"]["until_on"] == "2028-03-31"
    await mall.turn_to(date(2028, 3, 31), time(22, 0))
    await scene.turned(date(2028, 4, 1))
    await mall.turn_to(date(2028, 4, 1), time(0, 1))
    found = await scene.ranks(hanako)
    assert found["standing"]["rank"] == "general", "it falls back"
    assert [one["rank"] for one in found["turns"]][-2:] == ["premium", "general"]
    await mall.turn_to(begin)


async def test_a_return_lowers_the_basis_and_takes_the_rank_of_next_year_away(
    scene: Scene,
) -> None:
    mall = scene.mall
    hanako = await mall.member()
    sold = await scene.bakery.sells(hanako, yen=200_000)
    await followed(mall)
    back = {k: v for k, v in scene.bakery.asked(hanako).items() if k != "card"}
    answer = await scene.bakery.post("/v1/returns", **back, of=sold["slip"], returned_yen=1)
    assert answer.status == 201, answer
    await followed(mall)
    [lost] = [o for o in (await scene.ranks(hanako))["promotions"] if o["rank"] == "premium"]
    assert lost["withdrawn_on"] == "2027-04-01"
    await scene.bakery.sells(hanako, yen=1)
    await followed(mall)
    [again] = [o for o in (await scene.ranks(hanako))["promotions"] if o["rank"] == "premium"]
    assert (again["withdrawn_on"], again["figure"]) == (None, 200_000)


async def test_a_rank_by_rolling_months_lasts_as_long_as_it_was_reached_with_returns_counted(
    scene: Scene,
) -> None:
    mall, begin, hanako = scene.mall, scene.mall.today, await scene.mall.member()

    async def goes_back(sold: Any, yen: int) -> None:
        back = {k: v for k, v in scene.bakery.asked(hanako).items() if k != "card"}
        answer = await scene.bakery.post("/v1/returns", **back, of=sold["slip"], returned_yen=yen)
        assert answer.status == 201, answer

    async def silver() -> tuple[str, str, str | None]:
        await followed(mall)
        found = await scene.ranks(hanako)
        last = [one for one in found["promotions"] if one["rank"] == "silver"][-1]
        return found["standing"]["rank"], last["to_on"], last["withdrawn_on"]

    first = await scene.bakery.sells(hanako, yen=550_000)
    assert await silver() == ("silver", str(months_later(begin, 6)), None)
    await mall.turn_to(begin + timedelta(days=60))
    second = await scene.bakery.sells(hanako, yen=550_000)
    assert await silver() == ("silver", str(months_later(mall.today, 6)), None)
    # The second goes back: what is left was reached by the first alone, to its six months' end.
    await goes_back(second, 550_000)
    assert await silver() == ("silver", str(months_later(mall.today, 6)), None), "still its window"
    await goes_back(first, 110)
    assert await silver() == ("general", str(months_later(mall.today, 6)), str(mall.today))
    await mall.turn_to(begin + timedelta(days=61))
    await scene.bakery.sells(hanako, yen=110)
    assert await silver() == ("silver", str(months_later(mall.today, 6)), None)
    # Nobody buys: on the eve of its end it goes on after the last day on which it was reached.
    last = months_later(begin, 6) - timedelta(days=1)
    end = months_later(mall.today, 6)
    await mall.turn_to(end)
    async with mall.hub.pools.bare("worker") as conn:
        await following.look_again(conn, end, mall.now)
        await following.look_again(conn, end, mall.now)
    assert await silver() == ("silver", str(months_later(last, 6)), None)
    await mall.turn_to(begin)


async def test_an_undone_slip_counts_for_nothing(scene: Scene) -> None:
    mall = scene.mall
    hanako = await mall.member()
    sold = await scene.bakery.sells(hanako, yen=300_000)
    await followed(mall)
    void = {k: v for k, v in scene.bakery.asked(hanako).items() if k != "card"}
    answer = await scene.bakery.post("/v1/reversals", **void, of=sold["slip"], reason="打ち間違い")
    assert answer.status == 201, answer
    await followed(mall)
    found = await scene.ranks(hanako)
    assert {o["withdrawn_on"] for o in found["promotions"] if o["rank"] == "premium"} == {
        "2027-04-01"
    }
    assert {one["figure"] for one in found["standing"]["next"]} == {0}


async def test_m14_a_third_visit_makes_gold_at_once_and_two_sales_a_day_are_one_visit(
    scene: Scene,
) -> None:
    mall, begin = scene.mall, scene.mall.today
    hanako = await mall.member()
    for day in range(3):
        await mall.turn_to(begin + timedelta(days=day))
        for _ in range(2):
            await scene.bakery.sells(hanako, yen=110)
        await followed(mall)
        rank = (await scene.ranks(hanako))["standing"]["rank"]
        assert rank == ("gold" if day == 2 else "general")
    found = await scene.ranks(hanako)
    assert found["standing"]["by"]["rule"] == "gold-by-visits"
    assert found["standing"]["by"]["figure"] == 3
    assert [(o["was"], o["rank"]) for o in found["turns"]] == [("general", "gold")]
    await mall.turn_to(begin)


async def test_m15_points_that_were_earned_count_also_when_they_are_spent(scene: Scene) -> None:
    mall = scene.mall
    hanako = await mall.member()
    await scene.bakery.sells(hanako, yen=330_000)
    await scene.bakery.accepts(hanako, points=600)
    await followed(mall)
    assert (await scene.ranks(hanako))["standing"]["rank"] == "general"
    await scene.bakery.sells(hanako, yen=220_000)
    await followed(mall)
    assert (await scene.ranks(hanako))["standing"]["rank"] == "silver"


async def test_members_who_become_one_have_bought_together(scene: Scene) -> None:
    mall = scene.mall
    hanako, old = await mall.members(2)
    await scene.bakery.sells(hanako, yen=120_000)
    sold = await scene.bakery.sells(old, yen=80_000)
    await followed(mall)
    merged = await scene.office.merge(old, hanako)
    assert merged.status == 201, merged
    await followed(mall)
    premium = [o for o in (await scene.ranks(hanako))["promotions"] if o["rank"] == "premium"]
    assert [(o["figure"], o["withdrawn_on"]) for o in premium] == [(200_000, None)]
    back = {k: v for k, v in scene.bakery.asked(hanako).items() if k != "card"}
    answer = await scene.bakery.post("/v1/returns", **back, of=sold["slip"], returned_yen=100)
    assert answer.status == 201, answer
    await followed(mall)
    premium = [o for o in (await scene.ranks(hanako))["promotions"] if o["rank"] == "premium"]
    assert premium[0]["withdrawn_on"] is not None


async def test_m16_gold_earns_double_and_its_funder_is_shown(scene: Scene) -> None:
    mall = scene.mall
    gold = await mall.member("premium")
    sold = await scene.bakery.sells(gold, yen=1_100)
    assert [(g["rule"], g["points"]) for g in sold["grants"]] == [
        ("base", 10),
        ("rank:premium", 10),
    ]
    assert sold["grants"][1]["funders"][0]["points"] == 10


async def test_each_sale_finds_one_rank_while_ranks_are_turned(scene: Scene) -> None:
    mall = scene.mall
    hanako = await mall.member()
    await scene.bakery.sells(hanako, yen=200_000)
    await followed(mall)
    until = mall.today
    await mall.turn_to(APRIL)
    sales = [scene.bakery.sells(hanako, yen=1_100) for _ in range(40)]
    done = await asyncio.gather(*sales[:20], scene.turned(APRIL), *sales[20:])
    assert len(done) == 41
    async with mall.hub.pools.use("auditor") as conn:
        found = await (await conn.execute(GRANTS, (hanako.member_id,))).fetchall()
    assert {(rank, tuple(rules)) for rank, rules in found} <= {
        ("general", ("base",)), ("premium", ("base", "rank:premium")),
    }  # fmt: skip
    assert ("premium", ["base", "rank:premium"]) in [(r, list(rules)) for r, rules in found] or (
        (await scene.bakery.sells(hanako, yen=1_100))["grants"][-1]["rule"] == "rank:premium"
    )
    await mall.turn_to(until)


async def test_a_higher_rank_given_by_hand_stays(scene: Scene) -> None:
    mall = scene.mall
    hanako = await mall.member("gold")
    await scene.bakery.sells(hanako, yen=120_000)
    await followed(mall)
    assert (await scene.ranks(hanako))["standing"]["rank"] == "gold"


async def test_m57_a_rank_gives_parking_twice_a_month_and_no_point_moves(scene: Scene) -> None:
    mall, operator = scene.mall, scene.office.client
    parking = {
        "benefit": "parking", "from_on": LONG_AGO.isoformat(), "rank": "premium",
        "name": "駐車場2時間", "name_en": "two hours of parking", "funder": "operator",
        "per_day": 1, "per_month": 2, "reason": "会員規約",
    }  # fmt: skip
    assert (await operator.post("/v1/admin/benefits", **parking)).status == 204
    premium, general = await mall.member("premium"), await mall.member()
    begin = mall.today
    asked = {**scene.bakery.asked(premium), "benefit": "parking"}
    used = await scene.bakery.post("/v1/benefit-uses", **asked)
    assert used.status == 201, used
    assert (used.json["points"], used.json["funder"], used.json["left_this_month"]) == (
        0, "operator", 1,
    )  # fmt: skip
    same = await scene.bakery.post("/v1/benefit-uses", **asked)
    assert (same.status, same.content) == (201, used.content)
    assert same.headers["Idempotent-Replayed"] == "true"
    other = {**asked, "card": general.card}
    assert (await scene.bakery.post("/v1/benefit-uses", **other)).slug == "slip-reused"
    more = {**scene.bakery.asked(premium), "benefit": "parking"}
    assert (await scene.bakery.post("/v1/benefit-uses", **more)).slug == "over-limit"
    await mall.turn_to(begin + timedelta(days=1))
    copies = [{**scene.bakery.asked(premium), "benefit": "parking"} for _ in range(5)]
    told = await asyncio.gather(*(scene.bakery.post("/v1/benefit-uses", **c) for c in copies))
    assert sorted(one.status for one in told) == [201, 409, 409, 409, 409], "in parallel, once"
    await mall.turn_to(begin + timedelta(days=2))
    more = {**scene.bakery.asked(premium), "benefit": "parking"}
    assert (await scene.bakery.post("/v1/benefit-uses", **more)).slug == "over-limit", "a month"
    more = {**scene.bakery.asked(general), "benefit": "parking"}
    assert (await scene.bakery.post("/v1/benefit-uses", **more)).slug == "benefit-not-held"
    assert await mall.points_of(premium) == 0
    await mall.turn_to(begin)


async def test_a_rule_that_does_not_add_up_is_refused(scene: Scene) -> None:
    good = {
        "rule": "x", "from_on": "2030-04-01", "rank": "gold", "measure": "spend", "span": "months",
        "months": 6, "threshold": 1, "takes_effect": "at-once", "reason": "r",
    }  # fmt: skip
    post = scene.office.client.post
    for wrong in (
        {"months": None}, {"takes_effect": "next-year"}, {"rank": "nobody"}, {"threshold": 0},
        {"span": "fiscal-year"},
    ):  # fmt: skip
        assert (await post("/v1/admin/rank-rules", **{**good, **wrong})).slug == "validation"
    assert (await post("/v1/admin/rank-rules", **good)).status == 204
    assert (await post("/v1/admin/rank-rules", **good)).slug == "validation", "a day has one"
    told = (await scene.office.client.get("/v1/admin/ranks")).json
    assert [one["rank"] for one in told["ranks"]] == ["general", "silver", "premium", "gold"]
    assert next(o for o in told["rules"] if o["rule"] == "x")["author"]
    assert day_of(scene.mall.now) == scene.mall.today


async def test_m57_a_use_that_was_a_mistake_is_taken_back_and_may_be_had_again(
    scene: Scene,
) -> None:
    operator, bakery = scene.office.client, scene.bakery
    wash = {
        "benefit": "wash", "from_on": LONG_AGO.isoformat(), "rank": "premium", "name": "洗車",
        "name_en": "a car wash", "funder": "operator", "per_day": 1, "reason": "会員規約",
    }  # fmt: skip
    assert (await operator.post("/v1/admin/benefits", **wash)).status == 204
    premium = await scene.mall.member("premium")

    async def used(**more: Any) -> Any:
        asked = {**bakery.asked(premium), "benefit": "wash", "staff": "1007", **more}
        return await bakery.post("/v1/benefit-uses", **asked)

    first = await used(slip="W-1")
    assert first.status == 201, first
    assert (await used()).slug == "over-limit"
    envelope = {k: v for k, v in bakery.asked(premium).items() if k != "card"}
    undo = {**envelope, "of": "W-1", "reason": "押し間違い"}
    assert (await bakery.post("/v1/handover-reversals", **{**undo, "slip": "W-1"})).status == 201
    again = await used(slip="W-1")
    assert (again.status, again.content) == (201, first.content), "the slip keeps its answer"
    second = await used()
    assert (second.status, second.json["left_today"]) == (201, 0)
    told = await operator.get(scene.office.path(premium, "/handovers"))
    assert [one["what"] for one in told.json["handed"]] == ["wash", "wash"]
    assert [one.get("taken_back_for") for one in told.json["handed"]] == [None, "押し間違い"]


async def test_a_changed_rule_is_tried_before_it_holds_by_names_and_counts(scene: Scene) -> None:
    mall, operator = scene.mall, scene.office.client
    begin = mall.today
    spring = date(2029, 5, 1)
    await mall.turn_to(spring)
    ichiro, jiro, saburo = await mall.members(3)
    await scene.office.write(jiro, name="次郎")
    for member, yen in ((ichiro, 250_000), (jiro, 160_000), (saburo, 90_000)):
        await scene.bakery.sells(member, yen=yen)
    await followed(mall)
    thought = {"rule": "premium-by-spend", "measure": "spend", "span": "fiscal-year"}

    async def tried(**more: Any) -> Any:
        answer = await operator.post("/v1/admin/rank-rules/preview", **thought, **more)
        assert answer.status == 200, answer
        return answer.json

    lower = await tried(threshold=150_000)
    assert (lower["from_on"], lower["to_on"]) == ("2029-04-01", "2030-03-31")
    assert (lower["today"], lower["proposed"], lower["rises"], lower["falls"]) == (1, 2, 1, 0)
    [up] = lower["risen"]
    assert (up["name"], up["rank"], up["was"], up["would"]) == (
        "次郎", "general", 160_000, 160_000,
    )  # fmt: skip
    higher = await tried(threshold=300_000)
    assert (higher["proposed"], higher["falls"], len(higher["fallen"])) == (0, 1, 1)
    assert (await tried())["falls"] == 1, "a rule that ends reaches nobody"
    visits = await operator.post(
        "/v1/admin/rank-rules/preview",
        rule="by-visits", measure="visits", span="months", months=1, threshold=1,
    )  # fmt: skip
    assert (visits.json["today"], visits.json["rises"]) == (0, 3), "a new rule, of one month"
    wrong = await operator.post("/v1/admin/rank-rules/preview", **thought, months=3)
    assert (wrong.status, wrong.json["pointer"]) == (400, "/months")
    assert (await scene.ranks(jiro))["promotions"] == [], "nothing is booked by looking"
    await mall.turn_to(begin)
