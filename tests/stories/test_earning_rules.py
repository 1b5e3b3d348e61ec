"""The rules of earning as an operator lays them out: rows of the catalogue, through HTTP."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from federation.days import TOKYO
from tests.conftest import Given
from tests.mall import Answered, Client, Mall, Shop, serving, settings_for
from tests.races.hubs import cloned

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One hub for all of them; each has shops and days of its own."""
    folder = tmp_path_factory.mktemp("earning")
    with cloned(given.database_url, template, "meguri_test_earning") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


async def said(mall: Mall, level: str, key: str, value: Any, **more: Any) -> Answered:
    """A level's word from tomorrow on, which must be kept."""
    operator = await mall.operator()
    word = {"inherits": True} if value is None else {"value": value}
    asked = {"from_on": str(mall.today + DAY), "reason": "話し合い", **word, **more}
    answer = await operator.post("/v1/admin/settings", level=level, key=key, **asked)
    assert answer.status == 201, answer
    return answer


async def tomorrow(mall: Mall, at: time = time(12)) -> date:
    """It is tomorrow, and every term has been read."""
    await mall.turn_to(mall.today + DAY, at)
    mall.hub.forget()
    return mall.today


def grants(receipt: Any) -> dict[str, dict[str, int]]:
    """Points by rule and funder."""
    return {
        grant["rule"]: {part["party"]: part["points"] for part in grant["funders"]}
        for grant in receipt["grants"]
    }


def points(receipt: Any) -> dict[str, int]:
    return {rule: sum(parts.values()) for rule, parts in grants(receipt).items()}


async def shop_of(mall: Mall, code: str, *more: Any, **terms: Any) -> Shop:
    """A shop that every till knows of at once."""
    shop = await mall.shop(code, *more, **terms)
    mall.hub.forget()
    return shop


async def returned(shop: Shop, slip: str, yen: int) -> int:
    """The points that are taken back when goods of a slip come back."""
    number = next(shop.mall.numbers)
    answer = await shop.post(
        "/v1/returns", slip=f"B-{number}", till=shop.till, of=slip, returned_yen=yen,
        business_date=str(shop.mall.today), at=shop.mall.now.isoformat(),
    )  # fmt: skip
    assert answer.status == 201, answer
    return int(answer.json["taken_back_points"])


async def settings(client: Client, path: str, shop: str, on: date) -> dict[str, Any]:
    answer = await client.get(path, shop=shop, on=on)
    assert answer.status == 200, answer
    return {one["key"]: one for one in answer.json["settings"]}


async def test_c14_another_rate_holds_for_sales_from_its_day_on(mall: Mall) -> None:
    bakery, hanako = await shop_of(mall, "c14"), await mall.member("premium")
    before = await bakery.sells(hanako, yen=1_100)
    await said(mall, "shop", "yen_per_point", 100, code="c14/c14")
    await said(mall, "tenant", "tender:credit", {"tenths": 20}, code="c14")
    food = {"points": 1, "yen": 200, "funders": {"tenant": 1, "facility": 1}}
    await said(mall, "facility", "category:food", food, code="tokushima")
    assert points(await bakery.sells(hanako, yen=1_100)) == points(before)
    yesterday = mall.today
    await tomorrow(mall)
    bought = {
        "lines": [{"amount_yen": 800, "category": "food"}, {"amount_yen": 300}],
        "tenders": [{"kind": "credit", "amount_yen": 1_100}],
    }
    after = await bakery.sells(hanako, 1_100, **bought)
    assert grants(after) == {
        "base": {"c14": 3},
        "category:food": {"c14": 2, "tokushima": 2},
        "rank:premium": {"operator": 7},
        "tender:credit": {"c14": 7},
    }
    # Three returns in part take back what one would: what is left of each rule.
    part, whole = [await bakery.sells(hanako, 1_100, **bought) for _ in range(2)]
    assert sum([await returned(bakery, part["slip"], yen) for yen in (400, 350, 350)]) == 21
    assert await returned(bakery, whole["slip"], 1_100) == 21
    half = await bakery.sells(hanako, 1_100, **bought)
    assert await returned(bakery, half["slip"], 500) == 9  # 300 円 of food are left, and 300 more
    late = await bakery.sells(hanako, yen=1_100, business_date=str(yesterday))
    assert points(late) == points(before)  # a sale that comes late earns by its own day's rate
    quote = await bakery.quote(hanako, yen=1_100, **bought)
    assert [one["rule"] for one in quote["grants"]] == [one["rule"] for one in after["grants"]]


