"""What all pages share: the menu, the language, the keyboard's way in."""

import pytest
from playwright.async_api import Browser

from auth.people.people import Given
from tests.mall import Mall
from tests.pages.conftest import visit
from tests.people.persons import Person, Staff


@pytest.fixture(scope="module")
async def hq(mall: Mall, staff: Staff) -> Person:
    await mall.shop("bakery")
    return await staff.person("hq", Given("hq"))


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_menu_names_where_one_is_and_axe_finds_nothing(
    chromium: Browser, mall: Mall, hq: Person, lang: str, scheme: str
) -> None:
    async with visit(chromium, mall, hq, color_scheme=scheme) as here:
        for path in ("/console", "/console/settings", "/console/circulation"):
            await here.goes(f"{path}?lang={lang}")
            current = here.page.locator("nav.side [aria-current=page]")
            assert await current.count() == 1
            assert path in (await current.get_attribute("href") or "")
            assert await here.found_by_axe() == []
        await here.page.keyboard.press("Tab")
        first = await here.page.evaluate("document.activeElement.getAttribute('href')")
        assert first == "#main"
        here.whole()
