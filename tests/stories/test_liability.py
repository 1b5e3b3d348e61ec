"""What members have not used yet, as the operator's accountant reads it: it ties to the books at
any instant, and every movement is named."""

import csv
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from deploy.liability_commands import tables
from settlement.paper.balances import liability as read
from settlement.paper.liability import MOVEMENTS
from tests.mall import Mall
from tests.office import office
from tests.people.persons import Person, Staff
from tests.stories.test_as_of import outstanding
from tests.stories.test_returns import brings_back

DAY = timedelta(days=1)


async def report(mall: Mall, **asked: Any) -> Any:
    """The liability, each roll-forward of which comes to its balance."""
    answer = await (await mall.operator()).get("/v1/admin/liability", **asked)
    assert answer.status == 200, answer
    for roll in answer.json["roll"]:
        moved = sum(roll[name] for name in MOVEMENTS)
        assert roll["opening"] + moved == roll["closing"], roll
    return answer.json


def rolls(told: Any) -> dict[str, dict[str, int]]:
    """Each funder's movements, where there were any."""
    return {
        roll["funder"]: {name: n for name, n in roll.items() if n and name != "funder"}
        for roll in told["roll"]
    }


async def test_every_movement_stands_in_the_roll_forward(mall: Mall) -> None:
    """Base, bonus, adjustments, use, its undoing, returns, lapses, and a merge."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    clerk = await office(mall)
    days = (date(2026, 6, 1), date(2026, 6, 10))
    await mall.campaign("x2", "tokushima", days, date(2026, 6, 20), 2, {"facility": 1})
    hanako, taro = await mall.members(2)
    first = await bakery.sells(hanako, yen=11_000)  # 100 base, 100 bonus until 6/20
    second = await bookshop.sells(taro, yen=5_500)  # 50 and 50
    await mall.turn_to(date(2026, 6, 4))
    assert (await clerk.adjust(hanako, 30)).status == 201
    assert (await clerk.adjust(hanako, -10)).status == 201
    spent = await bookshop.accepts(hanako, points=40)
    asked = {key: value for key, value in bookshop.asked(hanako).items() if key != "card"}
    undone = await bookshop.post("/v1/reversals", **asked, of=spent["slip"], reason="打ち間違い")
    assert undone.status == 201, undone
    await bakery.accepts(taro, points=20)
    await brings_back(bookshop, second, returned_yen=1_100)
    before = await report(mall, since="2026-06-01")
    assert rolls(before)["*"] == {
        "base": 150, "bonus": 150, "adjusted": 30, "removed": -10, "used": -60, "restored": 40,
        "recovered": -20, "closing": 150 + 150 + 30 - 10 - 60 + 40 - 20,
    }  # fmt: skip
    assert (await clerk.merge(taro, hanako)).status == 201
    await mall.turn_to(date(2026, 6, 21))
    after = await report(mall, since="2026-06-01")
    told = rolls(after)
    assert told["*"]["lapsed"] < 0, "nobody visited, and what was limited has lapsed all the same"
    assert "moved" not in told["*"]
    now = await outstanding(mall)
    assert {k: v.get("closing", 0) for k, v in told.items() if k != "*"} == {
        funder: figures["outstanding_points"] for funder, figures in now.items()
    }
    assert first["points"] == 200
    await opens(mall, after, "2026-06-01")
    await opens(mall, await report(mall, since="2026-06-04"), "2026-06-04")


async def opens(mall: Mall, told: Any, since: str) -> None:
    """Every movement and balance of every funder, as the console lists what comes to it."""
    keiko = await Staff(mall).person(f"keiko-{since}", "finance-preparer")
    for roll in told["roll"]:
        funder = {} if roll["funder"] == "*" else {"funder": roll["funder"]}
        span = {"since": since, "on": told["on"]}
        before = date.fromisoformat(since) - DAY
        asked = [("moved", span | {"movement": name}, roll[name]) for name in MOVEMENTS]
        asked += [("lots", {"on": told["on"]}, roll["closing"])]
        asked += [("lots", {"on": str(before)}, roll["opening"])]
        for page, query, points in asked:
            path = f"/console/liability/{page}.csv?{urlencode(query | funder)}"
            found = await listed(keiko, path)
            assert (path, sum(found)) == (path, points)
            assert 0 not in found


async def listed(person: Person, path: str) -> list[int]:
    """The points of each line of a sheet."""
    sheet = (await person.browser.get(path)).content.decode("utf-8-sig")
    return [int(row["ポイント"]) for row in csv.DictReader(sheet.splitlines())]


async def test_the_balance_of_a_day_is_the_same_whenever_it_is_asked_for(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    told: dict[date, Any] = {}
    for step in range(6):
        await bakery.sells(hanako, yen=1_100 * (step + 1))
        if step % 2:
            await bakery.accepts(hanako, points=7 * step)
        told[mall.today] = await mall.points_of(hanako)
        await mall.turn_to(mall.today + 9 * DAY)
    for day, points in told.items():
        asked = await report(mall, on=day.isoformat(), since="2026-06-01")
        assert (asked["outstanding"], sum(one["points"] for one in asked["ages"])) == (
            points,
            points,
        )
    opened = await report(mall, since="2026-06-13")
    assert opened["roll"][-1]["opening"] == told[date(2026, 6, 12)]


async def test_a_day_that_is_opening_base_day_and_close_is_the_same_each_time(mall: Mall) -> None:
    """On a base day itself too, which is not over: it stands as it does now."""
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    await mall.turn_to(date(2026, 9, 30))
    await bakery.sells(hanako, yen=5_500)
    told = await report(mall)
    assert told["base_days"][0] == {
        "on": "2026-09-30", "points": 150, "free_points": 150, "paid_points": 0,
    }  # fmt: skip
    assert (told["outstanding"], told["base_days"][1]["points"]) == (150, 0)
    await mall.turn_to(date(2026, 10, 2))
    await bakery.accepts(hanako, points=40)
    later = await report(mall, since="2026-10-01")
    assert [one["points"] for one in later["base_days"]] == [150, 0]
    assert (later["roll"][-1]["opening"], later["roll"][-1]["closing"]) == (150, 110)
    assert (await report(mall, on="2026-09-30"))["outstanding"] == 150


async def test_ages_are_told_by_year_of_issue_and_month_of_expiry_through_a_merge(
    mall: Mall,
) -> None:
    bakery = await mall.shop("bakery")
    old, young = await mall.members(2)
    await bakery.sells(old, yen=11_000)
    await mall.turn_to(date(2027, 4, 2))
    await bakery.sells(young, yen=2_200)
    assert (await (await office(mall)).merge(old, young)).status == 201
    told = await report(mall)
    assert told["ages"] == [
        {"funder": "bakery", "issued_year": 2026, "expires_month": "2028-03-01", "points": 100},
        {"funder": "bakery", "issued_year": 2027, "expires_month": "2029-03-01", "points": 20},
    ]
    assert [(one["on"], one["points"], one["paid_points"]) for one in told["base_days"]] == [
        ("2027-03-31", 100, 0), ("2026-09-30", 100, 0),
    ]  # fmt: skip
    assert [(one["issued_month"], one["outstanding"]) for one in told["cohorts"]] == [
        ("2026-06-01", 100), ("2027-04-01", 20),
    ]  # fmt: skip
    keiko = await Staff(mall).person("keiko", "finance-preparer")
    for month, points in (("2026-06-01", 100), ("2027-04-01", 20)):
        assert await listed(keiko, f"/console/liability/lots.csv?issued={month}") == [points]


async def test_breakage_is_forecast_from_what_lapsed_and_the_forecast_is_tested(mall: Mall) -> None:
    """Half of June's points lapse at the fiscal year's end; then of the next June's half will."""
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    await bakery.accepts(hanako, points=50)
    await mall.turn_to(date(2027, 6, 3))
    await bakery.sells(hanako, yen=22_000)
    early = await report(mall)
    assert (early["outstanding"], early["expected_use"]) == (250, 250)
    await mall.turn_to(date(2028, 4, 2))
    told = await report(mall)
    [cohort] = told["cohorts"]
    assert (cohort["issued_month"], cohort["outstanding"]) == ("2027-06-01", 200)
    assert (cohort["expected_breakage"], told["expected_use"]) == (200, 0), "at ten months: all 50"
    tested = told["back_test"]
    assert (tested["as_of"], tested["forecast_use"], tested["actual_use"]) == ("2027-03-31", 50, 0)
    assert (tested["error_points"], tested["error_bp"]) == (50, None)