async def test_c14_a_setting_of_today_or_before_is_refused(mall: Mall) -> None:
    await shop_of(mall, "early")
    operator = await mall.operator()
    asked = {"level": "shop", "code": "early/early", "key": "yen_per_point", "reason": "x"}
    for day in (mall.today, mall.today - DAY):
        got = await operator.post("/v1/admin/settings", **asked, value=100, from_on=str(day))
        assert (got.status, got.slug) == (422, "from-tomorrow")
    for key, value, pointer in (
        ("yen_per_point", 0, "/value"),
        ("yen_per_point", "100", "/value"),
        ("hour:tea", {"from_time": "17:00", "to_time": "14:00", "tenths": 20}, "/value"),
        ("nothing", 1, "/key"),
        ("category", 1, "/key"),
    ):
        told = {**asked, "key": key, "value": value, "from_on": str(mall.today + DAY)}
        got = await operator.post("/v1/admin/settings", **told)
        assert (got.status, got.json["pointer"]) == (400, pointer), (key, got)


async def test_c15_a_weekend_counts_by_the_business_date_of_a_late_sale(mall: Mall) -> None:
    bakery, hanako = await shop_of(mall, "c15", "c15-hall"), await mall.member()
    weekend = (mall.today, mall.today)
    await mall.campaign("c15-x3", "c15-hall", weekend, None, 3, {"facility": 1})
    await mall.campaign("c15-x15", "c15-hall", weekend, None, 1, {"tenant": 1}, tenths=5,
                        stack_group="half")  # fmt: skip
    saturday = mall.today
    now = await bakery.sells(hanako, yen=1_210)
    await tomorrow(mall)
    late = await bakery.sells(hanako, yen=1_210, business_date=str(saturday))
    assert points(now) == points(late) == {
        "base": 11, "campaign:c15-x3": 22, "campaign:c15-x15": 5,
    }  # fmt: skip
    assert points(await bakery.sells(hanako, yen=1_210)) == {"base": 11}


async def test_c24_the_nearest_level_wins_and_the_screen_says_which(mall: Mall) -> None:
    east = await shop_of(mall, "c24", "c24-hall", yen_per_point=None)
    await shop_of(mall, "c24-other", "c24-hall", yen_per_point=None)
    await said(mall, "operator", "yen_per_point", 200)
    await said(mall, "facility", "yen_per_point", 150, code="c24-hall", reason="施設の契約")
    await said(mall, "shop", "yen_per_point", 100, code="c24/c24", reason="新規開店")
    on, operator = mall.today + DAY, await mall.operator()
    own = (await settings(operator, "/v1/admin/settings", "c24/c24", on))["yen_per_point"]
    assert (own["value"], own["level"], own["by"]["reason"]) == (100, "shop", "新規開店")
    assert [(o["level"], o["value"], o.get("code")) for o in own["overrode"]] == [
        ("facility", 150, "c24-hall"),
        ("operator", 200, None),
    ]
    other = await settings(operator, "/v1/admin/settings", "c24-other/c24-other", on)
    assert (other["yen_per_point"]["value"], other["yen_per_point"]["level"]) == (150, "facility")
    assert (other["scope"]["value"], other["scope"]["level"]) == ("RECEIPT", "default")
    today = await settings(operator, "/v1/admin/settings", "c24/c24", mall.today)
    assert (today["yen_per_point"]["value"], today["yen_per_point"]["level"]) == (110, "default")
    await tomorrow(mall)
    hanako = await mall.member()
    assert (await east.sells(hanako, yen=600))["points"] == 6
    await said(mall, "shop", "yen_per_point", None, code="c24/c24")  # it inherits again
    await said(mall, "operator", "yen_per_point", None)
    await tomorrow(mall)
    assert (await east.sells(hanako, yen=600))["points"] == 4


