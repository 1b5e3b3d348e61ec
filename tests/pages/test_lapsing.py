"""失効予定: the number on the day's page opens the very lots that it is the sum of."""

import csv
import io
import re
from datetime import date, time

import pytest

from auth.people.people import Given
from deploy.figures.lapsing import lapsing
from deploy.figures.places import places, spots
from tests.mall import Mall
from tests.people.persons import Person, Staff

EVE = date(2028, 3, 10)  # what was given in the two years before lapses on the 31st
BEHIND = r'data-part="(\d+)"'


@pytest.fixture(scope="module")
async def hq(mall: Mall, staff: Staff) -> Person:
    """Two members with five sales, of which one gave points that last longer; one was spent."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, taro = await mall.members(2)
    for yen in (11_000, 22_000, 33_000):
        await bakery.sells(hanako, yen=yen)
    await bookshop.sells(taro, yen=44_000)
    await bookshop.accepts(taro, points=150)
    await mall.turn_to(EVE, at=time(10))
    await bakery.sells(taro, yen=55_000)  # from this business year on, lapses a year later
    return await staff.person("lapsing-hq", Given("hq"))


async def test_the_number_of_today_is_the_sum_of_the_lots_that_it_opens(
    mall: Mall, hq: Person
) -> None:
    today = (await hq.browser.get("/console/today?lang=en")).text
    number = re.search(r'href="/console/lapsing[^"]*">([\d,]+)</a>', today)
    assert number is not None
    opened = (await hq.browser.get("/console/lapsing?lang=en")).text
    parts = [int(one) for one in re.findall(BEHIND, opened)]
    assert sum(parts) == int(number[1].replace(",", "")) > 0
    assert f"<strong data-whole>{sum(parts):,}</strong>" in opened
    assert sum(parts) == await mall.value(
        "SELECT sum(points_left) FROM federation.lots WHERE expires_on BETWEEN %s AND %s",
        EVE, date(2028, 4, 9),
    )  # fmt: skip
    saved = (await hq.browser.get("/console/lapsing.csv")).content.decode("utf-8-sig")
    assert [int(row[1]) for row in list(csv.reader(io.StringIO(saved)))[1:]] == parts


async def test_every_lot_leads_to_the_entry_that_gave_it(hq: Person) -> None:
    opened = (await hq.browser.get("/console/lapsing?lang=ja")).text
    entries = re.findall(r'href="(/console/entries/[^"]+)"', opened)
    assert len(entries) == len(re.findall(BEHIND, opened)) > 1
    for path in entries:
        assert (await hq.browser.get(path)).status == 200


async def test_pages_of_lots_are_the_whole_without_a_gap(mall: Mall, hq: Person) -> None:
    names = mall.hub.names
    async with mall.hub.pools.use("auditor") as reader:
        at = places(await spots(reader), "shop", "")
        whole = (await lapsing(reader, names, EVE, at, "")).lots
        found, after = [], ""
        while True:
            page = await lapsing(reader, names, EVE, at, after, most=1)
            found += page.lots
            if page.after is None:
                break
            after = page.after
    assert tuple(found) == whole
    assert (await hq.browser.get("/console/lapsing?after=2028-03-31~x~y")).status == 400


@pytest.mark.usefixtures("hq")  # there is a facility, whichever test comes first
async def test_a_place_does_not_see_what_all_members_have(mall: Mall, staff: Staff) -> None:
    at_place = await staff.person(
        "lapsing-place", Given("facility", next(iter(mall.facilities.values())))
    )
    assert (await at_place.browser.get("/console/lapsing")).status == 403
