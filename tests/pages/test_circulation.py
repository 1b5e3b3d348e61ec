"""回遊: who brings whose points where, as JSON, CSV and a page with its pictures (A24, C21)."""

import csv
import html
import io
import re
from typing import Any

import pytest
from playwright.async_api import Browser

from auth.people.people import Given
from tests.mall import Mall
from tests.pages.conftest import visit
from tests.people.persons import Person, Staff

# What was used where: of whose points, at which facility, beside how much money.
USED = [
    ("hanako", "florist", 30, 1_000),
    ("hanako", "florist", 20, None),
    ("taro", "bakery", 40, 2_000),
    ("taro", "florist", 10, None),
]


class Town:
    """Two facilities, two members who carry points between them, and somebody at headquarters."""

    today: Any
    hq: Person
    shop: Person


@pytest.fixture(scope="module")
async def town(mall: Mall, staff: Staff) -> Town:
    here, shops, who = Town(), {}, {}
    for code, facility in {"bakery": "tokushima", "florist": "takamatsu"}.items():
        shops[code] = await mall.shop(code, facility=facility)
    for name, where in {"hanako": "bakery", "taro": "florist"}.items():
        who[name] = await mall.member()
        await shops[where].sells(who[name], yen=22_000)
    for name, where, points, yen in USED:
        if yen is None:
            await shops[where].accepts(who[name], points=points, payable_yen=points)
        else:
            await shops[where].sells_for_points(who[name], points=points, yen=yen)
    mistake = await shops["bakery"].accepts(who["taro"], points=25, payable_yen=25)
    asked = shops["bakery"].asked(who["taro"], of=mistake["slip"], reason="打ち間違い")
    del asked["card"]
    assert (await shops["bakery"].post("/v1/reversals", **asked)).status == 201
    here.today = mall.today
    here.hq = await staff.person("hq", Given("hq"))
    here.shop = await staff.person("shop", Given("shop", shops["bakery"].shop_id))
    return here


async def test_every_point_that_was_used_stands_where_it_came_from_and_where_it_went(
    town: Town,
) -> None:
    days = f"from={town.today}&to={town.today}"
    found = (await town.hq.browser.get(f"/v1/admin/circulation?{days}")).json
    told = {(one["origin"], one["place"]): one for one in found["crossings"]}
    cells = {
        pair: (one["points"], one["uses"], one["members"], one["sales_yen"])
        for pair, one in told.items()
    }
    assert cells == {
        ("tokushima", "takamatsu"): (50, 2, 1, 1_000),
        ("takamatsu", "tokushima"): (40, 1, 1, 2_000),
        ("takamatsu", "takamatsu"): (10, 1, 1, 0),
    }
    assert [one["code"] for one in found["places"]] == ["tokushima", "takamatsu"]


async def test_the_sheet_says_what_the_page_says(town: Town) -> None:
    query = f"level=tenant&from={town.today}&to={town.today}"
    answer = await town.hq.browser.get(f"/console/circulation.csv?{query}")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    page = await town.hq.browser.get(f"/console/circulation?{query}&lang=en")
    assert sum(int(row["ポイント"]) for row in rows) == 100
    for row in rows:
        assert f'data-count="{row["ポイント"]}"' in page.text
    uses = await town.hq.browser.get(
        f"/console/circulation/uses?{query}&origin=bakery&place=florist&lang=en"
    )
    assert uses.text.count('href="/console/entries/') == 2


HEADS = {"points": "ポイント", "uses": "利用回数", "sales_yen": "支払額（円）"}


@pytest.mark.parametrize("level", ["facility", "tenant"])
@pytest.mark.parametrize("measure", ["points", "uses", "members", "sales_yen"])
async def test_every_number_opens_the_uses_that_come_to_it(
    town: Town, level: str, measure: str
) -> None:
    query = f"level={level}&measure={measure}&from={town.today}&to={town.today}&lang=en"
    page = await town.hq.browser.get(f"/console/circulation?{query}")
    found = set(re.findall(r'href="(/console/circulation/uses[^"]+)">([\d,]+)<', page.text))
    assert len(found) >= 6
    for where, told in found:
        opened = await town.hq.browser.get(html.unescape(where))
        (counted,) = re.findall(r"measure=(\w+)", where)
        assert re.findall(r"data-whole>([\d,]+)<", opened.text) == [told], where
        parts = [int(one) for one in re.findall(rf'data-{counted}="(-?\d+)"', opened.text)]
        assert counted == "members" or sum(parts) == int(told.replace(",", "")), where
        sheet = await town.hq.browser.get(html.unescape(where).replace("/uses?", "/uses.csv?"))
        rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
        assert counted == "members" or [int(row[HEADS[counted]]) for row in rows] == parts


async def test_a_shop_sees_nothing_of_it(town: Town) -> None:
    for path in ("/v1/admin/circulation", "/console/circulation", "/console/circulation.csv"):
        assert (await town.shop.browser.get(path)).status in (403, 404)


async def test_days_that_are_the_wrong_way_round_are_refused(town: Town) -> None:
    answer = await town.hq.browser.get("/v1/admin/circulation?from=2026-06-03&to=2026-06-02")
    assert (answer.status, answer.slug) == (400, "validation")


async def test_the_pictures_are_drawn_and_no_policy_is_broken(
    chromium: Browser, mall: Mall, town: Town
) -> None:
    async with visit(chromium, mall, town.hq) as here:
        for lang, words in (("ja", "どこのポイントが"), ("en", "whose points")):
            await here.goes(f"/console/circulation?from={town.today}&lang={lang}", words)
            for kind in ("sankey", "chord"):
                picture = here.page.locator(f"[data-chart={kind}] canvas")
                await picture.wait_for()
                box = await picture.bounding_box()
                assert box is not None
                assert box["width"] > 100
            assert await here.found_by_axe() == []
        here.whole()


MANY = """([many, kind]) => {
  const table = document.querySelector("table[data-charts]");
  const row = table.tBodies[0].insertRow();
  for (let from = 0; from < many; from++) for (let to = 0; to < many; to++) {
    const cell = row.insertCell();
    Object.assign(cell.dataset, { from: `店${from}`, to: `店${to}`, count: 1 + from + to });
  }
  dispatchEvent(new Event("htmx:afterSettle"));
  const room = document.querySelector(`[data-chart="${kind}"] div`);
  const drawn = echarts.getInstanceByDom(room).getOption().series[0];
  const sum = (counts) => counts.reduce((all, one) => all + one, 0);
  const cells = [...table.querySelectorAll("[data-count]")];
  return [drawn.data.map((one) => one.name), sum(drawn.links.map((one) => one.value)),
    sum(cells.map((cell) => Number(cell.dataset.count)))];
}"""


@pytest.mark.parametrize(
    ("kind", "others"),
    [("sankey", ["<ほか30か所", ">ほか30か所"]), ("chord", ["ほか30か所"])],
)
async def test_of_many_places_a_picture_names_a_dozen_and_loses_none(
    chromium: Browser, town: Town, mall: Mall, kind: str, others: list[str]
) -> None:
    query = f"level=tenant&from={town.today}&to={town.today}&lang=ja"
    async with visit(chromium, mall, town.hq) as here:
        await here.goes(f"/console/circulation?{query}")
        await here.page.wait_for_selector(f'[data-chart="{kind}"] canvas')
        names, drawn, counted = await here.page.evaluate(MANY, [40, kind])
        assert len(names) == 13 * len(others), "twelve and the others, on every side"
        assert [name for name in names if "ほか" in name] == others
        assert drawn == counted
        here.whole()