async def test_c24_a_shop_changes_only_what_is_delegated_to_it(mall: Mall) -> None:
    shop, other = await shop_of(mall, "o3", "o3-hall"), await shop_of(mall, "o3-other", "o3-hall")
    assert other
    office, on = await mall.office(shop), str(mall.today + DAY)
    asked = {"level": "shop", "code": "o3/o3", "from_on": on, "reason": "閑散対策"}
    tea = {"from_time": "14:00", "to_time": "17:00", "tenths": 20}
    refused = await office.post("/v1/settings", **asked, key="hour:tea", value=tea)
    assert (refused.status, refused.slug) == (403, "not-delegated")
    await said(mall, "facility", "delegated", ["hour:*", "rounding"], code="o3-hall")
    for key, value in (("hour:tea", tea), ("rounding", "CEIL")):
        got = await office.post("/v1/settings", **asked, key=key, value=value)
        assert got.status == 201, got
    for key, value in (("yen_per_point", 1), ("delegated", ["yen_per_point"])):
        got = await office.post("/v1/settings", **asked, key=key, value=value)
        assert got.slug == "not-delegated", got
    theirs = {**asked, "code": "o3-other/o3-other"}
    got = await office.post("/v1/settings", **theirs, key="rounding", value="CEIL")
    assert got.status == 404, got
    hall = {**asked, "level": "facility", "code": "o3-hall"}
    assert (await office.post("/v1/settings", **hall, key="rounding", value="CEIL")).status == 404
    shown = await settings(office, "/v1/settings", "o3/o3", mall.today + DAY)
    assert (shown["rounding"]["value"], shown["rounding"]["delegated"]) == ("CEIL", True)
    assert "delegated" not in shown["yen_per_point"]
    assert (await office.get("/v1/settings", shop="o3-other/o3-other")).status == 404


async def test_m16_gold_earns_twice_on_the_same_sale_and_its_funder_is_shown(mall: Mall) -> None:
    bakery = await shop_of(mall, "m16", "m16-hall")
    await said(mall, "facility", "rank:gold", {"tenths": 20, "funders": {"operator": 1}},
               code="m16-hall")  # fmt: skip
    await tomorrow(mall)
    gold, general = await mall.member("gold"), await mall.member()
    assert grants(await bakery.sells(general, yen=3_300)) == {"base": {"m16": 30}}
    assert grants(await bakery.sells(gold, yen=3_300)) == {
        "base": {"m16": 30},
        "rank:gold": {"operator": 30},
    }


async def test_m17_219_yen_are_a_point_at_110_yen_a_point(mall: Mall) -> None:
    bakery, hanako = await shop_of(mall, "m17"), await mall.member()
    sold = await bakery.sells(hanako, yen=219, lines=[{"amount_yen": 219}])
    assert (sold["points"], grants(sold)) == (1, {"base": {"m17": 1}})


async def test_m19_rain_from_14_to_17_gives_twice_and_the_entry_names_the_reason(
    mall: Mall,
) -> None:
    bakery, hanako = await shop_of(mall, "m19", "m19-hall"), await mall.member()
    away = await shop_of(mall, "m19-away", "m19-dry")
    operator, today = await mall.operator(), mall.today

    def at(hour: int, minute: int = 0) -> str:
        return datetime.combine(today, time(hour, minute), TOKYO).isoformat()

    await mall.turn_to(today, time(15))
    dry = await bakery.sells(hanako, yen=1_100, at=at(14, 10))
    rain = {"code": "rain", "facility": "m19-hall", "reason": "大雨警報",
            "from_at": at(14), "to_at": at(17), "tenths": 20}  # fmt: skip
    declared = await operator.post("/v1/admin/declarations", **rain)
    assert declared.status == 201, declared
    rule = declared.json["rule"]
    assert rule.startswith("weather:rain:")
    wet = await bakery.sells(hanako, yen=1_100, at=at(14, 10))
    assert grants(wet) == {"base": {"m19": 10}, rule: {"m19-hall": 10}}
    assert points(dry) == {"base": 10}
    kept = await bakery.get("/v1/slips", till=bakery.till, slip=wet["slip"])
    assert rule in kept.content.decode()
    assert points(await bakery.sells(hanako, yen=1_100, at=at(13, 59))) == {"base": 10}
    assert points(await away.sells(hanako, yen=1_100, at=at(14, 10))) == {"base": 10}
    # What was booked before it was declared stays, and its return takes back what it gave.
    assert await returned(bakery, dry["slip"], 550) == 5
    path = f"/v1/admin/declarations/{declared.json['declaration']}/withdrawal"
    gone = await operator.post(path, reason="警報解除")
    assert (gone.status, gone.json["withdrawn_for"]) == (200, "警報解除")
    assert (await operator.post(path, reason="x")).slug == "already-withdrawn"
    assert points(await bakery.sells(hanako, yen=1_100, at=at(14, 10))) == {"base": 10}
    # What was given by it while it stood comes back by it, in three parts as in one.
    assert [await returned(bakery, wet["slip"], yen) for yen in (300, 300, 500)] == [6, 6, 8]
    # A sale that comes a day later counts by its own instant.
    await operator.post("/v1/admin/declarations", **rain)
    listed = (await operator.get("/v1/admin/declarations", limit=2)).json["declarations"]
    assert [one.get("withdrawn_for") for one in listed] == [None, "警報解除"]
    await tomorrow(mall)
    late = [
        await bakery.sells(hanako, yen=1_100, at=when, business_date=str(today))
        for when in (at(16, 59), at(17))
    ]
    assert [one["points"] for one in late] == [20, 10]


