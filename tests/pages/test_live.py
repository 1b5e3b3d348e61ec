"""生中継: whoever looks at a page sees what is booked elsewhere, and loses nothing but haste when
Redis is gone."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser

from auth.people.people import Given as Role
from deploy.embedded import _start_valkey
from deploy.live import MOST_FROM_ONE
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for
from tests.pages.conftest import visit
from tests.people.persons import COOKIE, Person, Staff
from tests.races.hubs import cloned, hubs

Line = aiohttp.StreamReader


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """A cache of these tests' own, which one of them stops."""
    process, url = _start_valkey(tmp_path_factory.mktemp("valkey"))
    yield process, url
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, valkey: tuple[Any, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    folder = tmp_path_factory.mktemp("live")
    with cloned(given.database_url, template, "meguri_live") as url:
        async with serving(settings_for(url, valkey[1], folder)) as ours:
            yield ours


@pytest.fixture(scope="module")
async def staff(mall: Mall) -> Staff:
    return Staff(mall)


@pytest.fixture(scope="module")
async def hq(staff: Staff) -> Person:
    return await staff.person("hq", Role("hq"))


@asynccontextmanager
async def line(mall: Mall, person: Person | None, url: str = "") -> AsyncIterator[Line]:
    """A line that is open: as soon as the hub hears Redis."""
    path = "/status/live" if person is None else "/console/live"
    asked = {} if person is None else {"cookie": f"{COOKIE}={person.browser.cookies[COOKIE]}"}
    for _ in range(3_000):
        answer = await mall.http.get((url or mall.url) + path, headers=asked)
        if answer.status != 503:
            break
        answer.close()
        await asyncio.sleep(0.01)
    try:
        assert answer.status == 200, await answer.text()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield answer.content
    finally:
        answer.close()


async def says(heard: Line, word: str) -> None:
    """It says so within the test's time."""
    wanted = f"event: {word}\n".encode()
    async with asyncio.timeout(60):
        async for told in heard:
            if told == wanted:
                return
    pytest.fail(f"the line ended without {word}")


async def ends(heard: Line) -> None:
    async with asyncio.timeout(60):
        await heard.read()


async def test_what_is_booked_at_one_hub_is_heard_at_another(
    mall: Mall, hq: Person, tmp_path: Path
) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    async with (
        hubs(mall.hub.settings, tmp_path) as [other],
        line(mall, hq, other.url) as there,
        line(mall, hq) as here,
    ):
        await bakery.sells(hanako, yen=1_000)
        await asyncio.gather(says(there, "moved"), says(here, "moved"))
        other.send(signal.SIGTERM)  # a hub that leaves hangs up, and waits for no page
        await ends(there)
        assert await other.gone() in (0, -signal.SIGTERM)


async def test_a_stranger_hears_that_the_promises_were_looked_at(mall: Mall) -> None:
    async with line(mall, None) as heard:
        await says(heard, "moved")


async def test_a_line_ends_with_its_session(mall: Mall, staff: Staff) -> None:
    ann = await staff.person("ann", Role("hq"))
    async with line(mall, ann) as heard:
        cookie = ann.browser.cookies[COOKIE]
        await ann.browser.post("/console/sign-out", form_token=await ann.form_token())
        await mall.hub.live._let_go()
        await ends(heard)
    asked = {"cookie": f"{COOKIE}={cookie}"}
    async with mall.http.get(f"{mall.url}/console/live", headers=asked) as answer:
        assert answer.status == 401


async def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(staff: Staff) -> None:
    bob = await staff.person("bob", Role("hq"))
    try:
        staff.watch.passes(minutes=10)
        assert (await bob.browser.get("/console", **{"x-by-itself": "1"})).status == 200
        staff.watch.passes(minutes=6)
        gone = await bob.browser.get("/console", **{"x-by-itself": "1", "hx-request": "true"})
        assert (gone.status, gone.headers["hx-redirect"]) == (401, "/console/sign-in")
    finally:
        staff.watch.ahead -= staff.watch.ahead


async def test_nobody_takes_all_the_lines(mall: Mall, hq: Person) -> None:
    async with line(mall, hq) as _:
        held = [await mall.http.get(f"{mall.url}/status/live") for _ in range(MOST_FROM_ONE + 1)]
        refused = held[-1]
        assert (refused.status, refused.headers["retry-after"]) == (503, "30")
        assert {one.status for one in held[:-1]} == {200}
        for one in held:
            one.close()


async def test_without_redis_a_page_says_so_and_looks_again_by_itself(
    chromium: Browser, mall: Mall, hq: Person, valkey: tuple[Any, str]
) -> None:
    async with visit(chromium, mall, hq) as here:
        await here.goes("/console/today?lang=en")
        await here.page.locator(".live:not(.polled)", has_text="Live").wait_for()
        async with line(mall, hq) as heard:
            valkey[0].kill()
            await ends(heard)
        await here.page.locator(".live.polled", has_text="Refreshed every 15 s").wait_for()
        page = await hq.browser.get("/console/live")
        assert (page.status, page.headers["retry-after"]) == (503, "30")
        sales = here.page.locator("[data-figure=sales_yen]")
        before = int((await sales.inner_text()).replace(",", ""))
        kiosk, hanako = await mall.shop("kiosk"), await mall.member()
        await kiosk.sells(hanako, yen=1_000)  # and the tills do not notice
        now = here.page.locator("[data-figure=sales_yen]", has_text=f"{before + 1_000:,}")
        await now.wait_for(timeout=40_000)
        here.complaints = [one for one in here.complaints if not one.endswith("/console/live")]
        here.whole()
