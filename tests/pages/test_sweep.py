"""Every page of every area, as each of its people sees it: both languages, by light and in the
dark. `make shots` leaves a picture of each in `build/shots`."""

import csv
import importlib
import io
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.conftest import Given
from tests.mall import Mall
from tests.pages.conftest import MOST_BYTES, Visit, opened, visit
from tests.people.persons import Person, Staff

AREAS = sorted(one.stem[5:] for one in Path(__file__).parent.glob("tour_*.py"))
SHOTS = os.environ.get("MEGURI_SHOTS")
PHONE = {"width": 390, "height": 844}
JAPANESE = r"[ぁ-んァ-ン一-龯]"
NAMED = ("/members/", "/support/")  # whose titles are names that somebody gave
DESK = {"width": 1280, "height": 900}
SMALL = """[...document.querySelectorAll(
  'button, select, summary, input:not([type=hidden]), nav a, a.tap, a.chip, a.tile, .menu a')]
  .filter((one) => one.checkVisibility() && !one.closest('.skip'))
  .map((one) => [one.closest('label.check') ?? one, one])
  .map(([box, one]) => [box.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
  .filter(([box]) => box.height < 43.5 || box.width < 43.5).map(([, html]) => html)"""
LEFT = (
    "[].concat(performance.getEntriesByType('navigation'),"
    " performance.getEntriesByType('resource'))"
)


SHEETS = "main a[href*='.csv']"
HREFS = "links => links.map(link => link.href)"
ENGLISH = {"English", "Item", "Kind", "Reason", "Name", "Shop"}


class Toured:
    """One area, laid out once, in a mall of its own."""

    def __init__(self, area: str, mall: Mall, pages: list[tuple[str, Person | None, str]]) -> None:
        self.area = area
        self.mall = mall
        self.pages = pages


@pytest.fixture(scope="module", params=AREAS)
async def toured(
    request: pytest.FixtureRequest, given: Given, template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Toured]:  # fmt: skip
    area = request.param
    module = importlib.import_module(f"tests.pages.tour_{area}")
    async with opened(given, template, tmp_path_factory.mktemp(area), f"sweep_{area}") as mall:
        yield Toured(area, mall, await module.tour(mall, Staff(mall)))


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ja", "en"])
async def test_every_page_is_whole_in_both_languages_by_light_and_in_the_dark(
    chromium: Browser, toured: Toured, lang: str, scheme: str
) -> None:
    found: dict[str, Any] = {}
    people = {id(who): who for _, who, _ in toured.pages}
    for who in people.values():
        size = PHONE if toured.area == "member_site" else DESK
        async with visit(chromium, toured.mall, who, color_scheme=scheme, viewport=size) as here:
            for name, own, path in toured.pages:
                if own is not who:
                    continue
                found[name] = await looked_at(here, path, lang)
                if SHOTS:
                    await shoots(here, f"{toured.area}-{name}-{lang}-{scheme}.png")
            here.whole()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.long
async def test_every_sheet_that_a_page_offers_opens_with_heads_in_japanese(
    chromium: Browser, toured: Toured
) -> None:
    """A spreadsheet in Japan is read by whoever did not see the page; the English beside it is
    marked as such."""
    found: dict[str, list[str]] = {}
    people = {id(who): who for _, who, _ in toured.pages}
    for who in people.values():
        async with visit(chromium, toured.mall, who) as here:
            for _, own, path in toured.pages:
                if own is who:
                    await here.goes(f"{path}{'&' if '?' in path else '?'}lang=ja")
                    for where in await here.page.eval_on_selector_all(SHEETS, HREFS):
                        found[where] = await head_of(here, where)
    assert found or toured.area not in ("finance", "figures", "registers", "portal")
    wrong = {
        where: bad for where, head in found.items()
        if (bad := [one for one in head if one not in ENGLISH and foreign(one)])
    }  # fmt: skip
    assert wrong == {}


def foreign(head: str) -> bool:
    """Whether words stand there, and none in Japanese."""
    return bool(re.search("[A-Za-z]", head)) and not re.search(JAPANESE, head)


async def head_of(here: Visit, where: str) -> list[str]:
    """What stands over the columns of a sheet."""
    answer = await here.page.request.get(where)
    assert answer.status == 200, where
    text = (await answer.body()).decode("utf-8-sig")
    return next(csv.reader(io.StringIO(text)))


async def looked_at(here: Visit, path: str, lang: str) -> list[str]:
    """What is wrong with a page."""
    await here.goes(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    wrong = await here.found_by_axe()
    if (told := await here.page.get_attribute("html", "lang")) != lang:
        wrong.append(f"it says that it is written in {told!r}")
    weight = await here.page.evaluate(f"{LEFT}.reduce((sum, one) => sum + one.decodedBodySize, 0)")
    html = len((await here.page.content()).encode())
    if max(weight, html) > MOST_BYTES:
        wrong.append(f"it weighs {weight} bytes, {html} of them its HTML")
    title = await here.page.inner_text("h1")
    if lang == "en" and not any(one in path for one in NAMED) and re.search(JAPANESE, title):
        wrong.append(f"its title is {title!r}")
    if path.startswith("/member"):
        wrong += [f"too small for a thumb: {one}" for one in await here.page.evaluate(SMALL)]
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    if await here.page.evaluate(wide):
        wrong.append("it is wider than the screen")
    note(path, {"bytes": weight, "html": html})
    return wrong


def note(path: str, told: dict[str, int]) -> None:
    """Leave what a page weighs beside its pictures."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        with (Path(SHOTS) / "pages.ndjson").open("a") as sheet:
            sheet.write(json.dumps({"path": path, **told}) + "\n")


async def shoots(here: Visit, name: str) -> None:
    """A picture of the whole page."""
    assert SHOTS
    await here.page.screenshot(path=Path(SHOTS) / name, full_page=True)