async def test_m25_a_quote_says_how_many_yen_the_next_point_takes(mall: Mall) -> None:
    bakery, hanako = await shop_of(mall, "m25"), await mall.member()
    assert (await bakery.quote(hanako, yen=1_066))["yen_to_next_point"] == 34
    await said(mall, "shop", "earns_on", "TAX_EXCLUDED", code="m25/m25")
    await said(mall, "shop", "yen_per_point", 100, code="m25/m25")
    await tomorrow(mall)
    hint = (await bakery.quote(hanako, yen=1_066))["yen_to_next_point"]
    now, then = [(await bakery.quote(hanako, yen=1_066 + more))["points"] for more in (0, hint)]
    assert (hint, now, then) == (33, 9, 10)  # 1,099 holds 99 円 of tax
    await said(mall, "shop", "scope", "LINE", code="m25/m25")
    await tomorrow(mall)
    by_line = await bakery.quote(hanako, yen=1_066, lines=[{"amount_yen": 1_066}])
    assert by_line["yen_to_next_point"] is None


async def test_o2_one_action_reaches_all_shops_with_the_result_of_each(mall: Mall) -> None:
    for code in ("o2-a", "o2-b"):
        await shop_of(mall, code, "o2-hall")
    await shop_of(mall, "o2-new", "o2-hall", starts=date(2027, 4, 1))
    await shop_of(mall, "o2-far", "o2-away")
    days = (mall.today, mall.today + 9 * DAY)
    await mall.campaign("o2-x2", "o2-hall", days, None, 2, {"tenant": 1})
    await said(mall, "operator", "campaign:o2-x2", value=False)
    operator = await mall.operator()
    shops = [f"{code}/{code}" for code in ("o2-a", "o2-b", "o2-new", "o2-far", "o2-none")]
    asked = {"key": "campaign:o2-x2", "value": True, "from_on": str(mall.today + DAY),
             "reason": "全店企画", "shops": shops}  # fmt: skip
    first = await operator.post("/v1/admin/roll-outs", **asked)
    assert first.status == 200, first
    assert [one["result"] for one in first.json["shops"]] == [
        "done", "done", "refused", "refused", "refused",
    ]  # fmt: skip
    assert {one["because_en"] for one in first.json["shops"][2:]} == {
        "it has agreed to no terms yet",
        "the campaign is another facility's",
        "there is no such shop",
    }
    again = (await operator.post("/v1/admin/roll-outs", **asked)).json
    assert (again["done"], again["unchanged"], again["refused"]) == (0, 2, 3)
    every = {**asked, "key": "rounding", "value": "ROUND"}
    del every["shops"]
    told = (await operator.post("/v1/admin/roll-outs", **every)).json
    results = {one["shop"]: one["result"] for one in told["shops"]}
    assert [results[shop] for shop in shops[:-1]] == ["done", "done", "refused", "done"]
    assert (await operator.post("/v1/admin/roll-outs", **every)).json["done"] == 0


