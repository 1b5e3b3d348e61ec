"""Pages for everyone: nothing but this hub is ever asked for anything, and axe finds nothing."""

import pytest
from playwright.async_api import Browser

from tests.mall import Mall
from tests.pages.conftest import visit


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_public_pages_stand_alone_in_both_languages(
    chromium: Browser, mall: Mall, scheme: str
) -> None:
    async with visit(chromium, mall, color_scheme=scheme) as here:
        for path, words in (
            ("/problems?lang=ja", "ポイントが足りません"),
            ("/problems?lang=en", "not-enough-points"),
            ("/problems/not-enough-points?lang=ja", "ポイントが足りません"),
            ("/console/sign-in?lang=ja", "パスワード"),
            ("/console/sign-in?lang=en", "Password"),
        ):
            await here.goes(path, words)
            assert await here.found_by_axe() == [], path
        here.whole()


async def test_the_api_is_read_offline(chromium: Browser, mall: Mall) -> None:
    async with visit(chromium, mall) as here:
        await here.goes("/docs")
        await here.page.get_by_text("/v1/accruals").first.wait_for()
        here.whole()
