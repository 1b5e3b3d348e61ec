"""セグメント (M33): by rank, age, sex, area, visits, purchases; counted in slices, daily anew."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from auth.scopes import OPERATOR
from tenants.campaigns import segments
from tests.campaigns.running import Running, extra, running
from tests.conftest import Given
from tests.mall import Client, Mall, Member, Shop, serving, settings_for
from tests.office import REASON
from tests.races.hubs import cloned

NOW = """
SELECT array_agg(member_id ORDER BY member_id) FROM tenants.segment_members
WHERE segment = %s AND until_on IS NULL
"""
DAYS = "SELECT array_agg(to_on::text ORDER BY from_on) FROM federation.traits WHERE trait = %s"


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One mall for all these tests."""
    folder = tmp_path_factory.mktemp("segments")
    with cloned(given.database_url, template, "meguri_test_segments") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


class Town:
    """Two shops, and members of whom something is known."""

    office: Running
    bakery: Shop
    bookshop: Shop
    hanako: Member  # 20 today, of 770, bought food twice
    taro: Member  # 19 until tomorrow, of 760, bought books once
    nobody: Member  # of whom nothing is known, and who bought nothing


@pytest.fixture(scope="module")
async def town(mall: Mall) -> Town:
    here = Town()
    here.office = await running(mall)
    here.bakery, here.bookshop = await mall.shops("bakery", "bookshop")
    here.hanako, here.taro, here.nobody = await mall.members(3)
    for member, born, sex, postcode in (
        (here.hanako, "2006-06-03", "female", "7700001"),
        (here.taro, "2006-06-04", "male", "7600001"),
    ):
        told = {"birth_on": born, "sex": sex, "postcode": postcode}
        written = await here.office.author.write(member, **told)
        assert written.status < 300, written
    await mall.turn_to(date(2026, 6, 1))
    food = {"amount_yen": 3_300, "category": "food"}
    await here.bakery.sells(here.hanako, 3_300, lines=[food])
    await mall.turn_to(date(2026, 6, 3))
    sold = await here.bakery.sells(here.hanako, 5_500)
    body = here.bakery.asked(here.hanako, of=sold["slip"], returned_yen=2_200)
    del body["card"]
    assert (await here.bakery.post("/v1/returns", **body)).status == 201
    wrong = await here.bookshop.sells(here.taro, 9_900)
    body = here.bookshop.asked(here.taro, of=wrong["slip"], reason=REASON)
    del body["card"]
    assert (await here.bookshop.post("/v1/reversals", **body)).status == 201
    await here.bookshop.sells(here.taro, 1_100)
    return here


def leaf(word: str, **more: Any) -> dict[str, Any]:
    return {"is": word, **more}


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (leaf("rank", any_of=["general"]), "hanako taro nobody"),
        (leaf("rank", any_of=["premium"]), ""),
        (leaf("age", at_least=20), "hanako"),
        (leaf("age", at_most=19), "taro"),
        (leaf("age"), "hanako taro"),
        (leaf("sex", any_of=["female", "other"]), "hanako"),
        (leaf("area", prefixes=["77"]), "hanako"),
        (leaf("area", prefixes=["7600", "770"]), "hanako taro"),
        (leaf("visits", days=3, at_least=2), "hanako"),
        (leaf("visits", days=2, at_least=2), ""),
        (leaf("visits", days=90, at_most=0), "nobody"),
        (leaf("visits", days=3, at_least=1, shop="bookshop/bookshop"), "taro"),
        (leaf("bought", days=3, at_least_yen=6_600), "hanako"),
        (leaf("bought", days=3, at_least_yen=6_601), ""),
        (leaf("bought", days=3, at_most_yen=1_100), "taro"),
        (leaf("bought", days=3, at_least_yen=0, at_most_yen=0), "nobody"),
        (leaf("bought", days=3, category="food"), "hanako"),
        (leaf("bought", days=2, category="food"), ""),
        (leaf("all", of=[leaf("age"), leaf("sex", any_of=["male"])]), "taro"),
        (leaf("any", of=[leaf("age", at_least=20), leaf("sex", any_of=["male"])]), "hanako taro"),
    ],
)
async def test_whom_a_rule_names(
    mall: Mall, town: Town, rule: dict[str, Any], wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In slices of two, so that the last member stands in one of her own."""
    monkeypatch.setattr(segments, "AT_ONCE", 2)
    client = town.office.author.client
    code = f"s{next(mall.numbers)}"
    body = {"segment": code, "name": code, "name_en": code, "rule": rule, "reason": REASON}
    assert (await client.post("/v1/admin/segments", **body)).status == 201
    counted = await client.post(f"/v1/admin/segments/{code}/count")
    named = [getattr(town, name).member_id for name in wanted.split()]
    assert (counted.status, counted.json["members"]) == (200, len(named)), counted
    assert (await mall.value(NOW, code) or []) == sorted(named)


async def test_a_segment_is_evaluated_anew_each_day_and_goes_on_where_it_was_killed(
    mall: Mall, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "AT_ONCE", 2)
    client = town.office.author.client
    rule = leaf("age", at_most=19)
    body = {"segment": "young", "name": "若", "name_en": "young", "rule": rule, "reason": REASON}
    assert (await client.post("/v1/admin/segments", **body)).status == 201
    rule_of = (await client.get("/v1/admin/segments/young")).json
    assert rule_of["counted_on"] is None
    async with mall.hub.pools.bare("worker") as conn:
        kept = (await segments.told_one(conn, "young")).rule
        assert not await segments.next_slice(conn, "young", kept, mall.today)  # and killed here
        assert await segments.count_all(conn, mall.today) >= 1
        assert await segments.count_all(conn, mall.today) == 0, "once a day"
        tomorrow = date(2026, 6, 4)
        await mall.turn_to(tomorrow)
        assert await mall.value(NOW, "young") == [town.taro.member_id]
        await segments.count(conn, "young", tomorrow)
    assert await mall.value(NOW, "young") is None
    assert await mall.value(DAYS, "segment:young") == ["2026-06-03"]
    await town.office.live("young", segment="young", facility="tokushima")
    yesterday = await town.bookshop.sells(town.taro, 1_100, business_date="2026-06-03")
    assert extra(yesterday, "young") == 40, "as of the business date"
    assert extra(await town.bookshop.sells(town.taro, 1_100), "young") == 0


async def test_so_few_people_are_counted_for_the_operator_alone(mall: Mall, town: Town) -> None:
    registered = await mall.register("bakery", OPERATOR, ["admin:read"])
    told = await town.office.author.client.get("/v1/admin/segments")
    assert all(one["members"] is not None for one in told.json["segments"])
    other = await Client(mall, "bakery", registered).get("/v1/admin/segments")
    assert other.status == 200, other
    assert {one["members"] for one in other.json["segments"]} == {None}