async def test_rules_are_tried_on_past_days_before_they_hold(mall: Mall) -> None:
    bakery, other = await shop_of(mall, "try", "try-hall"), await shop_of(mall, "try2", "try-hall")
    day = await tomorrow(mall)
    hanako, taro = await mall.members(2)
    receipts = [await bakery.sells(hanako, yen=1_100), await bakery.sells(taro, yen=550)]
    await other.sells(taro, yen=1_100)
    undone = await bakery.sells(taro, yen=9_900)
    cancel = bakery.asked(taro, of=undone["slip"], reason="打ち間違い")
    del cancel["card"]
    assert (await bakery.post("/v1/reversals", **cancel)).status == 201
    before = await mall.points_of(hanako)
    operator = await mall.operator()
    campaign = {"code": "try-x3", "facility": "try-hall", "tenths": 30,
                "funders": {"tenant": 1, "facility": 1}, "cap_points_per_member": 15}  # fmt: skip
    rate = {"level": "shop", "code": "try/try", "key": "yen_per_point", "value": 100}
    asked = {"from_on": str(day), "to_on": str(day), "campaigns": [campaign], "settings": [rate]}
    told = await operator.post("/v1/admin/previews", **asked)
    assert told.status == 200, told
    seen = told.json
    base = sum(sum(points(one).values()) for one in receipts)
    assert (seen["receipts"], seen["members"], seen["receipts_touched"]) == (3, 2, 3)
    assert seen["today"]["by_rule"]["base"] == base + 10
    # 11 and 5 at 100 円, 10 next door; and of the campaign 15 at most for each of the two
    assert seen["proposed"]["by_rule"] == {"base": 26, "campaign:try-x3": 30}
    assert seen["proposed"]["points"] == sum(seen["proposed"]["by_funder"].values()) == 56
    assert seen["largest"][0] == {
        "rule": "campaign:try-x3", "points": 15, "shop": "try", "business_date": str(day),
        "paid_yen": 1_100,
    }  # fmt: skip
    assert await mall.points_of(hanako) == before
    far = {**asked, "from_on": str(day - 40 * DAY)}
    assert (await operator.post("/v1/admin/previews", **far)).json["pointer"] == "/to_on"


async def test_a_rule_of_tenders_is_tried_on_receipts_that_kept_how_they_were_paid(
    mall: Mall,
) -> None:
    """A shop keeps tenders from the day on which its terms say so; before, and without, there is no
    row, and what tenders gave stands as it was booked."""
    shop = await shop_of(mall, "paid", "paid-hall")
    hanako = await mall.member()
    by_credit = {"tenders": [{"kind": "credit", "amount_yen": 1_100}]}
    await shop.sells(hanako, 1_100, **by_credit)
    await said(mall, "shop", "keeps_tenders", True, code="paid/paid")
    first = mall.today
    await tomorrow(mall)
    await shop.sells(hanako, 1_100, **by_credit)
    mixed = [
        {"kind": "cash", "amount_yen": 550},
        {"kind": "code", "code": "own", "amount_yen": 550},
    ]
    await shop.sells(hanako, 1_100, tenders=mixed)
    await shop.sells(hanako, 1_100)
    kept = "SELECT count(*) FROM federation.tenders WHERE member_id = %s"
    assert await mall.value(kept, hanako.member_id) == 2
    operator = await mall.operator()
    words = [
        {"level": "shop", "code": "paid/paid", "key": key, "value": {"tenths": tenths}}
        for key, tenths in (("tender:credit", 20), ("tender:code:own", 30))
    ]
    asked = {"from_on": str(first), "to_on": str(mall.today), "settings": words}
    told = (await operator.post("/v1/admin/previews", **asked)).json
    assert (told["receipts_with_tenders"], told["receipts_touched"]) == (2, 2)
    extra = {rule: n for rule, n in told["proposed"]["by_rule"].items() if rule[:6] == "tender"}
    assert extra == {"tender:code:own": 10, "tender:credit": 10}
    assert told["proposed"]["points"] == told["today"]["points"] + 20
    # Where a rule holds, receipts keep them too, and both sides of a preview are worked out.
    for word in words:
        await said(mall, word["level"], word["key"], word["value"], code=word["code"])
    await said(mall, "shop", "keeps_tenders", False, code="paid/paid")
    await tomorrow(mall)
    sold = await shop.sells(hanako, 1_100, **by_credit)
    assert points(sold) == {"base": 10, "tender:credit": 10}
    dear = {**words[0], "value": {"tenths": 40}}
    asked = {"from_on": str(mall.today), "to_on": str(mall.today), "settings": [dear]}
    told = (await operator.post("/v1/admin/previews", **asked)).json
    assert told["today"]["by_rule"]["tender:credit"] == 10
    assert told["proposed"]["by_rule"]["tender:credit"] == 30
