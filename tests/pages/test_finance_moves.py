"""経理の画面が待たせないこと: the board of cycles moves by itself, a long report keeps nobody
waiting, and what was carried over stands in a list."""

import asyncio
from time import monotonic

import pytest
from playwright.async_api import Browser
from psycopg import AsyncConnection

from deploy.finance.worked import BLINK, Worked
from federation.refusals import NotFound
from settlement.life import board
from tests.mall import Mall
from tests.pages.conftest import visit
from tests.pages.test_finance import press
from tests.pages.tour_finance import tour
from tests.people.persons import Person, Staff
from tests.settlement.life.offices import CYCLE

SECONDS = 3.0
JULY = "/console/cycles/2026-07-01"


@pytest.fixture(scope="module")
async def keiko(mall: Mall, staff: Staff) -> Person:
    pages = await tour(mall, staff)
    return next(one for _, one, _ in pages if one is not None and one.login == "keiko")


async def pages_slowly(conn: AsyncConnection) -> str:
    """A report that takes its time in the database."""
    await conn.execute("SELECT pg_sleep(%s)", (SECONDS,))
    return "worked out"


async def test_a_long_report_keeps_nobody_waiting_and_is_there_later(mall: Mall) -> None:
    worked = Worked(lambda: mall.hub.pools.use("auditor"))
    began = monotonic()
    assert await worked.ask("long", pages_slowly) is None
    assert await worked.ask("long", pages_slowly) is None, "it is begun once"
    assert monotonic() - began < SECONDS, "nobody waited for it"
    while await worked.ask("long", pages_slowly) is None:
        assert monotonic() - began < 20 * SECONDS
    assert await worked.ask("long", pages_slowly) == "worked out"
    await worked.end()


async def test_a_refusal_that_comes_late_is_told_to_whoever_asks_next(mall: Mall) -> None:
    worked = Worked(lambda: mall.hub.pools.use("auditor"))

    async def refuses(conn: AsyncConnection) -> str:
        await conn.execute("SELECT pg_sleep(0.2)")
        raise NotFound

    assert await worked.ask("refused", refuses, 0.01) is None
    await asyncio.sleep(0.5)
    with pytest.raises(NotFound):
        await worked.ask("refused", refuses, 0.01)
    with pytest.raises(NotFound):
        await worked.ask("refused", refuses, 5)
    assert await worked.ask("refused", refuses, 0.01) is None, "told once"
    await worked.end()


async def test_whoever_waits_for_a_what_if_sees_it_come(
    chromium: Browser, mall: Mall, keiko: Person
) -> None:
    ahead = asyncio.create_task(mall.hub.worked.ask("yet another", pages_slowly))
    await asyncio.sleep(0.1)
    async with visit(chromium, mall, keiko) as here:
        await here.goes(
            f"/console/whatif?from={CYCLE}&to={CYCLE}&point_fee_milliyen=400", waits=False
        )
        assert await here.page.locator("main [role=status]").count() == 1
        await here.page.wait_for_selector("#whatif", timeout=60_000)
        here.whole()
    await ahead


async def test_a_short_report_is_of_this_very_moment(mall: Mall) -> None:
    worked, found = Worked(lambda: mall.hub.pools.use("auditor")), iter(range(9))

    async def count(_: AsyncConnection) -> int:
        return next(found)

    assert [await worked.ask("short", count) for _ in range(3)] == [0, 1, 2]
    assert BLINK < SECONDS


async def test_whoever_waits_for_the_liability_page_sees_it_come(
    chromium: Browser, mall: Mall, keiko: Person
) -> None:
    """Another report is at it: the page says so, and turns into the report by itself."""
    ahead = asyncio.create_task(mall.hub.worked.ask("another", pages_slowly))
    await asyncio.sleep(0.1)
    async with visit(chromium, mall, keiko) as here:
        await here.goes("/console/liability", waits=False)
        assert await here.page.locator("[role=status]").count() == 1
        await here.page.wait_for_selector("#roll", timeout=60_000)
        here.whole()
    await ahead


async def test_the_board_of_cycles_moves_when_another_takes_a_step(
    chromium: Browser, mall: Mall, keiko: Person
) -> None:
    """No booking, only a step: the board that stands open shows the next state by itself."""
    async with visit(chromium, mall, keiko) as hers, visit(chromium, mall, keiko) as other:
        await other.goes(JULY)
        await press(other.page, "締める")
        await hers.goes("/console/cycles")
        await hers.page.locator(".live:not(.polled)").wait_for(timeout=60_000)
        row = hers.page.locator(f"#board tr:has(a[href*='{JULY}']) [aria-current=step]")
        before = await row.inner_text()
        await press(other.page, "速報を出す")
        await hers.page.wait_for_function(
            "([path, before]) => document.querySelector("
            "`#board tr:has(a[href*='${path}']) [aria-current=step]`).innerText !== before",
            arg=[JULY, before], timeout=60_000,
        )  # fmt: skip
        hers.whole()


async def test_what_was_carried_over_stands_in_a_list_with_its_reason(
    chromium: Browser, mall: Mall, keiko: Person
) -> None:
    """Whose it is, since which cycle, why, when it is paid, and the entries behind it."""
    async with mall.hub.pools.bare("worker") as conn:
        paid = [one for one in await board.paid(conn, 20260601) if one.state == "carried"]
    assert paid, "the scene carried what came back"
    async with visit(chromium, mall, keiko) as here:
        await here.goes("/console/carried")
        rows = here.page.locator("#carried tbody tr")
        assert await rows.count() == len(paid)
        told = await rows.first.inner_text()
        assert paid[0].reference in told
        assert paid[0].party in told
        assert f"{abs(paid[0].yen):,}" in told
        await rows.first.locator("a.explain").click()
        await here.is_at(f"/console/cycles/{CYCLE}/statements/{paid[0].party}")
        here.whole()
    sheet = (await keiko.browser.get("/console/carried.csv")).content.decode("utf-8-sig")
    assert [line.split(",")[0] for line in sheet.splitlines()[1:]] == [one.party for one in paid]
