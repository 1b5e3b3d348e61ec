"""運営状況: the operator's figures, each equal to the entries behind it (A9–A22)."""

import csv
import html
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser

from auth.people.people import Given
from deploy.figures.places import Spot, places
from tenants.selling import selling
from tests.mall import Mall
from tests.office import office
from tests.pages.conftest import Visit, visit
from tests.pages.tour_figures import SHOPS, tour
from tests.people.persons import Person, Staff

SUMS = """
SELECT coalesce(sum(CASE kind WHEN 'accrual' THEN paid_yen END), 0)
     - coalesce((SELECT sum(sold.paid_yen) FROM federation.entries AS undoing
        JOIN federation.entries AS sold ON sold.member_id = undoing.member_id
         AND sold.entry_id = undoing.of_entry_id AND sold.kind = 'accrual'
        WHERE undoing.kind = 'reversal'), 0)
FROM federation.entries
"""


class Town:
    """Three shops after eight days, somebody at headquarters, at a place and in a shop."""

    first: date
    today: date
    pages: list[tuple[str, Person | None, str]]
    hq: Person
    area: Person
    shop: Person


@pytest.fixture(scope="module")
async def town(mall: Mall, staff: Staff) -> Town:
    here = Town()
    here.first = mall.today
    here.pages = await tour(mall, staff)
    here.today = mall.today
    here.hq = next(one for name, one, _ in here.pages if name == "today" and one)
    here.shop = next(one for name, one, _ in here.pages if name == "today-of-a-shop" and one)
    here.area = await staff.person("area", Given("facility", mall.facilities["tokushima"]))
    return here


def whole(here: Visit) -> None:
    """Nothing was complained of; a hub without a live line is polled instead."""
    here.complaints = [one for one in here.complaints if not one.endswith("/console/live")]
    here.whole()


def cells(page: str) -> dict[str, list[int]]:
    """The numbers of a table by its lines."""
    found = {}
    for code, row in re.findall(r'<tr data-row="([^"]+)">(.*?)</tr>', page, re.DOTALL):
        told = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        plain = (re.sub(r"<[^>]+>|,|\s|%", "", one) for one in told)
        found[code] = [0 if one in ("–", "fewerthan10") else round(float(one)) for one in plain]
    return found


async def sheet(person: Person, path: str) -> list[list[str]]:
    answer = await person.browser.get(path)
    assert answer.status == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def figures(person: Person, town: Town, level: str = "all") -> list[Any]:
    path = f"/v1/admin/figures?level={level}&grain=month&from={town.first}&to={town.today}"
    answer = await person.browser.get(path)
    assert answer.status == 200, answer.text
    return list(answer.json["figures"])


def total(found: list[Any], name: str) -> int:
    return sum(one[name] for one in found)


@pytest.mark.parametrize("folded", [False, True], ids=["before the job", "after it"])
async def test_what_the_api_says_is_what_the_entries_say(
    mall: Mall, town: Town, folded: bool
) -> None:
    if folded:
        async with mall.hub.pools.bare("worker") as conn:
            await selling.follow(conn, most=3)
        assert await mall.value("SELECT sum(receipts) FROM tenants.sales_hours") > 0
    found = await figures(town.hq, town)
    assert total(found, "sales_yen") == await mall.value(SUMS)
    assert total(found, "redeemed_points") == await mall.value(
        "SELECT -sum(points) FROM federation.entries WHERE kind = 'redemption'"
    )
    assert total(found, "issued_points") == await mall.value(
        "SELECT sum(points) FROM federation.lots"
    ) - await mall.value(
        "SELECT coalesce(sum(points), 0) FROM federation.draws WHERE kind NOT IN ('redemption')"
    )
    assert total(found, "receipts") == await mall.value(
        "SELECT count(*) FILTER (WHERE kind = 'accrual')"
        " - count(*) FILTER (WHERE kind = 'reversal') FROM federation.entries"
    )


async def test_a_sale_after_the_job_stands_in_the_figures_at_once(mall: Mall, town: Town) -> None:
    async with mall.hub.pools.bare("worker") as conn:
        await selling.follow(conn)
        assert await selling.fold(conn) is None
    for table in ("tenants.sales_hours", "tenants.sales_visitors"):
        whole = "sales" if table.endswith("hours") else "visits"
        assert await mall.value(f"SELECT count(*) FROM {table}") == await mall.value(
            f"SELECT count(*) FROM tenants.{whole}"
        )


async def test_shops_add_up_to_areas_and_areas_to_headquarters(town: Town) -> None:
    whole = await figures(town.hq, town)
    for level in ("area", "facility", "tenant", "shop"):
        parts = await figures(town.hq, town, level)
        assert len({one["code"] for one in parts}) >= 2
        for name in ("sales_yen", "receipts", "issued_points", "redeemed_points", "uses"):
            assert total(parts, name) == total(whole, name), (level, name)


