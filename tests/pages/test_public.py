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
            ("/docs?lang=ja", "API 文書"),
            ("/docs?lang=en", "The API"),
            ("/docs/V1AccrualsPostAccrual?lang=ja", "送る内容"),
            ("/docs/V1AccrualsPostAccrual?lang=en", "What is sent"),
            ("/console/sign-in?lang=ja", "パスワード"),
            ("/console/sign-in?lang=en", "Password"),
        ):
            await here.goes(path, words)
            assert await here.found_by_axe() == [], path
        here.whole()


async def test_the_api_is_read_offline(chromium: Browser, mall: Mall) -> None:
    """From the list to an operation, and from a refusal of it to what it means."""
    async with visit(chromium, mall) as here:
        await here.goes("/docs?lang=en", "Tills")
        await here.page.get_by_role("link", name="POST /v1/accruals", exact=True).click()
        await here.page.get_by_role("heading", name="POST /v1/accruals").wait_for()
        await here.page.get_by_role("link", name="receipt-already-booked").click()
        await here.page.get_by_role("heading", name="What to do").wait_for()
        here.whole()
