"""A real browser that looks at the pages of one mall: with its people's cookies, in both languages,
by light and in the dark; what it complains of, and what it asks for elsewhere, is kept."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec import structs
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from auth.people.passkeys import site_of
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for
from tests.pages.finance_office import Office
from tests.pages.finance_office import opened as open_office
from tests.people.persons import Person, Staff
from tests.races.hubs import cloned

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
MOST_BYTES = 1_500_000
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser nothing is looked at, and the report says so."""
    if CHROMIUM is None:
        here = Path(__file__).parent
        for one in items:
            if here in one.path.parents:
                one.add_marker(pytest.mark.skip(reason="no chromium on this machine"))


@asynccontextmanager
async def opened(given: Given, template: str, folder: Path, name: str) -> AsyncIterator[Mall]:
    """A mall of one's own that serves, under the name that browsers know it by."""
    with cloned(given.database_url, template, f"meguri_{name}") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            site = site_of(f"http://localhost:{urlsplit(ours.url).port}")
            ours.hub.reception.means = structs.replace(ours.hub.reception.means, site=site)
            yield ours


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Mall]:  # fmt: skip
    """The mall of a module."""
    name = request.module.__name__.rpartition(".")[2]
    async with opened(given, template, tmp_path_factory.mktemp(name), name) as ours:
        yield ours


@pytest.fixture(scope="module")
async def staff(mall: Mall) -> Staff:
    return Staff(mall)


@pytest.fixture(scope="module")
async def office(mall: Mall, staff: Staff) -> Office:
    return await open_office(mall, staff)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


class Visit:
    """One person's window."""

    def __init__(self, origin: str, context: BrowserContext, page: Page) -> None:
        self.origin = origin
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        self.bytes = 0
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:", "about:")):
            self.elsewhere.append(request.url)

    async def goes(self, path: str, words: str = "", *, waits: bool = True) -> None:
        """Open a page of the hub, and see that it says this: once what it shows is worked out."""
        answer = await self.page.goto(self.origin + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status, await self.page.inner_text("body"))
        if waits:
            await self.page.wait_for_selector("#report[hx-select='#main']", state="detached")
        assert words in await self.page.inner_text("body"), path

    async def is_at(self, path: str, words: str = "") -> None:
        """Wait until the page of this path is there and says this."""
        await self.page.wait_for_url(lambda url: urlsplit(url).path == path)
        if words:
            await self.page.get_by_text(words).first.wait_for()

    async def sends(self, button: str = "form button.main", **values: str) -> None:
        """Fill the fields of a form in, and press its button."""
        for name, value in values.items():
            await self.page.locator(f"[name={name}]:not([type=hidden])").fill(value)
        await self.page.locator(button).click()

    async def has_passkeys(self) -> None:
        """An authenticator that the browser asks, and that always agrees."""
        line = await self.context.new_cdp_session(self.page)
        await line.send("WebAuthn.enable")
        await line.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    async def found_by_axe(self) -> list[str]:
        """What axe-core finds wrong with the page."""
        # The page's policy lets no script in; a browser's own tools are not asked.
        await self.page.evaluate(AXE.read_text())
        told = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for one in told["violations"] for node in one["nodes"]
        ]  # fmt: skip

    def whole(self) -> None:
        """Nothing was complained of, and nobody else was asked for anything."""
        assert self.complaints == []
        assert self.elsewhere == []


@asynccontextmanager
async def visit(
    chromium: Browser, mall: Mall, person: Person | None = None, **how: Any
) -> AsyncIterator[Visit]:
    """A window of somebody who is signed in (or of a stranger), its look and size by `how`
    (Playwright's `new_context`)."""
    origin = f"http://localhost:{urlsplit(mall.url).port}"
    context = await chromium.new_context(
        **{"locale": "ja-JP", "timezone_id": "Asia/Tokyo", "reduced_motion": "reduce", **how}
    )
    page = await context.new_page()
    if person is not None:
        line = await context.new_cdp_session(page)
        for name, value in person.browser.cookies.items():
            cookie = {"name": name, "value": value, "url": origin, "secure": True, "path": "/"}
            assert (await line.send("Network.setCookie", cookie))["success"]
    try:
        yield Visit(origin, context, page)
    finally:
        await context.close()