async def test_page_and_sheet_and_api_say_the_same(town: Town) -> None:
    query = (
        f"view=places&grain=month&level=area&kpi=issued_points&from={town.first}&to={town.today}"
    )
    page = (await town.hq.browser.get(f"/console/trends?{query}&lang=en")).text
    shown = cells(page)
    saved = (await sheet(town.hq, f"/console/trends.csv?{query}"))[1:]
    assert [[int(x or 0) for x in row[2:]] for row in saved] == list(shown.values())
    told: dict[str, int] = {}
    for one in await figures(town.hq, town, "area"):
        told[one["code"]] = told.get(one["code"], 0) + one["issued_points"]
    assert {code: row[-1] for code, row in shown.items() if code != "all"} == told | {
        code: 0 for code in shown if code not in told and code != "all"
    }
    assert shown["all"][-1] == sum(told.values())


async def test_shops_side_by_side_are_sorted_where_they_are_counted(town: Town) -> None:
    query = f"from={town.first}&to={town.today}"
    page = await town.hq.browser.get(f"/console/compare?{query}&sort=redeemed_points&lang=en")
    order = [code for code in cells(page.text) if "/" in code]
    assert order[0] == "bookshop/bookshop"
    saved = await sheet(town.hq, f"/console/compare.csv?{query}&sort=redeemed_points")
    assert saved[1][1] == "bookshop"
    assert saved[1][-1] == "90", "all of it was issued by the bakery"
    rates = [row[saved[0].index("利用率（利用÷付与）")] for row in saved[1:]]
    assert any(rates)
    assert all(f"{rate}<span" in page.text for rate in rates if rate), "19.9 %, not 199"


async def test_the_heat_map_holds_every_receipt_once(town: Town) -> None:
    query = f"from={town.first}&to={town.today}&measure=receipts"
    page = (await town.hq.browser.get(f"/console/visits?{query}&lang=en")).text
    counts = [int(one) for one in re.findall(r'data-count="(\d+)"', page)]
    saved = await sheet(town.hq, f"/console/visits.csv?{query}")
    assert sum(counts) == total(await figures(town.hq, town), "receipts")
    assert counts == [int(one) for row in saved[1:] for one in row[2:]]


async def test_a_place_sees_its_own_and_no_others(town: Town) -> None:
    whole = {one["code"]: one["sales_yen"] for one in await figures(town.hq, town, "shop")}
    for person, shops in ((town.area, {"bakery", "bookshop"}), (town.shop, {"bakery"})):
        own = {one["code"]: one["sales_yen"] for one in await figures(person, town, "shop")}
        assert own == {code: yen for code, yen in whole.items() if code.split("/")[0] in shops}
        listed = await sheet(person, f"/console/entries.csv?from={town.first}&to={town.today}")
        assert {row[4] for row in listed[1:]} == shops
        other = await person.browser.get("/console/entries?place=shop:florist/florist")
        assert other.status == 400
        board = (await person.browser.get("/console/board?lang=en")).text
        assert set(cells(board)) == {f"{one}/{one}" for one in shops}
        assert "florist" not in board
    rows = await sheet(town.hq, f"/console/entries.csv?from={town.first}&to={town.today}")
    entry = next(row[0] for row in rows if row[4] == "florist")
    assert (await town.shop.browser.get(f"/console/entries/{entry}")).status == 404


async def test_few_people_are_told_to_headquarters_alone(mall: Mall, town: Town) -> None:
    at_hq = cells((await town.hq.browser.get("/console/board?lang=en")).text)
    in_shop = (await town.shop.browser.get("/console/board?lang=en")).text
    assert set(at_hq) == {f"{one}/{one}" for one in SHOPS}
    (row,) = re.findall(r'<tr data-row="bakery/bakery">(.*?)</tr>', in_shop, re.DOTALL)
    assert row.count("fewer than 10") == 4


FEW = "fewer than 10"
OF_PEOPLE = {
    "today": ("/console/today?lang=en", r'data-figure="members">(.*?)</a>'),
    "board": ("/console/board?lang=en", r'data-figure="came">(.*?)</div>'),
    "compare": ("/console/compare?lang=en&{days}", r'data-key="members">(.*?)</td>'),
    "how often": ("/console/compare?lang=en&{days}", r'data-key="visits_tenths">(.*?)</td>'),
    "trends": ("/console/trends?lang=en&{days}&kpi=members", r"(?s)data-to=[^>]*>(.*?)</td>"),
    "by place": (
        "/console/trends?lang=en&{days}&view=places&kpi=members",
        r"(?s)data-to=[^>]*>(.*?)</td>",
    ),
    "active": ("/console/trends?lang=en&{days}&view=members", r"(?s)data-to=[^>]*>(.*?)</td>"),
    "visits": ("/console/visits?lang=en&{days}&measure=members", r'data-hour="\d+">(.*?)</td>'),
}