async def test_the_command_prints_what_the_route_says(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    await bakery.sells(await mall.member(), yen=123_400)
    async with mall.hub.pools.bare("auditor") as conn:
        found = await read(conn, None, None, mall.now)
    printed = "\n".join(tables(found))
    assert "1,121 pt" in printed
    assert "期末残高" in printed
    assert "✗" not in printed


async def test_the_future_and_a_day_before_the_first_are_refused(mall: Mall) -> None:
    operator = await mall.operator()
    for asked in ({"on": "2026-06-04"}, {"since": "2026-06-04"}, {"on": "x"}):
        assert (await operator.get("/v1/admin/liability", **asked)).slug == "validation"
    shop = await mall.office(await mall.shop("bakery"))
    assert (await shop.get("/v1/admin/liability")).slug == "insufficient-scope"


async def test_where_points_will_be_used_and_what_the_next_cycle_costs(mall: Mall) -> None:
    """40 of 200 points are used, 30 at the bookshop and 10 at the bakery, then 20 at the bakery;
    5 in a cycle that is still open. Of the 135 that are left as many will be used at the one as at
    the other."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    await bookshop.accepts(hanako, points=30)
    await bakery.accepts(hanako, points=10)
    assert (await report(mall))["needs"] == [], "nothing is sealed yet"
    assert (await mall.close(date(2026, 6, 3))).status == 200
    await bakery.accepts(hanako, points=20)
    assert (await mall.close(date(2026, 6, 20))).status == 200
    await bookshop.accepts(hanako, points=5)
    await mall.turn_to(mall.today + DAY)
    told = await report(mall)
    assert told["places"] == [
        {"tenant": "bakery", "used_points": 30, "expected_use": 68},
        {"tenant": "bookshop", "used_points": 30, "expected_use": 67},
    ]
    assert [(one["cycles"], one["low_yen"], one["high_yen"]) for one in told["needs"]] == [
        (1, 20, 40), (2, 60, 60),
    ]  # fmt: skip
