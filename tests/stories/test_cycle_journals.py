"""What each party books of a cycle, and the hub: they owe one another nothing more."""

from datetime import date
from pathlib import Path
from typing import Any

from settlement import calendar
from tests.conftest import Given
from tests.mall import Client, Mall, Shop, serving, settings_for

CYCLE = "/v1/settlement/cycles/2026-06-01"


async def test_parties_and_hub_book_the_same_cycle_and_owe_each_other_nothing_more(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    bakery, operator = await mall.office(trade[0]), await mall.operator()
    path = f"{CYCLE}/journals"
    own = (await bakery.get(path)).json
    assert (own["party"], own["provisional"]) == ("bakery", True)
    assert {one["stage"] for one in own["journals"]} == {"provisional"}
    assert {one["on"] for one in own["journals"]} == {"2026-06-15"}
    hub = (await operator.get(path)).json
    for party in ("bakery", "bookshop"):
        theirs = (await operator.get(path, party=party)).json
        owed = sum(m["yen"] for j in theirs["journals"] for m in j["moves"] if m["sub"])
        mirrored = sum(m["yen"] for j in hub["journals"] for m in j["moves"] if m["sub"] == party)
        total = (await operator.get(f"{CYCLE}/statement", party=party)).json["total_yen"]
        assert owed == -mirrored == total
    told = await bakery.ask("GET", path, headers={"accept": "text/csv"})
    assert "売上高,,不課税,契約負債,,対象外,300,契約負債・ポイント発行".encode() in told.content
    assert "ポイント決済".encode() in told.content
    expense = (await bakery.get(path, points_cost="EXPENSE")).json
    accounts = {m["account"] for j in expense["journals"] for m in j["moves"]}
    assert "販売促進費" in accounts
    assert "契約負債" not in accounts
    assert (await bakery.get(path, party="bookshop")).status == 404
    assert (await operator.get(path, party="fund")).status == 404


async def test_a_month_s_journals_are_those_of_its_two_cycles(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    bakery = await mall.office(trade[0])
    path = "/v1/settlement/journals"
    half = (await bakery.get(path, month="2026-06")).json
    assert half["cycles"] == ["2026-06-01"]
    await mall.turn_to(date(2026, 6, 20))
    await trade[0].sells(await mall.member(), yen=1_100)
    assert (await mall.close(date(2026, 6, 20))).status == 200
    whole = (await bakery.get(path, month="2026-06")).json
    assert whole["cycles"] == ["2026-06-01", "2026-06-16"]
    assert {one["on"] for one in whole["journals"]} == {"2026-06-15", "2026-06-30"}
    assert (await bakery.get(path, month="2026-13")).slug == "validation"
    assert (await bakery.get(path, month="9999-12")).slug == "validation", "it never ends"
    assert (await bakery.get(path, month="2026-05")).status == 404


async def test_a_month_of_weeks_has_all_that_end_in_it(
    given: Given, database: str, tmp_path: Path
) -> None:
    """Of cycles of any length: a week that goes on into October is October's, on its last day."""
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings, cycles="WEEKLY") as mall:
        bakery, hanako = await mall.shop("bakery"), await mall.member()
        at = mall.today
        while at < date(2026, 10, 5):
            cycle = await mall.cycle_of(at)
            if at > mall.today:
                await mall.turn_to(at)
            await bakery.sells(hanako, yen=1_100)
            assert (await mall.close(at)).status == 200
            at = cycle.last_on + calendar.DAY
        office = await mall.office(bakery)
        path = "/v1/settlement/journals"
        weeks = (await office.get(path, month="2026-09")).json
        assert weeks["cycles"] == ["2026-08-31", "2026-09-07", "2026-09-14", "2026-09-21"]
        assert {one["on"] for one in weeks["journals"]} == {
            "2026-09-06", "2026-09-13", "2026-09-20", "2026-09-27",
        }  # fmt: skip
        assert (await office.get(path, month="2026-10")).json["cycles"] == ["2026-09-28"]


async def test_a_confirmed_cycle_takes_its_provisional_journals_back(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    bakery = await mall.office(trade[0])
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute("UPDATE settlement.cycles SET state = 'confirmed'")
    final = (await bakery.get(f"{CYCLE}/journals")).json
    assert (final["provisional"], {one["stage"] for one in final["journals"]}) == (
        False, {"confirmed"},
    )  # fmt: skip
    again = (await bakery.get(f"{CYCLE}/journals", rebook="true")).json["journals"]
    assert len(again) == 2 * len(final["journals"])
    assert [one["stage"] for one in again][: len(again) // 2] == ["reversal"] * (len(again) // 2)


async def test_the_expected_use_of_own_points_is_reviewed_on_each_closing_day(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    """設例22: 30,000 円 without tax, and 2,000,000 円 of food at 8 %, were sold with 19,936 points,
    150 of them used, and none ever lapsed: they are worth 2,030,000 × 19,936 ÷ 2,049,936 = 19,742
    (3 円 less if all were taxed at 10 %), of which × 150 ÷ 19,936 = 149 came back."""
    shop, bookshop = trade
    bakery, operator = await mall.office(shop), await mall.operator()
    await mall.agree(shop, date(2026, 6, 16), tax_treatment="DISCOUNT")
    await mall.turn_to(date(2026, 6, 20))
    hanako = await mall.member()
    food = {"code": "4901234567894", "category": "food", "quantity": 1, "tax_rate": 8}
    await shop.sells(hanako, yen=2_160_000, lines=[{**food, "amount_yen": 2_160_000}])
    await shop.accepts(hanako, points=4)
    await bookshop.accepts(hanako, points=6)
    assert (await mall.close(date(2026, 6, 20))).status == 200
    month = {"month": "2026-06"}

    async def books(client: Client, **asked: str) -> list[Any]:
        answer = await client.get("/v1/settlement/journals", **month, **asked)
        assert answer.status == 200, answer
        found: list[Any] = answer.json["journals"]
        return found

    plain, allocated = await books(bakery), await books(bakery, points_cost="ALLOCATED")
    reviews = [one for one in allocated if one not in plain]
    assert {one["text"] for one in reviews} == {"自社ポイント・利用見込の見直し"}
    assert [one["on"] for one in reviews] == ["2026-06-15", "2026-06-30"]
    assert [one["stage"] for one in reviews] == ["provisional", "provisional"]
    assert sum(m["yen"] for j in allocated for m in j["moves"] if m["account"] == "契約負債") == -(
        19_742 - 149
    )
    accounts = {(j["on"], m["account"]) for j in allocated for m in j["moves"]}
    assert ("2026-06-15", "ポイント決済") in accounts
    assert ("2026-06-30", "雑収入") in accounts, "a discount from the second cycle on"
    hub = await books(operator)
    for on in ("2026-06-15", "2026-06-30"):
        owed = sum(m["yen"] for j in allocated if j["on"] == on for m in j["moves"] if m["sub"])
        mirrored = sum(
            m["yen"] for j in hub if j["on"] == on for m in j["moves"] if m["sub"] == "bakery"
        )
        assert owed == -mirrored != 0
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute("UPDATE settlement.cycles SET state = 'confirmed'")
    again = await books(bakery, points_cost="ALLOCATED", rebook="true")
    stages = [one["stage"] for one in again if one["text"] == reviews[0]["text"]]
    assert stages == ["reversal", "confirmed"] * 2