def people(html: str, pattern: str) -> list[str]:
    """The counts of people that a page tells."""
    found = [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(pattern, html)]
    assert found, html
    return found


@pytest.mark.parametrize("name", list(OF_PEOPLE))
async def test_few_who_came_are_not_counted_out_across_tenants(town: Town, name: str) -> None:
    """One or two members came; an area with two tenants is told that it was fewer than ten,
    headquarters and the shop how many."""
    path, pattern = OF_PEOPLE[name]
    path = path.format(days=f"from={town.first}&to={town.today}")
    across = people((await town.area.browser.get(path)).text, pattern)
    assert FEW in across
    assert not any(re.search(r"[1-9]", one.replace(FEW, "")) for one in across)
    for person in (town.hq, town.shop):
        told = people((await person.browser.get(path)).text, pattern)
        assert FEW not in told
        assert any(re.fullmatch(r"[1-9][\d.]*", one) for one in told)


async def test_few_are_no_number_to_programs_and_on_sheets(town: Town) -> None:
    assert {one["members"] for one in await figures(town.area, town, "shop")} == {None}
    assert all(one["members"] for one in await figures(town.shop, town, "shop"))
    days = f"from={town.first}&to={town.today}"
    for path in (f"/console/compare.csv?{days}", f"/console/visits.csv?{days}&measure=members"):
        assert any("<10" in row for row in await sheet(town.area, path))
        assert not any("<10" in row for row in await sheet(town.hq, path))


OPENED = (
    "/console/compare?{days}", "/console/trends?{days}&view=members", "/console/trends?{days}",
    "/console/trends?{days}&view=sales", "/console/board?", "/console/today?",
    "/console/trends?{days}&kpi=basket_yen&kpi=used_tenths&kpi=visits_tenths",
    "/console/trends?{days}&view=places&kpi=used_tenths", "/console/visits?{days}",
)  # fmt: skip


@pytest.mark.parametrize("path", OPENED)
async def test_every_number_opens_what_is_behind_it(mall: Mall, town: Town, path: str) -> None:
    days = f"from={town.first}&to={town.today}"
    page = (await town.hq.browser.get(f"{path.format(days=days)}&lang=en")).text
    told = re.findall(r'<td class="number[^>]*>(.*?)</td>', page, re.DOTALL)
    told += re.findall(r'<span class="huge"[^>]*>(.*?)</span></div>', page, re.DOTALL)
    numbers = [one for one in told if re.search(r"[1-9]", re.sub(r"<[^>]+>", "", one))]
    assert numbers
    assert [one for one in numbers if "<a " not in one] == []
    for where in set(re.findall(r'href="#([a-z]+)"', page)) - {"main"}:
        assert f'id="{where}"' in page


async def test_the_list_behind_a_figure_comes_to_it(town: Town) -> None:
    for name in ("sales_yen", "issued_points", "redeemed_points", "receipts"):
        path = f"/console/entries?from={town.first}&to={town.today}&figure={name}&lang=en"
        page = (await town.hq.browser.get(path)).text
        parts = [int(one) for one in re.findall(r'data-part="(-?\d+)"', page)]
        (whole,) = re.findall(r"<strong data-whole>([\d,]+)<", page)
        assert (
            sum(parts) == int(whole.replace(",", "")) == total(await figures(town.hq, town), name)
        )


LINKED = re.compile(r'<a [^>]*href="(/console/[^"]+)"[^>]*>(?:<[^>]+>)*([\d,]+)</')
COMES_TO = (
    *OPENED, "/console/trends?{days}&view=places&level=tenant&place=facility:tokushima",
    "/console/compare?{days}&level=facility", "/console/visits?{days}&measure=members",
    "/console/compare?{days}&level=tenant&place=area:tokushima-area",
)  # fmt: skip


@pytest.mark.parametrize("path", COMES_TO)
async def test_what_a_number_opens_comes_to_that_number(mall: Mall, town: Town, path: str) -> None:
    days = f"from={town.first}&to={town.today}"
    page = (await town.hq.browser.get(f"{path.format(days=days)}&lang=en")).text
    found = sorted(set(LINKED.findall(page)))
    assert found or "kpi=" in path
    for where, told in found:
        opened = await town.hq.browser.get(html.unescape(where))
        assert opened.status == 200, where
        whole = re.findall(r"<strong data-whole>([\d,]+)<", opened.text)
        assert whole == [told], where
        parts = [int(one) for one in re.findall(r'data-part="(-?\d+)"', opened.text)]
        if parts:
            assert f"{sum(parts):,}" == told, where


