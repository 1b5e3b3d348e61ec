"""本部・エリア・施設・店舗: who sees which shops; totals add up at every level (C23)."""

from collections import Counter
from typing import Any

import pytest

from auth.people.people import Given
from tenants import areas
from tenants.layout import Named
from tests.mall import Mall
from tests.people.persons import Person, Staff

SHOPS = {"bakery": "tokushima", "bookshop": "tokushima", "florist": "naruto", "grocer": "anan"}
AREAS = {"north": ("tokushima", "naruto"), "south": ("anan",)}
YEN = {"bakery": 11_000, "bookshop": 22_000, "florist": 33_000, "grocer": 44_000}


class Town:
    """Four shops in three facilities in two areas, and somebody at each place."""

    shops: dict[str, Any]
    people: dict[str, Person]


@pytest.fixture(scope="module")
async def town(mall: Mall, staff: Staff) -> Town:
    here, hanako = Town(), await mall.member()
    here.shops = {code: await mall.shop(code, facility=place) for code, place in SHOPS.items()}
    for code, shop in here.shops.items():
        await shop.sells(hanako, yen=YEN[code])
    await here.shops["florist"].accepts(hanako, points=70)
    ids = {}
    async with mall.hub.pools.use("worker") as conn:
        for code, facilities in AREAS.items():
            ids[code] = await areas.add_area(conn, Named(code, code, code))
            for one in facilities:
                await areas.put_facility(conn, ids[code], mall.facilities[one])
    where = {
        "all": Given("hq"),
        **{code: Given("area", one) for code, one in ids.items()},
        **{code: Given("facility", one) for code, one in mall.facilities.items()},
        **{code: Given("shop", shop.shop_id) for code, shop in here.shops.items()},
    }
    here.people = {name: await staff.person(name, given) for name, given in where.items()}
    return here


def under(place: str) -> set[str]:
    """The shops at a place."""
    facilities = AREAS.get(place, (place,))
    return {shop for shop, lies in SHOPS.items() if place in ("all", shop) or lies in facilities}


async def seen(person: Person) -> list[Any]:
    answer = await person.browser.get("/v1/entries")
    assert answer.status == 200, answer.text
    return list(answer.json["entries"])


PLACES = ["all", *AREAS, *sorted(set(SHOPS.values())), *SHOPS]


@pytest.mark.parametrize("place", PLACES)
async def test_everybody_sees_the_entries_of_their_place_and_no_others(
    town: Town, place: str
) -> None:
    expected = Counter(YEN[shop] for shop in under(place))
    entries = await seen(town.people[place])
    assert Counter(one["paid_yen"] for one in entries if one["kind"] == "accrual") == expected
    spent = [one for one in entries if one["kind"] == "redemption"]
    assert len(spent) == ("florist" in under(place))


async def test_totals_add_up_at_every_level(town: Town) -> None:
    day = town.shops["bakery"].mall.today
    query = f"/v1/admin/totals?first_on={day}&last_on={day}"
    whole = (await town.people["all"].browser.get(query)).json["totals"]
    words = ("entries", "granted_points", "spent_points", "sales_yen")

    def sums(level: str) -> list[int]:
        return [sum(one[word] for one in whole if one["level"] == level) for word in words]

    assert sums("all") == [5, 1000, 70, 110_000]
    assert sums("area") == sums("facility") == sums("shop") == sums("all")
    for place in AREAS:
        own = (await town.people[place].browser.get(query)).json["totals"]
        (top,) = [one for one in own if one["level"] == "all"]
        (as_seen_above,) = [one for one in whole if one["level"] == "area" and one["area"] == place]
        assert [top[word] for word in words] == [as_seen_above[word] for word in words]
        assert {f"{one['tenant']}" for one in own if one["level"] == "shop"} == under(place)


async def test_an_entry_of_another_place_is_as_unknown_as_none(town: Town) -> None:
    theirs = {one["entry"] for one in await seen(town.people["all"])}
    own = {one["entry"] for one in await seen(town.people["south"])}
    browser = town.people["south"].browser
    unknown = await browser.get("/v1/entries/" + "a" * 26)
    for entry in theirs - own:
        found = await browser.get(f"/v1/entries/{entry}")
        assert (found.status, found.content) == (404, unknown.content)
    for entry in own:
        assert (await browser.get(f"/v1/entries/{entry}")).status == 200


async def test_whoever_stands_at_a_place_opens_nothing_that_does_not_know_places(
    town: Town,
) -> None:
    entry = (await seen(town.people["bakery"]))[0]["entry"]
    for person in (town.people["bakery"], town.people["north"]):
        for path in (
            f"/v1/entries/{entry}/provenance", "/v1/flows", "/v1/settlement/cycles",
            "/v1/admin/cycles", "/v1/outstanding", "/metrics", "/console/people",
            f"/v1/members/{'a' * 26}/balance",
        ):  # fmt: skip
            assert (await person.browser.get(path)).status in (403, 404), path


async def test_a_session_writes_nothing_without_the_pages_token(town: Town) -> None:
    hq = town.people["all"]
    body = {"reason": "x"}
    path = f"/v1/admin/members/{'a' * 26}/freeze"
    support = await hq.mall.operator()
    assert (await support.post(path, **body)).status == 404
    clerk = await Staff.person(Staff(hq.mall), "clerk", "support")
    assert (await clerk.browser.api("POST", path, "", json=body)).status == 403
    wrong = await clerk.browser.api("POST", path, "0" * 64, json=body)
    assert (wrong.status, wrong.slug) == (403, "other-site")
    right = await clerk.calls("POST", path, json=body)
    assert right.status == 404, "it came in, and there is no such member"
    elsewhere = await clerk.calls(
        "POST", path, json=body, headers={"origin": "https://evil.example"}
    )
    assert (elsewhere.status, elsewhere.slug) == (403, "other-site")


async def test_the_database_shows_a_place_its_own_shops_alone(mall: Mall, town: Town) -> None:
    bakery = town.shops["bakery"].shop_id
    async with mall.hub.pools.placed(frozenset({bakery})) as conn:
        found = await (
            await conn.execute("SELECT DISTINCT shop_id FROM federation.entries")
        ).fetchall()
        shops = await (await conn.execute("SELECT shop_id FROM tenants.shops")).fetchall()
    assert found == shops == [(bakery,)]
    async with mall.hub.pools.placed(frozenset()) as conn:
        none = await (await conn.execute("SELECT count(*) FROM federation.entries")).fetchone()
    assert none == (0,)
    async with mall.hub.pools.use("app") as conn:
        none = await (await conn.execute("SELECT count(*) FROM federation.entries")).fetchone()
    assert none == (0,)
