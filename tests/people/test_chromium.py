"""Signing in with a real browser: its cookies on loopback, its authenticator, its policies."""

from urllib.parse import urlsplit

import pyotp
import pytest
from msgspec import structs

from auth.people.passkeys import site_of
from auth.people.people import Given
from tests.mall import Mall
from tests.people.chromium import CHROMIUM, tab
from tests.people.persons import PASSWORD, Staff

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


@pytest.fixture(scope="module")
async def origin(mall: Mall, staff: Staff) -> str:
    """The hub under the name that it is known by."""
    here = f"http://localhost:{urlsplit(mall.url).port}"
    mall.hub.reception.means = structs.replace(mall.hub.reception.means, site=site_of(here))
    return here


async def test_a_person_comes_in_with_an_app_then_with_a_passkey(
    mall: Mall, staff: Staff, origin: str
) -> None:
    one = await staff.invited("hanako", Given("finance-approver"))
    two = await staff.invited("taro", Given("hq"))
    async with tab() as page:
        await page.goes(f"{origin}/console/welcome?key={two.key}&lang=ja")
        await page.is_at("/console/welcome", "新しいパスワード")
        await page.fills(password=PASSWORD)
        text = await page.is_at("/console/enrol", "認証アプリ")
        secret = await page.runs("document.querySelector('code').innerText")
        assert secret in text
        code = pyotp.TOTP(secret).at(staff.watch())
        await page.fills("form:not([data-passkey]) button.main", code=code)
        await page.is_at("/console", "本部")
        (cookie,) = await page.cookies()
        assert cookie["name"] == "__Host-meguri"
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
        assert await page.runs("document.cookie") == ""
        await page.fills("form[action^='/console/sign-out'] button")
        await page.is_at("/console/sign-in")

        await page.goes(f"{origin}/console/welcome?key={one.key}&lang=en")
        await page.fills(password=PASSWORD)
        await page.is_at("/console/enrol", "Whoever approves needs a passkey")
        await page.fills("form[data-passkey] button.main")
        await page.is_at("/console", "approves")
        await page.fills("form[action^='/console/sign-out'] button")
        await page.is_at("/console/sign-in")
        await page.goes(f"{origin}/console/sign-in?lang=en&return_to=/console/sessions")
        await page.fills(login="hanako", password=PASSWORD)
        await page.is_at("/console/second", "Passkey")
        await page.fills("form[data-passkey] button.main")
        await page.is_at("/console/sessions", "passkey")
        assert page.complaints() == []