async def test_a_row_opens_no_more_of_a_tenant_than_it_counts() -> None:
    seen = [spot(1, "here"), spot(2, "there")]  # one tenant, with a shop at each of two facilities
    at = places(seen, "tenant", "facility:here")
    assert at.shops == (1,)
    assert places(seen, "shop", at.within("one")).shops == (1,)


def spot(shop_id: int, facility: str) -> Spot:
    """A shop of a tenant, at a facility of an area."""
    named = (facility, facility.title(), facility.title())
    return Spot(shop_id, f"one/{facility}", *named[1:], "one", "One", "One", *named, *named)


async def test_the_sheet_behind_a_number_says_what_its_page_says(town: Town) -> None:
    days = f"from={town.first}&to={town.today}"
    for path in ("joined", "elsewhere", "declared"):
        page = (await town.hq.browser.get(f"/console/{path}?{days}&lang=en")).text
        rows = await sheet(town.hq, f"/console/{path}.csv?{days}")
        assert len(rows) - 1 == page.count("<tr>") - ("<thead>" in page), path
    assert (await town.shop.browser.get("/console/joined")).status == 403


async def test_days_without_anything_stand_empty(town: Town) -> None:
    before = town.first - timedelta(days=40)
    until = before + timedelta(days=6)
    for path in ("/console/trends", "/console/compare", "/console/visits", "/console/entries"):
        page = await town.hq.browser.get(f"{path}?from={before}&to={until}&lang=en")
        assert page.status == 200, path
    page = await town.hq.browser.get(f"/console/entries?from={before}&to={until}&lang=en")
    assert "There are no such entries" in page.text
    odd = await town.hq.browser.get("/console/trends?from=2026-06-09&to=2026-06-01")
    assert odd.status == 400


async def test_the_operator_opens_the_receipt_behind_yesterdays_sales(
    chromium: Browser, mall: Mall, town: Town
) -> None:
    yesterday = town.today - timedelta(days=1)
    async with visit(chromium, mall, town.hq) as here:
        await here.goes("/console?lang=ja", "今日の状況を見る")
        await here.page.click("main a[href^='/console/today']")
        await here.page.click("nav.side a[href^='/console/trends']")
        await here.page.fill("input[name=from]", str(yesterday))
        await here.page.fill("input[name=to]", str(yesterday))
        await here.page.click("main button.main")
        figure = here.page.locator("tr[data-row=sales_yen] a.explain")
        assert await figure.inner_text() == "41,800"
        assert await here.page.locator("[data-chart=lines] canvas").count() == 1
        await figure.click()
        assert await here.page.inner_text("[data-whole]") == "41,800"
        await here.page.locator("tbody a").first.click()
        assert "レシート" in await here.page.inner_text("main")
        assert await here.page.inner_text("[data-balance]") == "0"
        whole(here)


async def test_the_sum_beside_a_hidden_count_is_not_told(mall: Mall, town: Town) -> None:
    grocer = await mall.shop("grocer", facility="tokushima")
    for member in await mall.members(11):
        await grocer.sells(member, yen=1_100)
    mall.hub.forget()  # as the bell does
    query = f"from={town.first}&to={town.today}&grain=month&view=places&level=tenant&kpi=members"
    page = (await town.area.browser.get(f"/console/trends?{query}&lang=en")).text
    rows = re.findall(r'<tr data-row="(\w+)">(.*?)</tr>', page, re.DOTALL)
    told = {code: people(row, r"(?s)<td[^>]*>(.*?)</td>")[-2] for code, row in rows}
    assert told == {"bakery": FEW, "bookshop": FEW, "grocer": "11", "all": "–"}


async def test_who_took_their_consent_back_is_not_among_those_who_can_be_reached(
    mall: Mall, town: Town
) -> None:
    clerk, kiosk = await office(mall), await mall.shop("kiosk", facility="takamatsu")
    mall.hub.forget()  # as the bell does
    told = {"notice": "joint-use", "version": 1, "how": "counter"}
    steps: list[tuple[bool, int]] = [(True, 2), (False, 1), (True, 2)]
    hanako, taro = await mall.members(2)
    for one in (hanako, taro):
        await clerk.write(one, name="山田 花子", email=f"{one.card}@example.jp")
        await kiosk.sells(one, yen=1_100)
    for given, count in steps:
        answer = await clerk.client.post(clerk.path(taro, "/consents"), **told, given=given)
        assert answer.status == 201
        board = cells((await town.hq.browser.get("/console/board?lang=en")).text)
        assert board["kiosk/kiosk"][1:] == [count, count, 0]
